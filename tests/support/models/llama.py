"""Llama's decoder layer with grouped queries: four heads of queries share one of keys and values.

Exporters write such attention in three ways: `merged`, where the queries of a group are rows of one product;
`repeated`, where keys and values are copied for each head; `extra dim`, where the group is a dim of its own."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tests.support.models.weights import Weights

HIDDEN, HEADS, SHARED, WIDTH, INNER = 256, 8, 2, 32, 704
"""Heads of queries, heads of keys and values, elements of a head; `INNER` is the width of the feed-forward block."""

GROUP = HEADS // SHARED
LONGEST = 512
"""How many positions have rotations."""

Groups = Literal["merged", "repeated", "extra dim"]


def llama(groups: Groups, layers: int = 1, sequence: Dim = 128) -> Module:
    """@main(x: [S, 256], mask: [S, S]) → [S, 256]; the mask is added to the scores."""
    module = ModuleBuilder()
    w = weights(module, layers)
    f = module.function("main")
    x = f.arg("x", (sequence, HIDDEN), f32)
    mask = f.arg("mask", (sequence, sequence), f32)
    turns = f.load(w["cosines"])[:sequence], f.load(w["sines"])[:sequence]
    for i in range(layers):
        attended = attention(w, f"{i}.", x.rms_norm(w[f"{i}.first"]), mask, turns, groups)
        x = x + attended.linear(w[f"{i}.output"])
        x = x + feed_forward(w, f"{i}.", x.rms_norm(w[f"{i}.second"]))
    f.returns(x)
    return module.build()


def attention(w: Weights, prefix: str, x: Tensor, mask: Tensor, turns: tuple[Tensor, Tensor], groups: Groups) -> Tensor:
    """Softmax(Q·Kᵀ/√d + mask)·V, with the heads concatenated again: [S, 256]."""
    length = x.shape[0]
    q, k, v = (heads(x.linear(w[prefix + name])) for name in ("query", "key", "value"))
    q, k = rotated(q, turns), rotated(k, turns)
    if groups == "merged":
        q = q.reshape(SHARED, product((GROUP, length)), WIDTH)
        scores = q.contract(k, "kmd,knd->kmn").reshape(HEADS, length, length)
        p = _probabilities(scores, mask).reshape(SHARED, product((GROUP, length)), length)
        context = p.contract(v, "kmn,knd->kmd").reshape(HEADS, length, WIDTH)
    elif groups == "repeated":
        k, v = _repeated(k), _repeated(v)
        context = _probabilities(q.contract(k, "hmd,hnd->hmn"), mask).contract(v, "hmn,hnd->hmd")
    else:
        q = q.reshape(SHARED, GROUP, length, WIDTH)
        p = _probabilities(q.contract(k, "kgmd,knd->kgmn"), mask)
        context = p.contract(v, "kgmn,knd->kgmd").reshape(HEADS, length, WIDTH)
    return context.transpose(1, 0, 2).reshape(length, HIDDEN)


def _probabilities(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores * WIDTH**-0.5 + mask).softmax(-1)


def rotated(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """[H, S, 32] with each pair of elements i, i + 16 turned by an angle that grows with the position."""
    cosines, sines = turns
    low, high = x[:, :, : WIDTH // 2], x[:, :, WIDTH // 2 :]
    return x * cosines + (-high).concat(low, axis=2) * sines


def feed_forward(w: Weights, prefix: str, x: Tensor) -> Tensor:
    """(silu(x·Gᵀ)·(x·Uᵀ))·Dᵀ."""
    gate = x.linear(w[prefix + "gate"])
    return (gate / (1 + (-gate).exp()) * x.linear(w[prefix + "up"])).linear(w[prefix + "down"])


def heads(x: Tensor) -> Tensor:
    """[S, H·32] → [H, S, 32]."""
    length, width = x.shape
    assert isinstance(width, int)
    return x.reshape(length, width // WIDTH, WIDTH).transpose(1, 0, 2)


def _repeated(x: Tensor) -> Tensor:
    """[2, S, 32] → [8, S, 32]."""
    length = x.shape[1]
    return x[:, None].broadcast_to((SHARED, GROUP, length, WIDTH)).reshape(HEADS, length, WIDTH)


def weights(module: ModuleBuilder, layers: int) -> Weights:
    w = Weights(module)
    angles = np.outer(np.arange(LONGEST), 1e4 ** -(np.arange(WIDTH) % (WIDTH // 2) * 2 / WIDTH))
    w.add("cosines", np.cos(angles).astype(np.float32))
    w.add("sines", np.sin(angles).astype(np.float32))
    for i in range(layers):
        for name, outputs, inputs in (
            ("query", HIDDEN, HIDDEN),
            ("key", SHARED * WIDTH, HIDDEN),
            ("value", SHARED * WIDTH, HIDDEN),
            ("output", HIDDEN, HIDDEN),
            ("gate", INNER, HIDDEN),
            ("up", INNER, HIDDEN),
            ("down", HIDDEN, INNER),
        ):
            w.random(f"{i}.{name}", outputs, inputs)
        w.random(f"{i}.first", HIDDEN)
        w.random(f"{i}.second", HIDDEN)
    return w
