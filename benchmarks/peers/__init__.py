"""The contenders of `benchmarks.models`, one file each."""

from __future__ import annotations

from benchmarks.peers.ctranslate2 import CTRANSLATE2
from benchmarks.peers.iree import IREE, IREE_LATE
from benchmarks.peers.onnxruntime import ONNXRUNTIME
from benchmarks.peers.openvino import OPENVINO
from benchmarks.peers.ours import OURS, tensorir_for
from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from benchmarks.peers.torch_eager import TORCH

PEERS = {peer.name: peer for peer in (CTRANSLATE2, OPENVINO, ONNXRUNTIME, IREE, IREE_LATE, TORCH)}
"""The other tools, by name."""


def contender(name: str) -> Peer:
    """The peer of this name, or tensorir itself as `tensorir_for` names it."""
    return tensorir_for(name.removeprefix(OURS)) if name.startswith(OURS) else PEERS[name]


def device_of(name: str) -> str:
    """The device of one of our own contenders, as `tensorir.compile` takes it; the CPU for the others."""
    return name.removeprefix(OURS).rpartition("/")[0] if name.startswith(OURS) else "cpu"


__all__ = ["OURS", "PEERS", "Array", "Embed", "Peer", "Shape", "Weights", "contender", "device_of"]
