from __future__ import annotations

from tensorir.ir.names import FreshNames


def test_no_name_is_given_twice() -> None:
    names = FreshNames(["f_0", "g"])
    assert [names.numbered("f"), names.numbered("f"), names.wished("g"), names.wished("g"), names.wished("h")] == [
        *("f_1", "f_2", "g_1", "g_2", "h")
    ]
    names.take("f_3")
    assert names.numbered("f") == "f_4"
    assert "h" in names
    assert FreshNames(["a.0"], separator=".").numbered("a") == "a.1"


def test_a_wish_may_count_on_under_another_base() -> None:
    names = FreshNames()
    assert [names.wished("x_7", "x") for _ in range(3)] == ["x_7", "x_1", "x_2"]


def test_equal_wishes_cost_one_look_each() -> None:
    class Counting(set[str]):
        looks = 0

        def __contains__(self, name: object) -> bool:
            Counting.looks += 1
            return super().__contains__(name)

    names = FreshNames()
    names._taken = Counting()  # pyright: ignore[reportPrivateUsage]  # what is counted is inside
    for _ in range(1000):
        names.numbered("f")
    assert Counting.looks == 1000
