"""Any linalg.generic on integers computes, bit for bit, what its definition says: a loop over all positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from tensorir.interp.interpreter import interpret
from tensorir.mlir import parse
from tests.support.generic_text import generic

Array = npt.NDArray[Any]

_OPS: Mapping[str, Callable[[int, int], int]] = {
    "addi": lambda a, b: a + b,
    "subi": lambda a, b: a - b,
    "muli": lambda a, b: a * b,
    "maxsi": max,
    "minsi": min,
    "maxui": lambda a, b: max(a & 0xFFFFFFFF, b & 0xFFFFFFFF),
    "andi": lambda a, b: a & b,
    "ori": lambda a, b: a | b,
    "xori": lambda a, b: a ^ b,
}


@frozen
class Term:
    """One result of a map: Σ factor·dim + offset."""

    factors: tuple[tuple[int, int], ...]
    offset: int = 0

    def text(self) -> str:
        parts = [f"d{d} * {f}" if f != 1 else f"d{d}" for d, f in self.factors]
        return " + ".join([*parts, *([str(self.offset)] if self.offset or not parts else [])])

    def at(self, point: Sequence[int]) -> int:
        return sum(f * point[d] for d, f in self.factors) + self.offset

    def extent(self, sizes: Sequence[int]) -> int:
        """The least size of a dim that is read by it."""
        return sum(f * (sizes[d] - 1) for d, f in self.factors) + self.offset + 1


Map = tuple[Term, ...]


@frozen
class Program:
    """A generic of i32: `steps` are (op, operand, operand), by name; `yields` names, one per result."""

    sizes: tuple[int, ...]
    iterators: str
    inputs: tuple[Map, ...]
    outs: tuple[Map, ...]
    starts: tuple[str | None, ...]
    steps: tuple[tuple[str, str, str], ...]
    yields: tuple[str, ...]

    def text(self) -> str:
        lines = [
            f"%n{d} = linalg.index {d} : index; %d{d} = arith.index_cast %n{d} : index to i32" for d in self._dims()
        ]
        lines += [f"%s{i} = arith.{op} %{a}, %{b} : i32" for i, (op, a, b) in enumerate(self.steps)]
        lines += [f"linalg.yield {', '.join('%' + y for y in self.yields)} : {', '.join(['i32'] * len(self.yields))}"]
        maps = [", ".join(t.text() for t in m) for m in (*self.inputs, *self.outs)]
        types = ["".join(f"{n}x" for n in self.shape(m)) or "x" for m in (*self.inputs, *self.outs)]
        types = [f"{t}i32" for t in types]
        count = len(self.inputs)
        case = generic("random", types[:count], types[count:], maps, self.iterators, ";".join(lines), inits=self.starts)
        return case.text

    def _dims(self) -> range:
        return range(len(self.sizes))

    def shape(self, map: Map) -> tuple[int, ...]:
        return tuple(t.extent(self.sizes) for t in map)

    def run(self, arrays: Sequence[Array]) -> list[Array]:
        """Position by position, the last dim fastest."""
        given = iter(arrays[len(self.inputs) :])
        outs = [
            np.array(next(given)) if start is None else np.full(self.shape(m), int(start), np.int32)
            for m, start in zip(self.outs, self.starts, strict=True)
        ]
        for point in product(*(range(n) for n in self.sizes)):
            known = {f"d{d}": i for d, i in enumerate(point)}
            for i, (map, array) in enumerate(zip(self.inputs, arrays, strict=False)):
                known[f"i{i}"] = int(array[tuple(t.at(point) for t in map)])
            places = [tuple(t.at(point) for t in map) for map in self.outs]
            for i, (out, place) in enumerate(zip(outs, places, strict=True)):
                known[f"o{i}"] = int(out[place])
            for i, (op, a, b) in enumerate(self.steps):
                known[f"s{i}"] = _wrapped(_OPS[op](known[a], known[b]))
            for out, place, name in zip(outs, places, self.yields, strict=True):
                out[place] = known[name]
        return outs


def _wrapped(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    rank = draw(st.integers(1, 4))
    sizes = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    iterators = "".join(draw(st.sampled_from("pr")) for _ in range(rank))
    kept = [d for d in range(rank) if iterators[d] == "p"]
    outs: list[Map] = []
    for _ in range(draw(st.integers(1, 2))):
        dims = [Term(((d, 1),)) for d in draw(st.permutations(kept))]
        if draw(st.integers(0, 4)) == 0:
            dims.insert(draw(st.integers(0, len(dims))), Term(()))
        outs.append(tuple(dims))
    inputs = [draw(_maps(rank)) for _ in range(draw(st.integers(1, 3)))]
    plain = {t.factors[0][0] for m in (*inputs, *outs) for t in m if _is_plain(t)}
    if missing := [d for d in range(rank) if d not in plain]:
        inputs.append(tuple(Term(((d, 1),)) for d in missing))
    starts = tuple(draw(st.sampled_from([None, "0", "1", "-1", "5"])) for _ in outs)
    names = [f"i{i}" for i in range(len(inputs))] + [f"d{d}" for d in range(rank)]
    accumulators = [f"o{i}" for i in range(len(outs))]
    steps: list[tuple[str, str, str]] = []
    for _ in range(draw(st.integers(0, 4))):
        pool = st.sampled_from([*names, *(f"s{i}" for i in range(len(steps)))])
        anything = st.sampled_from([*names, *accumulators, *(f"s{i}" for i in range(len(steps)))])
        source = anything if draw(st.integers(0, 5)) == 0 else pool
        steps.append((draw(st.sampled_from(sorted(_OPS))), draw(source), draw(source)))
    yields: list[str] = []
    for accumulator in accumulators:
        if draw(st.integers(0, 2)) == 0:
            steps.append(("muli", draw(st.sampled_from(names)), draw(st.sampled_from(names))))
        last = f"s{len(steps) - 1}" if steps else names[0]
        if draw(st.integers(0, 3)):  # mostly as a reduction would be: the accumulator once, at the end
            operands = [accumulator, last] if draw(st.booleans()) else [last, accumulator]
            steps.append((draw(st.sampled_from(["addi", "addi", *sorted(_OPS)])), operands[0], operands[1]))
            last = f"s{len(steps) - 1}"
        yields.append(last)
    return Program(sizes, iterators, tuple(inputs), tuple(outs), starts, tuple(steps), tuple(yields))


def _is_plain(term: Term) -> bool:
    return len(term.factors) == 1 and term.factors[0][1] == 1 and not term.offset


@st.composite
def _maps(draw: st.DrawFn, rank: int) -> Map:
    dims = draw(st.lists(st.integers(0, rank - 1), max_size=3, unique=True))
    terms: list[Term] = []
    for d in dims:
        match draw(st.integers(0, 6)):
            case 0:
                terms.append(Term(()))
            case 1:
                other = draw(st.integers(0, rank - 1))
                terms.append(Term(tuple({d: 2, other: 1}.items()), draw(st.integers(0, 1))))
            case _:
                terms.append(Term(((d, 1),)))
    return tuple(terms)


@st.composite
def contractions(draw: st.DrawFn) -> Program:
    """`acc + f(lhs)·g(rhs)`, each dim in one of them or both, in any order; or read through windows."""
    rank = draw(st.integers(2, 4))
    sizes = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    iterators = "".join(draw(st.sampled_from("pr")) for _ in range(rank))
    where = [draw(st.sampled_from(["l", "r", "lr"])) for _ in range(rank)]
    sides = [draw(st.permutations([d for d in range(rank) if side in where[d]])) for side in "lr"]
    inputs = [tuple(Term(((d, 1),)) for d in dims) for dims in sides]
    if rank > 2 and draw(st.integers(0, 3)) == 0 and len(sides[0]) > 1:
        a, b = sides[0][:2]
        inputs[0] = (Term(((a, draw(st.integers(1, 2))), (b, 1))), *inputs[0][2:])
        inputs.append(tuple(Term(((d, 1),)) for d in (a, b)))  # what gives their sizes
    out = tuple(Term(((d, 1),)) for d in draw(st.permutations([d for d in range(rank) if iterators[d] == "p"])))
    steps: list[tuple[str, str, str]] = []
    factors = ["i0", "i1"]
    for i, name in enumerate(factors):
        if draw(st.integers(0, 2)) == 0:
            steps.append((draw(st.sampled_from(["subi", "addi", "maxui"])), name, draw(st.sampled_from(["i0", "i1"]))))
            factors[i] = f"s{len(steps) - 1}"
    lhs, rhs = draw(st.permutations(factors))
    steps.append(("muli", lhs, rhs))
    first, second = draw(st.permutations(["o0", f"s{len(steps) - 1}"]))
    steps.append(("addi", first, second))
    start = draw(st.sampled_from([None, "0", "0", "3"]))
    return Program(sizes, iterators, tuple(inputs), (out,), (start,), tuple(steps), (f"s{len(steps) - 1}",))


@given(st.one_of(programs(), contractions()), st.integers(0, 2**32 - 1))
def test_a_generic_is_its_loop(program: Program, seed: int) -> None:
    rng = np.random.default_rng(seed)
    maps = [*program.inputs, *(m for m, s in zip(program.outs, program.starts, strict=True) if s is None)]
    arrays = [rng.integers(-(1 << 31), 1 << 31, program.shape(m)).astype(np.int32) for m in maps]
    module = parse(program.text())
    for result, expected in zip(interpret(module, "main", arrays), program.run(arrays), strict=True):
        np.testing.assert_array_equal(result, expected)
