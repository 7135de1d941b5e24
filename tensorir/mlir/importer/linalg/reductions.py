"""Reductions: a single combiner of the accumulator with an expression becomes linalg.reduce, anything else
linalg.fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from attrs import frozen

from tensorir.dialects import linalg
from tensorir.dialects.linalg import ReductionKind
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast
from tensorir.ir.value import Value
from tensorir.mlir.importer.linalg.fills import is_neutral
from tensorir.mlir.importer.linalg.structured import Structured, elementwise
from tensorir.mlir.importer.scalars.trees import args_of, renumbered
from tensorir.mlir.importer.scope import Scope

_KINDS = {kind: kind for kind in get_args(ReductionKind)}


@frozen
class _Combined:
    """`acc kind element`, computed in the type of `element` (which may be the unsigned one of the same width)."""

    kind: ReductionKind
    element: Scalar
    step: Scalar
    """Returns the body with `element` replaced by operand 1 and the accumulator by operand 0."""


def reduction(s: Structured, result: int, sizes: tuple[Dim, ...], scope: Scope) -> Value | None:
    """Returns result number `result` as a linalg.reduce, combined with its init unless that is neutral; None if it is
    not one."""
    init, out = s.inits[result], s.result_map(result)
    acc = arg(s.init_number(result), init.type.dtype)
    found = _combined(s.bodies[result], acc)
    if found is None:
        return None
    encoding = init.type.encoding
    if encoding is not None and found.element.fn != "arg":
        return None  # what is computed first would need an encoding that nobody gives
    source, dims = _source(s, found.element, out, sizes, scope)
    reduced = scope.add(linalg.Reduce(source, found.kind, dims, encoding=encoding, loc=scope.loc)).result
    flat = identity(init.type.rank)
    if is_neutral(scope, init, found.kind, found.element.dtype):
        if reduced.type.dtype == init.type.dtype:
            return reduced
        back = ScalarBody((reduced.type.dtype,), cast(arg(0, reduced.type.dtype), init.type.dtype))
        return scope.add(linalg.Generic((reduced,), (flat, flat), back, encoding=encoding, loc=scope.loc)).result
    body = ScalarBody((init.type.dtype, reduced.type.dtype), found.step)
    return scope.add(linalg.Generic((init, reduced), (flat, flat, flat), body, encoding=encoding, loc=scope.loc)).result


def _combined(body: Scalar, acc: Scalar) -> _Combined | None:
    """Matches `acc ∘ element`, or the same in the unsigned type of that width with conversions."""
    inner, here = body, acc
    if body.fn == "cast" and (wide := body.operands[0]).dtype.is_integer and body.dtype.is_integer:
        if wide.dtype.bits != body.dtype.bits:
            return None
        inner, here = wide, cast(acc, wide.dtype)
    if len(inner.operands) != 2 or here not in inner.operands:
        return None
    kind, first = _KINDS.get(inner.fn), inner.operands[0] is here
    element = inner.operands[1] if first else inner.operands[0]
    if inner.fn == "sub" and first:
        kind, element = "add", apply("neg", element)
    if kind is None or acc.index in args_of(element):
        return None
    start, step = cast(arg(0, acc.dtype), element.dtype), arg(1, element.dtype)
    return _Combined(kind, element, cast(apply(kind, *((start, step) if first else (step, start))), acc.dtype))


def _source(
    s: Structured, element: Scalar, out: AffineMap, sizes: tuple[Dim, ...], scope: Scope
) -> tuple[Value, tuple[int, ...]]:
    """Returns the tensor to reduce and its reduced dims; its other dims are those of the result, in that order."""
    kept = out.positions()
    if element.fn == "arg" and (map := s.maps[element.index]).is_permutation:
        order = map.positions()
        if tuple(d for d in order if d in kept) == kept:
            return s.operands[element.index], tuple(i for i, d in enumerate(order) if d not in kept)
    following = iter(kept)
    order = tuple(next(following) if d in kept else d for d in range(s.num_dims))
    value = elementwise(scope, s, element, select(s.num_dims, order), sizes)
    return value, tuple(i for i, d in enumerate(order) if d not in kept)


def fold(s: Structured, results: Sequence[int], sizes: tuple[Dim, ...], scope: Scope) -> tuple[Value, ...]:
    """Returns results that are reduced together, step by step. Raises InferError for encoded ones."""
    if any(s.inits[r].type.encoding is not None for r in results):
        raise InferError("a reduction to an encoded tensor is not supported: set the encoding of its result")
    bodies = [s.bodies[r] for r in results]
    inits = [s.init_number(r) for r in results]
    count = len(s.inputs) if s.keep_inputs else 0
    inputs = sorted({*args_of(*bodies), *range(count)} - set(inits))
    order = [*inputs, *inits]
    tensors, maps = tuple(s.operands[i] for i in order), tuple(s.maps[i] for i in order)
    numbers = {old: new for new, old in enumerate(order)}
    types = tuple(v.type.dtype for v in tensors)
    dims = {d: d for d in range(s.num_dims)}
    scalars = tuple(ScalarBody(types, renumbered(b, numbers, dims)) for b in bodies)
    found = {d for m in maps for d in m.dims}
    shape = () if all(d in found for d in range(s.num_dims)) else sizes
    return scope.add(linalg.Fold(tensors, maps, scalars, shape, loc=scope.loc)).results
