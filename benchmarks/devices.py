"""Programs over two devices, for every pair of kinds: launches, what is moved, what each device holds, and times.

`python -m benchmarks.devices` takes the graph of two products and MiniLM, whose layers are split in two halves.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
from tensorir.ir.module import Module
from tensorir.mlir import load
from tensorir.runtime.program import Program
from tests.support.compared_graphs import FOLDER

KINDS = ("cpu", "cpu{features=avx2}", "vmvx", "reference")
TOKENS = 32


def programs() -> dict[str, tuple[Module, tuple[str, str], list[npt.NDArray[Any]]]]:
    """Name → program, the names of its devices, and arguments."""
    rng = np.random.default_rng(0)
    two = load(FOLDER / "two_devices.mlir")
    matrices = [rng.standard_normal(shape).astype(np.float32) for shape in ((128, 256), (256, 512))]
    model = build_minilm(load_weights(), devices=("a", "b"))
    sentence = [rng.integers(1000, 20000, TOKENS), np.ones(TOKENS, np.float32)]
    return {"two devices": (two, ("da", "db"), matrices), "MiniLM": (model, ("a", "b"), sentence)}


def cpu_ms(program: Program, args: Sequence[npt.NDArray[Any]], rounds: int) -> float:
    """The least CPU time of a call."""
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        program.call(args)
        best = min(best, (process_time() - start) * 1e3)
    return best


def main() -> None:
    """Prints a line per program and pair."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    args = parser.parse_args()
    columns = ("launches", "transfers", "moved kB", "relaid kB", "kB held", "ms", "difference")
    print(f"{'':12} {'devices':44}" + "".join(f"{c:>18}" for c in columns))
    for name, (module, names, given) in programs().items():
        wanted = compile(module, "cpu", num_threads=1).call(given)
        for kinds in product(args.kinds, repeat=2):
            program = compile(module, dict(zip(names, kinds, strict=True)), num_threads=1)
            (result,) = program.call(given)
            ms, stats = cpu_ms(program, given, args.rounds), program.stats
            held = " + ".join(f"{stats.weights_by_device.get(n, 0) / 1e3:,.0f}" for n in names)
            numbers = (stats.dispatches, stats.transfers, stats.transferred_bytes / 1e3, stats.relaid_bytes / 1e3)
            cells = [f"{n:,.0f}" for n in numbers] + [held, f"{ms:.2f}", f"{np.abs(result - wanted[0]).max():.1e}"]
            print(f"{name:12} {' + '.join(kinds):44}" + "".join(f"{c:>18}" for c in cells), flush=True)


if __name__ == "__main__":
    main()
