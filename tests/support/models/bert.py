"""BERT's encoder in MiniLM's sizes: one sentence as [S, 384], and several as [B, S, 384]."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.demo.minilm import HEADS, HIDDEN, MASKED, encoder_layer, linear, norm, swapped
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tests.support.models.weights import Weights

INNER = 4 * HIDDEN


def bert(layers: int = 1, sequence: Dim = 128, devices: Sequence[str] = ()) -> Module:
    """@main(x: [S, 384], mask: [S]) → [S, 384]. `devices`: the name of the device of each layer."""
    module = ModuleBuilder()
    w = _weights(module, layers)
    f = module.function("main")
    x = f.arg("x", (sequence, HIDDEN), f32)
    bias = (1 - f.arg("mask", (sequence,), f32)) * MASKED
    for i in range(layers):
        with f.on(devices[i]) if devices else nullcontext():
            x = encoder_layer(w, _prefix(i), x, bias, (sequence,))
    f.returns(x)
    return module.build()


def bert_of_batches(layers: int = 1, batch: Dim = 2, sequence: Dim = 128) -> Module:
    """@main(x: [B, S, 384], mask: [B, S]) → [B, S, 384], where no dims are ever merged but those of the heads."""
    module = ModuleBuilder()
    w = _weights(module, layers)
    f = module.function("main")
    x = f.arg("x", (batch, sequence, HIDDEN), f32)
    bias = ((1 - f.arg("mask", (batch, sequence), f32)) * MASKED)[:, None, None, :]
    for i in range(layers):
        x = _layer(w, _prefix(i), x, bias)
    f.returns(x)
    return module.build()


def _layer(w: Weights, prefix: str, x: Tensor, bias: Tensor) -> Tensor:
    """Attention, then the feed-forward block, each with a residual connection and a norm."""
    split = (*x.shape[:2], HEADS, HIDDEN // HEADS)
    names = (f"{prefix}attention.self.{name}" for name in ("query", "key", "value"))
    query, key, value = (swapped(linear(w, name, x).reshape(*split)) for name in names)
    scores = query.contract(key, "bhmd,bhnd->bhmn") * (HIDDEN // HEADS) ** -0.5 + bias
    context = swapped(scores.softmax(-1).contract(value, "bhmn,bhnd->bhmd")).reshape(*x.shape)
    attended = linear(w, prefix + "attention.output.dense", context)
    x = norm(w, prefix + "attention.output.LayerNorm", attended + x)
    inner = linear(w, prefix + "intermediate.dense", x).gelu()
    return norm(w, prefix + "output.LayerNorm", linear(w, prefix + "output.dense", inner) + x)


def _prefix(layer: int) -> str:
    return f"encoder.layer.{layer}."


def _weights(module: ModuleBuilder, layers: int) -> Weights:
    w = Weights(module)
    for prefix in map(_prefix, range(layers)):
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            w.linear(f"{prefix}attention.{name}", HIDDEN, HIDDEN)
        w.linear(f"{prefix}intermediate.dense", INNER, HIDDEN)
        w.linear(f"{prefix}output.dense", HIDDEN, INNER)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            w.norm(prefix + name, HIDDEN)
    return w
