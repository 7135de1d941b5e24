"""Compile time per layer of transformers of 12 … 192 distinct layers, and per pass. `python benchmarks/layers.py`"""

from __future__ import annotations

import argparse
import gc
from time import process_time

from tensorir import compile
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass
from tensorir.testing.programs.transformer import transformer


def milliseconds(module: Module, device: str, data_tiling: str) -> tuple[float, dict[str, float]]:
    """Returns the CPU time of one compilation: in total, and by pass (with its position in the pipeline)."""
    passes: dict[str, float] = {}
    start = last = process_time()

    def snapshot(p: Pass, after: Module) -> None:
        nonlocal last
        now = process_time()
        passes[f"{len(passes):2} {p.name}"] = (now - last) * 1e3
        last = now

    compile(module, devices=(device,), data_tiling=data_tiling, snapshot=snapshot)
    total = (process_time() - start) * 1e3
    return total, passes | {"   program": (process_time() - last) * 1e3}


def main() -> None:
    """Prints CPU ms per layer: one column per depth, and the ratio of the last depth to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, nargs="+", default=[12, 24, 48, 96, 192])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--data-tiling", default="late")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    columns: list[dict[str, float]] = []
    for layers in args.layers:
        module = transformer(layers)
        best: dict[str, float] = {}
        for _ in range(args.repeats):
            gc.collect()
            total, passes = milliseconds(module, args.device, args.data_tiling)
            for name, value in {**passes, "   all": total}.items():
                best[name] = min(best.get(name, float("inf")), value / layers)
        columns.append(best)
    print(f"{'CPU ms per layer':32}" + "".join(f"{n:>9}" for n in args.layers) + f"{'last/first':>12}")
    for name in columns[0]:
        values = [c[name] for c in columns]
        print(f"{name:32}" + "".join(f"{v:9.3f}" for v in values) + f"{values[-1] / max(values[0], 1e-9):12.2f}")


if __name__ == "__main__":
    main()
