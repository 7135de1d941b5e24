"""tile: tile programs. A grid of units that never wait for each other; each unit runs steps on strided slices of
buffers."""

from tensorir.dialects.tile.grid import UNIT_DIMS, Grid, Scratch
from tensorir.dialects.tile.step import Slice, Step
from tensorir.dialects.tile.steps import (
    Contract,
    Copy,
    Fill,
    Gather,
    LayerNorm,
    Map,
    Matmul,
    Mmt4d,
    Mmt4dMap,
    Pack,
    Reduce,
    RmsNorm,
    Softmax,
    Unpack,
)

__all__ = [
    "UNIT_DIMS",
    "Contract",
    "Copy",
    "Fill",
    "Gather",
    "Grid",
    "LayerNorm",
    "Map",
    "Matmul",
    "Mmt4d",
    "Mmt4dMap",
    "Pack",
    "Reduce",
    "RmsNorm",
    "Scratch",
    "Slice",
    "Softmax",
    "Step",
    "Unpack",
]
