"""Weights that are widened where they are multiplied are never stored wide, whatever else is in the launch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects import tile
from tensorir.dialects.tile import Scratch, Step
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32, i8, i64
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.program import Program

M = symbol("M")
K, N = 256, 512
THEN: list[Callable[[Tensor], Tensor]] = [lambda y: y, lambda y: y.relu(), lambda y: y.softmax(-1)]


def program(rows: Dim, tiling: str, then: Callable[[Tensor], Tensor] = lambda y: y, columns: int = N) -> Program:
    """x·(w·scale), where w is of i8, and what follows."""
    m = ModuleBuilder()
    rng = np.random.default_rng(0)
    w = m.weight("w", rng.integers(-128, 128, (K, columns)).astype(np.int8))
    scale = m.weight("scale", rng.standard_normal(columns, np.float32))
    f: FunctionBuilder = m.function("main")
    f.returns(then(f.arg("x", (rows, K), f32) @ (f.load(w).cast(f32) * f.load(scale))))
    return compile(m.build(), "cpu", tiling)


def with_argument(rows: Dim, tiling: str, *, transposed: bool = False, columns: int = N) -> Program:
    """x·(w·scale), where w of i8 comes with the call."""
    m = ModuleBuilder()
    f = m.function("main")
    x, scale = f.arg("x", (rows, K), f32), f.arg("scale", (columns,), f32)
    w = f.arg("w", (columns, K), i8).transpose(1, 0) if transposed else f.arg("w", (K, columns), i8)
    f.returns(x @ (w.cast(f32) * scale))
    return compile(m.build(), "cpu", tiling)


def steps(made: Program) -> list[Step]:
    return [op for e in made.tiles.executables for op in e.body.walk() if isinstance(op, Step)]


def scratch(made: Program) -> int:
    found = [op.type for e in made.tiles.executables for op in e.body.walk() if isinstance(op, Scratch)]
    return max((t.elements for t in found if isinstance(t.elements, int)), default=0)


@pytest.mark.parametrize("tiling", DATA_TILING)
@pytest.mark.parametrize("rows", [M, 1, 5, 64], ids=str)
def test_the_wide_weight_is_nowhere(rows: Dim, tiling: str) -> None:
    """Also where a softmax allows units of whole rows alone."""
    for then in THEN:
        made = program(rows, tiling, then)
        assert [type(s) for s in steps(made)].count(tile.Mmt4dMap) == 1
        assert scratch(made) < K * N
        assert made.stats.weights_bytes == K * N + 4 * N
        assert made.counts(sizes={"M": 64} if rows is M else {}).python == {}


def test_columns_that_are_not_whole_tiles_are_stored_in_scratch() -> None:
    made = program(64, "off", columns=N + 5)
    assert tile.Mmt4dMap not in map(type, steps(made))
    assert made.stats.weights_bytes == K * (N + 5) + 4 * (N + 5)


def test_only_rows_that_were_packed_are_multiplied() -> None:
    (product,) = (s for s in steps(program(M, "late")) if isinstance(s, tile.Mmt4dMap))
    assert product.rows is not None
    (whole,) = (s for s in steps(program(64, "late")) if isinstance(s, tile.Mmt4dMap))
    assert whole.rows is None


@pytest.mark.parametrize("tiling", DATA_TILING)
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("rows", [M, 1, 5, 64, 257], ids=str)
def test_an_argument_is_widened_where_it_is_multiplied(rows: Dim, tiling: str, transposed: bool) -> None:
    made = with_argument(rows, tiling, transposed=transposed)
    launches = made.counts(sizes={"M": 64} if rows is M else {}).commands
    assert len(launches) == (2 if rows == 257 else 1)
    if rows != 257:
        assert [type(s) for s in steps(made)].count(tile.Mmt4dMap) == 1
        assert tile.Pack not in [type(s) for s in steps(made) if s.inputs[0].type.dtype == i8]
        assert scratch(made) < K * N


def test_an_argument_whose_columns_are_not_whole_tiles_is_stored_in_scratch() -> None:
    made = with_argument(64, "late", columns=N + 5)
    assert len(made.counts().commands) == 1
    assert tile.Mmt4dMap not in map(type, steps(made))


@pytest.mark.parametrize("way", ["transposed", "rows"])
def test_a_weight_is_read_in_the_tiles_of_another_use(way: str) -> None:
    """W and Wᵀ: the second product reads the tiles of the first, with rows and columns exchanged. Rows of W and Wᵀ:
    each unit packs the columns that it multiplies."""
    m = ModuleBuilder()
    f: FunctionBuilder = m.function("main")
    w = f.load(m.weight("w", np.random.default_rng(0).standard_normal((K, N), np.float32)))
    y = f.arg("x", (64, K), f32) @ w if way == "transposed" else w.gather(f.arg("i", (64,), i64))
    f.returns(y @ w.transpose(1, 0))
    made = compile(m.build())
    assert made.stats.weights_bytes == 4 * K * N
    assert [type(s) for s in steps(made)].count(tile.Mmt4dMap) == (way == "transposed")
    assert any(r.rule == "relayout" and "it is kept" in r.message for r in made.remarks)
    relaid = [s.kind for c in made.counts().commands for s in c.steps if s.relaid_bytes]
    assert relaid.count("pack") == (1 if way == "transposed" else 2)
