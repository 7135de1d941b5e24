"""Products of few rows whose other side would be packed in the same launch read it as it is."""

from __future__ import annotations

from attrs import frozen

from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import groups_around
from tensorir.ir.affine import select
from tensorir.ir.dims import Dim
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.transforms.tiles.matmuls import few_rows
from tensorir.transforms.tiles.storage import is_view


def read_in_place(region: Region) -> Region:
    """Law: interp(read_in_place(r)) == interp(r), bit for bit: the packs add only zeros, which change no sum.

    Only for few rows or columns, and if the other side comes with the call and is packed in this region: a matrix that
    is read once is not worth a pack. What is few is unpacked where it is packed elsewhere, and the result is packed
    again where something reads its tiles."""
    found = {type(op) for op in region.ops}
    return greedy(region, PATTERNS) if Pack in found and found & {Mmt4d, BatchMmt4d} else region


@pattern(Mmt4d, BatchMmt4d)
def multiply_in_place(op: Mmt4d | BatchMmt4d, view: RegionView) -> Rewrite:
    """mmt4d(pack(a), pack(b)) == pack(contract(a, b))"""
    m0, k0, n0 = (*op.lhs.type.shape[-2:], op.result.type.shape[-1])
    if op.init or not (isinstance(m0, int) and isinstance(n0, int) and isinstance(k0, int)):
        return None
    batch = 1 if isinstance(op, BatchMmt4d) else 0
    row, column, inner = batch, batch + 1, batch + 2  # loops of the contraction, behind its batch
    lhs = _Side(op.lhs, (*range(batch), row, inner), (m0, k0), transposed=False)
    rhs = _Side(op.rhs, (*range(batch), column, inner), (n0, k0), transposed=op.rhs_order == "kn")
    packs = lhs.pack(view), rhs.pack(view)
    depth = next((p.source.type.shape[p.outer_dims_perm[-1]] for p in packs if p is not None), None)
    if depth is None or not any(p is not None and _comes_with_the_call(p.source, view) for p in packs):
        return None
    layout, shape = _result(op, (m0, n0), packs, view)
    order = layout.outer_perm
    sizes = {loop: shape[dim] for loop, dim in enumerate(order)} | {inner: depth}
    ops: list[Op] = []
    values: list[Value] = []
    maps = [select(inner + 1, _inverse(order))]
    for side, pack in zip((lhs, rhs), packs, strict=True):
        if pack is None:
            ops += side.unpacked(sizes, op.loc)
            values.append(ops[-1].result)
            maps.insert(-1, select(inner + 1, side.loops))
            continue
        loops = [side.loops[d] for d in _inverse(pack.outer_dims_perm)]
        if tuple(sizes[loop] for loop in loops) != pack.source.type.shape:
            return None
        values.append(pack.source)
        maps.insert(-1, select(inner + 1, loops))
    product = Contract(values[0], values[1], (), (maps[0], maps[1], maps[2]), op.dtype, loc=op.loc)
    found = few_rows(product)
    if found is None:
        return None
    many = packs[0 if found.swapped else 1]
    if many is None or not _comes_with_the_call(many.source, view):
        return None
    return [*ops, product, *_packed(product.result, layout, op.loc)]


@pattern(Unpack)
def unpack_what_was_packed(op: Unpack, view: RegionView) -> Rewrite:
    """unpack(pack(x)) == x"""
    match view.def_of(op.source):
        case Pack(layout=layout, source=source) if layout == op.layout and source.type == op.result.type:
            return source
        case _:
            return None


@pattern(Unpack)
def unpack_before_dims_of_size_one(op: Unpack, view: RegionView) -> Rewrite:
    """unpack(expand(x)) == expand(unpack(x)), where expand adds untiled dims of size 1"""
    made = view.def_of(op.source)
    if not isinstance(made, ExpandShape) or made.encoding is not None:
        return None
    outer = op.outer_dims_perm
    added = {
        d
        for group, size in zip(made.groups, made.source.type.shape, strict=False)
        for d in [d for d in group if made.shape[d] == 1][size == 1 :]
    }
    if len(added) != len(made.shape) - made.source.type.rank or max(added, default=0) >= len(outer):
        return None
    dims = {outer[d] for d in added}
    if dims & {*op.inner_dims_pos} or any(op.shape[d] != 1 for d in dims):
        return None
    kept = [d for d in range(len(op.shape)) if d not in dims]
    order = tuple(kept.index(d) for d in outer if d not in dims)
    shape = tuple(op.shape[d] for d in kept)
    inner = tuple(map(kept.index, op.inner_dims_pos))
    small = Unpack(made.source, inner, op.inner_tiles, order, shape, loc=op.loc)
    return [small, ExpandShape(small.result, groups_around(kept, len(op.shape)), op.shape, loc=op.loc)]


@pattern(CollapseShape, ExpandShape)
def undo_reshapes(op: CollapseShape | ExpandShape, view: RegionView) -> Rewrite:
    """reshape(reshape(x)) == x, if it has the shape of x: units may then run along all of its dims"""
    made: Op | None = op
    while isinstance(made, CollapseShape | ExpandShape):
        (source,) = made.operands
        if source.type == op.result.type:
            return source
        made = view.def_of(source)
    return None


PATTERNS = index([multiply_in_place, unpack_what_was_packed, unpack_before_dims_of_size_one, undo_reshapes])


@frozen
class _Side:
    """An operand in tiles of its last two dims, and the loop along each dim; `transposed`: in a tile these two dims are
    in the other order."""

    value: Value
    loops: tuple[int, ...]
    tiles: tuple[int, int]
    transposed: bool

    def pack(self, view: RegionView) -> Pack | None:
        """What packs the operand in this region without other numbers than zero, or None."""
        match view.def_of(self.value):
            case Pack(padding=0) as op if op.inner_dims_pos == self._tiled(op.outer_dims_perm):
                return op
            case _:
                return None

    def unpacked(self, sizes: dict[int, Dim], loc: Location) -> list[Op]:
        """The ops that make the operand row-major, as a view if its elements lie in that order."""
        shape = tuple(sizes[loop] for loop in self.loops)
        order = tuple(range(len(shape)))
        layout = Layout(self._tiled(order), self.tiles[::-1] if self.transposed else self.tiles, order)
        if layout.is_view(shape):
            return _reshaped(self.value, shape, loc)
        return [Unpack(self.value, layout.inner_dims, layout.inner_tiles, order, shape, loc=loc)]

    def _tiled(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """The dims of a tile, if the outer dims have this order."""
        return order[:-3:-1] if self.transposed else order[-2:]


def _result(
    op: Mmt4d | BatchMmt4d, tiles: tuple[int, int], packs: tuple[Pack | None, Pack | None], view: RegionView
) -> tuple[Layout, tuple[Dim, ...]]:
    """The layout of a result, and the sizes of its dims: those of what unpacks it, or with what its tiles hold of
    sides that are not packed here."""
    for user in view.users_of(op.result):
        if isinstance(user, Unpack):
            return user.layout, user.shape
    *outer, m1, n1 = op.result.type.shape[:-2]
    full = (m1 * tiles[0], n1 * tiles[1])
    sizes = (s if p is None else p.source.type.shape[p.outer_dims_perm[-2]] for s, p in zip(full, packs, strict=True))
    order = tuple(range(len(outer) + 2))
    return Layout(order[-2:], tiles, order), (*outer, *sizes)


def _comes_with_the_call(value: Value, view: RegionView) -> bool:
    """Whether a value is an argument, or one read in another way."""
    while (made := view.def_of(value)) is not None:
        if not is_view(made):
            return False
        value = made.operands[0]
    return True


def _packed(x: Value, layout: Layout, loc: Location) -> list[Op]:
    if layout.is_view(x.type.shape):
        return _reshaped(x, layout.packed_shape(x.type.shape), loc)
    return [Pack(x, layout.inner_dims, layout.inner_tiles, layout.outer_perm, loc=loc)]


def _reshaped(x: Value, shape: tuple[Dim, ...], loc: Location) -> list[Op]:
    flat = CollapseShape(x, (tuple(range(x.type.rank)),), loc=loc)
    return [flat, ExpandShape(flat.result, (tuple(range(len(shape))),), shape, loc=loc)]


def _inverse(order: tuple[int, ...]) -> list[int]:
    return sorted(range(len(order)), key=order.__getitem__)
