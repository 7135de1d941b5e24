"""linalg's packed ops: pack, unpack and the matmuls over tiles (mmt4d), which materialization creates."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg.contract import Contract, product_loops
from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tensor import check_axis, check_permutation
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import RhsOrder
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list
from tensorir.ir.relation import Link, Merged, Relation, Same, Split
from tensorir.ir.scalar import ScalarValue, const
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value


@op("linalg.pack", Trait.PURE)
class Pack(Op):
    """Row-major to tiles; incomplete tiles are filled with `padding` (see `encoding.layout` for the index map)."""

    source: Value = operand()
    inner_dims_pos: tuple[int, ...] = attribute()
    inner_tiles: tuple[int, ...] = attribute()
    outer_dims_perm: tuple[int, ...] = attribute()
    padding: ScalarValue = attribute(default=0)

    @property
    def layout(self) -> Layout:
        return Layout(self.inner_dims_pos, self.inner_tiles, self.outer_dims_perm)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_packing(type.rank, self.layout)
        const(self.padding, type.dtype)
        return (self.layout.packed_type(type),)

    def relation(self) -> Relation:
        return _tiled(self.layout, packs=True)


@op("linalg.unpack", Trait.PURE)
class Unpack(Op):
    """Tiles to row-major: the inverse of `linalg.pack`, dropping padding. `shape` is the result's."""

    source: Value = operand()
    inner_dims_pos: tuple[int, ...] = attribute()
    inner_tiles: tuple[int, ...] = attribute()
    outer_dims_perm: tuple[int, ...] = attribute()
    shape: tuple[Dim, ...] = attribute()

    @property
    def layout(self) -> Layout:
        return Layout(self.inner_dims_pos, self.inner_tiles, self.outer_dims_perm)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_packing(len(self.shape), self.layout)
        packed = self.layout.packed_shape(self.shape)
        if packed != type.shape:
            raise InferError(
                f"source is {type}, a packed [{', '.join(map(str, self.shape))}] has {list(map(str, packed))}"
            )
        return (TensorType(self.shape, type.dtype),)

    def relation(self) -> Relation:
        return _tiled(self.layout, packs=False)


@op("linalg.mmt4d", Trait.PURE | Trait.CONTRACTION)
class Mmt4d(Op):
    """`out[m1,n1] = init[m1,n1] + Σ_k1 lhs[m1,k1] · rhs[n1,k1]` over tiles, in the element type `dtype`.

    lhs M1×K1×M0×K0; rhs N1×K1×N0×K0 ("nk", linalg.mmt4d) or N1×K1×K0×N0 ("kn", where a row of the result tile
    is read from rhs as one vector); result M1×N1×M0×N0. `kernel` is the kernel that the device chose
    for it, if any.

    The kernels sum floats in parts of 256 products of rising k, each part one chain that begins with zero; the
    parts are added in rising order, and `init` comes last. All kernels with fused multiply-add give the same
    bits, whatever the tile (kernels/README.md)."""

    lhs: Value = operand()
    rhs: Value = operand()
    init: tuple[Value, ...] = operand_list()
    dtype: DType = attribute()
    rhs_order: RhsOrder = attribute(default="nk")
    kernel: str = attribute(default="")

    def infer_types(self) -> Sequence[Type]:
        return _mmt4d_type(self, batch=0)

    def loops(self) -> Loops:
        return product_loops(mmt4d_maps(0, self.rhs_order), (self.lhs, self.rhs), self.init, self.dtype)

    def decomposition(self) -> Decomposition:
        return _mmt4d_decomposition(self, 0)


@op("linalg.batch_mmt4d", Trait.PURE | Trait.CONTRACTION)
class BatchMmt4d(Op):
    """`linalg.mmt4d` for each index of a leading batch dim of all operands."""

    lhs: Value = operand()
    rhs: Value = operand()
    init: tuple[Value, ...] = operand_list()
    dtype: DType = attribute()
    rhs_order: RhsOrder = attribute(default="nk")
    kernel: str = attribute(default="")

    def infer_types(self) -> Sequence[Type]:
        return _mmt4d_type(self, batch=1)

    def loops(self) -> Loops:
        return product_loops(mmt4d_maps(1, self.rhs_order), (self.lhs, self.rhs), self.init, self.dtype)

    def decomposition(self) -> Decomposition:
        return _mmt4d_decomposition(self, 1)


def _mmt4d_decomposition(op: Mmt4d | BatchMmt4d, batch: int) -> Decomposition:
    """Returns the loops of a contraction over all six dims; 16-bit floats are first summed in f32."""
    w, total = Decomposer(op), accumulation_type(op.dtype)
    lhs, rhs, *given = w.operands
    init = tuple(w.convert(v, total) for v in given)
    if total != op.dtype:
        return w.finish(w.convert(w.add(type(op)(lhs, rhs, init, total, op.rhs_order)), op.dtype))
    return w.finish(w.add(Contract(lhs, rhs, init, mmt4d_maps(batch, op.rhs_order), total)))


def mmt4d_maps(batch: int, rhs_order: RhsOrder) -> tuple[AffineMap, AffineMap, AffineMap]:
    """The iteration space: `batch` dims, then M1, N1, K1, M0, N0, K0."""
    b = tuple(range(batch))
    m1, n1, k1, m0, n0, k0 = range(batch, batch + 6)
    rhs = (n0, k0) if rhs_order == "nk" else (k0, n0)
    lhs, right, out = (select(batch + 6, (*b, *d)) for d in ((m1, k1, m0, k0), (n1, k1, *rhs), (m1, n1, m0, n0)))
    return lhs, right, out


def _mmt4d_type(op: Mmt4d | BatchMmt4d, batch: int) -> tuple[Type, ...]:
    lhs, rhs = op.lhs.type, op.rhs.type
    if lhs.rank != 4 + batch or rhs.rank != 4 + batch or len(op.init) > 1:
        raise InferError(f"lhs and rhs must have rank {4 + batch}, with at most one init; got {lhs}, {rhs}")
    if op.rhs_order not in ("nk", "kn"):
        raise InferError(f'rhs_order must be "nk" or "kn", got {op.rhs_order!r}')
    m1, k1, m0, k0 = lhs.shape[batch:]
    n1, rhs_k1, *inner = rhs.shape[batch:]
    n0, rhs_k0 = inner if op.rhs_order == "nk" else reversed(inner)
    if lhs.shape[:batch] != rhs.shape[:batch] or k1 != rhs_k1 or k0 != rhs_k0:
        raise InferError(f"batch, K1 and K0 of lhs {lhs} and rhs {rhs} ({op.rhs_order}) must agree")
    type = TensorType((*lhs.shape[:batch], m1, n1, m0, n0), op.dtype)
    if op.init and op.init[0].type != type:
        raise InferError(f"init is {op.init[0].type}, the result {type}")
    return (type,)


def _tiled(layout: Layout, packs: bool) -> Relation:
    """Returns the relation of a pack or an unpack: a tiled dim is split into its outer and its inner physical dim."""
    links: list[Link] = []
    for dim in range(layout.rank):
        outer = layout.outer_position(dim)
        if layout.tile(dim) is None:
            links.append(Same(dim, outer) if packs else Same(outer, dim))
        else:
            parts = (outer, layout.inner_position(dim))
            links.append(Split(dim, parts) if packs else Merged(parts, dim))
    rank = layout.rank + len(layout.inner_dims) if packs else layout.rank
    return Relation((tuple(range(rank)),), (tuple(links),), moves=(0,))


def _check_packing(rank: int, layout: Layout) -> None:
    check_permutation(layout.outer_perm, rank, "outer_dims_perm")
    dims, tiles = layout.inner_dims, layout.inner_tiles
    if len(dims) != len(tiles) or len(set(dims)) != len(dims):
        raise InferError(f"inner_dims_pos {list(dims)} and inner_tiles {list(tiles)} do not fit together")
    for d, tile in zip(dims, tiles, strict=True):
        check_axis(d, rank, "inner_dims_pos")
        if tile < 1:
            raise InferError(f"the tile {tile} of dim {d} must be at least 1")
