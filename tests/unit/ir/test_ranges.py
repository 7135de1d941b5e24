"""What the verifier says of functions for ranges of sizes."""

from __future__ import annotations

import pytest
from attrs import evolve

from tensorir.ir.diagnostic import VerifyError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.size_range import SizeRange
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import verify

FEW = SizeRange("M", 0, 8, 1)


def function(name: str, columns: int = 4) -> Function:
    x = Value(TensorType((symbol("M"), columns), f32), "x")
    return Function(name, Region((x,), (), (x,)))


def test_a_function_for_a_range_of_the_sizes_of_another_one() -> None:
    few = evolve(function("few"), of="main", sizes=FEW)
    verify(Module((function("main"), few)))
    made = few.signature
    assert (made.name, made.sizes) == ("main", FEW)


@pytest.mark.parametrize(
    ("other", "changes", "message"),
    [
        (function("main"), {"sizes": FEW, "of": "other"}, "@few runs calls of @other: both must be functions that"),
        (
            evolve(function("main"), private=True),
            {"sizes": FEW, "of": "main"},
            "both must be functions that callers may call",
        ),
        (function("main", 5), {"sizes": FEW, "of": "main"}, "both must have the same types and states"),
        (function("main"), {"sizes": SizeRange("N", 0, 8, 1), "of": "main"}, "no argument has the size N"),
        (function("main"), {"of": "main"}, "@few is said to run calls of @main, but not which"),
        (function("main"), {"sizes": FEW}, "@few runs calls of @: both must be functions"),
    ],
)
def test_what_is_refused(other: Function, changes: dict[str, object], message: str) -> None:
    with pytest.raises(VerifyError) as e:
        verify(Module((other, evolve(function("few"), **changes))))
    assert message in str(e.value)
