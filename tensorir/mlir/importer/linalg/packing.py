"""linalg.pack and linalg.unpack."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.dialects.linalg import Broadcast
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.tensor import InsertSlice
from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, divisible
from tensorir.ir.scalar import ScalarValue, const
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import integers, segments
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.syntax import Operation, SSAValue


def _pack(op: Operation, scope: Scope) -> None:
    (source, into), padding, tiles = _operands(op, scope)
    value = scope.tensor(source)
    layout = _layout(op, value.type.rank, tiles)
    pad: ScalarValue | None = None
    if padding:
        if element_type(padding[0].type) != value.type.dtype:
            raise InferError(f"the padding value is {padding[0].type}, the source {value.type}")
        pad = scope.constant(padding[0])
    whole = tuple(_whole_tiles(size, tile) for size, tile in zip(value.type.shape, _tile_of(layout), strict=True))
    if not padding:
        value = _unpadded(value, whole, scope)
    elif pad is None:
        value = _padded(value, whole, scope.tensor(padding[0]), scope)
    fill = const(0, value.type.dtype).value if pad is None else pad  # no padding where all tiles are full
    made = Pack(value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, fill, loc=scope.loc)
    packed = scope.add(made).result
    scope.bind(op.results[0], scope.with_shape(packed, scope.shape(into)))


def _tile_of(layout: Layout) -> tuple[int, ...]:
    """Returns the tile of each dim of the source, 1 where it has none."""
    tiles = dict(zip(layout.inner_dims, layout.inner_tiles, strict=True))
    return tuple(tiles.get(d, 1) for d in range(len(layout.outer_perm)))


def _whole_tiles(size: Dim, tile: int) -> Dim:
    """Returns the smallest multiple of the tile that is at least the size of the dim."""
    return size if divisible(size, tile) else ceildiv(size, tile) * tile


def _unpadded(value: Value, whole: tuple[Dim, ...], scope: Scope) -> Value:
    """Returns `value`, whose dims must be multiples of their tiles; sizes that are known only at run time are checked
    then."""
    for d, (size, multiple) in enumerate(zip(value.type.shape, whole, strict=True)):
        if isinstance(size, int) and size != multiple:
            raise InferError(
                f"dim {d} of size {size} would have to be padded to {multiple} for its tile: padding_value is missing"
            )
    return scope.with_shape(value, whole)


def _padded(value: Value, whole: tuple[Dim, ...], element: Value, scope: Scope) -> Value:
    """Inserts `value` at the beginning of a tensor filled with that element."""
    if value.type.shape == whole:
        return value
    rank = len(whole)
    around = scope.add(Broadcast(element, tuple(range(rank)), whole, loc=scope.loc)).result
    return scope.add(InsertSlice(value, around, (0,) * rank, (1,) * rank, loc=scope.loc)).result


def _unpack(op: Operation, scope: Scope) -> None:
    (source, into), _, tiles = _operands(op, scope)
    target = scope.tensor(into).type
    layout = _layout(op, target.rank, tiles)
    value = scope.with_shape(scope.tensor(source), layout.packed_shape(target.shape))
    made = Unpack(value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, target.shape, loc=scope.loc)
    scope.bind(op.results[0], scope.add(made).result)


def _operands(op: Operation, scope: Scope) -> tuple[tuple[SSAValue, SSAValue], tuple[SSAValue, ...], tuple[int, ...]]:
    """Returns source and dest, the padding value if there is one, and the tiles. Tiles of unknown size are refused."""
    if "operandSegmentSizes" in op.attributes:
        *pair, padding, dynamic = segments(op, 4) if op.name == "linalg.pack" else _unpack_segments(op)
        source, into = (p[0] for p in pair)
    else:
        (source, into, *dynamic), padding = op.operands, ()
    if len(op.results) != 1:
        raise InferError("must give one tensor")
    sizes = scope.mixed(op, "static_inner_tiles", dynamic)
    tiles = tuple(s for s in sizes if isinstance(s, int))
    if len(tiles) != len(sizes):
        raise InferError("tiles whose sizes are known only at run time are not supported")
    if any(t < 1 for t in tiles):
        raise InferError(f"inner_tiles {list(tiles)} must be at least 1")
    return (source, into), padding, tiles


def _unpack_segments(op: Operation) -> tuple[tuple[SSAValue, ...], ...]:
    """unpack has no padding value, but some versions count it in operandSegmentSizes."""
    lengths = integers(op, "operandSegmentSizes")
    if len(lengths) == 4:
        return segments(op, 4)
    source, into, dynamic = segments(op, 3)
    return source, into, (), dynamic


def _layout(op: Operation, rank: int, tiles: tuple[int, ...]) -> Layout:
    dims = integers(op, "inner_dims_pos")
    perm = integers(op, "outer_dims_perm", ()) or tuple(range(rank))
    if len(dims) != len(tiles) or len(set(dims)) != len(dims) or any(not 0 <= d < rank for d in dims):
        raise InferError(f"inner_dims_pos {list(dims)} must be different dims of rank {rank}, one per tile")
    if sorted(perm) != list(range(rank)):
        raise InferError(f"outer_dims_perm {list(perm)} must be a permutation of {rank} dims")
    return Layout(dims, tiles, perm)


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {"linalg.pack": _pack, "linalg.unpack": _unpack}
