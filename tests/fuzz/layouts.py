"""Law L11 on many random layouts: `python -m tests.fuzz.layouts [CASES] [SEED]`. Ends with an error at the first that
is wrong, and says how many had no common digits.

Hypothesis draws the cases of tests/property/test_digits.py more cleverly, but this is faster."""

from __future__ import annotations

import random
import sys

import numpy as np

from tensorir.encoding.digits import (
    NO_PADDING,
    UNSPECIFIED,
    Digit,
    DigitLayout,
    NotRefinable,
    Padding,
    filled,
    relayout,
)
from tensorir.interp import Context
from tensorir.interp.relayouts import relaid
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.known import Known, SizeFact
from tensorir.ir.module import Module
from tensorir.testing.programs.layouts import FACTORS, VALUES
from tests.support.digits import POISON, holds, provable, stored, tensor

SIZES = (0, 1, 2, 3, 4, 5, 6, 8, 12, 13, 16, 24)


def random_layout(rng: random.Random, shape: tuple[int, ...]) -> DigitLayout:
    """Up to three digits per dim in any order, with any true padding."""
    digits: list[Digit] = []
    padding: list[Padding] = []
    for dim, size in enumerate(shape):
        stride = 1
        for factor in rng.sample(FACTORS, rng.randrange(3)):
            digits.append(Digit(dim, stride, factor))
            stride *= factor
        digits.append(Digit(dim, stride))
        padding.append(rng.choice([UNSPECIFIED, *map(filled, VALUES), *[NO_PADDING] * (3 * (size % stride == 0))]))
    rng.shuffle(digits)
    return DigitLayout(len(shape), tuple(digits), tuple(padding))


def random_sizes(rng: random.Random, shape: tuple[int, ...]) -> tuple[tuple[Dim, ...], Known, Context]:
    """The shape with symbols for some sizes, true facts about them, and their values."""
    named = {f"S{d}": n for d, n in enumerate(shape) if rng.random() < 0.3}
    dims = tuple(symbol(f"S{d}") if f"S{d}" in named else n for d, n in enumerate(shape))
    facts = {
        name: SizeFact(
            rng.randint(0, n), rng.choice([None, n, n + 3]), rng.choice([m for m in (1, 2, 4) if n % m == 0])
        )
        for name, n in named.items()
        if rng.random() < 0.5
    }
    return dims, Known(tuple(sorted(facts.items()))), Context(Module(), named)


def check(rng: random.Random) -> bool:
    """Checks one case, there and back. Returns whether the layouts have common digits."""
    shape = tuple(rng.choice(SIZES) for _ in range(rng.randint(1, 3)))
    dims, known, ctx = random_sizes(rng, shape)
    a, b = (provable(random_layout(rng, shape), dims, known) for _ in range(2))
    x = tensor(shape)
    memory = stored(x, a)
    for before, after in ((a, b), (b, a)):
        copy = relayout(before, after, dims, known)
        if isinstance(copy, NotRefinable):
            return False
        (size,) = ctx.numbers([copy.dest_size])
        memory = relaid(copy, memory.reshape(-1), np.full(size, POISON), ctx)
        if not holds(memory, x, after):
            raise AssertionError(f"{before} to {after} of {dims} = {shape}, {known}")
    return True


def main(cases: int = 20_000, seed: int = 0) -> None:
    rng = random.Random(seed)
    refined = sum(check(rng) for _ in range(cases))
    print(f"{cases} cases: {refined} exact there and back, {cases - refined} without common digits")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
