"""CPU time per op of the IR engine, at 1,000, 10,000 and 100,000 ops. `python benchmarks/engine.py`"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Transpose
from tensorir.dialects.registry import OPS
from tensorir.encoding.layout import Layout
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.effects import EffectsIn
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import index
from tensorir.rewrite.sweep import sweep
from tensorir.text import parse, print_module
from tensorir.transforms.simplify.canonicalize import PATTERNS
from tensorir.transforms.simplify.cse import merge_equal_ops


def pairs(count: int) -> Region:
    """set, unset, set, unset, …"""
    b = RegionBuilder()
    value = b.arg(TensorType((64, 64), f32), "x")
    for _ in range(count // 2):
        value = b.add(UnsetEncoding(b.add(SetEncoding(value, Layout((0,), (8,), (0, 1)))).result)).result
    return b.finish([value])


def transposes(count: int) -> Region:
    """Many transposes of one argument."""
    b = RegionBuilder()
    x = b.arg(TensorType((64, 32), f32), "x")
    return b.finish([b.add(Transpose(x, (1, 0))).result for _ in range(count)])


def microseconds_per_op(count: int, work: Callable[[], object], repeats: int = 5) -> float:
    """Returns the best of `repeats` runs, with the cyclic garbage collector off as in the pipeline runner."""
    best = float("inf")
    for _ in range(repeats):
        gc.collect()
        gc.disable()
        start = process_time()
        work()
        best = min(best, process_time() - start)
        gc.enable()
    return best / count * 1e6


def main() -> None:
    """Prints one row per task, one column per size."""
    sizes = (1_000, 10_000, 100_000)
    rows: dict[str, list[float]] = {}
    for count in sizes:
        folding, flat = pairs(count), transposes(count)
        module = Module((Function("main", folding),))
        text = print_module(module)
        tasks: dict[str, Callable[[], object]] = {
            "build": lambda n=count: pairs(n),
            "print": lambda m=module: print_module(m),
            "parse": lambda t=text: parse(t, OPS),
            "verify": lambda m=module: verify(m),
            "fingerprint": lambda r=folding: fingerprint(r),
            "greedy, no pattern for the op": lambda r=flat: greedy(r, index(())),
            "greedy, nothing to do": lambda r=flat: greedy(r, PATTERNS),
            "greedy, fold all": lambda r=folding: greedy(r, PATTERNS),
            "sweep, replace all": lambda r=flat: sweep(r, lambda op, xs: Transpose(xs[0], (1, 0))),
            "cse, merge all": lambda r=flat: merge_equal_ops(r, EffectsIn()),
        }
        for name, work in tasks.items():
            rows.setdefault(name, []).append(microseconds_per_op(count, work))
    print(f"{'CPU µs per op':32}" + "".join(f"{n:>12,}" for n in sizes))
    for name, values in rows.items():
        print(f"{name:32}" + "".join(f"{v:12.2f}" for v in values))


if __name__ == "__main__":
    main()
