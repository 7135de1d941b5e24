"""What sizes must fulfil for a call to be valid: conditions on symbolic sizes that the verifier can't decide.

They are evaluated once per sizes, before anything runs; the executor itself does not know what a slice is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.tensor import Cast, ExtractSlice, InsertSlice, Pad
from tensorir.interp import Context, apply_op
from tensorir.interp.context import SizeError
from tensorir.interp.limits import size_error
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, DimExpr, Divided, evaluate, never_negative, substitute
from tensorir.ir.module import Executable
from tensorir.ir.op import Op


@frozen(eq=False)
class Requirement:
    """`dim`, over the symbols of the function, must not be negative: `op` inside of a launch needs it. `bound`: the
    sizes of the op's executable in terms of the function's."""

    dim: Dim
    op: Op
    bound: Mapping[str, Dim]

    def error(self, ctx: Context) -> TensorIRError:
        """Returns the error of the op, with the values of this call."""
        if isinstance(self.op, Launch):
            return _of_launch(self.op, self.dim, ctx)
        sizes = {name: evaluate(d, ctx.sizes) for name, d in self.bound.items()}
        inside = Context(ctx.module, sizes)
        try:
            shapes = [inside.shape(v.type.shape) for v in self.op.operands]
            inputs = tuple(
                np.broadcast_to(np.zeros((), v.type.dtype.numpy), shape)
                for v, shape in zip(self.op.operands, shapes, strict=True)
            )
            apply_op(self.op, inputs, inside)
        except TensorIRError as e:
            return e
        return TensorIRError(f"{self.op.NAME}: {self.dim} is negative in this call", self.op.loc)


def requirements(launch: Launch, executable: Executable) -> Iterator[Requirement]:
    """Yields what the ops of an executable need of the sizes of one launch."""
    bound = launch.bound_sizes(executable)
    for dim in bound.values():
        if not _is_safe(dim):
            yield Requirement(dim, launch, bound)
    for op in executable.body.ops:
        for dim in _needed(op):
            inside = substitute(dim, bound)
            if not _is_safe(inside):
                yield Requirement(inside, op, bound)


def _of_launch(launch: Launch, dim: Dim, ctx: Context) -> TensorIRError:
    try:
        ctx.shape([dim])
    except SizeError as e:
        return size_error(launch, e, ctx)
    return TensorIRError(f"{launch.NAME}: the size {dim} is invalid in this call", launch.loc)


def _is_safe(dim: Dim) -> bool:
    """Whether a size is valid for all values of its symbols."""
    return never_negative(dim) and not _may_divide_by_zero(dim)


def _may_divide_by_zero(dim: Dim) -> bool:
    """Whether a divisor in the size depends on a symbol."""
    return isinstance(dim, DimExpr) and any(
        isinstance(atom, Divided)
        and (not isinstance(atom.b, int) or _may_divide_by_zero(atom.a) or _may_divide_by_zero(atom.b))
        for monomial, _ in dim.terms
        for atom in monomial
    )


def _needed(op: Op) -> Iterator[Dim]:
    """Yields what must not be negative."""
    for v in op.results:
        yield from v.type.shape
    match op:
        case ExtractSlice():
            yield from _inside(op.offsets, op.sizes, op.strides, op.source.type.shape)
        case InsertSlice():
            yield from _inside(op.offsets, op.source.type.shape, op.strides, op.dest.type.shape)
        case Pad():
            yield from (*op.low, *op.high)
        case Cast():
            for stated, real in zip(op.shape, op.source.type.shape, strict=True):
                yield from (stated - real, real - stated)
        case _:
            loops = op.loops()
            if loops is not None:
                for value, map in zip(loops.inputs, loops.maps, strict=True):
                    yield from _reached(map, loops.sizes, value.type.shape)


def _inside(
    offsets: Sequence[Dim], sizes: Sequence[Dim], strides: Sequence[int], shape: Sequence[Dim]
) -> Iterator[Dim]:
    for offset, size, stride, extent in zip(offsets, sizes, strides, shape, strict=True):
        yield from (offset, size, extent - (offset + (size - 1) * stride + 1))


def _reached(map: AffineMap, sizes: Sequence[Dim], shape: Sequence[Dim]) -> Iterator[Dim]:
    """The first and the last position that a window reads."""
    for d, extent in enumerate(shape):
        if map.dims[d] is not None or (linear := map.strides(d)) is None:
            continue
        strides, offset = linear
        yield offset + sum_of(stride * (sizes[loop] - 1) for loop, stride in strides.items() if stride < 0)
        last = offset + sum_of(stride * (sizes[loop] - 1) for loop, stride in strides.items() if stride > 0)
        yield extent - 1 - last


def sum_of(dims: Iterator[Dim]) -> Dim:
    total: Dim = 0
    for d in dims:
        total = total + d
    return total
