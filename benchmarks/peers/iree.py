"""IREE for this CPU, from the MLIR text that tensorir writes: without data-tiling, and with late data-tiling."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from tensorir.demo.minilm import build_minilm
from tensorir.mlir import print_mlir
from tensorir.testing.iree import DataTiling, IreeOptions, vm_bytecode

FLAGS = (
    "--iree-opt-level=O3",
    "--iree-llvmcpu-stack-allocation-limit=262144",  # 32 KiB are too few for its own tiles of attention
)


def bytecode(tiling: DataTiling, weights: Weights, shape: Shape, folder: Path) -> bytes:
    """The program for these sizes, weights included."""
    path = folder / f"minilm-{shape.batch}x{shape.tokens}-{tiling}.vmfb"
    if not path.exists():
        text = print_mlir(build_minilm(weights, sequence=shape.tokens, batch=shape.batch))
        path.write_bytes(vm_bytecode(text, IreeOptions(tiling, flags=FLAGS)))
    return path.read_bytes()


def build(tiling: DataTiling, weights: Weights, shape: Shape, folder: Path) -> Embed:
    program = bytecode(tiling, weights, shape, folder)
    rt: Any = import_module("iree.runtime")
    rt.flags.parse_flags(f"--task_topology_group_count={shape.threads}")
    config = rt.Config("local-sync" if shape.threads == 1 else "local-task")
    module = rt.load_vm_module(rt.VmModule.copy_buffer(config.vm_instance, program), config)

    def embed(ids: Array, mask: Array) -> Array:
        return np.asarray(module["embed"](ids, mask).to_host())

    return embed


NEEDS = ("iree.compiler", "iree.runtime")
IREE = Peer("iree", NEEDS, partial(build, "off"))
IREE_LATE = Peer("iree-late", NEEDS, partial(build, "late"))
