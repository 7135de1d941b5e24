"""The graphs that peers are compared by: each runs through the command on every device and equals IREE's results."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import Launch
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import evaluate
from tensorir.ir.dtype import DType
from tensorir.ir.module import Executable, Module
from tensorir.mlir import load
from tensorir.testing.bounds.operations import error_bounds
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.iree import IreeOptions, run_mlir
from tensorir.tools.cli import main
from tensorir.transforms.constants.bind_parameters import bind_parameters
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree

Array = npt.NDArray[Any]
GRAPHS = Path(__file__).parent / "graphs"
NAMES = sorted(p.stem for p in GRAPHS.glob("*.mlir"))
RUNNABLE = [n for n in NAMES if n != "two_devices"]
SIZES = {"a_0": 37, "a_1": 19, "b_0": 19, "b_1": 45}
PARAMETERS = {"model": {"w": np.random.default_rng(7).standard_normal((256, 1000)).astype(np.float32)}}


@cache
def graph(name: str) -> Module:
    return bind_parameters(load(GRAPHS / f"{name}.mlir"), PARAMETERS)


@cache
def inputs(name: str) -> tuple[Array, ...]:
    """Random data: reals for floats, the whole range for integers."""
    rng = np.random.default_rng(NAMES.index(name))
    function = graph(name).functions[0]
    return tuple(
        _data(rng, tuple(evaluate(d, SIZES) for d in t.shape), t.dtype) for t in (v.type for v in function.body.args)
    )


def _data(rng: np.random.Generator, shape: tuple[int, ...], dtype: DType) -> Array:
    if dtype.is_float:
        return rng.standard_normal(shape).astype(dtype.numpy)
    limits = np.iinfo(dtype.numpy)
    return rng.integers(limits.min, limits.max, shape, dtype.numpy, endpoint=True)


@cache
def by_iree(name: str) -> tuple[Array, ...]:
    """IREE's results; it may be anything, so it is checked as well."""
    text = (GRAPHS / f"{name}.mlir").read_text()
    options = IreeOptions(devices=("da", "db")) if name == "two_devices" else IreeOptions()
    function = graph(name).functions[0].name
    parameters = PARAMETERS if "flow.parameter" in text else {}
    results = run_mlir(text, inputs(name), function, options, parameters=parameters, file=name)
    assert assert_agrees(graph(name), function, inputs(name), results)
    return results


@cache
def bounds(name: str) -> tuple[Array, ...]:
    return tuple(e for _, e in error_bounds(graph(name), graph(name).functions[0].name, inputs(name)))


def assert_equals_iree(name: str, results: tuple[Array, ...]) -> None:
    """Integers bit for bit; floats as near as two results can be that are each within their bound."""
    for ours, theirs, bound in zip(results, by_iree(name), bounds(name), strict=True):
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        if ours.dtype.kind == "f":
            assert np.all(np.abs(ours.astype(np.float64) - theirs) <= 2 * bound)
        else:
            np.testing.assert_array_equal(ours, theirs)
    count("graphs")


def test_these_are_all_graphs() -> None:
    assert len(NAMES) == 17


@needs_iree
@pytest.mark.parametrize("tiling", ["off", "late"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("name", RUNNABLE)
def test_the_command_gives_the_results_of_iree(name: str, device: str, tiling: str, tmp_path: Path) -> None:
    command = ["run", str(GRAPHS / f"{name}.mlir"), "--device", device, "--data-tiling", tiling]
    for i, array in enumerate(inputs(name)):
        np.save(tmp_path / f"in{i}.npy", array)
        command += ["--input", f"@{tmp_path / f'in{i}.npy'}"]
    outputs = [tmp_path / f"out{i}.npy" for i in range(len(graph(name).functions[0].body.yields))]
    command += [word for path in outputs for word in ("--output", f"@{path}")]
    if name == "tied_weight":
        np.savez(tmp_path / "model.npz", allow_pickle=False, **PARAMETERS["model"])
        command += ["--parameters", f"model={tmp_path / 'model.npz'}"]
    assert main(command) == 0
    results = tuple(np.load(path) for path in outputs)
    assert assert_agrees(graph(name), graph(name).functions[0].name, inputs(name), results)
    assert_equals_iree(name, results)


def test_two_devices_are_read_with_their_transfers() -> None:
    function = graph("two_devices").functions[0]
    transfers = [op.device for op in function.body.ops if isinstance(op, Transfer)]
    assert transfers == ["db", "db", "da"]
    assert function.arg_devices == ("da", "da")
    assert function.result_devices == ("da",)


@needs_iree
def test_two_devices_mean_what_iree_computes() -> None:
    assert_equals_iree("two_devices", interpret(graph("two_devices"), "mm", inputs("two_devices")))


@pytest.mark.parametrize("second", ["vmvx", "cpu{features=avx2}", "reference", "cpu"])
@pytest.mark.parametrize("first", ["cpu", "reference"])
def test_two_devices_run_one_launch_each_and_their_transfers(first: str, second: str) -> None:
    module, args = graph("two_devices"), inputs("two_devices")
    program = compile(module, {"da": first, "db": second})
    assert_agrees(module, "mm", args, program.call(args))
    assert program.stats.dispatches == 2
    launched = [op.executable for op in program.module.functions[0].body.ops if isinstance(op, Launch)]
    targets = [program.module.lookup(Executable, name).target for name in launched]
    assert sorted(targets) == ["da", "da", "db", "db", "db"]
    if program.plans:
        assert (program.stats.transfers, program.stats.transferred_bytes) == (
            3,
            4 * (128 * 256 + 256 * 512 + 128 * 512),
        )


def test_the_commands_take_several_devices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(GRAPHS / "two_devices.mlir")
    devices = ["--device", "da=cpu{features=avx2}", "--device", "db=vmvx"]
    command = ["run", path, *devices, "--output", f"@{tmp_path / 'r.npy'}"]
    for i, array in enumerate(inputs("two_devices")):
        np.save(tmp_path / f"in{i}.npy", array)
        command += ["--input", f"@{tmp_path / f'in{i}.npy'}"]
    assert main(command) == 0
    assert_agrees(graph("two_devices"), "mm", inputs("two_devices"), (np.load(tmp_path / "r.npy"),))
    assert main(["compile", path, *devices, "--emit", "plan"]) == 0
    assert "launch @transfer_0" in capsys.readouterr().out
    assert main(["compile", path, *devices, "--emit", "tir"]) == 0
    assert capsys.readouterr().out.count('target("db")') == 3
    for wrong in (["da=cpu", "cpu"], ["cpu", "db=cpu"], ["da=cpu", "da=vmvx"]):
        assert main(["run", path, *(word for value in wrong for word in ("--device", value))]) == 2
        assert "several devices need names of their own" in capsys.readouterr().err


def test_a_device_that_the_program_names_must_be_given() -> None:
    with pytest.raises(TensorIRError, match=r"two_devices\.mlir:\d+:\d+: error: .*'da'; devices= has only: db, dc"):
        compile(graph("two_devices"), {"db": "cpu", "dc": "vmvx"})
