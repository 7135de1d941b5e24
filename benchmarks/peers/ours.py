"""tensorir itself, for a device and with a way of data-tiling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.peer import Array, Embed, Peer, Shape, Weights
from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.demo.minilm import build_minilm
from tensorir.ir.dtype import f32

OURS = "tensorir "
"""The names of our contenders begin with it."""


def tensorir_for(spec: str) -> Peer:
    """The contender for DEVICE/TILING, such as cpu/late or cpu{features=avx2}/off."""
    device, _, tiling = spec.rpartition("/")

    def build(weights: Weights, shape: Shape, folder: Path) -> Embed:
        batch = None if shape.batch == 1 else shape.batch
        model = build_minilm(weights, sequence=shape.tokens, batch=batch)
        program = compile(model, device, tiling, num_threads=shape.threads)
        if batch is None:
            return lambda ids, mask: program(ids[0], mask[0])[None]
        return program

    def chain(op: str, length: int, value: Array) -> Callable[[Array], Array]:
        module = ModuleBuilder()
        weight = module.weight("value", value)
        f = module.function("main")
        x = f.arg("x", (1, 1), f32)
        for _ in range(length):
            x = x @ weight if op == "matmul" else x + weight
        f.returns(x)
        return compile(module.build(), device, tiling, num_threads=1)

    return Peer(OURS + spec, (), build, chain)
