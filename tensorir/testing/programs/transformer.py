"""A transformer of any depth in which no two layers are alike: what compiling must be linear in."""

from __future__ import annotations

import numpy as np

from tensorir.builder.module import ModuleBuilder, Weight
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module

HIDDEN, HEADS = 16, 2


def transformer(layers: int, functions: tuple[str, ...] = ("main",)) -> Module:
    """`layers` blocks of attention and feed-forward on [S, 16] of f32, small, so that compiling them is all in their
    number. Each has its own weights, inner width and factor of the scores, so that no executable is that of another
    layer. All `functions` compute the same from the same weights."""
    module = ModuleBuilder()
    random = np.random.default_rng(0)
    weights = [_weights(module, random, layer) for layer in range(layers)]
    for name in functions:
        f = module.function(name)
        x = f.arg("x", (symbol("S"), HIDDEN), f32)
        for number, w in enumerate(weights):
            x = _layer(x, w, 1 / (1 + number))
        f.returns(x)
    return module.build()


def _weights(module: ModuleBuilder, random: np.random.Generator, layer: int) -> dict[str, Weight]:
    inner = 2 * HIDDEN + layer
    shapes: dict[str, tuple[int, ...]] = {}
    for name in ("query", "key", "value", "output"):
        shapes |= {f"{name}.weight": (HIDDEN, HIDDEN), f"{name}.bias": (HIDDEN,)}
    shapes |= {"up.weight": (inner, HIDDEN), "up.bias": (inner,)}
    shapes |= {"down.weight": (HIDDEN, inner), "down.bias": (HIDDEN,)}
    for name in ("first", "second"):
        shapes |= {f"{name}.scale": (HIDDEN,), f"{name}.shift": (HIDDEN,)}
    return {
        name: module.weight(f"layer.{layer}.{name}", random.standard_normal(shape, np.float32))
        for name, shape in shapes.items()
    }


def _layer(x: Tensor, w: dict[str, Weight], factor: float) -> Tensor:
    q, k, v = (_heads(x.linear(w[f"{n}.weight"], w[f"{n}.bias"])) for n in ("query", "key", "value"))
    scores = (q.contract(k, "hmd,hnd->hmn") * factor).softmax(-1)
    context = scores.contract(v, "hmn,hnd->hmd").transpose(1, 0, 2).reshape(x.shape[0], HIDDEN)
    attended = context.linear(w["output.weight"], w["output.bias"])
    x = (x + attended).layer_norm(w["first.scale"], w["first.shift"], 1e-6)
    inner = x.linear(w["up.weight"], w["up.bias"]).gelu()
    return (x + inner.linear(w["down.weight"], w["down.bias"])).layer_norm(w["second.scale"], w["second.shift"], 1e-6)


def _heads(x: Tensor) -> Tensor:
    return x.reshape(x.shape[0], HEADS, HIDDEN // HEADS).transpose(1, 0, 2)
