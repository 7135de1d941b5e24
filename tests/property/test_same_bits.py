"""Law L9 on random programs: data-tiling, the instruction set, the number of threads and the size of a batch change no
bit of a result.

The floats are real ones, so every sum is rounded and another order of the same operations would show. Portable C, which
has no fused multiply-add, is the documented exception: results of `vmvx` are compared with others of `vmvx`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dtype import f32
from tensorir.ir.module import Global, Module
from tensorir.native.table import Features, cpu_features
from tensorir.runtime.program import Program
from tensorir.testing.programs.random import arguments
from tensorir.testing.programs.values import DATA_BOUND, data
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.batches import BATCH, batches, followed

Array = npt.NDArray[Any]

TILINGS = ("late", "off")
DEVICES = {"cpu{features=avx2}": Features.X86_AVX2, "cpu": Features.X86_AVX512}
RUNNABLE = [name for name, needed in DEVICES.items() if needed & ~cpu_features() == 0] or ["cpu"]
"""The devices whose kernels fuse multiplications with additions and run on this machine."""

TINY = 1e-30
TINY_ARRAYS = 1 / 6
"""The part of the arrays that hold such numbers."""

THREADS = (1, 2, 4)
BATCH_SIZE = 8


def real(rng: np.random.Generator, integers: Array) -> Array:
    """Floats where there were integers as floats, within the bound that the program was drawn for. Those of a few
    arrays are so small that products underflow, to either zero."""
    if integers.dtype.kind in "iub" or integers.dtype.name in ("int4", "uint4"):
        return integers
    drawn = np.clip(rng.standard_normal(integers.shape), -DATA_BOUND, DATA_BOUND)
    if rng.random() < TINY_ARRAYS:
        drawn *= TINY
    return np.asarray(drawn).astype(integers.dtype)


def with_real_weights(module: Module, rng: np.random.Generator) -> Module:
    def changed(g: Global) -> Global:
        return evolve(g, value=Dense(real(rng, g.value.array))) if isinstance(g.value, Dense) else g

    return evolve(module, globals=tuple(changed(g) for g in module.globals))


def called(program: Program, given: list[Array], threads: int) -> list[Array]:
    return list(program.call(given, num_threads=threads))


def assert_same_bits(what: str, got: list[Array], expected: list[Array]) -> None:
    for i, (g, e) in enumerate(zip(got, expected, strict=True)):
        # NaN compares by its place only: which of two operands gives its payload is not part of the law.
        known = np.isnan(e) if e.dtype.kind == "f" else np.zeros(e.shape, bool)
        if e.dtype.kind == "f":
            np.testing.assert_array_equal(np.isnan(g), known, err_msg=f"{what}: NaN of result {i}")
        bits = [np.ascontiguousarray(np.where(known, np.zeros_like(a), a)).view(np.uint8) for a in (g, e) if a.ndim]
        if not bits:
            bits = [np.frombuffer(np.where(known, np.zeros_like(a), a).tobytes(), np.uint8) for a in (g, e)]
        np.testing.assert_array_equal(*bits, err_msg=f"{what}: result {i} should have the same bits")


@given(module=programs(), seed=st.integers(0, 1 << 30))
def test_tiling_instruction_set_and_threads_change_no_bit(module: Module, seed: int) -> None:
    compare_ways(module, seed)


@pytest.mark.parametrize("k", [8, 24, 40, 16, 3])
def test_sums_that_underflow_are_the_same_zero(k: int) -> None:
    """Tiles of different sizes add different numbers of padding zeros to a sum of products that are all -0."""
    made = ModuleBuilder()
    f = made.function("main")
    a, b = f.arg("a", (16, k), f32), f.arg("b", (k, 16), f32)
    f.returns(a.matmul(b))
    given = [np.full(s, x, np.float32) for s, x in (((16, k), TINY), ((k, 16), -TINY))]
    for device in (*RUNNABLE, "vmvx", "reference"):
        for tiling in TILINGS:
            (result,) = called(compile(made.build(), (device,), tiling), given, 1)
            assert not result.view(np.int32).any(), f"{device}, {tiling}"


def compare_ways(module: Module, seed: int) -> None:
    """Runs a program in all ways that must give the same bits, in every other case early instead of off."""
    tilings = ("late", "early" if seed % 2 else "off")
    rng = np.random.default_rng(seed)
    module = with_real_weights(module, rng)
    note(print_module(module))
    given = [real(rng, a) for a in arguments(module, seed)]
    for alike in (RUNNABLE, ["vmvx"]):
        made = {(d, t): compile(module, (d,), t) for d in alike for t in tilings}
        expected = called(made[alike[0], tilings[0]], given, 1)
        for (device, tiling), program in made.items():
            for threads in THREADS:
                assert_same_bits(f"{device}, {tiling}, {threads} threads", called(program, given, threads), expected)


@given(module=batches(), seed=st.integers(0, 1 << 30))
def test_a_batch_gives_the_bits_of_its_parts(module: Module, seed: int) -> None:
    compare_batches(module, seed)


def compare_batches(module: Module, seed: int) -> None:
    """Runs a batch of 8, and 8 batches of 1."""
    rng = np.random.default_rng(seed)
    module = with_real_weights(module, rng)
    note(print_module(module))
    body = module.functions[0].body
    along = followed(body)
    shapes = [tuple(BATCH_SIZE if d == BATCH else int(str(d)) for d in t.shape) for t in body.arg_types]
    given = [real(rng, data(rng, s, t.dtype)) for s, t in zip(shapes, body.arg_types, strict=True)]
    for device in (*RUNNABLE, "vmvx"):
        for tiling in TILINGS:
            program = compile(module, (device,), tiling)
            for threads in THREADS[:2]:
                whole = called(program, given, threads)
                for i in range(BATCH_SIZE):
                    parts = [_part(a, along.get(v), i) for a, v in zip(given, body.args, strict=True)]
                    expected = [_part(r, along[v], i) for r, v in zip(whole, body.yields, strict=True)]
                    what = f"{device}, {tiling}, {threads} threads, part {i} of the batch alone"
                    assert_same_bits(what, called(program, parts, threads), expected)


def _part(array: Array, dim: int | None, i: int) -> Array:
    return array if dim is None else np.ascontiguousarray(np.take(array, [i], axis=dim))
