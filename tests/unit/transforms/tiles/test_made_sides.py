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
from tensorir.ir.dtype import f32
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
