"""Steps of packed tensors: packs, unpacks, relayouts, products of tiles; and hints about layouts as front ends write
them."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.packing import Mmt4d, Pack, Unpack
from tensorir.dialects.relayout import Relayout
from tensorir.encoding import digits
from tensorir.encoding.digits import NotRefinable, filled, row_major
from tensorir.encoding.encoding import ROLES, ContractionSpace, Encoding
from tensorir.ir.affine import select
from tensorir.ir.dtype import f32
from tensorir.testing.programs.layouts import digit_layouts
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
    """A tensor in any layout, and its memory in another, if they have common digits. Sizes are numbers: MLIR, to which
    programs are written, says others as several ops."""
    x = w.pick(lambda v: v.type.rank < 4 and v.type.is_static)
    if x is None:
        return
    shape = x.type.shape
    sizes = [n for n in shape if isinstance(n, int)]
    zeros = filled(0.0 if x.type.dtype.is_float else 0)
    before, after = (w.draw(digit_layouts(sizes)).with_padding(shape, zeros) for _ in range(2))
    memory = w.add(Relayout(x, row_major(len(shape)), before, shape), w.bounds[x])
    if not isinstance(digits.relayout(before, after, shape), NotRefinable):
        w.add(Relayout(memory, before, after, shape), w.bounds[x])


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
