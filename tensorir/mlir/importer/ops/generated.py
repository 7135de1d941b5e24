"""tensor: ops with a region that says an element by its place."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import InsertSlice, Pad
from tensorir.ir.affine import identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import i1
from tensorir.ir.scalar import Scalar, ScalarBody, apply, const, iteration_index
from tensorir.mlir.importer.attributes import segments
from tensorir.mlir.importer.linalg.bodies import Body
from tensorir.mlir.importer.ops.arith import literal_value
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import INDEX, Block, Operation, SSAValue, Type, element_of


def generate(op: Operation, scope: Scope) -> None:
    """A linalg.generic without inputs but those that its body takes from outside."""
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in op.operands])
    block = _block(op, len(shape))
    body = Body(scope, shape, [], [], range(0), False)
    body.known.update((v, iteration_index(d)) for d, v in enumerate(block.args))
    element = _yielded(body, block, element_of(result.type))
    inputs = tuple(body.operands)
    made = ScalarBody(tuple(v.type.dtype for v in inputs), element)
    maps = (*body.maps, identity(len(shape)))
    scope.bind(result, scope.add(Generic(inputs, maps, made, shape, loc=scope.loc)).result)


def _block(op: Operation, rank: int) -> Block:
    """The region's block. Raises InferError unless it takes one index per dim."""
    if len(op.regions) != 1 or not op.regions[0]:
        raise InferError("needs a region")
    block = op.regions[0][0]
    types = [v.type for v in block.args]
    if types != [INDEX] * rank:
        written = f"({', '.join(map(str, types))})"
        raise InferError(f"its region must take {rank} arguments of type index, one per dim; it takes {written}")
    return block


def _yielded(body: Body, block: Block, element: Type) -> Scalar:
    (yielded,) = body.read(block, "tensor.yield", [element])
    return yielded


def pad(op: Operation, scope: Scope) -> None:
    """With a literal: tensor.pad. With anything else: the source put into a tensor of what its region gives."""
    source, low_sizes, high_sizes = segments(op, 3)
    if len(source) != 1:
        raise InferError("takes one source")
    value = scope.tensor(source[0])
    low, high = scope.mixed(op, "static_low", low_sizes), scope.mixed(op, "static_high", high_sizes)
    if len(low) != value.type.rank or len(high) != value.type.rank:
        raise InferError(f"low has {len(low)} and high {len(high)} entries for rank {value.type.rank}")
    (result,) = op.results
    block = _block(op, value.type.rank)
    shape = tuple(a + d + b for a, d, b in zip(low, value.type.shape, high, strict=True))
    body = Body(scope, shape, [], [], range(0), False)
    if _depends_on_place(block):
        body.known.update((v, iteration_index(d)) for d, v in enumerate(block.args))
        body.reads_where = _outside(body, low, value.type.shape)
    element = _yielded(body, block, element_of(result.type))
    if element.dtype != value.type.dtype:
        raise InferError(f"pads {value.type} with {element.dtype}")
    nodes = list(ScalarBody((), element).nodes())
    if not any(node.fn in ("arg", "index") for node in nodes):
        scope.bind(result, scope.add(Pad(value, low, high, literal_value(element), loc=scope.loc)).result)
        return
    if any(isinstance(n, int) and n < 0 for n in (*low, *high)):
        raise InferError("padding must not be negative")
    made = ScalarBody(tuple(v.type.dtype for v in body.operands), element)
    maps = (*body.maps, identity(len(shape)))
    around = scope.add(Generic(tuple(body.operands), maps, made, shape, loc=scope.loc)).result
    scope.bind(result, scope.add(InsertSlice(value, around, low, (1,) * len(shape), loc=scope.loc)).result)


def _outside(body: Body, low: Sequence[Dim], sizes: Sequence[Dim]) -> Scalar:
    """Whether a place of the result is padding."""
    outside = const(False, i1)
    for d, (begin, size) in enumerate(zip(low, sizes, strict=True)):
        first, end = body.size(begin), body.size(begin + size)
        here = apply("or", apply("lt", iteration_index(d), first), apply("ge", iteration_index(d), end))
        outside = apply("or", outside, here)
    return outside


def _depends_on_place(block: Block) -> bool:
    """Whether the yielded value is computed from the arguments of the block."""
    places: set[SSAValue] = set(block.args)
    for op in block.ops:
        if any(v in places for v in op.operands):
            if op.name == "tensor.yield":
                return True
            places.update(op.results)
    return False


OPS = {
    "tensor.generate": generate,
    "tensor.pad": pad,
}
