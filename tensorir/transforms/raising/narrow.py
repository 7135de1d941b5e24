"""Row ops of 16-bit floats, which exporters compute in f32 with a conversion before and one after."""

from __future__ import annotations

from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.linalg.rows import RowOp
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, RegionView, Rewrite, pattern


@pattern(Generic)
def narrow_row_op(op: Generic, view: RegionView) -> Rewrite:
    """cast(row_op(cast x, cast s)) == row_op(x, s) of 16-bit floats, bit for bit, if nothing else reads the row op

    A row op of 16-bit floats converts its operands to f32 and its result back."""
    dtype = op.result.type.dtype
    if not dtype.is_float or dtype.bits != 16 or not _converts(op) or op.encoding is not None:
        return None
    made = view.def_of(op.inputs[0])
    if not isinstance(made, RowOp) or made.encoding is not None or made.source.type.dtype != accumulation_type(dtype):
        return None
    if len(view.users_of(made.result)) > 1 or view.is_yielded(made.result):
        return None
    ops: list[Op] = []
    operands = [_narrow(v, dtype, view, ops) for v in made.operands]
    known = [v for v in operands if v is not None]
    if len(known) < len(operands):
        return None
    return [*ops, made.evolve(known)]


def _narrow(value: Value, dtype: DType, view: RegionView, ops: list[Op]) -> Value | None:
    """The 16-bit value that `value` is a conversion of."""
    match view.def_of(value):
        case Generic() as op if _converts(op) and op.inputs[0].type.dtype == dtype and op.encoding is None:
            return op.inputs[0]
        case Fill(value=number) as op if number in (0, 1):  # exact in every float type
            ops.append(made := Fill(number, TensorType(value.type.shape, dtype), loc=op.loc))
            return made.result
        case _:
            return None


def _converts(op: Generic) -> bool:
    """Whether an op only converts the elements of its operand, which stay where they are."""
    match op.body.result:
        case Scalar(fn="cast", operands=(Scalar(fn="arg"),)):
            return len(op.inputs) == 1 and op.maps[0] == op.maps[1] and op.inputs[0].type.encoding is None
        case _:
            return False


NARROW: tuple[Pattern, ...] = (narrow_row_op,)
