"""Programs in files: what is loaded computes the same bits, without compiling, packing or importing the compiler."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.dialects.linalg import Softmax
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import UnsupportedError
from tensorir.ir.dims import evaluate
from tensorir.ir.location import Location
from tensorir.ir.signature import Signature
from tensorir.ir.size_range import SizeRange
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.runtime.plan import HostCommand
from tensorir.runtime.saved.fields import Malformed
from tensorir.runtime.saved.load import check_functions
from tensorir.runtime.saved.save import save
from tensorir.text import parse
from tests.support import graphs

ROWS = TensorType((ti.symbol("M"), 4), ti.f32)
SIZES = {"S": 21, "M": 19, "N": 33, "K": 5}
GRAPHS = (graphs.mlp, graphs.qkv, graphs.ragged_attention, graphs.dynamic, graphs.nan_padding, graphs.tied_weight)


def arguments(module: ti.Module, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    types = module.functions[0].body.arg_types
    return [rng.standard_normal([evaluate(d, SIZES) for d in t.shape]).astype(t.dtype.numpy) for t in types]


def saved(module: ti.Module, folder: Path, tiling: str = "late", device: str = "cpu") -> tuple[ti.Program, Path]:
    program = ti.compile(module, device, tiling)
    program.save(folder / "program.tirx")
    return program, folder / "program.tirx"


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda g: g.__name__)
def test_results_have_the_same_bits(graph: Callable[[], ti.Module], tiling: str, tmp_path: Path) -> None:
    module = graph()
    program, path = saved(module, tmp_path, tiling)
    loaded = ti.load(path)
    for seed in (0, 1):
        given = arguments(module, seed)
        expected = program.call(given)
        for got in (loaded.call(given), loaded.call(given, num_threads=1)):
            assert [r.tobytes() for r in got] == [r.tobytes() for r in expected]
    assert loaded.stats.kernels == program.stats.kernels
    assert loaded.device == program.device.spec


def test_every_function_is_there_and_called_alike(tmp_path: Path) -> None:
    m = ti.ModuleBuilder()
    for i, name in enumerate(("one", "two")):
        f = m.function(name)
        x = f.arg("x", (ti.symbol("S"),), ti.f32)
        f.returns(x + float(i), x)
    _, path = saved(m.build(), tmp_path)
    loaded = ti.load(path, num_threads=2)
    x = np.arange(5, dtype=np.float32)
    out = np.empty(5, np.float32)
    first, second = loaded(x, function="two", out=[out, None])
    assert first is out and (out == x + 1).all()
    assert (second == x).all() and not np.may_share_memory(second, x)
    with pytest.raises(ti.TensorIRError, match="pass function= one of @one, @two"):
        loaded(x)
    with pytest.raises(ti.TensorIRError, match=r"no function @three in the module; known: @one, @two"):
        loaded(x, function="three")
    with pytest.raises(ti.TensorIRError, match=r"argument 0 \(%x\) should be f32"):
        loaded(x.astype(np.float64), function="one")


def test_a_constant_of_several_functions_is_stored_once(tmp_path: Path) -> None:
    m = ti.ModuleBuilder()
    data = np.random.default_rng(0).standard_normal((300, 300)).astype(np.float32)
    w = m.weight("w", data)
    for name in ("one", "two"):
        f = m.function(name)
        f.returns(f.arg("x", (300, 300), ti.f32) + w)
    _, path = saved(m.build(), tmp_path)
    assert data.nbytes < path.stat().st_size < data.nbytes + 20_000
    loaded = ti.load(path)
    assert (loaded(data, function="two") == data + data).all()


GATHER = """func @main(%t: tensor<4x2xf32>, %i: tensor<[S]xi64>) -> (tensor<[S]x2xf32>) {
  %r = tensor.gather %t, %i : (tensor<4x2xf32>, tensor<[S]xi64>) -> tensor<[S]x2xf32>
  return %r : tensor<[S]x2xf32>
}
"""


def test_errors_of_calls_name_the_place(tmp_path: Path) -> None:
    program, path = saved(parse(GATHER, OPS, file="model.tir"), tmp_path)
    given = (np.zeros((4, 2), np.float32), np.array([1, 7], np.int64))
    with pytest.raises(ti.TensorIRError) as compiled:
        program(*given)
    with pytest.raises(ti.TensorIRError) as loaded:
        ti.load(path)(*given)
    assert str(loaded.value) == str(compiled.value)
    assert "model.tir:2" in str(loaded.value) and "index 7" in str(loaded.value)


SLICE = """func @main(%x: tensor<[S]xf32>) -> (tensor<4xf32>) {
  %r = tensor.extract_slice %x {offsets = [S - 9], sizes = [4], strides = [1]} : (tensor<[S]xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
"""


def test_sizes_that_an_op_does_not_allow_are_refused_at_its_place(tmp_path: Path) -> None:
    """An offset that is negative would read what lies before the argument."""
    _, path = saved(parse(SLICE, OPS, file="model.tir"), tmp_path)
    loaded = ti.load(path)
    assert (loaded(np.arange(10, dtype=np.float32)) == [1, 2, 3, 4]).all()
    with pytest.raises(ti.TensorIRError, match=r"model\.tir:2:\d+: error: tensor\.extract_slice: S \+ -9 is negative"):
        loaded(np.arange(8, dtype=np.float32))


def test_ops_that_run_in_python_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="device 'reference' can't be saved: Python runs its ops"):
        saved(graphs.mlp(), tmp_path, device="reference")
    program = ti.compile(graphs.mlp())
    op = Softmax(Value(TensorType((4, 4), ti.f32)), (1,), loc=Location("model.tir", 7, 3))
    plan = evolve(program.plans["main"], commands=(HostCommand(op, {}, ()),))
    with pytest.raises(UnsupportedError, match=r"@main can't be saved: Python runs linalg\.softmax \(model\.tir:7:3\)"):
        save(tmp_path / "program.tirx", [plan], "cpu", program.device.executor, program.stats, {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_can_not_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    program = ti.compile(graphs.matmul())
    with pytest.raises(ti.TensorIRError, match=r"missing/p\.tirx: error: can't be written: No such file"):
        program.save(tmp_path / "missing" / "p.tirx")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ti.TensorIRError, match="can't be written: Is a directory"):
        program.save(tmp_path / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_saving_replaces_the_file_of_a_program_in_use(tmp_path: Path) -> None:
    """A file that is mapped must not change; the new one takes its name."""
    module = graphs.mlp()
    program, path = saved(module, tmp_path)
    loaded = ti.load(path)
    given = arguments(module)
    saved(graphs.matmul(), tmp_path)
    assert loaded(*given).tobytes() == program(*given).tobytes()


def test_loading_imports_no_compiler_and_runs_no_op(tmp_path: Path) -> None:
    """In a new process: neither passes nor ops nor their functions are imported, so nothing can be packed there."""
    module = graphs.mlp()
    program, _ = saved(module, tmp_path)
    given = arguments(module)
    np.save(tmp_path / "x.npy", given[0])
    np.save(tmp_path / "y.npy", program(*given))
    code = """
import sys, numpy as np, tensorir
folder = sys.argv[1]
program = tensorir.load(folder + "/program.tirx")
assert (program(np.load(folder + "/x.npy")) == np.load(folder + "/y.npy")).all()
rooms = {m.split(".")[1] for m in sys.modules if m.startswith("tensorir.")}
compiler = {"api", "passes", "pipelines", "transforms", "rewrite", "dialects", "targets", "mlir", "builder"}
print(*sorted(rooms & compiler))
print("tensorir.interp.interpreter" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["", "False"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"sizes": SizeRange("M", 0, 8, 1)}, "there is no function @f of the types that it has for M = 0 … 8"),
        ({"arg_types": (ROWS,), "sizes": SizeRange("N", 0, 8, 1)}, "@f has no size N"),
        ({"arg_types": (ROWS,)}, "there are two functions @f"),
        ({"name": "g", "arg_types": (ROWS,), "sizes": SizeRange("M", 0, 8, 1)}, "there is no function @g of the types"),
    ],
)
def test_plans_for_ranges_are_those_of_a_function(other: dict[str, Any], said: str) -> None:
    f = Signature("f", ("x",), (ROWS,), (ROWS,))
    few = evolve(f, **{"arg_types": (TensorType((ti.symbol("M"), 5), ti.f32),), **other})
    check_functions([f, evolve(f, sizes=SizeRange("M", 0, 8, 1))])
    with pytest.raises(Malformed, match=said):
        check_functions([f, few])
