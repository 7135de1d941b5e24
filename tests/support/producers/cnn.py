"""A small convolutional network in ONNX: `cnn.onnx`, any number of images. Needs onnx and onnxruntime."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.producers.cases import Call, save_calls


def cnn(any_size: bool = False) -> Any:
    """Convolution with steps and a border, batch norm, pooling with an uneven border, convolution depth by depth,
    1×1 convolution, the mean over all places, a linear layer, softmax.

    `any_size`: the height and width of the images are open, and the pooling has no border (torch-mlir gives it no
    size then)."""
    helper: Any = import_module("onnx.helper")
    rng = np.random.default_rng(0)
    weights: list[Any] = []
    border = 0 if any_size else 1

    def weight(name: str, *shape: int, positive: bool = False) -> str:
        data = rng.random(shape) + 0.5 if positive else rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        weights.append(import_module("onnx.numpy_helper").from_array(data.astype(np.float32), name))
        return name

    node = helper.make_node
    statistics = [weight("g", 8), weight("b", 8), weight("mean", 8), weight("variance", 8, positive=True)]
    nodes = [
        node("Conv", ["x", weight("w1", 8, 3, 3, 3), weight("b1", 8)], ["c1"], pads=[1] * 4, strides=[2, 2]),
        node("BatchNormalization", ["c1", *statistics], ["n1"]),
        node("Relu", ["n1"], ["r1"]),
        node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, border, border]),
        node("Conv", ["p1", weight("w2", 8, 1, 3, 3)], ["c2"], pads=[1] * 4, group=8),
        node("Conv", ["c2", weight("w3", 12, 8, 1, 1), weight("b3", 12)], ["c3"]),
        node("Relu", ["c3"], ["r3"]),
        node("GlobalAveragePool", ["r3"], ["g3"]),
        node("Flatten", ["g3"], ["f"]),
        node("Gemm", ["f", weight("w4", 5, 12), weight("b4", 5)], ["l"], transB=1),
        node("Softmax", ["l"], ["y"]),
    ]
    inputs = [helper.make_tensor_value_info("x", 1, ["N", 3, *(("H", "W") if any_size else (17, 15))])]
    outputs = [helper.make_tensor_value_info("y", 1, ["N", 5])]
    graph = helper.make_graph(nodes, "cnn", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def write(folder: Path, any_size: bool = False) -> None:
    onnx: Any = import_module("onnx")
    model = cnn(any_size)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "cnn.onnx")
    session = import_module("onnxruntime").InferenceSession(folder / "cnn.onnx")
    calls: list[Call] = []
    for shape in ((1, 3, 17, 15), (2, 3, 33, 20), (5, 3, 4, 4)) if any_size else ((n, 3, 17, 15) for n in (1, 2, 5)):
        x = np.random.default_rng(shape).standard_normal(shape).astype(np.float32)
        calls.append(((x,), session.run(None, {"x": x})[0]))
    save_calls(folder, calls)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
