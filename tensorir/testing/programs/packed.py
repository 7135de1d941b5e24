"""Steps of packed tensors: packs, unpacks, relayouts, products of tiles; and hints about layouts as front ends write
them."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.packing import Mmt4d, Pack, Unpack
from tensorir.dialects.relayout import Relayout
from tensorir.encoding.digits import filled, from_pack
from tensorir.encoding.encoding import ROLES, ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import select
from tensorir.ir.dtype import f32
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import DATA_BOUND, EXACT, SIZES, permutation
from tensorir.testing.programs.writer import Writer

TILES = (1, 2, 3, 4, 8, 16)


@step()
def pack(w: Writer) -> None:
    """Tiles of one or two dims; they are unpacked again, or stay a tensor like any other."""
    x = w.pick(lambda v: 0 < v.type.rank < 4)
    if x is None:
        return
    rank = x.type.rank
    inner = tuple(w.draw(st.lists(st.integers(0, rank - 1), unique=True, min_size=1, max_size=2)))
    tiles = tuple(w.draw(st.sampled_from(TILES)) for _ in inner)
    order = w.draw(permutation(rank))
    padding = w.draw(st.sampled_from([0, 1]))
    bound = max(w.bounds[x], padding)
    filled = 1.0 if padding and x.type.dtype.is_float else padding  # 0 as an int is the default of every type
    packed = w.add(Pack(x, inner, tiles, order, filled), bound)
    if w.draw(st.booleans()):
        w.add(Unpack(packed, inner, tiles, order, x.type.shape), bound)


@step()
def relayout(w: Writer) -> None:
    """A tensor packed in one way, and its memory packed in another. The tiles of the second divide those of the first
    or are multiples of them. Sizes are numbers: MLIR, to which programs are written, says others as two ops."""
    x = w.pick(lambda v: 0 < v.type.rank < 4 and v.type.is_static)
    if x is None:
        return
    rank = x.type.rank
    zeros = 0.0 if x.type.dtype.is_float else 0
    packs: list[Layout] = []
    for _ in range(2):
        inner = tuple(w.draw(st.lists(st.integers(0, rank - 1), unique=True, max_size=2)))
        tiles = tuple(w.draw(st.sampled_from([1, 2, 4, 8])) for _ in inner)
        packs.append(Layout(inner, tiles, w.draw(permutation(rank))))
    before, after = (from_pack(p).with_padding(x.type.shape, filled(zeros)) for p in packs)
    first = packs[0]
    packed = w.add(Pack(x, first.inner_dims, first.inner_tiles, first.outer_perm, zeros), w.bounds[x])
    w.add(Relayout(packed, before, after, x.type.shape), w.bounds[x])


@step()
def mmt4d(w: Writer) -> None:
    """A matrix product over tiles of any size."""
    lhs = w.pick(lambda v: v.type.rank == 2 and v.type.dtype == f32 and v.type.is_static)
    if lhs is None:
        return
    rows, depth = lhs.type.shape
    if not isinstance(depth, int):
        return
    columns = w.draw(st.sampled_from(SIZES))
    m0, n0, k0 = (w.draw(st.sampled_from(TILES)) for _ in range(3))
    lhs = w.within(lhs, max(EXACT[f32] // (DATA_BOUND * max(depth, 1)), 1))
    rhs = w.weight((columns, depth), f32)
    left = w.add(Pack(lhs, (0, 1), (m0, k0), (0, 1)), w.bounds[lhs])
    right = w.add(Pack(rhs, (0, 1), (n0, k0), (0, 1)), w.bounds[rhs])
    bound = w.bounds[lhs] * w.bounds[rhs] * max(depth, 1)
    tiles = w.add(Mmt4d(left, right, (), f32), bound)
    w.add(Unpack(tiles, (0, 1), (m0, n0), (0, 1), (rows, columns)), bound)


@step()
def encode(w: Writer) -> None:
    """A hint that a matrix is stored as an operand of some product."""
    x = w.pick(lambda v: v.type.rank == 2 and v.type.dtype == f32)
    if x is None:
        return
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    space = ContractionSpace(maps, (f32, f32, f32), (None, None, None))
    encoded = w.add(SetEncoding(x, Encoding(space, w.draw(st.sampled_from(ROLES)))), w.bounds[x])
    del w.bounds[encoded]  # most ops take no encoded tensor: only what is unset again is offered to later steps
    w.add(UnsetEncoding(encoded), w.bounds[x])
