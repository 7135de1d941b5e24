"""Steps that leave the function: a call."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.func import Call, call_types
from tensorir.dialects.linalg import Generic, Transpose
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import EXACT
from tensorir.testing.programs.writer import Writer


@step()
def call(w: Writer) -> None:
    """The other function of the module, which takes any sizes: twice its argument, and that transposed."""
    x = w.pick(lambda v: v.type.rank == 2 and v.type.dtype == f32)
    if x is None:
        return
    if not w.functions:
        w.functions.append(_helper(w))
    x = w.within(x, EXACT[f32] // 2)
    (helper,) = w.functions
    w.add(Call((x,), helper.name, call_types(helper, (x.type,))), 2 * w.bounds[x])


def _helper(w: Writer) -> Function:
    b = RegionBuilder()
    x = b.arg(TensorType((symbol("N"), symbol("S")), f32), "x")
    body = ScalarBody((f32, f32), apply("add", arg(0, f32), arg(1, f32)))
    double = b.add(Generic((x, x), (identity(2),) * 3, body)).result
    turned = b.add(Transpose(double, (1, 0))).result
    return Function("helper", b.finish([double, turned]), private=w.draw(st.booleans()))
