"""The numbers that stand in a value table, in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from tensorir.runtime.values import Operation, Values

RUN: Mapping[Operation, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": lambda a, b: a // b,
    "ceildiv": lambda a, b: -(-a // b),
    "mod": operator.mod,
    "min": min,
    "max": max,
}


def numbers(values: Values, symbols: Mapping[str, int]) -> list[int]:
    """The finished table: numbers, symbols, expressions."""
    table = [*values.numbers, *(symbols[name] for name in values.symbols)]
    for operation, a, b in values.expressions:
        table.append(RUN[operation](table[values.ref(a)], table[values.ref(b)]))
    return table
