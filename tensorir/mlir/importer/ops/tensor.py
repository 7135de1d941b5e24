"""tensor: making, measuring, reshaping and joining tensors. Slices and single elements: `slices`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.builder.shapes import reshape_steps
from tensorir.dialects.linalg import Broadcast, Fill, Generic
from tensorir.dialects.tensor import Cast, CollapseShape, Concat, Constant, Empty, ExpandShape, InsertSlice, Pad
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, divisible, floordiv, product
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import Scalar, ScalarBody, arg, bitcast, iteration_index
from tensorir.ir.types import TypeEncoding
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import groups, integer, segments, size_list
from tensorir.mlir.importer.linalg.bodies import Body
from tensorir.mlir.importer.ops.arith import literal_value
from tensorir.mlir.importer.scope import Scope, scalar_array
from tensorir.mlir.importer.types import element_type, ranked
from tensorir.mlir.syntax import Block, Operation

Groups = tuple[tuple[int, ...], ...]


def scalar_of_units(value: Value, scope: Scope) -> Value:
    """The one element of a tensor whose sizes are all 1, as a rank-0 tensor."""
    if not value.type.rank:
        return value
    return scope.add(CollapseShape(value, (), loc=scope.loc)).result


def units_of_scalar(value: Value, rank: int, scope: Scope) -> Value:
    """A rank-0 tensor as one of sizes 1."""
    return scope.add(ExpandShape(value, (), (1,) * rank, loc=scope.loc)).result if rank else value


def broadcast(value: Value, shape: tuple[Dim, ...], scope: Scope) -> Value:
    """A rank-0 tensor repeated to `shape`."""
    if not shape:
        return value
    return scope.add(Broadcast(value, tuple(range(len(shape))), shape, loc=scope.loc)).result


def empty(op: Operation, scope: Scope) -> None:
    """An operand for each `?` of the type."""
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in op.operands])
    scope.bind(result, scope.add(Empty(scope.type(result.type, shape), loc=scope.loc)).result)


def dim(op: Operation, scope: Scope) -> None:
    """A size of the operand, not a value: nothing is computed."""
    source, index = op.operands
    shape = scope.shape(source)
    d = scope.constant(index)
    if d is None:
        raise InferError("the number of the dim must be a constant")
    if not 0 <= d < len(shape):
        raise InferError(f"dim {d} is outside of rank {len(shape)}")
    scope.bind_dim(op.results[0], shape[int(d)])


def rank(op: Operation, scope: Scope) -> None:
    """A literal."""
    scope.bind_literal(op.results[0], len(scope.shape(op.operands[0])))


def cast(op: Operation, scope: Scope) -> None:
    """A static size in the result's type says what that of the source is."""
    source, result = op.operands[0], op.results[0]
    if ranked(source.type).encoding != ranked(result.type).encoding:
        raise InferError("a cast between encodings is not supported")
    written = op.attributes.get("tensorir_shape")
    if written is not None:
        shape = tuple(map(scope.sizes.known, size_list(written, "tensorir_shape")))
        scope.bind(result, scope.add(Cast(scope.tensor(source), shape, loc=scope.loc)).result)
        return
    scope.same(result, source)


def bit_cast(op: Operation, scope: Scope) -> None:
    """tensor.bitcast: the same bits as another element type, among them ui8 and i8."""
    value, dtype = scope.tensor(op.operands[0]), element_type(op.results[0].type)
    made = bitcast(arg(0, value.type.dtype), dtype)
    maps = (identity(value.type.rank),) * 2
    generic = Generic((value,), maps, ScalarBody((value.type.dtype,), made), loc=scope.loc)
    scope.bind(op.results[0], scope.add(generic).result)


# -- making


def splat(op: Operation, scope: Scope) -> None:
    """A fill where the element is a literal, else a broadcast."""
    source, *sizes = op.operands
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in sizes])
    literal = scope.constant(source)
    if literal is not None:
        fill = Fill(literal, scope.type(result.type, shape), loc=scope.loc)
        scope.bind(result, scope.add(fill).result, literal)
    else:
        scope.bind(result, broadcast(scope.tensor(source), shape, scope))


def from_elements(op: Operation, scope: Scope) -> None:
    """A constant where all elements are literals; else they are joined. Elements that are sizes are noted."""
    (result,) = op.results
    dtype = element_type(result.type)
    shape = scope.written_shape(result, ())
    if product(shape) != len(op.operands):
        raise InferError(f"{len(op.operands)} elements for {result.type}")
    if len(shape) == 1:
        scope.note_elements(result, [scope.optional_dim(v) for v in op.operands])
    literals = [n for v in op.operands if (n := scope.constant(v)) is not None]
    if len(literals) == len(op.operands):
        arrays = [scalar_array(n, dtype) for n in literals]
        data = _stacked(arrays, dtype, shape)
        uniform = literals[0] if literals and all(a.tobytes() == arrays[0].tobytes() for a in arrays) else None
        scope.bind(result, scope.add(Constant(data, loc=scope.loc)).result, uniform)
        return
    if not shape:
        scope.bind(result, scope.tensor(op.operands[0]))
        return
    units = [units_of_scalar(v, 1, scope) for v in scope.tensors(op.operands)]
    joined = units[0] if len(units) == 1 else scope.add(Concat(tuple(units), 0, loc=scope.loc)).result
    scope.bind(result, reshaped(joined, shape, scope))


def _stacked(arrays: Sequence[np.ndarray[Any, Any]], dtype: DType, shape: tuple[Dim, ...]) -> Dense:
    flat = np.asarray(arrays, dtype.numpy) if arrays else np.empty(0, dtype.numpy)
    return Dense.own(flat.reshape([d for d in shape if isinstance(d, int)]))


def generate(op: Operation, scope: Scope) -> None:
    """A linalg.generic without inputs but those that its body takes from outside."""
    (result,) = op.results
    shape = scope.written_shape(result, [scope.dim(v) for v in op.operands])
    block = _block(op)
    if len(block.args) != len(shape):
        raise InferError(f"its region takes {len(block.args)} indices for rank {len(shape)}")
    body = Body(scope, shape, [], [], range(0), False)
    body.known.update((v, iteration_index(d)) for d, v in enumerate(block.args))
    element = _yielded(body, block)
    inputs = tuple(body.operands)
    made = ScalarBody(tuple(v.type.dtype for v in inputs), element)
    maps = (*body.maps, identity(len(shape)))
    scope.bind(result, scope.add(Generic(inputs, maps, made, shape, loc=scope.loc)).result)


def _block(op: Operation) -> Block:
    if len(op.regions) != 1 or not op.regions[0]:
        raise InferError("needs a region")
    return op.regions[0][0]


def _yielded(body: Body, block: Block) -> Scalar:
    yielded = body.read(block)
    if len(yielded) != 1:
        raise InferError(f"its region yields {len(yielded)} values instead of one")
    return yielded[0]


def pad(op: Operation, scope: Scope) -> None:
    """With a literal: tensor.pad. With another scalar: the source put into a tensor of that scalar."""
    source, low_sizes, high_sizes = segments(op, 3)
    if len(source) != 1:
        raise InferError("takes one source")
    value = scope.tensor(source[0])
    low, high = scope.mixed(op, "static_low", low_sizes), scope.mixed(op, "static_high", high_sizes)
    if len(low) != value.type.rank or len(high) != value.type.rank:
        raise InferError(f"low has {len(low)} and high {len(high)} entries for rank {value.type.rank}")
    (result,) = op.results
    block = _block(op)
    body = Body(scope, value.type.shape, [], [], range(0), False)
    body.known.update((v, iteration_index(d)) for d, v in enumerate(block.args))
    element = _yielded(body, block)
    if element.dtype != value.type.dtype:
        raise InferError(f"pads {value.type} with {element.dtype}")
    nodes = list(ScalarBody((), element).nodes())
    if any(node.fn == "index" for node in nodes):
        raise InferError("padding that depends on its place is not supported")
    if not any(node.fn == "arg" for node in nodes):
        scope.bind(result, scope.add(Pad(value, low, high, literal_value(element), loc=scope.loc)).result)
        return
    if any(isinstance(n, int) and n < 0 for n in (*low, *high)):
        raise InferError("padding must not be negative")
    shape = tuple(a + d + b for a, d, b in zip(low, value.type.shape, high, strict=True))
    made = ScalarBody(tuple(v.type.dtype for v in body.operands), element)
    maps = (*body.maps, identity(len(shape)))
    around = scope.add(Generic(tuple(body.operands), maps, made, shape, loc=scope.loc)).result
    scope.bind(result, scope.add(InsertSlice(value, around, low, (1,) * len(shape), loc=scope.loc)).result)


# -- joining and reshaping


def concat(op: Operation, scope: Scope) -> None:
    """The dims beside `dim` are those of the first operand: the others are said to be equal."""
    d = integer(op, "dim")
    values = list(scope.tensors(op.operands))
    if not values:
        raise InferError("needs at least one operand")
    first = values[0].type.shape
    if not 0 <= d < len(first):
        raise InferError(f"dim {d} is outside of rank {len(first)}")
    for i, v in enumerate(values):
        shape = v.type.shape
        if len(shape) != len(first):
            raise InferError(f"operand {i} has rank {len(shape)}, operand 0 rank {len(first)}")
        values[i] = scope.with_shape(v, (*first[:d], shape[d], *first[d + 1 :]))
    scope.bind(op.results[0], scope.add(Concat(tuple(values), d, loc=scope.loc)).result)


def expand_shape(op: Operation, scope: Scope) -> None:
    """Sizes come from `output_shape` or, in older texts, from the types."""
    source, *sizes = op.operands
    (result,) = op.results
    value, parts = scope.tensor(source), groups(op)
    if len(parts) != value.type.rank:
        raise InferError(f"{len(parts)} groups for a source of rank {value.type.rank}")
    written = ranked(result.type).shape
    if [d for part in parts for d in part] != list(range(len(written))) and parts:
        raise InferError(f"the groups do not list the {len(written)} dims of the result in order")
    if "static_output_shape" in op.attributes:
        shape = scope.mixed(op, "static_output_shape", sizes)
        if len(shape) != len(written):
            raise InferError(f"output_shape has {len(shape)} sizes for {result.type}")
    else:
        shape = _expanded_shape(value.type.shape, written, parts)
    made = expanded(value, parts, shape, scope, scope.type(result.type).encoding)
    scope.bind(result, made, scope.constant(source))


def _expanded_shape(source: tuple[Dim, ...], written: tuple[int | None, ...], parts: Groups) -> tuple[Dim, ...]:
    """The result's sizes where only its type says them: at most one `?` per group."""
    shape: list[Dim] = []
    for g, part in enumerate(parts):
        known = product(n for d in part if (n := written[d]) is not None)
        missing = sum(written[d] is None for d in part)
        if missing > 1 or (missing and not (isinstance(known, int) and known)):
            raise InferError(f"the sizes of group {g} are not known: output_shape is missing")
        for d in part:
            n = written[d]
            shape.append(floordiv(source[g], known) if n is None else n)
    return tuple(shape) if parts else tuple(1 for _ in written)


def expanded(
    value: Value, parts: Groups, shape: tuple[Dim, ...], scope: Scope, encoding: TypeEncoding | None = None
) -> Value:
    """`value` with its dims split; each dim is said to be the product of its parts."""
    if not value.type.rank:
        if any(d != 1 for d in shape):
            raise InferError(f"a scalar can't be expanded to [{', '.join(map(str, shape))}]")
        return units_of_scalar(value, len(shape), scope)
    value = scope.with_shape(value, [product(shape[d] for d in part) for part in parts])
    if all(len(part) == 1 for part in parts) and value.type.encoding is None:
        return value
    return scope.add(ExpandShape(value, parts, shape, encoding, loc=scope.loc)).result


def collapse_shape(op: Operation, scope: Scope) -> None:
    """Groups of dims become one each."""
    value, parts = scope.tensor(op.operands[0]), groups(op)
    made = collapsed(value, parts, scope, scope.type(op.results[0].type).encoding)
    scope.bind(op.results[0], made, scope.constant(op.operands[0]))


def collapsed(value: Value, parts: Groups, scope: Scope, encoding: TypeEncoding | None = None) -> Value:
    """`value` with its dims merged; no groups at all: all dims are 1, and vanish."""
    if not parts:
        return scalar_of_units(scope.with_shape(value, (1,) * value.type.rank), scope)
    if all(len(part) == 1 for part in parts) and len(parts) == value.type.rank and value.type.encoding is None:
        return value
    return scope.add(CollapseShape(value, parts, encoding, loc=scope.loc)).result


def reshape(op: Operation, scope: Scope) -> None:
    """The shape operand must be made of sizes; what is static in the result's type needs none."""
    source, wanted = op.operands
    (result,) = op.results
    written = ranked(result.type).shape
    known = scope.elements(wanted) or (None,) * len(written)
    if len(known) != len(written):
        raise InferError(f"the shape has {len(known)} elements for {result.type}")
    shape = [a if a is not None else b for a, b in zip(written, known, strict=True)]
    value = scope.tensor(source)
    missing = [d for d, n in enumerate(shape) if n is None]
    rest = product(n for n in shape if n is not None)
    if len(missing) == 1 and isinstance(rest, int) and rest and divisible(value.type.elements, rest):
        shape[missing[0]] = floordiv(value.type.elements, rest)
        missing = []
    if missing:
        raise InferError("its shape is no expression of sizes")
    scope.bind(result, reshaped(value, tuple(n for n in shape if n is not None), scope), scope.constant(source))


def reshaped(value: Value, shape: tuple[Dim, ...], scope: Scope) -> Value:
    """The same elements, row-major, with other sizes. Raises InferError if the numbers of elements differ."""
    source = value.type.shape
    if source == shape:
        return value
    scope.equal(product(source), product(shape))
    if product(source) != product(shape):
        raise InferError(f"{value.type} can't be known to have the elements of [{', '.join(map(str, shape))}]")
    if not shape:
        return scalar_of_units(value, scope)
    if not source:
        return units_of_scalar(value, len(shape), scope)
    merge, target, split = reshape_steps(source, shape)
    if merge is not None:
        value = scope.add(CollapseShape(value, merge, loc=scope.loc)).result
    if split is not None:
        value = scope.add(ExpandShape(value, split, target, loc=scope.loc)).result
    return value


OPS = {
    "tensor.empty": empty,
    "tensor.dim": dim,
    "tensor.rank": rank,
    "tensor.cast": cast,
    "tensor.bitcast": bit_cast,
    "tensor.splat": splat,
    "tensor.from_elements": from_elements,
    "tensor.generate": generate,
    "tensor.pad": pad,
    "tensor.concat": concat,
    "tensor.expand_shape": expand_shape,
    "tensor.collapse_shape": collapse_shape,
    "tensor.reshape": reshape,
}
