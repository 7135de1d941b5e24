"""tensor: constants, and ops that move or slice tensors or ask for their sizes, without computing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.encoding.views import Groups
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import i64
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list
from tensorir.ir.region import Region
from tensorir.ir.relation import Cut, Link, Put, Relation, Same, Whole, elementwise, merged_links, split_links
from tensorir.ir.scalar import ScalarValue, const
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value


def check_permutation(dims: tuple[int, ...], rank: int, what: str) -> None:
    """Raises InferError unless `dims` holds each of 0 … rank−1 once."""
    if sorted(dims) != list(range(rank)):
        raise InferError(f"{what} {list(dims)} is not a permutation of {rank} dims")


def check_axis(dim: int, rank: int, what: str) -> None:
    """Raises InferError unless 0 ≤ dim < rank."""
    if not 0 <= dim < rank:
        raise InferError(f"{what} {dim} is outside 0 … {rank - 1}")


def check_slice(
    extents: Sequence[Dim], offsets: Sequence[Dim], sizes: Sequence[Dim], strides: Sequence[int]
) -> Iterator[str]:
    """Yields one message per dim in which a slice with known bounds is not inside a tensor of sizes `extents`."""
    for d, (extent, offset, size, stride) in enumerate(zip(extents, offsets, sizes, strides, strict=True)):
        if stride < 1:
            yield f"stride {stride} of dim {d} must be at least 1"
        elif isinstance(offset, int) and isinstance(size, int) and isinstance(extent, int):
            last = offset + (size - 1) * stride + 1 if size else offset
            if offset < 0 or size < 0 or last > extent:
                yield f"dim {d}: [{offset} : {last} : {stride}] is outside of the size {extent}"


@op("tensor.constant", Trait.PURE | Trait.CONSTANT)
class Constant(Op):
    """A literal tensor. Large weights belong in globals."""

    value: Dense = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (TensorType(self.value.shape, self.value.dtype),)


@op("tensor.empty", Trait.PURE)
class Empty(Op):
    """A tensor whose elements are unspecified (the interpreter gives NaN, or the largest integer)."""

    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.type,)


@op("tensor.dim", Trait.PURE)
class DimOp(Op):
    """The size of one dim, as a scalar of type i64."""

    source: Value = operand()
    index: int = attribute()

    def infer_types(self) -> Sequence[Type]:
        check_axis(self.index, self.source.type.rank, "index")
        return (TensorType((), i64),)

    def decomposition(self) -> Decomposition:
        """The size given by the type of the source."""
        source, size = Value(self.source.type), Value(TensorType((), i64), "size")
        return Decomposition(Region((source, size), (), (size,)), (self.source.type.shape[self.index],))


@op("tensor.size", Trait.PURE)
class Size(Op):
    """A size as a scalar of type i64, wrapped to 64 bits. Its symbols are those that the function's arguments bind."""

    size: Dim = attribute()

    def infer_types(self) -> Sequence[Type]:
        if isinstance(self.size, int) and not -(1 << 63) <= self.size < 1 << 63:
            raise InferError(f"the size {self.size} takes more than 64 bits")
        return (TensorType((), i64),)


@op("tensor.expand_shape", Trait.PURE)
class ExpandShape(Op):
    """Splits dims: source dim g becomes the dims `groups[g]` of the result, row-major; `shape` is the shape of the
    result."""

    source: Value = operand()
    groups: Groups = attribute()
    shape: tuple[Dim, ...] = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        _check_groups(self.groups, self.shape, self.source.type.shape)
        return (TensorType(self.shape, self.source.type.dtype, self.encoding),)

    def relation(self) -> Relation:
        return Relation((tuple(range(len(self.shape))),), (split_links(self.groups, self.shape),), moves=(0,))


@op("tensor.collapse_shape", Trait.PURE)
class CollapseShape(Op):
    """Merges dims: the source dims `groups[g]` become dim g of the result, row-major."""

    source: Value = operand()
    groups: Groups = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        shape = self.source.type.shape
        merged = tuple(product(shape[d] for d in group if 0 <= d < len(shape)) for group in self.groups)
        _check_groups(self.groups, shape, merged)
        return (TensorType(merged, self.source.type.dtype, self.encoding),)

    def relation(self) -> Relation:
        loops = tuple(range(len(self.groups)))
        return Relation((loops,), (merged_links(self.groups, self.source.type.shape),), moves=(0,))


@op("tensor.extract_slice", Trait.PURE)
class ExtractSlice(Op):
    """`source[offset : offset + size·stride : stride]` in each dim. Static bounds are checked by the verifier, others
    at run time."""

    source: Value = operand()
    offsets: tuple[Dim, ...] = attribute()
    sizes: tuple[Dim, ...] = attribute()
    strides: tuple[int, ...] = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        rank = self.source.type.rank
        for name in ("offsets", "sizes", "strides"):
            if len(getattr(self, name)) != rank:
                raise InferError(f"{name} has {len(getattr(self, name))} entries for rank {rank}")
        return (TensorType(self.sizes, self.source.type.dtype, self.encoding),)

    def verify(self) -> Iterator[str]:
        yield from check_slice(self.source.type.shape, self.offsets, self.sizes, self.strides)

    def relation(self) -> Relation:
        parts = zip(self.source.type.shape, self.offsets, self.sizes, self.strides, strict=True)
        links = tuple(
            Same(d, d) if (offset, size, stride) == (0, whole, 1) else Cut(d, d, offset, stride)
            for d, (whole, offset, size, stride) in enumerate(parts)
        )
        return Relation((tuple(range(len(links))),), (links,), moves=(0,))


@op("tensor.insert_slice", Trait.PURE)
class InsertSlice(Op):
    """`dest` with `dest[offset : offset + size·stride : stride]` replaced by `source`, in each dim."""

    source: Value = operand()
    dest: Value = operand()
    offsets: tuple[Dim, ...] = attribute()
    strides: tuple[int, ...] = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        source, dest = self.source.type, self.dest.type
        if source.rank != dest.rank or source.dtype != dest.dtype:
            raise InferError(f"source is {source}, dest {dest}: rank and element type must agree")
        for name in ("offsets", "strides"):
            if len(getattr(self, name)) != dest.rank:
                raise InferError(f"{name} has {len(getattr(self, name))} entries for rank {dest.rank}")
        return (dest.with_encoding(self.encoding),)

    def verify(self) -> Iterator[str]:
        yield from check_slice(self.dest.type.shape, self.offsets, self.source.type.shape, self.strides)

    def relation(self) -> Relation:
        parts = zip(self.dest.type.shape, self.offsets, self.source.type.shape, self.strides, strict=True)
        source = tuple(
            Same(d, d) if (offset, size, stride) == (0, whole, 1) else Put(d, d, offset, stride)
            for d, (whole, offset, size, stride) in enumerate(parts)
        )
        loops = tuple(range(len(source)))
        return Relation((loops,), (source, tuple(Same(d, d) for d in loops)), moves=(0, 1))


@op("tensor.concat", Trait.PURE)
class Concat(Op):
    """Concatenates the inputs along `dim`."""

    inputs: tuple[Value, ...] = operand_list()
    dim: int = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        if not self.inputs:
            raise InferError("needs at least one input")
        first = self.inputs[0].type
        check_axis(self.dim, first.rank, "dim")
        total: Dim = 0
        for i, value in enumerate(self.inputs):
            shape = value.type.shape
            if value.type.dtype != first.dtype or value.type.rank != first.rank:
                raise InferError(f"inputs[{i}] is {value.type}, inputs[0] {first}")
            if any(a != b for d, (a, b) in enumerate(zip(shape, first.shape, strict=True)) if d != self.dim):
                raise InferError(
                    f"inputs[{i}] is {value.type}, inputs[0] {first}: sizes differ in a dim other than {self.dim}"
                )
            total = total + shape[self.dim]
        shape = (*first.shape[: self.dim], total, *first.shape[self.dim + 1 :])
        return (TensorType(shape, first.dtype, self.encoding),)

    def relation(self) -> Relation:
        loops = tuple(range(self.inputs[0].type.rank))
        offset: Dim = 0
        links: list[tuple[Link, ...]] = []
        for value in self.inputs:
            along = Same(self.dim, self.dim) if len(self.inputs) == 1 else Put(self.dim, self.dim, offset)
            links.append(tuple(along if d == self.dim else Same(d, d) for d in loops))
            offset = offset + value.type.shape[self.dim]
        return Relation((loops,), tuple(links), moves=tuple(range(len(links))))


@op("tensor.pad", Trait.PURE)
class Pad(Op):
    """Adds `low[d]` elements before and `high[d]` elements after the source in each dim, all with the constant
    `value`."""

    source: Value = operand()
    low: tuple[Dim, ...] = attribute()
    high: tuple[Dim, ...] = attribute()
    value: ScalarValue = attribute(default=0)
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        if len(self.low) != type.rank or len(self.high) != type.rank:
            raise InferError(f"low has {len(self.low)} and high {len(self.high)} entries for rank {type.rank}")
        if any(isinstance(n, int) and n < 0 for n in (*self.low, *self.high)):
            raise InferError("padding must not be negative; use tensor.extract_slice")
        const(self.value, type.dtype)
        shape = tuple(lo + d + hi for lo, d, hi in zip(self.low, type.shape, self.high, strict=True))
        return (TensorType(shape, type.dtype, self.encoding),)

    def relation(self) -> Relation:
        around = enumerate(zip(self.low, self.high, strict=True))
        links = tuple(Same(d, d) if (low, high) == (0, 0) else Put(d, d, low) for d, (low, high) in around)
        return Relation((tuple(range(len(links))),), (links,), moves=(0,))


@op("tensor.gather", Trait.PURE)
class Gather(Op):
    """Rows of a table: `result[i…, r…] = source[indices[i…], r…]`. An index outside is an error when run."""

    source: Value = operand()
    indices: Value = operand()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        if not self.source.type.rank:
            raise InferError("source must have at least one dim")
        if self.indices.type.dtype.kind not in ("signed", "unsigned"):
            raise InferError(f"indices must be integers, got {self.indices.type.dtype}")
        shape = (*self.indices.type.shape, *self.source.type.shape[1:])
        return (TensorType(shape, self.source.type.dtype, self.encoding),)

    def relation(self) -> Relation:
        """Any row may be looked up; the dims within a row are unchanged."""
        rank = self.indices.type.rank
        rows = tuple(Same(d, rank + d - 1) for d in range(1, self.source.type.rank))
        indices = tuple(Same(d, d) for d in range(rank))
        return Relation((tuple(range(rank + len(rows))),), ((Whole((0,)), *rows), indices), moves=(0,))


@op("tensor.gather_nd", Trait.PURE)
class GatherNd(Op):
    """Single elements: `result[p…] = source[indices[0][p…], indices[1][p…], …]`, one index tensor per source dim.

    All index tensors have the result's shape. An index outside is an error when run."""

    source: Value = operand()
    indices: tuple[Value, ...] = operand_list()

    def infer_types(self) -> Sequence[Type]:
        source = self.source.type
        if len(self.indices) != source.rank or not source.rank:
            raise InferError(f"{len(self.indices)} index tensors for {source}: one per dim, at least one")
        first = self.indices[0].type
        for i, value in enumerate(self.indices):
            if value.type.dtype.kind not in ("signed", "unsigned"):
                raise InferError(f"indices[{i}] must be integers, got {value.type.dtype}")
            if value.type.shape != first.shape:
                raise InferError(f"indices[{i}] is {value.type}, indices[0] {first}: shapes must agree")
        return (TensorType(first.shape, source.dtype),)

    def relation(self) -> Relation:
        loops = tuple(range(self.indices[0].type.rank))
        indices = (tuple(Same(d, d) for d in loops),) * len(self.indices)
        return Relation((loops,), ((Whole(tuple(range(self.source.type.rank))),), *indices), moves=(0,))


@op("tensor.cast", Trait.PURE)
class Cast(Op):
    """States other sizes for the same tensor; sizes that are not known to be equal are checked at run time."""

    source: Value = operand()
    shape: tuple[Dim, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        if len(self.shape) != type.rank:
            raise InferError(f"{len(self.shape)} sizes for rank {type.rank}")
        for d, (a, b) in enumerate(zip(type.shape, self.shape, strict=True)):
            if isinstance(a, int) and isinstance(b, int) and a != b:
                raise InferError(f"dim {d} is {a}, can't be {b}")
        return (type.with_shape(self.shape),)

    def relation(self) -> Relation:
        return elementwise(len(self.shape), moves=(0,))


def _check_groups(groups: Groups, many: tuple[Dim, ...], few: tuple[Dim, ...]) -> None:
    """`groups` must list the dims of `many` in order, one non-empty group per dim of `few`, equal in product.

    To and from a scalar there are no groups, and all sizes are 1."""
    if not few and not groups:
        if any(d != 1 for d in many):
            raise InferError(f"a scalar has no dims: all sizes must be 1, not [{', '.join(map(str, many))}]")
        return
    if [d for group in groups for d in group] != list(range(len(many))) or len(groups) != len(few):
        raise InferError(f"groups {[list(g) for g in groups]} do not map {len(many)} dims to {len(few)} in order")
    for g, group in enumerate(groups):
        if not group:
            raise InferError(f"group {g} is empty")
        total = product(many[d] for d in group)
        if total != few[g]:
            sizes = "·".join(str(many[d]) for d in group)
            raise InferError(f"group {g} has {sizes} = {total} elements, the merged dim {few[g]}")
