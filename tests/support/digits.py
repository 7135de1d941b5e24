"""Layouts by their definition, one memory position at a time, and random ones: what the algebra is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve
from hypothesis import assume
from hypothesis import strategies as st

from tensorir.encoding.digits import (
    NO_PADDING,
    UNSPECIFIED,
    Broadcast,
    DigitLayout,
    DigitView,
    Padded,
    Sliced,
)
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.interp import Context
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.known import NOTHING, Known, SizeFact
from tensorir.ir.module import Module
from tensorir.testing.programs.layouts import VALUES

Array = npt.NDArray[Any]
POISON = -7.0
"""What nobody has written."""


def positions(layout: DigitLayout, shape: Sequence[int]) -> list[Array]:
    """The position of each dim for every element of the memory, in the shape of its digits; -1 without digits."""
    extents = [-(-shape[d.dim] // _int(d.stride)) if d.extent is None else _int(d.extent) for d in layout.digits]
    index = np.indices(extents) if extents else np.zeros((0,), np.int64)
    made: list[Array] = []
    for dim in range(layout.rank):
        mine = [index[p] * _int(d.stride) for p, d in enumerate(layout.digits) if d.dim == dim]
        made.append(sum(mine, np.zeros(extents, np.int64)) if mine else np.full(extents, -1))
    return made


def stored(x: Array, layout: DigitLayout) -> Array:
    """The memory of a tensor: its elements, and in the padding what the layout says."""
    at = positions(layout, x.shape)
    inside, value, known = _padding(layout, x.shape, at)
    made = np.where(known, value, POISON)
    if 0 not in x.shape:
        clipped = tuple(np.clip(p, 0, n - 1) for p, n in zip(at, x.shape, strict=True))
        made = np.where(inside, x[clipped] if clipped else x, made)
    return made


def holds(memory: Array, x: Array, layout: DigitLayout) -> bool:
    """Whether each element lies where the layout says, and so does the padding whose value it names."""
    at = positions(layout, x.shape)
    inside, value, known = _padding(layout, x.shape, at)
    memory = memory.reshape(inside.shape)
    return bool(
        np.array_equal(memory[inside], stored(x, layout)[inside]) and np.array_equal(memory[known], value[known])
    )


def _padding(layout: DigitLayout, shape: Sequence[int], at: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Of each element of the memory: whether it is one of the tensor, the value of padding, and whether it has one."""
    size = np.shape(at[0]) if at else ()
    inside, known, value = np.ones(size, bool), np.zeros(size, bool), np.zeros(size)
    conflict = np.zeros(size, bool)
    for p, n, state in zip(at, shape, layout.padding, strict=True):
        beyond = p >= n
        inside &= ~beyond & (n > 0)
        if state.kind == "none":
            assert not (beyond & (n > 0)).any(), "it is said to have no padding"
        elif state.kind == "unspecified":
            conflict |= beyond
        else:
            conflict |= beyond & known & (value != state.value)
            value[beyond], known = float(state.value), known | beyond
    return inside, value, known & ~conflict


def _int(dim: Dim | None) -> int:
    assert isinstance(dim, int)
    return dim


def shapes(max_rank: int = 3) -> st.SearchStrategy[tuple[int, ...]]:
    """Small shapes, with sizes that tiles divide, sizes that they do not divide, 0 and 1."""
    return st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8, 12, 13]), max_size=max_rank).map(tuple)


def tensor(shape: Sequence[int]) -> Array:
    """Different numbers, none of which is padding."""
    return np.arange(10, 10 + int(np.prod(shape, dtype=np.int64)), dtype=np.float64).reshape(shape)


@st.composite
def as_symbols(draw: st.DrawFn, shape: Sequence[int]) -> tuple[tuple[Dim, ...], Known, Context]:
    """The shape with symbols for some sizes, true facts about them, and their values."""
    dims: list[Dim] = []
    facts: dict[str, SizeFact] = {}
    values: dict[str, int] = {}
    for d, size in enumerate(shape):
        if not draw(st.booleans()):
            dims.append(size)
            continue
        name = f"S{d}"
        dims.append(symbol(name))
        values[name] = size
        if draw(st.booleans()):
            multiple = draw(st.sampled_from([m for m in (1, 2, 3, 4, 6, 8, 12) if size % m == 0]))
            facts[name] = SizeFact(draw(st.integers(0, size)), draw(st.none() | st.integers(size, size + 4)), multiple)
    return tuple(dims), Known(tuple(sorted(facts.items()))), Context(Module(), values)


def provable(layout: DigitLayout, shape: Sequence[Dim], known: Known = NOTHING) -> DigitLayout:
    """The layout, without a promise that there is no padding where this can't be known."""
    padded = layout.padded_dims(shape, known)
    states = (UNSPECIFIED if d in padded and p == NO_PADDING else p for d, p in enumerate(layout.padding))
    return evolve(layout, padding=tuple(states))


@st.composite
def digit_views(draw: st.DrawFn) -> tuple[DigitView, Array, Array]:
    """A view, a tensor, and what NumPy makes of it."""
    shape = draw(shapes())
    x, rank = tensor(shape), len(shape)
    kind = draw(st.sampled_from(["transpose", "project", "broadcast", "expand", "collapse", "slice", "pad"]))
    if kind == "transpose":
        order = tuple(draw(st.permutations(range(rank))))
        return Transposed(order), x, x.transpose(order)
    if kind == "project":
        kept = tuple(draw(st.permutations(range(rank))))[: draw(st.integers(0, rank))]
        index = tuple(slice(None) if d in kept else slice(0, 1) for d in range(rank))
        same = np.broadcast_to(x[index], shape)
        assume(0 not in shape)
        left = [d for d in range(rank) if d in kept]
        return (
            Projected(kept),
            same,
            x[tuple(slice(None) if d in kept else 0 for d in range(rank))].transpose([left.index(d) for d in kept]),
        )
    if kind == "broadcast":
        sizes = draw(st.lists(st.sampled_from([0, 1, 3]), max_size=2))
        at = sorted(draw(st.permutations(range(rank + len(sizes))))[: len(sizes)])
        whole = list(shape)
        for d, n in zip(at, sizes, strict=True):
            whole.insert(d, n)
        spread = x.reshape([1 if d in at else n for d, n in enumerate(whole)])
        return Broadcast(tuple(at), tuple(whole)), x, np.broadcast_to(spread, whole)
    if kind in ("expand", "collapse"):
        assume(rank > 0)
        parts = [draw(st.sampled_from(splits(n))) for n in shape]
        whole = [n for part in parts for n in part]
        ends = list(accumulate(map(len, parts), initial=0))
        groups = tuple(tuple(range(a, b)) for a, b in pairwise(ends))
        if kind == "expand":
            return Expanded(groups, tuple(whole)), x, x.reshape(whole)
        return Collapsed(groups, tuple(whole)), x.reshape(whole), x
    if kind == "slice":
        steps = tuple(draw(st.sampled_from([1, 1, 2, 3])) for _ in shape)
        offsets = tuple(draw(st.integers(0, max(n - 1, 0))) for n in shape)
        most = [max(0, -(-(n - o) // s)) for n, o, s in zip(shape, offsets, steps, strict=True)]
        sizes = tuple(draw(st.integers(0, m) | st.just(m)) for m in most)
        index = tuple(slice(o, o + n * s, s) for o, n, s in zip(offsets, sizes, steps, strict=True))
        return Sliced(offsets, sizes, steps), x, x[index]
    low, high = (tuple(draw(st.sampled_from([0, 0, 1, 2, 4])) for _ in shape) for _ in range(2))
    value = draw(st.sampled_from(VALUES))
    made = np.full([a + n + b for a, n, b in zip(low, shape, high, strict=True)], value)
    made[tuple(slice(a, a + n) for a, n in zip(low, shape, strict=True))] = x
    return Padded(low, high, value), x, made


def splits(size: int) -> list[tuple[int, ...]]:
    """Factors of a size, with ones among them."""
    if size < 2:
        return [(size,), (1, size), (size, 1)]
    pairs = [(size // k, k) for k in (1, 2, 3, 4, size) if size % k == 0]
    return [(size,), *pairs, *((a, 1, b) for a, b in pairs)]
