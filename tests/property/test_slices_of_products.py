"""Slices of one product, as queries, keys and values are, are computed where they are read: with the same numbers, and
without copies where no tile is cut."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from hypothesis import event, example, given, note, settings
from hypothesis import strategies as st

from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.tile import Copy
from tensorir.interp import interpret
from tensorir.ir.dims import Dim, divisible, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.native.table import cpu_features
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.programs.random import arguments
from tensorir.text import print_module
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tensorir.transforms.tiles.parts import COLUMNS
from tests.support.tile_programs import execute, grids, with_smallest_units

S = symbol("S")
DEVICE = "cpu{features=avx2}"
TILE = 8


def parts_of(x: Tensor, how: str, parts: int, heads: int, width: int) -> list[Tensor]:
    """Slices of x: of its rows, of its columns as they are or in heads, side by side or in turns; of an image, of
    its rows of places or of its columns."""
    rows, size = x.shape[0], heads * width
    if how == "places":
        return [x[2 * i : 2 * i + 2] for i in range(parts)]
    if how == "channels":
        return [x[:, :, i * size : (i + 1) * size] for i in range(parts)]
    if how == "rows":
        assert isinstance(rows, int)
        size = -(-rows // parts)
        return [x[i * size : min((i + 1) * size, rows)] for i in range(parts)]
    if how == "columns":
        cut = [x[:, i * size : (i + 1) * size] for i in range(parts)]
        return [c.reshape(rows, heads, width).transpose(1, 0, 2) for c in cut] if heads > 1 else cut
    if how == "in turns":
        each = x.reshape(rows, heads, parts * width).transpose(1, 0, 2)
        return [each[:, :, i * width : (i + 1) * width] for i in range(parts)]
    split = x.reshape(rows, parts, heads, width).transpose(1, 2, 0, 3)
    return [split[i] for i in range(parts)]


@frozen
class Sliced:
    """A product, of whose slices each but the last `unread` is multiplied by a weight. `short`: how many rows the last
    of the slices of rows has less than the others."""

    how: str
    parts: int = 2
    heads: int = 1
    width: int = 2 * TILE
    rows: Dim = 16
    short: int = 0
    bias: bool = False
    unread: int = 0

    @property
    def size(self) -> Dim:
        return self.parts * self.rows - min(self.short, self.parts - 1) if self.how == "rows" else self.rows

    @property
    def image(self) -> bool:
        return self.how in ("places", "channels")

    @property
    def whole(self) -> bool:
        """Whether no tile is cut, or of an image, whose product packs nothing, no columns that are computed at once."""
        if self.image:
            return self.how == "places" or self.heads * self.width % COLUMNS == 0
        return self.width % TILE == 0 and (self.how != "rows" or divisible(self.rows, TILE))

    def module(self, seed: int) -> Module:
        module, rng = ModuleBuilder(), np.random.default_rng(seed)

        def weight(name: str, *shape: int) -> Tensor:
            return f.load(module.weight(name, rng.integers(-2, 3, shape).astype(np.float32)))

        f = module.function("main")
        f.arg("size", (S,), f32)
        columns = self.parts * self.heads * self.width
        places = (2 * self.parts,) if self.image else ()
        x = f.arg("x", (*places, self.size, 4 * TILE), f32).matmul(weight("w", 4 * TILE, columns))
        if self.bias:
            x = (x + weight("b", columns)).relu()
        made = parts_of(x, self.how, self.parts, self.heads, self.width)[: self.parts - self.unread]
        results: list[Tensor] = []
        for i, part in enumerate(made):
            heads = (self.heads,) if len(part.shape) == 3 and not places else ()
            results.append(part.matmul(weight(f"w{i}", *heads, int(str(part.shape[-1])), 4 * TILE)))
        f.returns(*results)
        return module.build()


SLICED = st.builds(
    Sliced,
    how=st.sampled_from(["rows", "columns", "in turns", "together", "places", "channels"]),
    parts=st.integers(2, 3),
    heads=st.integers(1, 3),
    width=st.sampled_from([2 * TILE, 3 * TILE, 4 * TILE, 12]),
    rows=st.sampled_from([16, 24, 33, 40, 50, S, 8 * S]),
    short=st.integers(0, 2),
    bias=st.booleans(),
    unread=st.integers(0, 1),
).filter(lambda sliced: sliced.how != "rows" or isinstance(sliced.rows, int))


@settings(max_examples=settings().max_examples // 4)
@given(sliced=SLICED, seed=st.integers(0, 1 << 30))
@example(sliced=Sliced("rows", short=1), seed=0)
@example(sliced=Sliced("rows", parts=3, rows=24, short=2, bias=True), seed=0)
@example(sliced=Sliced("together", rows=33), seed=0)  # the products of the slices read rows, not tiles
@example(sliced=Sliced("channels", width=4 * TILE), seed=0)
def test_slices_of_a_product_lie_where_they_are_read(sliced: Sliced, seed: int) -> None:
    module = sliced.module(seed)
    args = arguments(module, seed)
    source = run_passes(module, pipeline("late", DEVICE, "materialized").passes)
    tiles = run_passes(source, (LowerToTiles(),))
    note(print_module(tiles))
    expected = interpret(module, "main", args)
    for made in (tiles, with_smallest_units(tiles)):
        for got, wanted in zip(execute(source, made, args, cpu_features(), 1), expected, strict=True):
            np.testing.assert_array_equal(got, wanted)
    copies = [step for grid in grids(tiles) for step in grid.body.ops if isinstance(step, Copy)]
    tiled = any(step.NAME == "tile.mmt4d" for grid in grids(tiles) for step in grid.body.ops)
    event(f"whole {sliced.whole}, tiled {tiled}, {len(copies)} copies")
    assert not (sliced.whole and copies)
