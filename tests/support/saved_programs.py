"""A small program in a file, and files like it with something changed whose checksums are right nevertheless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

import tensorir as ti
from tensorir.dialects.linalg import Softmax
from tensorir.dialects.tensor import Gather
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.module import Function, Module
from tensorir.ir.types import TensorType
from tensorir.runtime.saved.container import Sections, read, write


def small() -> ti.Program:
    """Two functions: @main with a size, a packed weight and a result that is an argument; @rows without sizes, with
    an index and a softmax."""
    m = ti.ModuleBuilder()
    rng = np.random.default_rng(0)
    w, b = (m.weight(n, rng.standard_normal(s).astype(np.float32)) for n, s in (("w", (24, 20)), ("b", (20,))))
    f = m.function("main")
    x = f.arg("x", (ti.symbol("S"), 24), ti.f32)
    f.returns((x @ w + b).exp(), x)
    built = m.build()
    r = RegionBuilder()
    table, index = r.arg(TensorType((6, 4), ti.f32)), r.arg(TensorType((3,), ti.i32))
    taken = r.add(Softmax(r.add(Gather(table, index)).result, (1,))).result
    return ti.compile(Module((*built.functions, Function("rows", r.finish((taken,)))), built.globals))


ARGUMENTS: dict[str, list[NDArray[Any]]] = {
    "main": [np.linspace(-1, 1, 7 * 24, dtype=np.float32).reshape(7, 24)],
    "rows": [np.arange(24, dtype=np.float32).reshape(6, 4), np.array([0, 5, 2], np.int32)],
}


@frozen(eq=False)
class File:
    """What is in a file; `manifest` is parsed."""

    manifest: dict[str, Any]
    words: NDArray[np.int64]
    constants: NDArray[np.uint8]

    @staticmethod
    def read(path: Path) -> File:
        found: Sections = read(path)
        return File(json.loads(found.manifest), found.words, found.constants.copy())

    def write(self, path: Path) -> None:
        """With right checksums."""
        write(path, json.dumps(self.manifest).encode(), self.words.tobytes(), [self.constants])

    def changed(self, change: Callable[[File], None]) -> File:
        """A copy that `change` has changed."""
        copy = File(json.loads(json.dumps(self.manifest)), self.words.copy(), self.constants.copy())
        change(copy)
        return copy


def all_calls(path: Path) -> list[NDArray[Any]]:
    """The results of all functions."""
    program = ti.load(path, memory_limit=1 << 26, num_threads=2)
    return [r for name, given in ARGUMENTS.items() for r in program.call(given, name)]
