"""Our own contender: for which device, tiling, sizes and threads it compiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import Shape, ours
from tensorir.demo.weights import load_weights
from tensorir.ir.module import Module


@pytest.mark.parametrize("shape", [Shape(4, 1, 1), Shape(6, 3, 2)])
def test_the_program_is_for_its_shape_and_threads(monkeypatch: pytest.MonkeyPatch, shape: Shape) -> None:
    seen: list[tuple[Any, ...]] = []

    def compile(module: Module, device: str, tiling: str, *, num_threads: int) -> Any:
        (ids, _) = module.functions[0].body.args
        seen.append((ids.type.shape, device, tiling, num_threads))

    monkeypatch.setattr(ours, "compile", compile)
    ours.tensorir_for("cpu{features=none}/off").build(load_weights(), shape, Path())
    sizes = (shape.tokens,) if shape.batch == 1 else (shape.batch, shape.tokens)
    assert seen == [(sizes, "cpu{features=none}", "off", shape.threads)]
