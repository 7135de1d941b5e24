"""Quantized models as exporters write them: integers are dequantized beside each product, which is one of floats."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dtype import f32, i8
from tensorir.ir.module import Module
from tests.support.models.weights import Weights

SIZES = (256, 512, 512, 64)
"""Widths of the MLP's layers."""

SCALE, ZERO = 0.05, 3
"""Of the MLP's activations."""


def qdq_mlp(rows: int = 128) -> Module:
    """@main(x: [128, 256]) → [128, 64]: three layers of i8 weights with a scale per output; what goes from one to the
    next is quantized to i8 and back."""
    module = ModuleBuilder()
    w = Weights(module)
    f = module.function("main")
    x = f.arg("x", (rows, SIZES[0]), f32)
    for i, (inputs, outputs) in enumerate(pairwise(SIZES)):
        w.integers(f"{i}.weight", outputs, inputs, bits=8)
        w.add(f"{i}.scale", np.full((outputs, 1), 1e-3, np.float32))
        w.random(f"{i}.bias", outputs)
        weight = f.load(w[f"{i}.weight"]).cast(f32) * w[f"{i}.scale"]
        x = _through_integers(x).linear(weight, w[f"{i}.bias"])
        x = x.relu() if outputs != SIZES[-1] else x
    f.returns(x)
    return module.build()


def _through_integers(x: Tensor) -> Tensor:
    """Quantizes to i8, with rounding to even and saturation, and back."""
    integers = (round(x / SCALE) + float(ZERO)).maximum(-128.0).minimum(127.0).cast(i8)
    return (integers.cast(f32) - float(ZERO)) * SCALE


HIDDEN, HEADS, WIDTH, INNER, GROUP, CACHED = 256, 8, 32, 704, 32, 255
"""Of the decoder: `GROUP` is how many weights share a scale, `CACHED` how many tokens came before."""


def int4_decoder(layers: int = 1) -> Module:
    """A step of a decoder whose weights are i4, with a scale for each 32 of a row: @main is `_decoder` of one token."""
    module = ModuleBuilder()
    _decoder(module.function("main"), Weights(module), layers, 1)
    return module.build()


def int4_decoder_with_prefill(layers: int = 1) -> Module:
    """The same as @decode, after @prefill, which is `_decoder` of 64 tokens with the same weights."""
    module = ModuleBuilder()
    w = Weights(module)
    for name, tokens in (("decode", 1), ("prefill", 64)):
        _decoder(module.function(name), w, layers, tokens)
    return module.build()


def _decoder(f: FunctionBuilder, w: Weights, layers: int, tokens: int) -> None:
    """Writes (x: [T, 256], keys and values of each layer: [8, 255, 32]) → x, and keys and values with those of `x`."""
    x = f.arg("x", (tokens, HIDDEN), f32)
    state: list[Tensor] = []
    for i in range(layers):
        for name in (f"{i}.first", f"{i}.second"):
            w.random(name, HIDDEN)
        normed = x.rms_norm(w[f"{i}.first"])
        q, k, v = (_heads(_linear(f, w, f"{i}.{name}", normed, HIDDEN)) for name in ("query", "key", "value"))
        shape = (HEADS, CACHED, WIDTH)
        k, v = (f.arg(f"{i}.{n}", shape, f32).concat(new, axis=1) for n, new in (("keys", k), ("values", v)))
        state += (k, v)
        p = (q.contract(k, "hmd,hnd->hmn") * WIDTH**-0.5).softmax(-1)
        context = p.contract(v, "hmn,hnd->hmd").transpose(1, 0, 2).reshape(tokens, HIDDEN)
        x = x + _linear(f, w, f"{i}.output", context, HIDDEN)
        normed = x.rms_norm(w[f"{i}.second"])
        gate = _linear(f, w, f"{i}.gate", normed, INNER)
        inner = gate / (1 + (-gate).exp()) * _linear(f, w, f"{i}.up", normed, INNER)
        x = x + _linear(f, w, f"{i}.down", inner, HIDDEN)
    f.returns(x, *state)


def _linear(f: FunctionBuilder, w: Weights, name: str, x: Tensor, outputs: int) -> Tensor:
    """x·Wᵀ, where the weights of a row are dequantized by groups."""
    inputs = x.shape[1]
    assert isinstance(inputs, int)
    w.integers(name, outputs, inputs // GROUP, GROUP, bits=4)
    w.random(f"{name}.scale", outputs, inputs // GROUP, 1)
    weight = f.load(w[name]).cast(f32) * w[f"{name}.scale"]
    return x.linear(weight.reshape(outputs, inputs))


def _heads(x: Tensor) -> Tensor:
    """[T, 256] → [8, T, 32]."""
    return x.reshape(x.shape[0], HEADS, WIDTH).transpose(1, 0, 2)
