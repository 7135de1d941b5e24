"""SSA names: unique, and the hints of values where there are any."""

from __future__ import annotations

from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.writer.names import Names

SCALAR = TensorType((), f32)


def test_hints_are_kept_and_made_unique() -> None:
    names = Names()
    values = [Value(SCALAR, hint) for hint in ("x", "x", "x_1", "", "12", "1st", "odd name", "x")]
    assert [names.define(v) for v in values] == ["%x", "%x_1", "%x_1_1", "%0", "%1", "%_1st", "%odd_name", "%x_2"]
    assert [names[v] for v in values[:2]] == ["%x", "%x_1"]
    assert names.fresh() == "%2"
