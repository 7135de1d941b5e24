"""Grids on the device opencl, for tests: what a launcher makes of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.ir.dims import evaluate
from tensorir.targets.device import Device
from tensorir.targets.opencl.devices import Selection
from tensorir.targets.opencl.launcher import OpenClLauncher

Array = npt.NDArray[Any]


@cache
def missing() -> str:
    """Why there is no device opencl, or ""."""
    try:
        Device("opencl")
        assert OpenClLauncher().machine.units > 0
    except UnsupportedError as e:
        return str(e.diagnostics[0].message)
    return ""


needs_opencl = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a device")


def run_on_opencl(grid: Grid, inputs: Sequence[Array], sizes: Mapping[str, int], items: int = 1) -> list[Array]:
    """Runs a grid in blocks as they are, in memory that is full of NaN; raises what the launcher raises."""
    launcher = OpenClLauncher(Selection(fill=True), items)
    program = launcher.compile(grid, "tested")
    shapes = [tuple(evaluate(d, sizes) for d in type.shape) for type in grid.types]
    outs = [np.empty(shape, type.dtype.numpy) for shape, type in zip(shapes, grid.types, strict=True)]
    memories = [launcher.allocate(a.nbytes) for a in (*inputs, *outs)]
    for memory, array in zip(memories, inputs, strict=False):
        launcher.write(memory, np.ascontiguousarray(array))
    pairs = zip(grid.extents, grid.blocks, strict=True)
    blocks = [(evaluate(extent, sizes), evaluate(block, sizes)) for extent, block in pairs]
    faults = launcher.new_faults()
    launcher.launch(program, memories, sizes, blocks, 7, faults)
    assert launcher.fault(faults) is None
    for memory, array in zip(memories[len(inputs) :], outs, strict=True):
        launcher.read(memory, array)
    for memory in (*memories, faults):
        launcher.release(memory)
    return outs
