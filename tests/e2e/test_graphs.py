"""Laws of the whole pipeline on the graphs where data-tiling is hard: L1, L2, L3, L5, L6 of the design."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.interp import interpret
from tensorir.ir.dims import evaluate
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tests.support.graphs import GRAPHS, SIZES
from tests.support.targets import DEVICES as MORE_DEVICES

MOST_DISPATCHES = {
    "matmul f32": 1,
    "matmul f64": 1,
    "matmul i32": 1,
    "matmul i8": 1,
    "mlp": 2,
    "qkv": 4,
    "residual": 2,
    "reshape between": 2,
    "softmax between": 3,
    "accumulate": 1,
    "matvec": 1,
    "tied weight": 2,
    "dynamic": 1,
    "ragged attention": 5,
    "nan padding": 2,
    "nan rows on the right": 2,
}
"""Launches per call, late."""


def arguments(name: str, module: Module) -> list[npt.NDArray[Any]]:
    """Small integers: sums of products are exact, so every pipeline must give the same bits."""
    rng = np.random.default_rng(7)
    sizes = SIZES.get(name, {})
    types = module.functions[0].body.arg_types
    return [rng.integers(-3, 4, [evaluate(d, sizes) for d in t.shape]).astype(t.dtype.numpy) for t in types]


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("device", ["cpu", "reference", *MORE_DEVICES])
def test_off_and_late_agree_with_the_interpreter(name: str, device: str) -> None:
    module = GRAPHS[name]()
    args = arguments(name, module)
    expected = interpret(module, "main", args)
    exact = not {"softmax", "layer_norm"} & {o.NAME.split(".")[-1] for o in module.functions[0].body.ops}
    for tiling in ("off", "late"):
        results = compile(module, (device,), tiling, verify_each=True).call(args)
        for got, want in zip(results, expected, strict=True):
            assert got.dtype == want.dtype
            if exact:
                np.testing.assert_array_equal(got, want)
            else:
                np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", GRAPHS)
def test_late_has_at_most_the_dispatches_of_off(name: str) -> None:
    module = GRAPHS[name]()
    late, off = compile(module, data_tiling="late"), compile(module, data_tiling="off")
    assert late.stats.dispatches <= off.stats.dispatches
    assert late.stats.dispatches <= MOST_DISPATCHES[name]
    assert late.stats.init_dispatches == 0
    assert late.stats.copies == off.stats.copies == 0


@pytest.mark.parametrize("name", GRAPHS)
def test_on_a_device_that_declines_late_is_off(name: str) -> None:
    module = GRAPHS[name]()
    late = compile(module, ("reference",), "late").module
    off = compile(module, ("reference",), "off").module
    assert isomorphic(late, off)
    assert fingerprint(late) == fingerprint(off)


@pytest.mark.parametrize("name", ["matmul f64", "matmul i32", "matmul i8", "matvec"])
def test_without_a_kernel_late_costs_what_off_costs(name: str) -> None:
    module = GRAPHS[name]()
    late, off = compile(module, data_tiling="late"), compile(module, data_tiling="off")
    assert isomorphic(late.module, off.module)
    assert any(r.rule == "declined" for r in late.remarks)


@pytest.mark.parametrize("name", ["matmul f32", "mlp", "ragged attention"])
def test_with_a_kernel_late_is_not_off(name: str) -> None:
    """Otherwise the two tests above would pass for a compiler that does nothing."""
    module = GRAPHS[name]()
    late = compile(module, data_tiling="late")
    assert not isomorphic(late.module, compile(module, data_tiling="off").module)
    late(*arguments(name, module))
    assert any("mmt4d" in kernel for kernel in late.stats.kernels)


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_depends_on_the_device_before_it_specializes(name: str) -> None:
    module = GRAPHS[name]()

    def before(device: str) -> str:
        passes = pipeline("late", device).passes
        names = [p.name for p in passes]
        return fingerprint(run_passes(module, passes[: names.index("specialize-encodings")]))

    assert before("cpu") == before("reference")


def test_constant_operands_are_packed_when_compiled_and_never_in_a_call() -> None:
    program = compile(GRAPHS["mlp"]())
    program(*arguments("mlp", program.module))
    assert program.stats.kernels["tile.pack"] == 1  # the argument
    sizes = 4 * (256 * 512 + 512 + 512 * 64 + 64)
    assert program.stats.weights_bytes == sizes  # the unpacked weights are gone


def test_a_weight_used_in_two_orientations_is_kept_once_per_layout() -> None:
    program = compile(GRAPHS["tied weight"]())
    padded = 4 * (256 * 1008)
    assert program.stats.weights_bytes <= 2 * padded


def test_results_belong_to_the_caller() -> None:
    program = compile(GRAPHS["matmul f32"]())
    a, b = np.ones((128, 256), np.float32), np.ones((256, 512), np.float32)
    first = program(a, b)
    first[:] = -1
    assert np.all(program(a, b) == 256)
