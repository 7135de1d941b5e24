"""A decoder in the manner of Llama: rotary positions, grouped heads, and keys and values that it keeps as states.

@prefill reads a prompt into empty caches, @decode one more token; both return the logits of the token that comes next.
The caches have room for `LONGEST` positions, and attention reads all of them under a mask."""

from __future__ import annotations

import numpy as np

from tensorir.builder.module import FunctionBuilder, ModuleBuilder, State
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import i8, i32
from tensorir.ir.module import Module
from tests.support.models.llama import GROUP, HEADS, HIDDEN, SHARED, WIDTH, feed_forward, heads, rotated, weights
from tests.support.models.weights import Weights

LONGEST = 192
"""How many positions the caches have room for: a multiple of all tiles."""

WORDS = 128
PROMPT = 16
PAST = symbol("P")


def decoder(layers: int = 2, longest: int = LONGEST) -> Module:
    """@prefill(ids: [S]) and @decode(ids: [1], past: [P]) → logits: [128]; P positions are in the caches already."""
    module = ModuleBuilder()
    w = weights(module, layers)
    w.random("words", WORDS, HIDDEN)
    w.random("last", HIDDEN)
    later = np.triu(np.ones((longest, longest), bool), 1)
    w.add("mask", np.where(later, -np.inf, 0).astype(np.float32))
    empty = np.zeros((SHARED, longest, WIDTH), np.float32)
    caches = [(module.state(f"{i}.keys", empty), module.state(f"{i}.values", empty)) for i in range(layers)]
    prefill = module.function("prefill")
    _step(prefill, w, caches, prefill.arg("ids", (PROMPT,), i32), 0)
    decode = module.function("decode")
    ids = decode.arg("ids", (1,), i32)
    decode.arg("past", (PAST,), i8)
    _step(decode, w, caches, ids, PAST)
    return module.build()


def _step(f: FunctionBuilder, w: Weights, caches: list[tuple[State, State]], ids: Tensor, past: Dim) -> None:
    count = ids.shape[0]
    x = f.load(w["words"]).gather(ids)
    rows = slice(past, past + count)
    turns = f.load(w["cosines"])[rows], f.load(w["sines"])[rows]
    mask = f.load(w["mask"])[rows]
    for i, kept in enumerate(caches):
        attended = _attention(f, w, f"{i}.", x.rms_norm(w[f"{i}.first"]), mask, turns, kept, past)
        x = x + attended.linear(w[f"{i}.output"])
        x = x + feed_forward(w, f"{i}.", x.rms_norm(w[f"{i}.second"]))
    last = x[count - 1 : count].rms_norm(w["last"])
    f.returns(last.linear(w["words"]).reshape(WORDS))


def _attention(
    f: FunctionBuilder,
    w: Weights,
    prefix: str,
    x: Tensor,
    mask: Tensor,
    turns: tuple[Tensor, Tensor],
    kept: tuple[State, State],
    past: Dim,
) -> Tensor:
    """Softmax(Q·Kᵀ/√d + mask)·V over all positions of the caches, with those of `x` put behind the `past` ones."""
    count = x.shape[0]
    q, k, v = (heads(x.linear(w[prefix + name])) for name in ("query", "key", "value"))
    q, k = rotated(q, turns), rotated(k, turns)
    for state, new in zip(kept, (k, v), strict=True):
        f.update(state, f.state(state).insert(new, 0, past, 0))
    keys, values = (f.state(state) for state in kept)
    q = q.reshape(SHARED, GROUP, count, WIDTH)
    p = (q.contract(keys, "kgmd,knd->kgmn") * WIDTH**-0.5 + mask).softmax(-1)
    context = p.contract(values, "kgmn,knd->kgmd").reshape(HEADS, count, WIDTH)
    return context.transpose(1, 0, 2).reshape(count, HIDDEN)
