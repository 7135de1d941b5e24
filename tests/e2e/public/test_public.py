"""Programs after public bug reports and public texts: `NAME.mlir` gives the results of `NAME.json` on every device,
with data-tiling late and off, and after the module was written as MLIR and read again.

What a program shows and where it comes from stands in its .json; arrays too large for it stand in `NAME.npz`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tensorir as ti
from tensorir import mlir
from tensorir.ir.module import Module

HERE = Path(__file__).parent
NAMES = sorted(p.stem for p in HERE.glob("*.mlir"))

_NOT_A_SIZE = "is used as a size, but is not an expression of the sizes of arguments"
_NOT_LINALG = "write it as linalg ops, or have it decomposed (iree-linalg-ext-decompose-attention)"
_ELEMENTS = (
    "supported are f64, f32, f16, bf16, i64, i32, i16, i8, i4, i1, "
    "si64, si32, si16, si8, si4, ui64, ui32, ui16, ui8, ui4, index"
)
REFUSED = {
    # sizes: minima, maxima, choices and quotients of sizes
    "form_affine_min_as_size": f"5:8: error: tensor.extract_slice: %s {_NOT_A_SIZE}",
    "form_minsi_of_dims_as_size": f"6:8: error: tensor.extract_slice: %s {_NOT_A_SIZE}",
    "group_norm_reshape_dynamic_hw": "19:8: error: tensor.reshape: tensor<[x_0]x16x[x_2]x[x_3]xf32> can't be known to "
    "have the elements of [x_0, 4, floordiv(16*x_0*x_2*x_3, 4*x_0)]",
    "half_of_twice_less_one": f"12:8: error: tensor.expand_shape: %q {_NOT_A_SIZE}",
    "reshape_heads_inferred_minus_one": "20:8: error: tensor.reshape: tensor<[x_0]x[x_1]x64xf32> can't be known to "
    "have the elements of [x_0, x_1, 4, floordiv(64*x_0*x_1, 4*x_0*x_1)]",
    "slice_end_clamped_by_select": f"7:8: error: tensor.extract_slice: %n {_NOT_A_SIZE}",
    "upsample_size_through_float": f"11:8: error: tensor.empty: %n {_NOT_A_SIZE}",
    # ops of iree_linalg_ext
    "ext_argmax_rows": f"8:10: error: iree_linalg_ext.arg_compare is not supported: {_NOT_LINALG}",
    "ext_attention": f"4:8: error: iree_linalg_ext.attention is not supported: {_NOT_LINALG}",
    "ext_dequantize_affine": f"7:8: error: iree_linalg_ext.dequantize_affine is not supported: {_NOT_LINALG}",
    "ext_gather": f"3:8: error: iree_linalg_ext.gather is not supported: {_NOT_LINALG}",
    "ext_scatter_add": f"2:8: error: iree_linalg_ext.scatter is not supported: {_NOT_LINALG}",
    "ext_sort_with_indices": f"2:10: error: iree_linalg_ext.sort is not supported: {_NOT_LINALG}",
    # reductions
    "form_parallel_dim_not_in_result": "3:8: error: linalg.generic: the parallel dim d1 is not in the map "
    "(d0, d1) -> (d0) of result 0",
    "form_running_sum_result_over_reduction_dim": "3:10: error: linalg.generic: result 0 keeps every step of a "
    "reduction (a scan), which is not supported",
    # element types
    "form_complex_add": "5:10: error: unknown op 'complex.create'; did you mean hal.fence.create? Any op can be "
    'written in generic form: "complex.create"(…) : (…) -> …',
    "form_f8_arith": f"2:8: error: arith.truncf: the element type f8E4M3FN is not supported; {_ELEMENTS}",
    "form_i6_odd_width": f"2:8: error: arith.trunci: the element type i6 is not supported; {_ELEMENTS}",
}
"""What the compiler does not do yet, with the place and the whole message. A program that starts to work, or that is
refused elsewhere, fails here."""


class Case:
    """A program and its arrays."""

    def __init__(self, name: str) -> None:
        self.path = HERE / f"{name}.mlir"
        self.facts: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text("utf-8"))
        self.parameters = {
            scope: {key: array(entry) for key, entry in entries.items()}
            for scope, entries in self.facts.get("parameters", {}).items()
        }
        data = HERE / f"{name}.npz"
        if data.exists():
            with np.load(data) as arrays:
                self.args = [arrays[k] for k in arrays if k.startswith("in")]
                self.expected = [arrays[k] for k in arrays if k.startswith("out")]
        else:
            self.args = [array(entry) for entry in self.facts["inputs"]]
            self.expected = [array(entry) for entry in self.facts.get("expected", ())]

    def results(self, module: Module, device: str, tiling: str) -> list[npt.NDArray[Any]]:
        program = ti.compile(module, devices=(device,), data_tiling=tiling, parameters=self.parameters)
        return list(program.session().call(self.args) if program.states else program.call(self.args))

    def check(self, got: list[npt.NDArray[Any]]) -> None:
        tolerance = {"rtol": 1e-4, "atol": 1e-5} | self.facts.get("tolerance", {})
        assert [(a.dtype, a.shape) for a in got] == [(a.dtype, a.shape) for a in self.expected]
        for a, wanted in zip(got, self.expected, strict=True):
            rtol, atol = (tolerance["rtol"], tolerance["atol"]) if wanted.dtype.kind == "f" else (0, 0)
            np.testing.assert_allclose(a, wanted, rtol, atol)


def array(entry: dict[str, Any]) -> npt.NDArray[Any]:
    """`{"dtype": …, "shape": …, "data": […]}`; what JSON has no number for is a string."""
    data: list[float | str] = entry["data"]
    numbers = [float(x) if isinstance(x, str) else x for x in data]
    return np.array(numbers, dtype=entry["dtype"]).reshape(entry["shape"])


def test_every_program_has_its_facts() -> None:
    assert len(NAMES) == 126
    assert sorted(p.stem for p in HERE.glob("*.json")) == NAMES
    assert {p.stem for p in HERE.glob("*.npz")} | set(REFUSED) <= set(NAMES)
    assert all({"reference", "what"} <= Case(name).facts.keys() for name in NAMES)


def programs(*, fail: bool) -> list[str]:
    """The programs that are read and whose call ends in results, or in an error (`fail`)."""
    return [n for n in NAMES if n not in REFUSED and ("expected_error" in Case(n).facts) is fail]


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("name", programs(fail=False))
def test_the_results_are_the_expected_ones(name: str, device: str, tiling: str) -> None:
    case = Case(name)
    case.check(case.results(mlir.load(case.path), device, tiling))


@pytest.mark.parametrize("name", programs(fail=False))
def test_the_results_are_the_same_after_writing_and_reading(name: str) -> None:
    case = Case(name)
    again = mlir.parse(mlir.print_mlir(mlir.load(case.path)))
    case.check(case.results(again, "reference", "off"))


@pytest.mark.parametrize("name", programs(fail=True))
def test_a_call_that_must_fail_ends_in_an_error(name: str) -> None:
    case = Case(name)
    for device in ("cpu", "reference"):
        for tiling in ("late", "off"):
            with pytest.raises(ti.TensorIRError) as caught:
                case.results(mlir.load(case.path), device, tiling)
            message = str(caught.value)
            assert case.facts["expected_error"] in message
            assert f"{case.path.name}:" in message


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_with_its_place(name: str) -> None:
    case = Case(name)
    with pytest.raises(ti.ParseError) as caught:
        mlir.load(case.path)
    assert str(caught.value).splitlines()[0] == f"{case.path}:{REFUSED[name]}"
