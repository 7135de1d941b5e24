"""all-MiniLM-L6-v2, a sentence-embedding transformer, written with the builder; the example of embedding the
compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from tensorir.builder.module import FunctionBuilder, ModuleBuilder, Weight
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32, i64
from tensorir.ir.module import Module

HIDDEN, LAYERS, HEADS, EPSILON = 384, 6, 12, 1e-12
MASKED = -1e30
"""Added to the scores of masked positions: exp then gives zero, and no infinities are subtracted."""


def build_minilm(weights: Mapping[str, npt.NDArray[Any]], *, sequence: Dim | None = None) -> Module:
    """The module with @embed(ids: [S] of i64, mask: [S] of f32) → [384] of f32, a unit vector.

    One sentence per call, so there is no batch dim and nothing is padded. `weights` are named as in the model's
    file. `sequence` is a fixed length up to 512, or None for any length, chosen by each call."""
    module = ModuleBuilder()
    w = {name: module.weight(name, weights[name]) for name in weight_names() if name in weights}
    length: Dim = symbol("S") if sequence is None else sequence

    f = module.function("embed")
    ids = f.arg("ids", (length,), i64)
    mask = f.arg("mask", (length,), f32)
    x = embeddings(f, w, ids)
    bias = (1 - mask) * MASKED
    for i in range(LAYERS):
        x = encoder_layer(w, f"encoder.layer.{i}.", x, bias)
    f.returns(pooled(x, mask))
    return module.build()


def embeddings(f: FunctionBuilder, w: Mapping[str, Weight], ids: Tensor) -> Tensor:
    """The sum of word, position and type embeddings, normalised: [S, 384]."""
    word = f.load(w["embeddings.word_embeddings.weight"]).gather(ids)
    position = f.load(w["embeddings.position_embeddings.weight"])[: ids.shape[0]]
    kind = f.load(w["embeddings.token_type_embeddings.weight"])[0]
    return norm(w, "embeddings.LayerNorm", word + position + kind)


def encoder_layer(w: Mapping[str, Weight], prefix: str, x: Tensor, bias: Tensor) -> Tensor:
    """Attention, then the feed-forward block, each with a residual connection and a norm: [S, 384]."""
    attended = linear(w, prefix + "attention.output.dense", attention(w, prefix + "attention.self.", x, bias))
    x = norm(w, prefix + "attention.output.LayerNorm", attended + x)
    inner = linear(w, prefix + "intermediate.dense", x).gelu()
    return norm(w, prefix + "output.LayerNorm", linear(w, prefix + "output.dense", inner) + x)


def attention(w: Mapping[str, Weight], prefix: str, x: Tensor, bias: Tensor) -> Tensor:
    """Softmax(Q·Kᵀ/√d + bias)·V for each head, with the heads concatenated again: [S, 384]."""
    query, key, value = (heads(linear(w, prefix + name, x)) for name in ("query", "key", "value"))
    scores = query.contract(key, "hmd,hnd->hmn") * (HIDDEN // HEADS) ** -0.5
    context = (scores + bias).softmax(-1).contract(value, "hmn,hnd->hmd")
    return context.transpose(1, 0, 2).reshape(x.shape[0], HIDDEN)


def heads(x: Tensor) -> Tensor:
    """[S, 384] → [heads, S, 32]."""
    return x.reshape(x.shape[0], HEADS, HIDDEN // HEADS).transpose(1, 0, 2)


def pooled(x: Tensor, mask: Tensor) -> Tensor:
    """The mean over the positions that the mask keeps, normalised to length one: [384]."""
    total = (x * mask.reshape(x.shape[0], 1)).sum(0)
    mean = total / mask.sum(0).maximum(1e-9)
    return mean / (mean * mean).sum(0).sqrt().maximum(1e-12)


def linear(w: Mapping[str, Weight], name: str, x: Tensor) -> Tensor:
    """x·Wᵀ + b, with the weight stored as N×K."""
    return x.linear(w[name + ".weight"], w[name + ".bias"])


def norm(w: Mapping[str, Weight], name: str, x: Tensor) -> Tensor:
    return x.layer_norm(w[name + ".weight"], w[name + ".bias"], EPSILON)


def weight_names() -> tuple[str, ...]:
    """The names of the tensors that the model reads, in the order of the module: readers of files keep none."""
    tables = [f"embeddings.{t}_embeddings.weight" for t in ("word", "position", "token_type")]
    blocks = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
    blocks += ["attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"]
    pairs = ["embeddings.LayerNorm", *(f"encoder.layer.{i}.{b}" for i in range(LAYERS) for b in blocks)]
    return (*tables, *(f"{p}.{part}" for p in pairs for part in ("weight", "bias")))
