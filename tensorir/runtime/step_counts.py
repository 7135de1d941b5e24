"""What one step does in one unit, counted: the elements that it reads and writes, and its operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
from attrs import frozen

from tensorir.ir.scalar import SCALAR_FNS
from tensorir.native.table import ELEMENT_TYPES, lib
from tensorir.runtime.bodies import FUNCTION_NUMBERS, MACHINE_FNS
from tensorir.runtime.footprint import distinct, in_order

KINDS: dict[int, str] = {
    getattr(lib, name): name.removeprefix("TIR_STEP_") for name in dir(lib) if name.startswith("TIR_STEP_")
}
"""The kinds of steps by their numbers."""

MOVES = frozenset({"copy", "fill", "gather", "pack", "unpack"})
"""Kinds that only move elements."""


@frozen
class StepIn:
    """A step with the numbers of one unit. `strides`: of each operand, per loop."""

    kind: str
    sizes: tuple[int, ...]
    strides: tuple[tuple[int, ...], ...]
    attributes: tuple[int, ...]
    code: tuple[int, ...]

    def reached(self, operand: int, but: Sequence[int] = ()) -> int:
        """How many elements of an operand the loops reach, all of them `but` some."""
        loops = [l for l in range(len(self.sizes)) if l not in but]
        return distinct(tuple(self.sizes[l] for l in loops), tuple(self.strides[operand][l] for l in loops))


@frozen
class Touched:
    """Elements that are read and written, per operand. `operations`: see `CommandCounts`. `reordered`: the result has
    another order than the source."""

    read: tuple[int, ...]
    written: tuple[int, ...]
    operations: int = 0
    reordered: bool = False


def touched(step: StepIn) -> Touched:
    """Counts a step. An element that it reads more than once counts once, but for the source of a gather: there each
    element of the result counts as one that is read, because the data say which ones."""
    return _COUNTS[step.kind](step)


def _copy(step: StepIn) -> Touched:
    ordered = in_order(step.sizes, *step.strides)
    return Touched((step.reached(0), 0), (0, step.reached(1)), reordered=not ordered)


def _fill(step: StepIn) -> Touched:
    return Touched((0,), (step.reached(0),))


def _gather(step: StepIn) -> Touched:
    indices = range(1, len(step.strides) - 1)
    out = step.reached(len(step.strides) - 1)
    return Touched((out, *(step.reached(i) for i in indices), 0), (*(0 for _ in step.strides[1:]), out))


def _plain(step: StepIn, operand: int) -> tuple[int, int]:
    """The elements of the plain side, and the elements of the packed side that correspond to some of them."""
    o0, o1, t0, t1 = step.sizes[-4:]
    extents = [min(max(d, 0), o * t) for d, o, t in zip(step.attributes, (o0, o1), (t0, t1), strict=True)]
    batch = len(step.sizes) - 4
    plain = distinct((*step.sizes[:batch], *extents), (*step.strides[operand][:batch], *step.strides[operand][-2:]))
    packed = distinct(step.sizes[:batch], step.strides[1 - operand][:batch]) * prod(extents)
    return plain, packed


def _pack(step: StepIn) -> Touched:
    return Touched((_plain(step, 0)[0], 0), (0, step.reached(1)), reordered=True)


def _unpack(step: StepIn) -> Touched:
    plain, packed = _plain(step, 1)
    return Touched((packed, 0), (0, plain), reordered=True)


def _mmt4d(step: StepIn) -> Touched:
    loops = len(step.sizes)
    m1, k1, m0, k0 = (loops - 6 + i for i in (0, 2, 3, 5))
    accumulate, _, rows = step.attributes
    tall = step.sizes[m1] * step.sizes[m0]
    valid = tall if rows < 0 else min(rows, tall)
    """Rows of the tiles that are computed."""

    def of_rows(elements: int) -> int:
        return elements * valid // tall if tall else 0

    out = of_rows(step.reached(2, (k1, k0)))
    products = of_rows(prod(step.sizes))
    read = (of_rows(step.reached(0)), step.reached(1)) if products else (0, 0)
    return Touched((*read, out if accumulate else 0), (0, 0, out), 2 * products)


def _mmt4d_map(step: StepIn) -> Touched:
    loops, operands = len(step.sizes), len(step.strides)
    _, rows, depth = step.attributes
    m1, summed = loops - 5 - depth, (*range(loops - 3 - depth, loops - 3), loops - 1)
    m0, inputs = loops - 3, range(1, operands - 1)
    tall = step.sizes[m1] * step.sizes[m0]
    valid = tall if rows < 0 else min(rows, tall)
    products = prod(step.sizes) * valid // tall if tall else 0
    out = step.reached(operands - 1, summed) * valid // tall if tall else 0
    if not products:
        return Touched((0,) * operands, (*(0 for _ in step.strides[1:]), out))
    lhs = step.reached(0) * valid // tall
    read, operations = _reads_and_operations(step.code, operands - 1)
    made = prod(step.sizes) // tall
    return Touched(
        (lhs, *(step.reached(i) if i - 1 in read else 0 for i in inputs), 0),
        (0, *(0 for _ in inputs), out),
        2 * products + operations * made,
    )


def _matmul(step: StepIn) -> Touched:
    products = prod(step.sizes)
    out = step.reached(2, (len(step.sizes) - 1,))
    read = (step.reached(0), step.reached(1)) if products else (0, 0)
    return Touched((*read, 0), (0, 0, out), 2 * products)


def _contract(step: StepIn) -> Touched:
    loops = len(step.sizes)
    products = prod(step.sizes)
    out = step.reached(2, range(loops - step.attributes[0], loops))
    read = (step.reached(0), step.reached(1)) if products else (0, 0)
    return Touched((*read, 0), (0, 0, out), 2 * products)


def _row_inputs(step: StepIn, operand: int) -> int:
    """The elements at the first `extent` positions of the rows."""
    rows, extent = step.attributes[:2]
    first = len(step.sizes) - rows
    row = step.sizes[first:]
    if extent < 0 or extent >= prod(row):
        return step.reached(operand)
    outer, strides = step.sizes[:first], step.strides[operand]
    if rows == 1:
        return distinct((*outer, extent), strides)
    positions = np.unravel_index(np.arange(extent), row)
    reached = sum((p * s for p, s in zip(positions, strides[first:], strict=True)), np.zeros(extent, np.int64))
    for size, stride in zip(outer, strides[:first], strict=True):
        reached = np.unique(np.add.outer(reached, np.arange(size, dtype=np.int64) * stride))
    return len(np.unique(reached))


ROW_OPERATIONS: dict[str, int] = {"softmax": 5, "layer_norm": 7, "rms_norm": 4}
"""Operations at each valid position of a row, as the decompositions of these ops apply them: softmax takes a maximum,
subtracts it, and computes a power, a sum and a quotient. What is computed once per row does not count."""


def _valid(step: StepIn) -> int:
    """The valid positions of all rows."""
    rows, extent = step.attributes[:2]
    first = len(step.sizes) - rows
    length = prod(step.sizes[first:])
    return prod(step.sizes[:first]) * (length if extent < 0 else min(extent, length))


def _rows(step: StepIn) -> Touched:
    inputs = len(step.strides) - 1
    read = (*(_row_inputs(step, i) for i in range(inputs)), 0)
    written = (*(0 for _ in range(inputs)), step.reached(inputs))
    return Touched(read, written, ROW_OPERATIONS[step.kind] * _valid(step))


def _reduce(step: StepIn) -> Touched:
    first = len(step.sizes) - step.attributes[0]
    out = step.reached(1, range(first, len(step.sizes)))
    taken = _valid(step)
    return Touched((_row_inputs(step, 0) if taken else 0, 0), (0, out), taken)


_FUNCTIONS = {number: name for name, number in FUNCTION_NUMBERS.items()}
_UNARY = frozenset({"move", "round_f16", "round_bf16", "odd", "wrap_i4"})
_PAIRS = frozenset(MACHINE_FNS) - _UNARY | {"fma"}
"""What computes two operations."""
_NO_OPERATIONS = _UNARY | {"select", "cast", "bitcast"}
_FLOATS = (ELEMENT_TYPES["f32"], ELEMENT_TYPES["f64"])


def _map(step: StepIn) -> Touched:
    results, operands = step.attributes[0], len(step.strides)
    read, operations = _reads_and_operations(step.code, operands)
    inputs = operands - results
    return Touched(
        tuple(step.reached(i) if i in read else 0 for i in range(operands)),
        tuple(step.reached(i) if i >= inputs else 0 for i in range(operands)),
        operations * prod(step.sizes),
    )


def _reads_and_operations(code: Sequence[int], operands: int) -> tuple[set[int], int]:
    """Which operands a position of a map reads, and how many operations on floats it computes."""
    indices, constants = code[:2]
    instructions = code[5 + indices + 2 * constants :]
    read: set[int] = set()
    written: set[int] = set()
    operations = 0
    for what, registers in zip(instructions[::2], instructions[1::2], strict=True):
        name = _FUNCTIONS[what & 0xFFFF]
        given = [registers >> shift & 0xFFFF for shift in (0, 16, 32)][: _arity(name)]
        read.update(r for r in given if r < operands and r not in written)
        written.add(registers >> 48 & 0xFFFF)
        if (what >> 16 & 0xFF) in _FLOATS and name not in _NO_OPERATIONS:
            operations += 2 if name in _PAIRS else 1
    return read, operations


def _arity(name: str) -> int:
    return SCALAR_FNS[name].arity if name in SCALAR_FNS else 1 if name in _UNARY else 3


_COUNTS: dict[str, Callable[[StepIn], Touched]] = {
    "map": _map,
    "copy": _copy,
    "fill": _fill,
    "gather": _gather,
    "mmt4d": _mmt4d,
    "mmt4d_map": _mmt4d_map,
    "matmul": _matmul,
    "contract": _contract,
    "pack": _pack,
    "unpack": _unpack,
    "reduce": _reduce,
    "softmax": _rows,
    "layer_norm": _rows,
    "rms_norm": _rows,
}
