"""Speed of the steps that move elements, on one core, as a fraction of memcpy's on as many bytes.

    python -m benchmarks.moves [--seconds 0.3] [--isa avx512 avx2 generic]

A step and memcpy take turns within the same seconds, so that a busy machine slows both: compare ratios.
"""

import argparse
import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import astuple
from numpy.typing import NDArray

from benchmarks.kernels import aligned, seconds_each
from tensorir.encoding.digits import Relayout, from_pack, relayout
from tensorir.encoding.layout import Layout
from tensorir.native import Features, cpu_features
from tensorir.native._kernels import ffi, lib
from tensorir.native.table import DTYPES, ELEMENT_TYPES

Array = NDArray[Any]

ISAS = {
    "avx512": Features.X86_AVX2 | Features.X86_AVX512,
    "avx2": Features.X86_AVX2,
    "generic": Features.NONE,
}
TYPES = {dtype: name for name, dtype in DTYPES.items()}


def step_of(
    kind: int,
    operands: list[Array],
    features: Features,
    *,
    attributes: tuple[int, ...] = (),
    code: tuple[int, ...] = (),
) -> tuple[Callable[[], object], list[object]]:
    """A call of one step, whose loops are the dimensions of its operands, and what must outlive it."""
    step: Any = ffi.new("tir_step *")
    sizes = operands[0].shape
    step.kind, step.loops, step.operands, step.attributes = kind, len(sizes), len(operands), len(attributes)
    step.size, step.attribute = list(sizes), list(attributes)
    words: Any = ffi.new("int64_t[]", list(code))
    step.code, step.code_words, step.cpu_features = words, len(code), int(features)
    for o, view in enumerate(operands):
        step.base[o] = ffi.cast("void *", view.ctypes.data)
        step.type[o] = ELEMENT_TYPES[TYPES[view.dtype]]
        for loop, stride in enumerate(view.strides):
            step.stride[o][loop] = stride // view.itemsize
    run: Any = lib.tir_run_step
    assert run(step) == 0
    return lambda: run(step), [step, words, operands]


def strided(view: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Strides in elements."""
    return np.lib.stride_tricks.as_strided(view, shape, [stride * view.itemsize for stride in strides])


def copies() -> dict[str, tuple[Array, Array]]:
    """Sources and results: views of the same shape."""
    found: dict[str, tuple[Array, Array]] = {}
    for rows, columns in ((64, 128), (128, 384), (1024, 1024), (2048, 4096)):
        source, out = aligned(rows, columns), aligned(rows, columns)
        found[f"contiguous {rows}x{columns} f32"] = source, out
        found[f"broadcast row {rows}x{columns} f32"] = np.broadcast_to(source[:1], source.shape), out
        for dtype in (np.uint8, np.uint16, np.float32, np.float64):
            matrix, turned = aligned(rows, columns, dtype=dtype), aligned(columns, rows, dtype=dtype)
            found[f"transpose {rows}x{columns} {TYPES[np.dtype(dtype)]}"] = matrix.T, turned
    heads, tokens = aligned(128, 12, 32), aligned(12, 128, 32)
    found["heads 128x12x32 f32"] = heads.transpose(1, 0, 2), tokens
    found["heads transposed 128x12x32 f32"] = heads.transpose(1, 2, 0), aligned(12, 32, 128)
    image, channels = aligned(56, 56, 64), aligned(64, 56, 56)
    found["channels first 56x56x64 f32"] = image.transpose(2, 0, 1), channels
    pixels = aligned(224, 224, 3)
    found["channels first 224x224x3 f32"] = pixels.transpose(2, 0, 1), aligned(3, 224, 224)
    found["every other 128x384 f32"] = aligned(128, 768)[:, ::2], aligned(128, 384)
    found["part of a row 128x384 of 1000"] = aligned(128, 1000)[:, 7:391], aligned(128, 384)
    for name, tile, order, dims, shape in (
        ("right side tiles 16x16 of 1024x1024 f32", (16, 16), (1, 0), (0, 1), (1024, 1024)),
        ("transposed tiles 16x16 of 1024x1024 f32", (16, 16), (0, 1), (1, 0), (1024, 1024)),
        ("transposed tiles 16x16 of 128x384 f32", (16, 16), (0, 1), (1, 0), (128, 384)),
    ):
        result, right = from_pack(Layout((0, 1), (8, 16), (0, 1))), from_pack(Layout(dims, tile, order))
        copy = relayout(result, right, shape)
        assert isinstance(copy, Relayout)
        extents, sources, dests = (tuple(map(int, part)) for part in zip(*map(astuple, copy.loops), strict=True))
        found[f"tiles 8x16 to {name}"] = (
            strided(aligned(*shape), extents, sources),
            strided(aligned(*shape), extents, dests),
        )
    tiles = aligned(16, 24, 8, 16)
    found["tiles 8x16 to rows 128x384"] = tiles.transpose(0, 2, 1, 3), aligned(16, 8, 24, 16)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--isa", nargs="*", default=list(ISAS), choices=list(ISAS))
    parser.add_argument("--only", default="", help="a part of the name")
    arguments = parser.parse_args()
    isas = {isa: ISAS[isa] for isa in arguments.isa if ISAS[isa] & ~cpu_features() == 0}
    print(f"{'step':<36} {'bytes':>10} {'memcpy GB/s':>12} " + " ".join(f"{isa + ' of memcpy':>18}" for isa in isas))

    def compare(name: str, size: int, calls: dict[str, Callable[[], object]]) -> None:
        if arguments.only not in name:
            return
        other, into = aligned(size, dtype=np.uint8), aligned(size, dtype=np.uint8)
        other[:] = 1
        into[:] = 1
        place, source = into.ctypes.data, other.ctypes.data
        calls["memcpy"] = lambda: ctypes.memmove(place, source, size)
        times = seconds_each(calls, arguments.seconds)
        best = {contender: min(found) for contender, found in times.items()}
        ratios = " ".join(f"{best['memcpy'] / best[isa]:>18.2f}" for isa in isas)
        print(f"{name:<36} {size:>10} {size / best['memcpy'] / 1e9:>12.1f} {ratios}", flush=True)

    alive: list[object] = []
    for name, (source, out) in copies().items():
        calls: dict[str, Callable[[], object]] = {}
        for isa, features in isas.items():
            calls[isa], kept = step_of(lib.TIR_STEP_copy, [source, out], features)
            alive.append(kept)
        compare(name, out.nbytes, calls)
    for rows, columns in ((128, 384), (2048, 4096)):
        out = aligned(rows, columns)
        calls = {}
        for isa, features in isas.items():
            calls[isa], kept = step_of(lib.TIR_STEP_fill, [out], features, code=(0x3F800000,))
            alive.append(kept)
        compare(f"fill {rows}x{columns} f32", out.nbytes, calls)
    for vocabulary, width, count in ((30522, 384, 128), (1000, 1, 4096), (1000, 8, 4096)):
        table, out = aligned(vocabulary, width), aligned(count, width)
        index = np.random.default_rng(0).integers(0, vocabulary, count)
        views = [strided(table, (count, width), (0, 1)), strided(index, (count, width), (1, 0)), out]
        calls = {}
        for isa, features in isas.items():
            calls[isa], kept = step_of(lib.TIR_STEP_gather, views, features, attributes=(width, vocabulary))
            alive.append(kept)
        compare(f"gather {count} of {vocabulary}x{width} f32", out.nbytes, calls)


if __name__ == "__main__":
    main()
