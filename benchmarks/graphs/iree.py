"""What IREE makes of a graph: the counts of its own statistics, and the program. Each is compiled in another process,
because some programs end it."""

from __future__ import annotations

import csv
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve, frozen

from benchmarks.machine import version_of
from tensorir.analysis.devices import named_devices
from tensorir.ir.diagnostic import TensorIRError
from tensorir.testing.iree import DataTiling, IreeOptions, vm_bytecode
from tests.support.compared_graphs import ComparedGraph

FLAGS = (
    "--iree-opt-level=O3",
    "--iree-llvmcpu-stack-allocation-limit=262144",  # 32 KiB are too few for its own tiles of attention
)
LONGEST = 300.0
"""Seconds for one compilation."""


@frozen
class IreeFigures:
    """Counts of a call, and of what runs when the program is loaded."""

    version: str
    dispatches: int
    copies: int
    """Commands that only copy."""
    at_load: int
    """Dispatches that run when the program is loaded."""
    transient_bytes: int
    """Of intermediates, as far as their sizes are known when the program is compiled."""
    constant_bytes: int


def iree_compiled(graph: ComparedGraph, way: DataTiling) -> tuple[bytes, IreeFigures] | str:
    """Returns the program and its figures, or what is wrong with it in one line."""
    options = IreeOptions(way, devices=iree_devices(graph))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        try:
            return pool.submit(_compiled, graph.mlir(), options).result(LONGEST)
        except TensorIRError as e:
            return e.diagnostics[0].message.splitlines()[0][:200]
        except BrokenProcessPool:
            return "IREE crashes"


def iree_devices(graph: ComparedGraph) -> tuple[str, ...]:
    """The names of the devices of a graph that has several."""
    return tuple(dict.fromkeys(name for name, _ in named_devices(graph.make())))


def _compiled(text: str, options: IreeOptions) -> tuple[bytes, IreeFigures]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.csv"
        flags = ("--iree-scheduling-dump-statistics-format=csv", f"--iree-scheduling-dump-statistics-file={path}")
        program = vm_bytecode(text, evolve(options, flags=(*FLAGS, *flags)), "<graph>")
        return program, read_statistics(path.read_text("utf-8"), version_of("iree-base-compiler"))


def read_statistics(text: str, version: str) -> IreeFigures:
    """Reads what `--iree-scheduling-dump-statistics-format=csv` writes: a table for the program, and one for each of
    its functions and initializers."""
    place, names = "", list[str]()
    totals: dict[str, str] = {}
    dispatches = {"func": 0, "initializer": 0}
    copies = 0
    for line in text.splitlines():
        if line.startswith(";"):
            place = line.partition("util.")[2].partition(" ")[0] or place
            names = []
            continue
        cells = next(csv.reader([line]), list[str]())
        if not cells:
            continue
        if not names:
            names = cells
            continue
        row = dict(zip(names, cells, strict=False))
        if "Dispatches" in row:
            totals = row
        elif row.get("Command") == "dispatch":
            dispatches[place] += int(row["Invocations"] or 1)
        elif row.get("Command") == "copy" and place == "func":
            copies += 1
    return IreeFigures(
        version,
        dispatches["func"],
        copies,
        dispatches["initializer"],
        int(totals["Transient Size"]),
        int(totals["Constant Size"]),
    )
