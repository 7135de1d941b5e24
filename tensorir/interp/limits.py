"""Checks before an op runs: the sizes of its results, and the memory that they need."""

from __future__ import annotations

import math

from tensorir.dialects.control import For, If, While
from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import Dispatch, GlobalLoad, Launch
from tensorir.dialects.func import Call
from tensorir.dialects.linalg import Broadcast, Transpose
from tensorir.dialects.tensor import Cast, CollapseShape, Constant, ExpandShape, ExtractSlice
from tensorir.interp.context import Context, SizeError
from tensorir.interp.memory import SMALL, available_bytes, bytes_text
from tensorir.ir.diagnostic import Diagnostic, OutOfMemoryError, TensorIRError
from tensorir.ir.dims import DimExpr, symbols_of
from tensorir.ir.location import Location
from tensorir.ir.op import Op, Trait
from tensorir.ir.types import Type
from tensorir.ir.verify import MAX_BYTES

SHARING = (Constant, GlobalLoad, Broadcast, Transfer, Transpose, ExpandShape, CollapseShape, Cast, ExtractSlice)
"""Ops whose results are views of existing memory, as NumPy computes them. Encode ops are views too."""

CALLING = (Dispatch, Launch, Call, If, While, For)
"""Ops that run other ops; the inner ops are checked one by one, so that errors name them."""


def check_results(op: Op, ctx: Context) -> None:
    """Raises TensorIRError for a result whose size is negative or divides by zero in this call, and OutOfMemoryError
    for results that need more memory than is available."""
    if isinstance(op, CALLING):
        return
    if is_asked_for(needed := new_bytes(op, ctx), ctx):
        check_bytes(needed, f"{op.NAME}: the result takes", op.loc, ctx, _types_note(op, ctx))


def is_asked_for(needed: int, ctx: Context) -> bool:
    """Returns whether `needed` bytes are compared with the limit: always with one that was given. What is available is
    asked of the system only for many bytes, because asking reads files."""
    return needed > SMALL or ctx.memory_limit is not None


def check_bytes(needed: int, what: str, loc: Location, ctx: Context, notes: tuple[str, ...] = ()) -> None:
    """Raises OutOfMemoryError if more than the allowed bytes are `needed`: `{what} 3 GB, 1 GB are available`."""
    if not is_asked_for(needed, ctx):
        return
    limit = available_bytes() if ctx.memory_limit is None else ctx.memory_limit
    if needed > limit:
        bound = "are available" if ctx.memory_limit is None else "are allowed by memory_limit"
        raise OutOfMemoryError(
            [Diagnostic(f"{what} {bytes_text(needed)}, {bytes_text(limit)} {bound}", loc, notes=notes)]
        )


def new_bytes(op: Op, ctx: Context) -> int:
    """Returns the bytes that the results of `op` need; 0 for views.

    Raises TensorIRError for invalid sizes, OutOfMemoryError beyond MAX_BYTES."""
    total = sum([type_bytes(op, v.type, ctx) for v in op.results])
    return 0 if op.is_(Trait.ENCODE) or isinstance(op, SHARING) else total


def type_bytes(op: Op, type: Type, ctx: Context) -> int:
    """Returns the bytes of a result of `op` in this call. Raises as `new_bytes` does."""
    try:
        count = math.prod(ctx.shape(type.shape))
    except SizeError as e:
        raise size_error(op, e, ctx) from None
    needed = count * ctx.numpy(type.dtype).itemsize
    if needed > MAX_BYTES:
        message = f"{op.NAME}: the result takes {needed} bytes, over the limit of 2**60"
        raise OutOfMemoryError([Diagnostic(message, op.loc, notes=_types_note(op, ctx))])
    return needed


def size_error(op: Op, error: SizeError, ctx: Context) -> TensorIRError:
    """Makes the error about an invalid size of `op`, with the values of its symbols."""
    values = [f"{name} = {ctx.sizes[name]}" for name in sorted(symbols_of(error.dim)) if name in ctx.sizes]
    notes = (f"where {', '.join(values)}",) if values else ()
    return TensorIRError([Diagnostic(f"{op.NAME}: {error}", op.loc, notes=notes)])


def out_of_memory(op: Op, error: MemoryError) -> OutOfMemoryError:
    """Makes the error for an allocation that failed while `op` ran."""
    types = ", ".join(str(v.type) for v in op.results)
    return OutOfMemoryError(f"{op.NAME}: there is not enough memory for {types}: {error or 'out of memory'}", op.loc)


def _types_note(op: Op, ctx: Context) -> tuple[str, ...]:
    """Describes the types of the results and their sizes in this call."""
    parts = [
        f"{v.type} of the sizes {list(ctx.shape(v.type.shape))}"
        if any(isinstance(d, DimExpr) for d in v.type.shape)
        else str(v.type)
        for v in op.results
    ]
    return (f"results: {', '.join(parts)}",)
