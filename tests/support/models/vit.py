"""A vision transformer in the sizes of ViT-Tiny: 196 patches and one class token, so no tile divides the rows."""

from __future__ import annotations

from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tests.support.models.weights import Weights

SIDE, PATCH, CHANNELS, HIDDEN, HEADS = 224, 16, 3, 192, 3
ROWS, PIXELS = SIDE // PATCH, PATCH * PATCH * CHANNELS
TOKENS = ROWS * ROWS + 1


def vit(layers: int = 1) -> Module:
    """@main(image: [224, 224, 3]) → [197, 192]."""
    module = ModuleBuilder()
    w = _weights(module, layers)
    f = module.function("main")
    image = f.arg("image", (SIDE, SIDE, CHANNELS), f32)
    patches = image.reshape(ROWS, PATCH, ROWS, PATCH, CHANNELS).transpose(0, 2, 1, 3, 4).reshape(TOKENS - 1, PIXELS)
    embedded = patches.linear(w["patches.weight"], w["patches.bias"])
    x = f.load(w["class"]).concat(embedded, axis=0) + w["positions"]
    for i in range(layers):
        x = x + _linear(w, f"{i}.output", _attention(w, f"{i}.", _norm(w, f"{i}.first", x)))
        inner = _linear(w, f"{i}.up", _norm(w, f"{i}.second", x)).gelu()
        x = x + _linear(w, f"{i}.down", inner)
    f.returns(x)
    return module.build()


def _attention(w: Weights, prefix: str, x: Tensor) -> Tensor:
    """All heads of queries, keys and values come from one product: [197, 576] → [197, 192]."""
    joined = _linear(w, prefix + "qkv", x).reshape(TOKENS, 3, HEADS, HIDDEN // HEADS).transpose(1, 2, 0, 3)
    q, k, v = joined[0], joined[1], joined[2]
    scores = q.contract(k, "hmd,hnd->hmn") * (HIDDEN // HEADS) ** -0.5
    return scores.softmax(-1).contract(v, "hmn,hnd->hmd").transpose(1, 0, 2).reshape(TOKENS, HIDDEN)


def _linear(w: Weights, name: str, x: Tensor) -> Tensor:
    return x.linear(w[f"{name}.weight"], w[f"{name}.bias"])


def _norm(w: Weights, name: str, x: Tensor) -> Tensor:
    return x.layer_norm(w[f"{name}.weight"], w[f"{name}.bias"], 1e-6)


def _weights(module: ModuleBuilder, layers: int) -> Weights:
    w = Weights(module)
    w.linear("patches", HIDDEN, PIXELS)
    w.random("class", 1, HIDDEN)
    w.random("positions", TOKENS, HIDDEN)
    for i in range(layers):
        for name, outputs, inputs in (
            ("qkv", 3 * HIDDEN, HIDDEN),
            ("output", HIDDEN, HIDDEN),
            ("up", 4 * HIDDEN, HIDDEN),
            ("down", HIDDEN, 4 * HIDDEN),
        ):
            w.linear(f"{i}.{name}", outputs, inputs)
        w.norm(f"{i}.first", HIDDEN)
        w.norm(f"{i}.second", HIDDEN)
    return w
