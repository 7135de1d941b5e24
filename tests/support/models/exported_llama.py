"""The layer of `llama` as exporters write it: with a batch of one, norms, softmax and silu in pieces, transposed
weights, and in several ways the factor of the scores, the mask and the rotations."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tests.support.models.llama import GROUP, HEADS, HIDDEN, SHARED, WIDTH, weights
from tests.support.models.weights import Weights

Factor = Literal["scores", "quotient", "queries", "both"]
"""What is multiplied by d^-½, divided by d^½, or on both sides multiplied by d^-¼."""


@frozen
class Exported:
    """One way to write it. `mask_first`: the mask is the left summand; `broadcast`: it is made as large as the scores
    first; `negated_last`: −x is a product with −1."""

    factor: Factor = "scores"
    mask_first: bool = False
    broadcast: bool = False
    negated_last: bool = False

    def module(self, sequence: Dim = 128) -> Module:
        """@main(x: [1, S, 256], mask: [1, 1, S, S]) → [1, S, 256]."""
        module = ModuleBuilder()
        w = weights(module, 1)
        f = module.function("main")
        x = f.arg("x", (1, sequence, HIDDEN), f32)
        mask = f.arg("mask", (1, 1, sequence, sequence), f32)
        turns = [f.load(w[n])[:sequence].reshape(1, 1, sequence, WIDTH) for n in ("cosines", "sines")]
        normed = _normed(f, x, w, "0.first")
        x = x + _linear(f, w, "0.output", self._attention(f, w, normed, mask, turns))
        normed = _normed(f, x, w, "0.second")
        gate = _linear(f, w, "0.gate", normed)
        sigmoid = 1 / ((-gate).exp() + 1)
        f.returns(x + _linear(f, w, "0.down", gate * sigmoid * _linear(f, w, "0.up", normed)))
        return module.build()

    def _attention(self, f: FunctionBuilder, w: Weights, x: Tensor, mask: Tensor, turns: list[Tensor]) -> Tensor:
        q, k, v = (_heads(_linear(f, w, f"0.{name}", x)) for name in ("query", "key", "value"))
        q, k = (self._rotated(t, turns) for t in (q, k))
        k, v = _repeated(k), _repeated(v)
        if self.factor == "queries":
            q = q * WIDTH**-0.5
        if self.factor == "both":
            q, k = q * WIDTH**-0.25, k * WIDTH**-0.25
        scores = q.contract(k.transpose(0, 1, 3, 2), "bhmd,bhdn->bhmn")
        if self.factor == "scores":
            scores = scores * WIDTH**-0.5
        if self.factor == "quotient":
            scores = scores / WIDTH**0.5
        if self.broadcast:
            mask = mask.broadcast_to(scores.shape)
        scores = mask + scores if self.mask_first else scores + mask
        powers = (scores - scores.max(-1, keepdims=True)).exp()
        p = powers / powers.sum(-1, keepdims=True)
        length = x.shape[1]
        return p.contract(v, "bhmn,bhnd->bhmd").transpose(0, 2, 1, 3).reshape(1, length, HIDDEN)

    def _rotated(self, x: Tensor, turns: list[Tensor]) -> Tensor:
        cosines, sines = turns
        low, high = x[:, :, :, : WIDTH // 2], x[:, :, :, WIDTH // 2 :]
        negative = high * -1.0 if self.negated_last else -high
        return x * cosines + negative.concat(low, axis=3) * sines


def _linear(f: FunctionBuilder, w: Weights, name: str, x: Tensor) -> Tensor:
    """x·Wᵀ of three dims, with Wᵀ broadcast along the batch."""
    turned = f.load(w[name]).transpose(1, 0)
    return x.contract(turned.broadcast_to((1, *turned.shape)), "bmk,bkn->bmn")


def _normed(f: FunctionBuilder, x: Tensor, w: Weights, name: str) -> Tensor:
    spread = (x * x).mean(-1, keepdims=True)
    return x * (spread + 1e-5).rsqrt() * f.load(w[name])


def _heads(x: Tensor) -> Tensor:
    """[1, S, H·32] → [1, H, S, 32]."""
    _, length, width = x.shape
    assert isinstance(width, int)
    return x.reshape(1, length, width // WIDTH, WIDTH).transpose(0, 2, 1, 3)


def _repeated(x: Tensor) -> Tensor:
    """[1, 2, S, 32] → [1, 8, S, 32]."""
    length = x.shape[2]
    wide = x.reshape(1, SHARED, 1, length, WIDTH).broadcast_to((1, SHARED, GROUP, length, WIDTH))
    return wide.reshape(1, HEADS, length, WIDTH)
