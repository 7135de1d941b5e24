"""How long loading a saved MiniLM takes, with all checks, and what checked frames cost in its calls.

python benchmarks/load.py [--rounds 20] [--tokens 128]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
from tensorir.runtime.saved.load import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=128)
    args = parser.parse_args()
    ids, mask = np.arange(args.tokens, dtype=np.int64), np.ones(args.tokens, np.float32)
    compiled = compile(build_minilm(load_weights(), sequence=args.tokens), num_threads=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "minilm.tirx")
        compiled.save(path)
        loaded = load(path, num_threads=1)
        assert loaded(ids, mask).tobytes() == compiled(ids, mask).tobytes()
        measured: dict[str, Callable[[], object]] = {
            "load": lambda: load(path),
            "call, compiled": lambda: compiled(ids, mask),
            "call, loaded (checked)": lambda: loaded(ids, mask),
        }
        times: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(args.rounds):  # in turn, so that a slow moment of the machine affects all
            for name, run in measured.items():
                start = perf_counter()
                run()
                times[name].append(perf_counter() - start)
        print(f"{path.stat().st_size / 1e6:.1f} MB")
        for name, taken in times.items():
            print(f"{name:24} min {min(taken) * 1e3:6.2f} ms, median {median(taken) * 1e3:6.2f} ms")


if __name__ == "__main__":
    main()
