"""Loops with many steps: all intermediate values of a total are computed at once instead of one after the other.

The value of a total after each step is guessed (a running maximum, a running sum, the element that a condition took
last). Then the body is evaluated for all steps at once, with the guessed values as the totals before each step. If that
gives the guessed values, bit for bit, they are those of the loop, by induction from the start. Any guess is therefore
safe, and where no guess is confirmed, the loop itself runs.

One kind is not proven but defined this way: a float total `total·a + b` (the sum of an online softmax), whose steps are
combined in pairs, in float64, over blocks of a fixed number of steps, and rounded to its type after each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from tensorir.interp.combiners import COMBINERS
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import convert, wide, wrap
from tensorir.interp.own_totals import Compared, comparison, linear, reads
from tensorir.interp.scalar import evaluate_body
from tensorir.ir.diagnostic import InferError
from tensorir.ir.loops import Loops
from tensorir.ir.scalar import Scalar, ScalarBody, arg, cast

FEW_STEPS = 32
"""Loops with fewer steps are run step by step."""
BLOCK = 4096
"""How many steps are computed at once; a constant, so that no result depends on how many positions are parallel."""
LARGEST = 1 << 21
"""The most elements of one array; more parallel positions are computed in parts."""
TRIES = 3
"""How often a guess may be replaced by the result of the body."""


def scanned(
    loops: Loops, whole: Sequence[Array], start: Sequence[Array], sizes: tuple[int, ...], ctx: Context
) -> list[Array] | None:
    """Returns the totals of `loops` over `whole`, the inputs aligned to the iteration space, from `start`; None if the
    loop has few steps or its bodies are not understood."""
    steps = math.prod(sizes[d] for d in loops.combined)
    order = _order(loops)
    if steps < FEW_STEPS or 0 in sizes or order is None:
        return None
    combined = [sizes[d] for d in loops.combined]
    rank = len(loops.parallel)
    along = {
        d: np.arange(sizes[d]).reshape([-1 if i == p else 1 for p in range(rank + 1)])
        for i, d in enumerate(loops.parallel, 1)
    }
    at = np.unravel_index(np.arange(steps), combined)
    along |= {d: p.reshape(-1, *[1] * rank) for d, p in zip(loops.combined, at, strict=True)}
    inputs = [_flattened(a, loops, combined) for a in whole]
    try:
        with np.errstate(all="ignore"):
            return _Scan(loops, order, inputs, along, list(start), ctx).totals()
    except InferError:  # perhaps only a guess divides by zero; the loop itself decides
        return None


def _order(loops: Loops) -> tuple[int, ...] | None:
    """Returns the totals, each after those that its body reads; None if two read each other."""
    first, count = len(loops.inputs), len(loops.bodies)
    reads = {i: {n.index - first for n in loops.bodies[i].nodes() if n.fn == "arg"} - {i} for i in range(count)}
    order: list[int] = []
    while len(order) < count:
        ready = [i for i in range(count) if i not in order and not any(r in reads and r not in order for r in reads[i])]
        if not ready:
            return None
        order += ready
    return tuple(order)


def _flattened(array: Array, loops: Loops, combined: list[int]) -> Array:
    """Merges the combined dims into one leading dim, of size 1 for an input that is the same in all steps."""
    front = array.transpose([*loops.combined, *loops.parallel])
    rest = front.shape[len(combined) :]
    if all(n == 1 for n in front.shape[: len(combined)]):
        return front.reshape(1, *rest)
    return np.broadcast_to(front, (*combined, *rest)).reshape(-1, *rest)


@frozen(eq=False)
class _Scan:
    """Arrays have the steps first and then the parallel dims, each of its size or 1; `state` has only the parallel
    dims."""

    loops: Loops
    order: tuple[int, ...]
    inputs: list[Array]
    along: dict[int, Array]
    state: list[Array]
    ctx: Context

    def totals(self) -> list[Array] | None:
        """Returns the state after all steps."""
        shape = self.state[0].shape
        steps = max(self.along[d].shape[0] for d in self.loops.combined)
        if min(steps, BLOCK) * math.prod(shape) > LARGEST and max(shape) > 1:
            return self._in_parts(shape.index(max(shape)))
        scan = self
        for begin in range(0, steps, BLOCK):
            cut = slice(begin, begin + BLOCK)
            inputs = [a if a.shape[0] == 1 else a[cut] for a in self.inputs]
            along = {d: a[cut] if d in self.loops.combined else a for d, a in self.along.items()}
            state = evolve(scan, inputs=inputs, along=along)._block(min(BLOCK, steps - begin))
            if state is None:
                return None
            scan = evolve(scan, state=state)
        return scan.state

    def _in_parts(self, dim: int) -> list[Array] | None:
        """Computes both halves of a parallel dim, one after the other."""
        size = self.state[0].shape[dim]
        parts: list[list[Array]] = []
        for half in (slice(0, size // 2), slice(size // 2, size)):
            cut = (slice(None),) * (dim + 1) + (half,)
            inputs = [a if a.shape[dim + 1] == 1 else a[cut] for a in self.inputs]
            along = {d: a if a.shape[dim + 1] == 1 else a[cut] for d, a in self.along.items()}
            found = evolve(self, inputs=inputs, along=along, state=[s[cut[1:]] for s in self.state]).totals()
            if found is None:
                return None
            parts.append(found)
        return [np.concatenate(pair, axis=dim) for pair in zip(*parts, strict=True)]

    def _block(self, steps: int) -> list[Array] | None:
        """Returns the state after `steps` steps."""
        block = _Block(self, steps, self.state[0].shape)
        after = list(self.state)
        for i in self.order:
            history = block.history(i)
            if history is None:
                return None
            block.before[i] = _shifted(self.state[i], history)
            after[i] = history[-1]
        return after


class _Block:
    """A block of steps, with the known values of the totals before each step."""

    def __init__(self, scan: _Scan, steps: int, shape: tuple[int, ...]) -> None:
        self.scan, self.shape = scan, (steps, *shape)
        self.first = len(scan.inputs)
        self.before: dict[int, Array] = {}

    def history(self, i: int) -> Array | None:
        """Returns the values of total `i` after each step."""
        body = self.scan.loops.bodies[i].result
        own = arg(self.first + i, body.dtype)
        if not reads(body, own):
            return self._value(body)
        for guess in self._guesses(body, own, self.scan.state[i]):
            if (proven := self._proven(i, guess)) is not None:
                return proven
        return self._recurrence(body, own, self.scan.state[i])

    def _value(self, node: Scalar) -> Array:
        count = len(self.scan.loops.bodies)
        given = [*self.scan.inputs, *(self.before.get(i, _NOTHING) for i in range(count))]
        body = ScalarBody(self.scan.loops.bodies[0].args, node)
        made = evaluate_body(body, given, self.scan.ctx, lambda d: self.scan.along[d])
        return np.broadcast_to(made, self.shape)

    def _proven(self, i: int, guess: Array) -> Array | None:
        """Returns the values of total `i` after each step if the body confirms the guess, or else what the body
        gave."""
        for _ in range(TRIES):
            self.before[i] = _shifted(self.scan.state[i], guess)
            made = self._value(self.scan.loops.bodies[i].result)
            if _same(made, guess):
                return made
            guess = made
        del self.before[i]
        return None

    def _guesses(self, body: Scalar, own: Scalar, start: Array) -> Iterator[Array]:
        match body:
            case Scalar(fn="select", operands=(condition, taken, kept)) if kept is own and not reads(taken, own):
                yield from self._taken(condition, taken, own, start, when=True)
            case Scalar(fn="select", operands=(condition, kept, taken)) if kept is own and not reads(taken, own):
                yield from self._taken(condition, taken, own, start, when=False)
            case Scalar(fn=fn, operands=(a, b)) if own in (a, b) and not reads(b if a is own else a, own):
                ufunc = np.subtract if fn == "sub" and a is own else COMBINERS.get(fn)
                if ufunc is not None:
                    yield _running(ufunc, start, self._value(b if a is own else a), body)
            case Scalar(fn="cast", operands=(Scalar(fn=fn, operands=(a, b)) as inner,)) if fn in COMBINERS:
                seen = cast(own, inner.dtype)  # an unsigned total of a signed type, say
                if seen in (a, b) and not reads(b if a is seen else a, own):
                    element = self._value(b if a is seen else a)
                    first = np.array(self._with(own, start, seen)[0])
                    yield convert(_running(COMBINERS[fn], first, element, inner), body.dtype, self.scan.ctx)
            case _:
                pass

    def _taken(self, condition: Scalar, taken: Scalar, own: Scalar, start: Array, *, when: bool) -> Iterator[Array]:
        """Guesses `taken` of the last step whose condition was `when`. A condition that reads the total itself is first
        guessed to be a comparison with the largest or smallest element so far, then to be independent of the total,
        then to be true once."""
        values = self._value(taken)
        if not reads(condition, own):
            yield _last(self._value(condition) == when, values, start)
            return
        if (compared := comparison(condition, own)) is not None:
            yield from self._extremes(compared, values, own, start, when=when)
        at_start = self._with(own, start, condition) == when
        yield _last(at_start, values, start)
        yield _last(_first(at_start), values, start)

    def _extremes(self, compared: Compared, values: Array, own: Scalar, start: Array, *, when: bool) -> Iterator[Array]:
        """Guesses `values` of the last step that won the comparison: first NaN never wins, then NaN always wins."""
        keys, first = self._value(compared.element), np.array(self._with(own, start, compared.key)[0])
        smallest, strict = compared.smallest == when, compared.strict == when
        for skip in (True, False) if keys.dtype.kind not in "iub" else (True,):
            extreme = (np.fmin if skip else np.minimum) if smallest else (np.fmax if skip else np.maximum)
            so_far = _shifted(first, extreme.accumulate(_shifted(first, keys, whole=True), axis=0)[1:])
            if skip:
                so_far = np.where(first != first, first, so_far)
            beats = keys < so_far if smallest else keys > so_far
            beats = beats if strict else beats | (keys == so_far)
            yield _last(beats if skip else beats | (keys != keys), values, start)

    def _with(self, own: Scalar, start: Array, node: Scalar) -> Array:
        """Evaluates `node` for the total `own` as it is before the first step."""
        i = own.index - self.first
        self.before[i] = start[None]
        value = self._value(node)
        del self.before[i]
        return value

    def _recurrence(self, body: Scalar, own: Scalar, start: Array) -> Array | None:
        """Computes `total·a + b`. Returns None if the body has another form, or if the result is not finite."""
        parts = linear(body, own)
        if parts is None or not body.dtype.is_float or start.dtype.itemsize < 4:
            return None
        factor, term = (np.array(self._value(p), np.float64) for p in parts)
        step = 1
        while step < len(factor):  # each step is composed with the one `step` positions before
            term[step:] = factor[step:] * term[:-step] + term[step:]
            factor[step:] = factor[step:] * factor[:-step]
            step *= 2
        made = factor * start.astype(np.float64) + term
        return made.astype(start.dtype) if np.all(np.isfinite(made)) else None


_NOTHING = np.zeros(())


def _shifted(start: Array, history: Array, *, whole: bool = False) -> Array:
    """Returns the values before each step, from those after it; with `whole`, also the one after the last step."""
    return np.concatenate([np.broadcast_to(start, history.shape[1:])[None], history if whole else history[:-1]])


def _running(ufunc: Any, start: Array, elements: Array, body: Scalar) -> Array:
    """Returns the values after each step of a combiner."""
    if body.dtype.is_integer:
        given = _shifted(wide(start, body.dtype), wide(elements, body.dtype), whole=True)
        return wrap(ufunc.accumulate(given, axis=0)[1:], body.dtype)
    return ufunc.accumulate(_shifted(start, elements, whole=True), axis=0)[1:]


def _last(taken: Array, values: Array, start: Array) -> Array:
    """For each step, returns the value of the last step taken so far, or `start` before the first."""
    steps = np.arange(len(taken)).reshape(-1, *[1] * (taken.ndim - 1))
    last = np.maximum.accumulate(np.where(taken, steps, -1), axis=0)
    return np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=0), start)


def _first(taken: Array) -> Array:
    """Keeps only the first of the steps that were taken."""
    return taken & (np.add.accumulate(taken, axis=0, dtype=np.int64) == 1)


def _same(a: Array, b: Array) -> bool:
    """Whether two arrays are equal bit for bit; all NaNs are equal."""
    if a.dtype != b.dtype:
        return False
    if a.dtype.kind in "iub":
        return np.array_equal(a, b)
    both_nan = (a != a) & (b != b)
    return bool(np.all(((a == b) & (np.signbit(a) == np.signbit(b))) | both_nan))
