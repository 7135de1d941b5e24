"""The target opencl: tiles, kernels, costs and options."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve, frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, RhsOrder, Tiles
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.targets.costs import Costs
from tensorir.targets.cpu import read_switch, switch_text
from tensorir.targets.kernels import KernelCall
from tensorir.targets.memory import Memory
from tensorir.targets.opencl.launcher import OpenClLauncher
from tensorir.targets.target import Option, Target

ROWS, COLUMNS = 8, 16
"""Of a tile. A tile is as deep as it is wide, so that a result can be the left side of the next product."""


@frozen
class OpenClResolver:
    """Tiles of 8 rows, or of as many as there are if these are fewer, 16 columns and 16 in depth."""

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        small = [t for t in contraction.types if t.bits < 8]
        if small:
            return Declined(f"elements of {small[0].bits} bits are not tiled on this device")
        rows = contraction.narrow[contraction.tiled[0]]
        height = next((h for h in (1, 2, 4) if rows is not None and rows <= h), ROWS)
        return Tiles(height, COLUMNS, COLUMNS, "kn")


@frozen
class OpenClKernels:
    """There is a kernel for every tile, because kernels are written when a program is compiled."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        return f"opencl_mmt4d_{''.join(t.name for t in types)}_{'x'.join(map(str, tile))}{rhs_order}"

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        return None


COSTS = Costs(row_major_product=2.0, rows_in_place=8, product_in_place=2.0, received_bytes_per_ns=4.0)


def _launcher(target: Target) -> OpenClLauncher:
    assert isinstance(target.launcher, OpenClLauncher)  # the options are those of this target
    return target.launcher


def _selecting(target: Target, **changes: Any) -> Target:
    launcher = _launcher(target)
    return evolve(target, launcher=evolve(launcher, selection=evolve(launcher.selection, **changes)))


def _read_part(given: object) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", str(given))
    if match is None or int(match[1]) >= int(match[2]):
        raise ValueError(f"expected number/count, such as 0/2 for the first of two halves, got {given!r}")
    return int(match[1]), int(match[2])


def _read_count(given: object) -> int:
    if not re.fullmatch(r"\d+", str(given)) or int(str(given)) < 1:
        raise ValueError(f"expected a number above 0, got {given!r}")
    return int(str(given))


OPTIONS = (
    Option(
        "device",
        "the number of the device among those of all platforms, or a part of its name",
        str,
        lambda target, value: _selecting(target, device=value),
    ),
    Option(
        "part",
        "one of several equal parts of the device: 0/2 is the first of two halves",
        _read_part,
        lambda target, value: _selecting(target, part=value),
        lambda part: f"{part[0]}/{part[1]}",
    ),
    Option(
        "items",
        "work items of a group (1 on a CPU, 64 elsewhere)",
        _read_count,
        lambda target, value: evolve(target, launcher=evolve(_launcher(target), items=value)),
        samples=(4,),
    ),
    Option(
        "memory",
        "the most bytes of the device's memory that may be used",
        _read_count,
        lambda target, value: _selecting(target, memory=value),
    ),
    Option(
        "fill",
        "on: new memory is full of NaN, to find what reads it before it is written",
        read_switch,
        lambda target, value: _selecting(target, fill=value),
        switch_text,
        samples=(True,),
    ),
)

OPENCL = Target(
    "opencl",
    OpenClResolver(),
    "any device with an OpenCL driver (extra opencl)",
    kernels=OpenClKernels(),
    launcher=OpenClLauncher(),
    options=OPTIONS,
    costs=COSTS,
)
