"""Random whole programs: valid, of all families of ops, with values that stay small so that sums are exact.

The structure is drawn, so it shrinks; the data of arguments and constants comes from one seed, so drawing is cheap.
Every value carries a bound on its magnitude; where a bound would leave the exact integers of its type, a clamp is
inserted first. Programs without softmax, norms and transcendental bodies therefore compute exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import reject
from hypothesis import strategies as st

from tensorir.ir.dims import evaluate
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.testing.programs.step import Step
from tensorir.testing.programs.steps import STEPS
from tensorir.testing.programs.values import data
from tensorir.testing.programs.writer import Writer

Chain = Sequence[str]
"""Names of steps, each of which works on what the one before it made."""

CHAINS: tuple[Chain, ...] = (
    ("contract", "layer_norm", "contract"),
    ("contract", "bias", "elementwise", "contract"),
    ("contract", "softmax", "contract"),
    ("contract", "reshape", "transpose", "softmax", "contract"),
    ("contract", "elementwise", "reduce"),
    ("contract", "transpose", "contract"),
    ("pad", "window", "elementwise", "pad", "window"),
)
"""What transformers and convolutional networks are made of. Half of all programs hold one of them."""

_TRIES = 6


def arguments(module: Module, seed: int, function: str = "main") -> list[npt.NDArray[Any]]:
    """Small integers for the arguments of a function; symbols get values from 1 to 40."""
    rng = np.random.default_rng(seed)
    chosen = module.lookup(Function, function)
    sizes = {s: int(rng.choice([1, 7, 8, 16, 21, 40])) for s in chosen.symbols}
    return [data(rng, tuple(evaluate(d, sizes) for d in t.shape), t.dtype) for t in chosen.body.arg_types]


@st.composite
def programs(
    draw: st.DrawFn,
    max_ops: int = 16,
    *,
    contain: Sequence[Chain] = (),
    weights: Mapping[str, int] | None = None,
    steps: Iterable[Step] = (),
) -> Module:
    """A valid module with one function @main of 1 … `max_ops` drawn steps, some weights, arguments and results.

    `contain`: chains of steps that the program has in any case, over sizes that fill no tile, beside what else is
    drawn. `weights`: how often a step is drawn instead of its own weight; 0 is never. `steps`: further steps, drawn
    and named like ours (`tensorir.testing.programs.steps.STEPS`). Raises KeyError for a step that there is not."""
    known = {**STEPS, **{s.name: s for s in steps}}
    for name in {*(weights or {}), *(n for chain in contain for n in chain)}:
        known[name]  # raises
    weight = {**{name: s.weight for name, s in known.items()}, **(weights or {})}
    often = [known[name] for name, count in weight.items() for _ in range(count)]
    writer = Writer(draw)
    for _ in range(draw(st.integers(1, 3))):
        writer.any_argument()
    least = 0 if contain else 1
    count = max(draw(st.integers(least, max_ops)), draw(st.integers(least, max_ops)))  # one draw is mostly small
    chains = list(contain)
    usual = [chain for chain in CHAINS if all(weight[name] for name in chain)]
    if not chains and usual and count > 3 and draw(st.booleans()):
        chains.append(draw(st.sampled_from(usual)))
    at = sorted(draw(st.integers(0, count)) for _ in chains)
    for i in range(count + 1):
        for chain, position in zip(chains, at, strict=True):
            if position == i:
                _write_chain(writer, [known[name] for name in chain])
        if i < count:
            draw(st.sampled_from(often)).write(writer)
    return _module(writer)


def regions(max_ops: int = 16) -> st.SearchStrategy[Region]:
    """The body of @main of a random program."""
    return programs(max_ops).map(lambda module: module.functions[0].body)


def _write_chain(w: Writer, chain: Sequence[Step]) -> None:
    """Writes the steps one on the other. A step that does not fit what is there is tried again, then the chain."""
    for _ in range(_TRIES):
        value = w.ragged_argument()
        for step in chain:
            for _ in range(_TRIES):
                if w.works_on(value, step.write):
                    break
            else:
                break
            value = next(reversed(w.bounds))
        else:
            return
    reject()


def _module(w: Writer) -> Module:
    """Everything that nobody reads is returned, so that no op is dead, and at most two other values."""
    also = w.draw(st.lists(st.sampled_from(list(w.bounds)), max_size=2))
    body = w.b.finish([])
    unread = [r for o in body.ops for r in o.results if r not in body.uses]
    main = Function("main", Region(body.args, body.ops, tuple(unread + also) or body.args[:1]))
    return Module((main, *w.functions), w.globals)
