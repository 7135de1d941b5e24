"""OpenVINO in f32, on the file of PyTorch's exporter."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from benchmarks.peers.torch_model import EXPORTER, onnx_file


def build(weights: Weights, shape: Shape, folder: Path) -> Embed:
    core: Any = import_module("openvino").Core()
    options = {
        "INFERENCE_NUM_THREADS": shape.threads,
        "INFERENCE_PRECISION_HINT": "f32",  # otherwise bf16 where the CPU has it
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = core.compile_model(str(onnx_file(weights, shape, folder)), "CPU", options).create_infer_request()

    def embed(ids: Array, mask: Array) -> Array:
        return request.infer({"ids": ids, "mask": mask}, share_inputs=True)[0]

    return embed


OPENVINO = Peer("openvino", ("openvino", *EXPORTER), build)
