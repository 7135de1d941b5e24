"""Speed of the kernels, on one core: mmt4d as a fraction of the multiply-add peak and
against NumPy's BLAS, pack and unpack against a plain copy.

    python benchmarks/kernels.py [--seconds 0.5] [--isa avx512 avx2 generic]

Contenders of one shape take turns within the same seconds, so that a busy machine
slows all of them; compare ratios, not figures of different runs. The peak is that of f32
multiply-adds in registers with the line's instruction set; for other types it is the best
figure of any contender, and the column says so.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tensorir.native import Kernel, cpu_features, kernels, mmt4d, pack, unpack
from tensorir.native.calibrate import multiply_add_rate
from tensorir.native.table import DTYPES

Array = NDArray[Any]

MATMUL_SHAPES = [(128, 384, 384), (128, 1536, 384), (128, 384, 1536), (128, 3072, 768), (512, 512, 512), (1024,) * 3]
SKINNY_SHAPES = [(1, 4096, 4096), (4, 4096, 4096)]
COPY_SHAPES = [(128, 384), (1024, 1024), (4096, 4096)]

ISAS = ("avx512", "avx2", "generic")
BLAS_TYPES = ("f32", "f64")
"""Element types for which NumPy calls BLAS."""


def aligned(*shape: int, dtype: DTypeLike = np.float32) -> Array:
    """Returns zeros that begin at a page boundary: NumPy's own arrays begin anywhere, which differs from run to run."""
    item = np.dtype(dtype).itemsize
    size = int(np.prod(shape))
    memory = np.zeros(size + 4096 // item, dtype)
    first = (-memory.ctypes.data % 4096) // item
    return memory[first : first + size].reshape(shape)


def seconds_each(contenders: dict[str, Callable[[], object]], seconds: float) -> dict[str, list[float]]:
    """Returns the times of single calls, taken in turns of a few milliseconds each."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    repeats: dict[str, int] = {}
    for name, call in contenders.items():
        call()
        begin = time.perf_counter()
        call()
        repeats[name] = max(1, int(2e-3 / max(time.perf_counter() - begin, 1e-7)))
    end = time.perf_counter() + seconds * len(contenders)
    while time.perf_counter() < end or not all(times.values()):
        for name, call in contenders.items():
            for _ in range(repeats[name]):
                begin = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - begin)
    return times


def bench_mmt4d(lines: list[Kernel], seconds: float) -> None:
    print(f"{'kernel':<40} {'M x N x K':>16} {'GFLOP/s best':>12} {'median':>8} {'of peak':>8} {'of BLAS':>8}")
    for line in lines:
        m0, n0, k0 = line.tile
        lhs_dtype, rhs_dtype, out_dtype = (DTYPES[name] for name in line.types)
        # NumPy multiplies types that BLAS lacks without BLAS, so there is no peer to compare with.
        blas_dtype = lhs_dtype if line.types[0] in BLAS_TYPES else np.dtype(np.float32)
        for m, n, k in MATMUL_SHAPES if m0 >= 4 else SKINNY_SHAPES:
            if m % m0:
                continue
            lhs = aligned(m // m0, k // k0, m0, k0, dtype=lhs_dtype)
            rhs = aligned(n // n0, k // k0, k0, n0, dtype=rhs_dtype)
            out = aligned(m // m0, n // n0, m0, n0, dtype=out_dtype)
            left, right, product = (aligned(*shape, dtype=blas_dtype) for shape in ((m, k), (k, n), (m, n)))
            for array in (lhs, rhs, left, right):
                array[...] = 1

            def tiles(line: Kernel = line, lhs: Array = lhs, rhs: Array = rhs, out: Array = out) -> Kernel:
                return mmt4d(lhs, rhs, out, features=line.features)

            def blas(left: Array = left, right: Array = right, product: Array = product) -> Array:
                return np.matmul(left, right, out=product)

            assert tiles().name == line.name
            contenders: dict[str, Callable[[], object]] = {"tiles": tiles, "blas": blas}
            rates: list[float] = []
            if set(line.types) == {"f32"}:
                contenders["peak"] = lambda line=line, rates=rates: rates.append(multiply_add_rate(line.features, 1))
            times = seconds_each(contenders, seconds)
            flops = 2.0 * m * n * k
            best = flops / min(times["tiles"]) / 1e9
            blas_best = flops / min(times["blas"]) / 1e9
            peak = max(rates, default=max(best, blas_best))
            print(
                f"{line.name:<40} {f'{m} x {n} x {k}':>16} {best:12.1f} {flops / median(times['tiles']) / 1e9:8.1f} "
                f"{best / peak:7.2f}{' ' if rates else '?'} {best / blas_best:8.2f}"
            )


def bench_copy(lines: list[Kernel], seconds: float) -> None:
    print(f"\n{'kernel':<34} {'tile':>8} {'matrix':>12} {'pack GB/s':>10} {'of copy':>8} {'unpack':>8} {'of copy':>8}")
    for line in lines:
        dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
        tile = (8, max(16, line.tile[1])) if line.rhs_order == "rows" else (16, 16)
        for rows, columns in COPY_SHAPES:
            by_rows = line.rhs_order == "rows"
            source = aligned(rows, columns, dtype=dtype) if by_rows else aligned(columns, rows, dtype=dtype).T
            out = aligned(rows // tile[0], columns // tile[1], *tile, dtype=dtype)
            plain, copied = aligned(rows * columns, dtype=dtype), aligned(rows * columns, dtype=dtype)

            def packing(line: Kernel = line, source: Array = source, out: Array = out) -> Kernel:
                return pack(source, out, inner_dims=(0, 1), features=line.features)

            def unpacking(line: Kernel = line, source: Array = source, out: Array = out) -> Kernel:
                return unpack(out, source, inner_dims=(0, 1), features=line.features)

            def copying(plain: Array = plain, copied: Array = copied) -> None:
                copied[...] = plain

            assert packing().name == line.name
            assert unpacking().name == line.name.replace("tir_pack", "tir_unpack")
            times = seconds_each({"pack": packing, "unpack": unpacking, "copy": copying}, seconds)
            speed = {name: source.nbytes / min(values) / 1e9 for name, values in times.items()}
            print(
                f"{line.name:<34} {f'{tile[0]} x {tile[1]}':>8} {f'{rows} x {columns}':>12} "
                f"{speed['pack']:10.1f} {speed['pack'] / speed['copy']:8.2f} "
                f"{speed['unpack']:8.1f} {speed['unpack'] / speed['copy']:8.2f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=0.3, help="for each contender of each shape")
    parser.add_argument("--isa", nargs="*", default=list(ISAS), choices=ISAS)
    arguments = parser.parse_args()
    lines = [line for line in kernels() if line.isa in arguments.isa and line.runs_with(cpu_features()) and line.tile]
    bench_mmt4d([line for line in lines if line.op == "mmt4d"], arguments.seconds)
    empty = aligned(0, 1, 8, 16), aligned(1, 1, 16, 16), aligned(0, 1, 8, 16)
    times = seconds_each({"call": lambda: mmt4d(*empty)}, arguments.seconds)
    print(f"\nA call from Python takes {min(times['call']) * 1e6:.1f} us; all figures here include it.")
    bench_copy([line for line in lines if line.op == "pack"], arguments.seconds)


if __name__ == "__main__":
    main()
