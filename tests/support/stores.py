"""Stores of constants in folders of tests, and contents for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import tensorir as ti
from tensorir.ir.module import Module
from tensorir.store.store import ConstantStore, Item

KEY, OTHER_KEY = bytes(range(16)), bytes(range(16, 32))


def contents(seed: int = 0, size: int = 70_000) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def found(path: Path, key: bytes = KEY, size: int = 70_000, limit: int = 1 << 30) -> tuple[bytes | None, list[str]]:
    """What a new store finds, and its problems."""
    with ConstantStore(path, limit) as store:
        data = store.find(key, size)
        return None if data is None else data.tobytes(), store.problems


def item(key: bytes = KEY, seed: int = 0, size: int = 70_000) -> Item:
    return Item(key, contents(seed, size), "contents")


def kept(path: Path, key: bytes = KEY, seed: int = 0, size: int = 70_000, limit: int = 1 << 30) -> list[str]:
    """The problems of a new store that keeps something."""
    with ConstantStore(path, limit) as store:
        data = store.keep([item(key, seed, size)])
        assert data is None or [d.tobytes() for d in data] == [contents(seed, size).tobytes()]
        return store.problems


def files(path: Path, kind: str) -> list[Path]:
    """Those whose names begin so: `data`, `entry`, `part`."""
    return sorted(p for p in path.iterdir() if p.name.startswith(kind))


def environment(cache: Path) -> Mapping[str, str]:
    """That of a process which uses a store."""
    return {**os.environ, "TENSORIR_CACHE": "1", "TENSORIR_CACHE_DIR": str(cache)}


def model(seed: int = 0) -> Module:
    """Two layers with large weights, which are packed, and small vectors."""
    m = ti.ModuleBuilder()
    rng = np.random.default_rng(seed)
    names = {"w1": (256, 300), "b1": (300,), "w2": (300, 250), "b2": (250,)}
    w1, b1, w2, b2 = (m.weight(n, rng.standard_normal(s, np.float32)) for n, s in names.items())
    f = m.function("main")
    f.returns((f.arg("x", (ti.symbol("S"), 256), ti.f32) @ w1 + b1).exp() @ w2 + b2)
    return m.build()
