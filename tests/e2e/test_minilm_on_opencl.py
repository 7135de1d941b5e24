"""MiniLM with its real weights on the device opencl, alone and with its layers split over two devices."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.runtime.program import Program
from tests.e2e.test_minilm import exact, program, tokens, weights
from tests.support.opencl import needs_opencl

pytestmark = needs_opencl

LENGTH = 7


@cache
def on_opencl() -> Program:
    return program("opencl", "late")


def test_the_embedding_is_that_of_a_float64_run() -> None:
    for length in (LENGTH, 16):
        assert np.max(np.abs(on_opencl()(*tokens(length)) - exact(length))) <= 1e-5


def test_nothing_is_unpacked_and_nothing_runs_in_python() -> None:
    late = on_opencl()
    late(*tokens(LENGTH))
    stats = late.stats
    assert "tile.unpack" not in stats.kernels
    assert stats.python == {}
    assert stats.dispatches <= program("cpu", "off").stats.dispatches
    assert (stats.memory_copies, stats.memory_copied_bytes) == (3, LENGTH * (8 + 4) + 384 * 4)
    assert stats.weights_by_device == {"opencl": stats.weights_bytes}


@pytest.mark.parametrize(
    ("first", "second"),
    [("cpu", "opencl"), ("opencl{part=0/2}", "opencl{part=1/2}")],
    ids=["a CPU and a device", "two devices"],
)
def test_layers_split_over_two_devices(first: str, second: str) -> None:
    module = build_minilm(weights(), devices=("a", "b"))
    split = compile(module, {"a": first, "b": second})
    got = split(*tokens(LENGTH))
    assert np.max(np.abs(got - exact(LENGTH))) <= 1e-5
    stats = split.stats
    assert stats.dispatches == on_opencl().stats.dispatches
    assert stats.python == {}
    # What the layers hand on, there and back, in tiles of 8 rows, and the mask of the attention, perhaps in tiles.
    mask = stats.transferred_bytes - 2 * 4 * 8 * 384
    assert stats.transfers == 3
    assert 4 * LENGTH <= mask <= 4 * 16
    # Both have three layers; the first one also has the embeddings, of 23.9 million numbers.
    layers = 3 * 4 * (4 * (384 * 384 + 384) + 2 * 384 * 1536 + 1536 + 384 + 4 * 384)
    assert stats.weights_by_device["b"] == layers
    assert sum(stats.weights_by_device.values()) == stats.weights_bytes
