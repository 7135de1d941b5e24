"""materialize-encodings: what a contraction with tiles becomes, and where zeros and relayouts are put."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract, Generic, ZeroPadding
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles, operand_layout
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings

Maps = tuple[AffineMap, AffineMap, AffineMap]
MATMUL: Maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
TURNED: Maps = (select(3, (2, 0)), select(3, (1, 2)), select(3, (1, 0)))
BATCH: Maps = (select(4, (1, 0, 3)), select(4, (0, 3, 2)), select(4, (1, 0, 2)))
SIZES: dict[int, tuple[Dim, ...]] = {3: (5, 7, 9), 4: (2, 5, 7, 9)}


class Tiled:
    """A program with one contraction whose operands are stored as its tiles say."""

    def __init__(self, maps: Maps, tiles: Tiles, sizes: Sequence[Dim] | None = None) -> None:
        self.b = RegionBuilder()
        self.maps, self.tiles = maps, tiles
        self.space = ContractionSpace(maps, (f32, f32, f32), (None,) * maps[0].num_dims)
        self.sizes = tuple(sizes or SIZES[maps[0].num_dims])

    def arg(self, operand: int) -> Value:
        shape = tuple(self.sizes[d] for d in self.maps[operand].positions())
        return self.b.arg(TensorType(shape, f32), ("lhs", "rhs", "init")[operand])

    def layout(self, role: Role) -> Layout:
        return operand_layout(Encoding(self.space, role), self.tiles)

    def set(self, value: Value, layout: Layout) -> Value:
        return self.b.add(SetEncoding(value, layout)).result

    def module(self, lhs: Value, rhs: Value, *init: Value, tiles: bool = True) -> Module:
        chosen = (self.tiles, "a_kernel") if tiles else (None, "")
        op = Contract(lhs, rhs, init, self.maps, f32, self.layout("result"), *chosen)
        out = self.b.add(UnsetEncoding(self.b.add(op).result)).result
        return Module([Function("main", self.b.finish([out]))])


def materialized(module: Module) -> list[Op]:
    """The ops after the pass, whose law is checked on the way."""
    after = run_passes(module, (MaterializeEncodings(),))
    assert_equivalent(module, after)
    ops = list(after.functions[0].body.ops)
    assert all(v.type.encoding is None for op in ops for v in op.results)
    return ops


@pytest.mark.parametrize("maps", [MATMUL, TURNED, BATCH], ids=["matmul", "turned", "batch"])
@pytest.mark.parametrize("tiles", [Tiles(4, 2, 8, o, s) for o in ("nk", "kn") for s in (False, True)], ids=str)
@pytest.mark.parametrize("init", [False, True])
def test_a_contraction_with_tiles_is_one_packed_matmul(maps: Maps, tiles: Tiles, init: bool) -> None:
    t = Tiled(maps, tiles)
    lhs, rhs = t.set(t.arg(0), t.layout("lhs")), t.set(t.arg(1), t.layout("rhs"))
    start = (t.set(t.arg(2), t.layout("result")),) if init else ()
    ops = materialized(t.module(lhs, rhs, *start))
    (made,) = (op for op in ops if isinstance(op, Mmt4d | BatchMmt4d))
    assert isinstance(made, BatchMmt4d) == (maps is BATCH)
    assert (made.kernel, made.rhs_order, len(made.init)) == ("a_kernel", tiles.rhs_order, len(start))
    rows, columns = (2, 4) if tiles.swapped else (4, 2)
    assert (made.lhs.type.shape[-2:], made.result.type.shape[-2:]) == ((rows, 8), (rows, columns))
    assert {type(op) for op in ops} == {Pack, type(made), Unpack}


def test_square_tiles_are_not_mistaken_for_swapped_ones() -> None:
    """The layouts alone would not tell: all tiles are 4×4."""
    for swapped in (False, True):
        t = Tiled(MATMUL, Tiles(4, 4, 4, "nk", swapped), (4, 4, 4))
        ops = materialized(t.module(t.set(t.arg(0), t.layout("lhs")), t.set(t.arg(1), t.layout("rhs"))))
        (made,) = (op for op in ops if isinstance(op, Mmt4d))
        packs = {op.result: op.source for op in ops if isinstance(op, Pack)}
        first = packs.get(made.lhs)
        assert first is None or first.hint == ("rhs" if swapped else "lhs")


def test_without_tiles_the_contraction_is_row_major() -> None:
    t = Tiled(MATMUL, Tiles(4, 2, 8))
    lhs, rhs = t.set(t.arg(0), t.layout("lhs")), t.set(t.arg(1), t.layout("rhs"))
    ops = materialized(t.module(lhs, rhs, tiles=False))
    (made,) = (op for op in ops if isinstance(op, Contract))
    assert (made.tiles, made.kernel, made.encoding) == (None, "", None)


@pytest.mark.parametrize(
    ("layout", "taken"),
    [
        (Layout((1,), (4,), (1, 0)), True),  # panels of columns
        (Layout((1,), (3,), (1, 0)), False),  # with padding
        (Layout((0,), (4,), (1, 0)), False),  # of what is summed
        (Layout((0, 1), (4, 4), (1, 0)), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("init", [False, True])
def test_without_tiles_a_contraction_takes_panels_of_columns(layout: Layout, taken: bool, init: bool) -> None:
    b = RegionBuilder()
    x, w = b.arg(TensorType((6, 8), f32)), b.arg(TensorType((8, 20), f32))
    start = (b.arg(TensorType((6, 20), f32)),) if init else ()
    product = Contract(x, b.add(SetEncoding(w, layout)).result, start, MATMUL, f32)
    ops = materialized(Module([Function("main", b.finish([b.add(product).result]))]))
    (made,) = (op for op in ops if isinstance(op, Contract))
    assert (made.rhs.type.rank == 3, any(isinstance(op, Unpack) for op in ops)) == (taken, not taken)


@pytest.mark.parametrize("other", [Layout((0,), (3,), (1, 0)), Layout((0, 1), (4, 8), (1, 0)), None], ids=str)
def test_operands_stored_otherwise_are_relaid_first(other: Layout | None) -> None:
    t = Tiled(MATMUL, Tiles(4, 2, 8))
    lhs, rhs = t.arg(0), t.set(t.arg(1), t.layout("rhs"))
    ops = materialized(t.module(lhs if other is None else t.set(lhs, other), rhs))
    assert sum(isinstance(op, Mmt4d) for op in ops) == 1


def one_over(value: Value) -> Generic:
    """What was zero padding becomes infinite."""
    body = ScalarBody((f32,), apply("div", const(1, f32), arg(0, f32)))
    return Generic((value,), (identity(2), identity(2)), body, encoding=value.type.encoding)


@pytest.mark.parametrize(
    ("sizes", "zeroed"), [((5, 7, 9), True), ((5, 7, 8), False), ((5, 7, symbol("K")), True)], ids=str
)
def test_zeros_are_put_where_padding_is_summed(sizes: tuple[Dim, ...], zeroed: bool) -> None:
    """K in tiles of 8: only where some of it is padding, and it is not known to be zero."""
    t = Tiled(MATMUL, Tiles(4, 2, 8), sizes)
    lhs, rhs = t.set(t.arg(0), t.layout("lhs")), t.set(t.arg(1), t.layout("rhs"))
    module = t.module(t.b.add(one_over(lhs)).result, rhs)
    after = run_passes(module, (MaterializeEncodings(),))
    ops = after.functions[0].body.ops
    assert sum(isinstance(op, ZeroPadding) for op in ops) == zeroed
    shapes = (tuple(d if isinstance(d, int) else 3 for d in v.type.shape) for v in module.functions[0].body.args)
    assert_equivalent(module, after, [np.full(shape, 2, np.float32) for shape in shapes])


def test_data_in_a_layout_comes_from_an_initializer() -> None:
    layout = Layout((0,), (2,), (0,))
    module = Module(globals=[Global("w", TensorType((4,), f32, layout), Dense(np.zeros(4, np.float32)))])
    with pytest.raises(TensorIRError, match="@w: data with a layout must come from an initializer"):
        run_passes(module, (MaterializeEncodings(),), verify_each=False)
