"""Elementwise ops that are read once become part of their reader: one pass over memory instead of several."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg import Fill, Generic
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, arg, const, rewritten, with_operands
from tensorir.ir.value import Value

MAX_NODES = 64
"""A body does not grow beyond this, so that its registers stay in the first cache."""


def fuse_elementwise(region: Region) -> Region:
    """Law: interp(fuse(r)) == interp(r), bit for bit: every scalar function is applied to the same elements."""
    readers: dict[Value, int] = {}
    for v in (*(v for op in region.ops for v in op.operands), *region.yields):
        readers[v] = readers.get(v, 0) + 1
    ops: dict[Value, Op] = {}
    env: dict[Value, Value] = {}
    made: list[Op] = []
    for op in region.ops:
        here = op.with_operands([env.get(v, v) for v in op.operands]) if any(v in env for v in op.operands) else op
        if isinstance(here, Generic):
            here = _with_producers(here, ops, readers)
        made.append(here)
        env.update((a, b) for a, b in zip(op.results, here.results, strict=True) if a is not b)
        for old, new in zip(op.results, here.results, strict=True):
            ops[new] = here
            readers.setdefault(new, readers.get(old, 0))
    if all(a is b for a, b in zip(made, region.ops, strict=True)):
        return region
    yields = tuple(env.get(y, y) for y in region.yields)
    needed = set(yields)
    kept: list[Op] = []
    for op in reversed(made):
        if any(r in needed for r in op.results):
            needed.update(op.operands)
            kept.append(op)
    return Region(region.args, tuple(reversed(kept)), yields)


def _with_producers(op: Generic, ops: dict[Value, Op], readers: dict[Value, int]) -> Generic:
    """Takes the bodies of what the op reads into its own."""
    while True:
        for i, value in enumerate(op.inputs):
            producer = ops.get(value)
            if isinstance(producer, Fill) and op.maps:
                op = _replaced(op, i, const(producer.value, producer.type.dtype), (), ())
                break
            if isinstance(producer, Generic) and readers[value] == 1 and op.inputs.count(value) == 1:
                fused = _fused(op, i, producer)
                if fused is not None:
                    op = fused
                    break
        else:
            return op


def _fused(op: Generic, index: int, producer: Generic) -> Generic | None:
    """The op with the producer of one input taken in, or None."""
    if producer.body.iteration_dims or producer.encoding is not None:
        return None
    if len(list(op.body.nodes())) + len(list(producer.body.nodes())) > MAX_NODES:
        return None
    read = op.maps[index]
    if not read.is_projected_permutation:
        return None
    if not read.is_permutation and len(list(producer.body.nodes())) > 2:
        return None  # it would be computed again for every repetition
    out = producer.maps[-1].positions()
    inverse = select(len(out), sorted(range(len(out)), key=out.__getitem__))  # iteration dim → result dim
    maps = [m.compose(inverse.compose(read)) for m in producer.maps[:-1]]
    base = len(op.inputs) - 1
    inner = rewritten(
        producer.body.result,
        lambda node, operands: (
            arg(base + node.index, node.dtype)
            if node.fn == "arg"
            else (with_operands(node, operands) if operands else node)
        ),
    )
    return _replaced(op, index, inner, producer.inputs, maps)


def _replaced(op: Generic, index: int, by: Scalar, inputs: Sequence[Value], maps: Sequence[AffineMap]) -> Generic:
    """The op with input number `index` replaced by a scalar over the other inputs and then `inputs`."""
    kept = [i for i in range(len(op.inputs)) if i != index]

    def rule(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        if node.fn == "arg":
            return by if node.index == index else arg(kept.index(node.index), node.dtype)
        return with_operands(node, operands) if operands else node

    result = rewritten(op.body.result, rule)
    every = [*((op.inputs[i], op.maps[i]) for i in kept), *zip(inputs, maps, strict=True)]
    # An input that is read twice in the same way is one input.
    distinct = list(dict.fromkeys(every))
    place = [distinct.index(pair) for pair in every]
    result = rewritten(
        result,
        lambda node, operands: (
            arg(place[node.index], node.dtype)
            if node.fn == "arg"
            else (with_operands(node, operands) if operands else node)
        ),
    )
    body = ScalarBody(tuple(v.type.dtype for v, _ in distinct), result)
    return Generic(
        tuple(v for v, _ in distinct),
        (*(m for _, m in distinct), op.maps[-1]),
        body,
        op.iteration_shape,
        op.encoding,
        loc=op.loc,
    )
