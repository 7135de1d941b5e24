"""ONNX Runtime, on the file of PyTorch's exporter; its own optimizer for BERT gives the same time."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from benchmarks.peers.torch_model import EXPORTER, onnx_file


def session(model: bytes | str, threads: int) -> Any:
    ort: Any = import_module("onnxruntime")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def build(weights: Weights, shape: Shape, folder: Path) -> Embed:
    run = session(str(onnx_file(weights, shape, folder)), shape.threads).run
    return lambda ids, mask: run(None, {"ids": ids, "mask": mask})[0]


def chain(op: str, length: int, value: Array) -> Callable[[Array], Array]:
    onnx: Any = import_module("onnx")
    helper = onnx.helper
    names = [f"x{i}" for i in range(length + 1)]
    kind = {"add": "Add", "matmul": "MatMul"}[op]
    nodes = [helper.make_node(kind, [names[i], "value"], [names[i + 1]]) for i in range(length)]
    ends = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [1, 1]) for n in (names[0], names[-1])]
    graph = helper.make_graph(nodes, "chain", ends[:1], ends[1:], [onnx.numpy_helper.from_array(value, "value")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    run = session(model.SerializeToString(), 1).run
    return lambda x: run(None, {"x0": x})[0]


ONNXRUNTIME = Peer("onnxruntime", ("onnxruntime", *EXPORTER), build, chain)
