"""Models as other tools hand them over: read, compiled, run, and compared with where they come from.

From ONNX by `iree-import-onnx` and `iree-compile --compile-to=input`, with and without IREE's asynchronous interface
around the functions; from PyTorch by torch-mlir. All weights stand in the texts."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
from tensorir.dialects.flow import Launch
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Contract
from tensorir.dialects.tensor import Gather, GatherNd
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbols_of
from tensorir.ir.module import Module
from tensorir.mlir import load
from tensorir.testing.iree import iree_available
from tests.support.producers.cases import Call, load_calls

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-5
"""Of results between 0 and 1. Measured: 2e-7."""

NEEDS = {
    "cnn": ("onnx", "onnxruntime"),
    "cnn_any": ("onnx", "onnxruntime"),
    "block": ("torch",),
    "minilm": ("onnx", "onnxruntime", "onnxscript", "torch", "transformers", "all_minilm_l6_v2", "tokenizers"),
}


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]


class Producer:
    """Models made once a session, each in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = cache(self._made)
        self.text = cache(self._text)
        self.module = cache(self._module)

    def _made(self, name: str) -> Path:
        missing = [n for n in NEEDS[name] if find_spec(n) is None]
        if missing or not iree_available():
            what = ", ".join(missing) or "IREE"
            pytest.skip(f"{what} is not installed, so no model can be made: pip install 'tensorir[dev]'")
        folder = self.folder / name
        folder.mkdir()
        run(sys.executable, "-m", f"tests.support.producers.{name}", str(folder))
        return folder

    def _text(self, name: str, model: str, fences: bool) -> Path:
        """The text of `model`, an ONNX file in the folder `name`, at IREE's stage `input`."""
        folder = self.made(name)
        imported = folder / f"{model}.onnx.mlir"
        if not imported.exists():
            source = str(folder / f"{model}.onnx")
            run(sys.executable, "-m", "iree.compiler.tools.import_onnx", source, "-o", str(imported))
        lowered = folder / f"{model}.{'fences' if fences else 'plain'}.mlir"
        flags = () if fences else ("--iree-torch-emit-async-entry-points=false",)
        tool = import_module("iree.compiler.tools.binaries").find_tool("iree-compile")
        run(tool, "--compile-to=input", *flags, str(imported), "-o", str(lowered))
        return lowered

    def _module(self, name: str, model: str = "", fences: bool = False) -> Module:
        folder = self.made(name)
        return load(self.text(name, model, fences) if model else folder / f"{name}.mlir")

    def calls(self, name: str) -> list[Call]:
        return load_calls(self.made(name))


@pytest.fixture(scope="session")
def producer(tmp_path_factory: pytest.TempPathFactory) -> Producer:
    return Producer(tmp_path_factory.mktemp("producers"))


def check(module: Module, calls: list[Call], function: str, device: str = "cpu", tiling: str = "late") -> None:
    program = compile(module, (device,), tiling, verify_each=True)
    for args, expected in calls:
        (got,) = program.call(args, function)
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        assert np.max(np.abs(got - expected)) <= TOLERANCE


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("fences", [False, True], ids=["plain", "with fences"])
def test_a_small_cnn_from_onnx(producer: Producer, fences: bool, device: str, tiling: str) -> None:
    check(producer.module("cnn", "cnn", fences), producer.calls("cnn"), "cnn", device, tiling)


@pytest.mark.parametrize("tiling", ["late", "off"])
def test_a_small_cnn_for_images_of_any_size(producer: Producer, tiling: str) -> None:
    check(producer.module("cnn_any", "cnn"), producer.calls("cnn_any"), "cnn", "cpu", tiling)


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_a_block_from_pytorch(producer: Producer, device: str, tiling: str) -> None:
    check(producer.module("block"), producer.calls("block"), "main", device, tiling)


def test_the_interpreter_agrees_with_pytorch_and_onnxruntime(producer: Producer) -> None:
    for module, name, function in (
        (producer.module("block"), "block", "main"),
        (producer.module("cnn", "cnn"), "cnn", "cnn"),
    ):
        for args, expected in producer.calls(name):
            (got,) = interpret(module, function, args)
            assert np.max(np.abs(got - expected)) <= TOLERANCE


@pytest.mark.parametrize("tiling", ["late", "off"])
def test_minilm_from_onnx(producer: Producer, tiling: str) -> None:
    module = producer.module("minilm", "minilm")
    assert sum(isinstance(op, Contract) for f in module.functions for op in f.body.ops) == 36 + 12
    check(module, producer.calls("minilm"), "main_graph", "cpu", tiling)


def test_minilm_from_onnx_with_fences(producer: Producer) -> None:
    check(producer.module("minilm", "minilm", True), producer.calls("minilm"), "main_graph")


@pytest.mark.parametrize("tiling", ["late", "off"])
def test_minilm_from_pytorch_with_weights_as_resources(producer: Producer, tiling: str) -> None:
    check(producer.module("minilm"), producer.calls("minilm"), "embed", "cpu", tiling)


@pytest.mark.parametrize("model", ["", "minilm"], ids=["from PyTorch", "from ONNX"])
def test_the_norms_and_softmaxes_of_minilm_become_ops_again(producer: Producer, model: str) -> None:
    compiled = compile(producer.module("minilm", model)).module
    executables = {e.name: [o.NAME for o in e.body.ops] for e in compiled.executables}
    names = [
        n for f in compiled.functions for o in f.body.ops if isinstance(o, Launch) for n in executables[o.executable]
    ]
    assert (names.count("linalg.layer_norm"), names.count("linalg.softmax")) == (1 + 2 * 6, 6)
    assert names.count("linalg.reduce") == 3  # of the mean over the tokens, and of its length


def relayouts(module: Module, size: int) -> tuple[dict[str, int], int]:
    """Relayouts of a call by kind, and the bytes that they write. All symbols have one `size`."""
    program, function = compile(module), module.functions[0]
    symbols = {s for arg in function.body.args for dim in arg.type.shape for s in symbols_of(dim)}
    counts = program.counts(sizes=dict.fromkeys(symbols, size), function=function.name, num_threads=1)
    return dict(Counter(s.kind for c in counts.commands for s in c.steps if s.relaid_bytes)), counts.relaid_bytes


@pytest.mark.parametrize("model", ["", "minilm"], ids=["from PyTorch", "from ONNX"])
def test_minilm_moves_no_more_than_the_builders(producer: Producer, model: str) -> None:
    """Its norms and softmaxes are in pieces, its tensors have a batch dim of size 1, and its sizes are computed."""
    imported, moved = relayouts(producer.module("minilm", model), 128)
    built, least = relayouts(build_minilm(load_weights()), 128)
    assert imported == built
    assert moved <= least


def launches(module: Module) -> int:
    """The launches of a call, without those that only check something."""
    (function,) = compile(module).module.functions
    used = {v for op in function.body.ops if not isinstance(op, Assert) for v in op.operands} | {*function.body.yields}
    return sum(isinstance(op, Launch) and not used.isdisjoint(op.results) for op in function.body.ops)


@pytest.mark.parametrize(("model", "more"), [("", 0), ("minilm", 1)], ids=["from PyTorch", "from ONNX"])
def test_minilm_has_the_launches_of_the_builders(producer: Producer, model: str, more: int) -> None:
    """One more converts the mask of an ONNX file. Only words are looked up."""
    module = producer.module("minilm", model)
    assert launches(module) <= launches(build_minilm(load_weights())) + more == 42 + more
    bodies = [op for e in compile(module).module.executables for op in e.body.ops]
    assert sum(isinstance(op, Gather) for op in bodies) == 1
    assert not any(isinstance(op, GatherNd) for op in bodies)


def test_minilm_says_what_it_can_not_embed(producer: Producer) -> None:
    """The table of positions has 512 rows, the one of words 30,522."""
    program = compile(producer.module("minilm"))
    long = np.ones((1, 513), np.int64)
    with pytest.raises(TensorIRError, match=r"minilm\.mlir:\d+:\d+: error: tensor\.extract_slice: .*513.*512"):
        program.call((long, long), "embed")
    unknown = np.full((1, 4), 30522)
    with pytest.raises(
        TensorIRError, match=r"minilm\.mlir:\d+:\d+: error: func\.assert: index must be smaller than dim size"
    ):
        program.call((unknown, unknown), "embed")
