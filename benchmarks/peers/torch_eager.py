"""PyTorch, without a compiler."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from benchmarks.peers.torch_model import torch_model


def build(weights: Weights, shape: Shape, folder: Path) -> Embed:
    torch: Any = import_module("torch")
    torch.set_num_threads(shape.threads)
    model = torch_model(weights)

    def embed(ids: Array, mask: Array) -> Array:
        with torch.inference_mode():
            return model(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()

    return embed


TORCH = Peer("torch", ("torch",), build)
