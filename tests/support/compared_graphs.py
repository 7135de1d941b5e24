"""The programs that `benchmarks.graphs` counts: small graphs, each hard for data-tiling in one way, and models.

The small ones are those of tests/e2e/graphs, of which IREE's figures are known, and some with constant weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from tensorir.builder.module import ModuleBuilder
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
from tensorir.ir.dims import Dim, evaluate, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.mlir import load, print_mlir
from tensorir.transforms.constants.bind_parameters import bind_parameters
from tests.support import graphs
from tests.support.models.bert import bert, bert_of_batches
from tests.support.models.cnn import cnn, cnn_parameters, cnn_text
from tests.support.models.llama import llama
from tests.support.models.quantized import int4_decoder, int4_decoder_with_prefill, qdq_mlp
from tests.support.models.vit import vit
from tests.support.models.weights import Weights

FOLDER = Path(__file__).parents[1] / "e2e" / "graphs"
PARAMETERS: dict[str, dict[str, npt.NDArray[Any]]] = {
    "model": {"w": np.random.default_rng(7).standard_normal((256, 1000)).astype(np.float32)}
}
"""The data of the parameters in the files of FOLDER."""


@frozen
class ComparedGraph:
    """A program with the sizes of its symbols in a call. `deeper` is the same model with one more layer, so that the
    difference is what one layer costs between others. `text` is the MLIR text that it was read from, if it was, with
    the data of its `parameters`."""

    make: Callable[[], Module]
    sizes: Mapping[str, int] = field(factory=dict[str, int])
    deeper: Callable[[], Module] | None = None
    text: Callable[[], str] | None = None
    parameters: Mapping[str, Mapping[str, npt.NDArray[Any]]] = field(factory=dict[str, dict[str, npt.NDArray[Any]]])

    def mlir(self) -> str:
        """The text for other compilers."""
        return print_mlir(self.make()) if self.text is None else self.text()


def arguments(graph: ComparedGraph, module: Module) -> list[npt.NDArray[Any]]:
    """Random numbers around 0, and integers of two digits, for its first function: an array per argument."""
    rng = np.random.default_rng(0)
    made: list[npt.NDArray[Any]] = []
    for type in module.functions[0].body.arg_types:
        shape = [evaluate(d, graph.sizes) for d in type.shape]
        data = rng.standard_normal(shape) if type.dtype.is_float else rng.integers(0, 100, shape)
        made.append(data.astype(type.dtype.numpy))
    return made


def _file(name: str, **sizes: int) -> ComparedGraph:
    path = FOLDER / f"{name}.mlir"
    parameters = PARAMETERS if name == "tied_weight" else {}
    return ComparedGraph(
        lambda: bind_parameters(load(path), parameters), sizes, text=path.read_text, parameters=parameters
    )


def _layers(make: Callable[[int], Module], **sizes: int) -> ComparedGraph:
    return ComparedGraph(partial(make, 1), sizes, partial(make, 2))


def dequantized_weight() -> Module:
    """An i8 weight with a scale per output, which is converted in the program."""
    module = ModuleBuilder()
    w = Weights(module)
    w.integers("w", 256, 512, bits=8)
    w.random("scale", 512)
    f = module.function("main")
    f.returns(f.arg("x", (128, 256), f32) @ (f.load(w["w"]).cast(f32) * w["scale"]))
    return module.build()


def constant_weight(rows: Dim, inputs: int, outputs: int) -> Module:
    """One product with a weight of `inputs` × `outputs`."""
    module = ModuleBuilder()
    w = Weights(module)
    w.random("w", inputs, outputs)
    f = module.function("main")
    f.returns(f.arg("x", (rows, inputs), f32).matmul(w["w"]))
    return module.build()


M, B, S = symbol("M"), symbol("B"), symbol("S")
SEQUENCE = {"S": 128}

SMALL: dict[str, ComparedGraph] = {
    "matmul f32": _file("matmul_f32"),
    "matmul i8": _file("matmul_i8"),
    "matmul f64": _file("matmul_f64"),
    "matmul i32": _file("matmul_i32"),
    "MLP": ComparedGraph(graphs.mlp),
    "q, k, v": _file("qkv"),
    "residual": _file("residual"),
    "reshape between": _file("reshape_between"),
    "softmax between": _file("softmax_between"),
    "matvec": _file("matvec"),
    "accumulate": _file("accumulate"),
    "convolution": _file("conv2d"),
    "dequantized argument": _file("dequant_matmul"),
    "dequantized weight": ComparedGraph(dequantized_weight),
    "tied weight": _file("tied_weight"),
    "two devices": _file("two_devices"),
    "dynamic M = 1": _file("dynamic_m", a_0=1),
    "dynamic M = 7": _file("dynamic_m", a_0=7),
    "fully dynamic M = 1": _file("fully_dynamic", a_0=1, a_1=256, b_1=512),
    "fully dynamic M = 7": _file("fully_dynamic", a_0=7, a_1=256, b_1=512),
    "weight of N = 1": ComparedGraph(partial(constant_weight, 128, 4096, 1)),
    "weight of N = 4": ComparedGraph(partial(constant_weight, 128, 4096, 4)),
    "weight, M = 1 of any": ComparedGraph(partial(constant_weight, M, 1024, 1024), {"M": 1}),
    "weight, M = 7 of any": ComparedGraph(partial(constant_weight, M, 1024, 1024), {"M": 7}),
}

MODELS: dict[str, ComparedGraph] = {
    "BERT [S, D]": _layers(bert),
    "BERT, any S": _layers(lambda n: bert(n, S), **SEQUENCE),
    "BERT [B, S, D]": _layers(bert_of_batches),
    "BERT, any B and S": _layers(lambda n: bert_of_batches(n, B, S), B=2, **SEQUENCE),
    "Llama, merged": _layers(partial(llama, "merged")),
    "Llama, merged, any S": _layers(lambda n: llama("merged", n, S), **SEQUENCE),
    "Llama, repeated": _layers(partial(llama, "repeated")),
    "Llama, repeated, any S": _layers(lambda n: llama("repeated", n, S), **SEQUENCE),
    "Llama, extra dim": _layers(partial(llama, "extra dim")),
    "Llama, extra dim, any S": _layers(lambda n: llama("extra dim", n, S), **SEQUENCE),
    "CNN": ComparedGraph(partial(cnn, 1), {}, partial(cnn, 2), cnn_text, cnn_parameters()),
    "ViT": _layers(vit),
    "QDQ MLP": ComparedGraph(qdq_mlp),
    "int4 decoder step": _layers(int4_decoder),
    "int4 decoder, prefill too": _layers(int4_decoder_with_prefill),
    "MiniLM": ComparedGraph(lambda: build_minilm(load_weights()), SEQUENCE),
}

GRAPHS: dict[str, ComparedGraph] = SMALL | MODELS
"""By name, in the order of the table."""
