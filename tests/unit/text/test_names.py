from __future__ import annotations

from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text.names import Names, clean_hint


def names(*hints: str) -> list[str]:
    values = [Value(TensorType((), f32), h) for h in hints]
    given = Names(values)
    return [given[v] for v in values]


def test_numbers_and_hints() -> None:
    assert names("x", "", "y", "", "7") == ["%x", "%0", "%y", "%1", "%2"]


def test_equal_hints_become_different() -> None:
    assert names("x", "x", "x_1", "x") == ["%x", "%x_1", "%x_2", "%x_3"]
    assert names("x_1", "x", "x") == ["%x_1", "%x", "%x_2"]


def test_different_hints_stay() -> None:
    once = names("x", "x", "x_1", "", "x_1", "a b", "a_b", "é", "0a")
    assert names(*(n[1:] for n in once)) == once
    assert len(set(once)) == len(once)


def test_many_equal_hints_take_linear_time() -> None:
    assert names(*["x"] * 100_000)[-1] == "%x_99999"


def test_values_from_elsewhere_have_a_name_of_their_own() -> None:
    inside, outside, other = (Value(TensorType((), f32), h) for h in ("undefined_x", "x", ""))
    given = Names([inside])
    assert [given[v] for v in (outside, other, inside)] == ["%undefined_x_1", "%undefined", "%undefined_x"]


def test_clean_hints() -> None:
    assert [clean_hint(h) for h in ("a-b", "12", "", "x\n", 7)] == ["a_b", "", "", "x_", ""]
