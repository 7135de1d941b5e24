"""What sizes must fulfil for a call to be valid: conditions on symbolic sizes that the verifier can't decide.

They are evaluated once per sizes, before anything runs; the executor itself does not know what a slice is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.linalg import LayerNorm, Reduce, Softmax, ZeroPadding
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tensor import Cast, ExtractSlice, InsertSlice, Pad
from tensorir.interp import Context, apply_op
from tensorir.interp.context import SizeError
from tensorir.interp.limits import size_error
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, DimExpr, Divided, evaluate, never_negative, product, substitute
from tensorir.ir.module import Executable
from tensorir.ir.op import Op


@frozen(eq=False)
class Requirement:
    """`dim`, or one of `others`, must not be negative: `op` inside of a launch needs it. All are over the symbols of
    the function. `bound`: the sizes of the op's executable in terms of the function's."""

    dim: Dim
    op: Op
    bound: Mapping[str, Dim]
    others: tuple[Dim, ...] = ()

    @property
    def key(self) -> tuple[Dim, ...]:
        """What requirements of the same condition have in common."""
        return (self.dim, *self.others)

    def is_broken(self, sizes: Mapping[str, int]) -> bool:
        """Whether a call with these sizes is invalid."""
        try:
            return max([evaluate(dim, sizes) for dim in self.key]) < 0
        except ZeroDivisionError:
            return True

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
        for dim, *others in _needed(op):
            found = Requirement(substitute(dim, bound), op, bound, tuple(substitute(d, bound) for d in others))
            if any(_may_divide_by_zero(d) for d in found.key) or not any(never_negative(d) for d in found.key):
                yield found


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


def _needed(op: Op) -> Iterator[tuple[Dim, ...]]:
    """Yields what must not be negative: the first of some sizes, or another one of them."""
    for v in op.results:
        yield from ((size,) for size in v.type.shape)
    match op:
        case ExtractSlice():
            yield from _inside(op.offsets, op.sizes, op.strides, op.source.type.shape)
        case InsertSlice():
            yield from _inside(op.offsets, op.source.type.shape, op.strides, op.dest.type.shape)
        case Pad():
            yield from ((size,) for size in (*op.low, *op.high))
        case Cast():
            for stated, real in zip(op.shape, op.source.type.shape, strict=True):
                yield from ((stated - real,), (real - stated,))
        case Reduce() | Softmax() | LayerNorm() | RmsNorm() | ZeroPadding() if op.extent is not None:
            positions = product(op.source.type.shape[d] for d in op.dims)
            yield from ((op.extent,), (positions - op.extent,))
        case _:
            loops = op.loops()
            if loops is not None:
                for value, map in zip(loops.inputs, loops.maps, strict=True):
                    yield from _reached(map, loops.sizes, value.type.shape)


def _inside(
    offsets: Sequence[Dim], sizes: Sequence[Dim], strides: Sequence[int], shape: Sequence[Dim]
) -> Iterator[tuple[Dim, ...]]:
    """A slice of size 0 begins inside of the tensor or at its end."""
    for offset, size, stride, extent in zip(offsets, sizes, strides, shape, strict=True):
        yield from ((offset,), (size,), (extent - (offset + (size - 1) * stride + 1),))
        if stride != 1:
            yield (extent - offset,)


def _reached(map: AffineMap, sizes: Sequence[Dim], shape: Sequence[Dim]) -> Iterator[tuple[Dim, ...]]:
    """The first and the last position that is read of each dim, unless the iteration space is empty: then nothing is.
    What is neither monotone nor a remainder of one loop has no steps: the interpreter runs it, and checks."""
    empty = [0 - size for size in sizes if not isinstance(size, int) or size == 0]
    for d, extent in enumerate(shape):
        if map.dims[d] is not None:
            continue  # the verifier has compared the sizes
        divided = map.divided(d)
        if divided is not None and divided[0] == "mod":
            _, loop, divisor = divided
            yield (extent - divisor, extent - sizes[loop], *empty)
        elif (ends := map.ends(d, sizes)) is not None:
            first, last = ends
            yield (first, *empty)
            yield (extent - 1 - last, *empty)
