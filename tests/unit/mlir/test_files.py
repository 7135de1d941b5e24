"""MLIR text and weights in files."""

from __future__ import annotations

import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from tensorir.dialects.flow import GlobalLoad
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import dtype_of
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.types import TensorType
from tensorir.mlir import load, load_parameters, print_mlir, save

ARRAYS = {
    "wide": np.arange(600, dtype=np.float32).reshape(20, 30),
    "half": np.arange(300).astype(ml_dtypes.bfloat16),
    "short": np.arange(3.0),
}


def module() -> Module:
    b = RegionBuilder()
    globals = [Global(n, TensorType(a.shape, dtype_of(a.dtype)), Dense(a)) for n, a in ARRAYS.items()]
    values = [b.add(GlobalLoad(g.name, g.type)).result for g in globals]
    return Module((Function("main", b.finish(values)),), globals)


@pytest.mark.parametrize("dialect", ["current", "llvm19"])
def test_inline_weights_come_back(tmp_path: Path, dialect: str) -> None:
    path = tmp_path / "p.mlir"
    save(module(), path, dialect=dialect)  # pyright: ignore[reportArgumentType]  # dialect is one of the literals
    assert [p.name for p in tmp_path.iterdir()] == ["p.mlir"]
    assert isomorphic(load(path), module())
    assert path.read_text("utf-8") == print_mlir(module(), dialect=dialect)  # pyright: ignore[reportArgumentType]  # dialect is one of the literals


@pytest.mark.parametrize("dialect", ["current", "llvm19"])
def test_external_weights_are_in_a_file_beside_the_text(tmp_path: Path, dialect: str) -> None:
    pytest.importorskip("safetensors", reason="needs the extra mlir")
    path = tmp_path / "p.mlir"
    save(module(), path, dialect=dialect, weights="external", scope="my scope")  # pyright: ignore[reportArgumentType]  # dialect is one of the literals
    assert "dense_resource" not in path.read_text("utf-8")
    again = load(path)
    values = {g.name: g.value for g in again.globals}
    assert values["wide"] == Parameter("my scope", "wide")
    assert values["short"] == Dense(ARRAYS["short"])
    found = load_parameters(tmp_path / "p.safetensors")
    assert found.keys() == {"wide", "half"}
    for name, array in found.items():
        assert array.dtype == ARRAYS[name].dtype
        assert array.read().tobytes() == ARRAYS[name].tobytes()


def test_nothing_external_needs_no_file(tmp_path: Path) -> None:
    only_short = Module((), [g for g in module().globals if g.name == "short"])
    save(only_short, tmp_path / "p.mlir", weights="external")
    assert [p.name for p in tmp_path.iterdir()] == ["p.mlir"]


def test_parameters_of_numpy(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", a=np.arange(4), b=np.ones((2, 3)))
    found = load_parameters(tmp_path / "p.npz")
    assert {n: a.shape for n, a in found.items()} == {"a": (4,), "b": (2, 3)}


@pytest.mark.parametrize("name", ["p.npz", "p.safetensors"])
def test_files_of_another_kind_are_one_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for content in (b"", b"no such thing" * 100):
        path.write_bytes(content)
        with pytest.raises(TensorIRError, match=f"{name}: error: can't read parameters: "):
            load_parameters(path)
    path.unlink()
    with pytest.raises(TensorIRError, match=f"{name}: error: no such file, or not a regular file"):
        load_parameters(path)


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TensorIRError, match=r"parameters are read from \.safetensors or \.npz files"):
        load_parameters(tmp_path / "p.pt")


def test_without_safetensors_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(TensorIRError, match=r"safetensors is not installed: pip install 'tensorir\[mlir\]'"):
        save(module(), tmp_path / "p.mlir", weights="external")
    assert not list(tmp_path.iterdir())
