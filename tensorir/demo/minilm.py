"""all-MiniLM-L6-v2, a sentence-embedding transformer, written with the builder; the example of embedding the
compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy.typing as npt

from tensorir.builder.module import FunctionBuilder, ModuleBuilder, Weight
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim, product, symbol
from tensorir.ir.dtype import f32, i64
from tensorir.ir.module import Module

HIDDEN, LAYERS, HEADS, EPSILON = 384, 6, 12, 1e-12
MASKED = -1e30
"""Added to the scores of masked positions: exp then gives zero, and no infinities are subtracted."""


def build_minilm(
    weights: Mapping[str, npt.NDArray[Any]],
    *,
    sequence: Dim | None = None,
    batch: Dim | None = None,
    devices: Sequence[str] = (),
) -> Module:
    """The module with @embed(ids: [S] of i64, mask: [S] of f32) → [384] of f32, a unit vector.

    One sentence per call, so there is no batch dim and nothing is padded. `weights` are named as in the model's
    file. `sequence` is a fixed length up to 512, or None for any length, chosen by each call. With `batch`, a number
    of sentences or a symbol, it is @embed(ids: [B, S], mask: [B, S]) → [B, 384]; shorter sentences are padded with
    masked tokens. `devices`: the names of those among which the layers are split, in equal parts; the first one also
    has all else."""
    module = ModuleBuilder()
    w = {name: module.weight(name, weights[name]) for name in weight_names() if name in weights}
    length: Dim = symbol("S") if sequence is None else sequence
    shape = (length,) if batch is None else (batch, length)

    f = module.function("embed")
    ids = f.arg("ids", shape, i64, device=devices[0] if devices else "")
    mask = f.arg("mask", shape, f32, device=devices[0] if devices else "")
    x = embeddings(f, w, ids)
    bias = (1 - mask) * MASKED
    bias = bias if batch is None else bias[:, None, None, :]  # the same for all heads and queries of a sentence
    for i in range(LAYERS):
        with f.on(devices[i * len(devices) // LAYERS]) if devices else nullcontext():
            x = encoder_layer(w, f"encoder.layer.{i}.", x, bias, shape)
    with f.on(devices[0]) if devices else nullcontext():
        f.returns(pooled(x.reshape(*shape, HIDDEN), mask))
    return module.build()


def embeddings(f: FunctionBuilder, w: Mapping[str, Weight], ids: Tensor) -> Tensor:
    """The sum of word, position and type embeddings, normalised: [T, 384], the tokens of all sentences."""
    word = f.load(w["embeddings.word_embeddings.weight"]).gather(ids)
    position = f.load(w["embeddings.position_embeddings.weight"])[: ids.shape[-1]]
    kind = f.load(w["embeddings.token_type_embeddings.weight"])[0]
    return norm(w, "embeddings.LayerNorm", word + position + kind).reshape(product(ids.shape), HIDDEN)


def encoder_layer(w: Mapping[str, Weight], prefix: str, x: Tensor, bias: Tensor, shape: Sequence[Dim]) -> Tensor:
    """Attention, then the feed-forward block, each with a residual connection and a norm: [T, 384].

    `shape` is that of the ids, whose product is T: only attention knows of sentences."""
    attended = linear(w, prefix + "attention.output.dense", attention(w, prefix + "attention.self.", x, bias, shape))
    x = norm(w, prefix + "attention.output.LayerNorm", attended + x)
    inner = linear(w, prefix + "intermediate.dense", x).gelu()
    return norm(w, prefix + "output.LayerNorm", linear(w, prefix + "output.dense", inner) + x)


def attention(w: Mapping[str, Weight], prefix: str, x: Tensor, bias: Tensor, shape: Sequence[Dim]) -> Tensor:
    """Softmax(Q·Kᵀ/√d + bias)·V for each sentence and head, with the heads concatenated again: [T, 384]."""
    query, key, value = (heads(linear(w, prefix + name, x), shape) for name in ("query", "key", "value"))
    scores = query.contract(key, "hmd,hnd->hmn") * (HIDDEN // HEADS) ** -0.5
    *sentences, length = shape
    biased = scores.reshape(*sentences, HEADS, length, length) + bias
    context = biased.softmax(-1).reshape(*scores.shape).contract(value, "hmn,hnd->hmd")
    return swapped(context.reshape(*sentences, HEADS, length, HIDDEN // HEADS)).reshape(x.shape[0], HIDDEN)


def heads(x: Tensor, shape: Sequence[Dim]) -> Tensor:
    """[T, 384] → [H, S, 32], with the heads of all sentences in one dim: devices tile contractions of one batch dim."""
    *sentences, length = shape
    split = swapped(x.reshape(*shape, HEADS, HIDDEN // HEADS))
    return split.reshape(product((*sentences, HEADS)), length, HIDDEN // HEADS)


def swapped(x: Tensor) -> Tensor:
    """The two dims before the last, heads and tokens, exchanged."""
    *leading, rows, columns, last = range(len(x.shape))
    return x.transpose(*leading, columns, rows, last)


def pooled(x: Tensor, mask: Tensor) -> Tensor:
    """The mean over the positions that the mask keeps, normalised to length one: [384] or [B, 384]."""
    total = (x * mask.reshape(*mask.shape, 1)).sum(-2)
    mean = total / column(mask.sum(-1).maximum(1e-9))
    return mean / column((mean * mean).sum(-1).sqrt().maximum(1e-12))


def column(x: Tensor) -> Tensor:
    """[B] → [B, 1], to be broadcast along vectors; a scalar stays one."""
    return x[:, None] if x.shape else x


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
