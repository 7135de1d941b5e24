"""Along which dims a dispatch is cut into units: dims of its results that every op can follow piece by piece.

A candidate begins at a dim of a result and is followed through the links of all ops, in both directions: every value
gets at most one dim that goes along, and how many of its positions belong to one granule of the unit. Where a slice
takes the first positions of a dim, both dims go along, and the last units have no part of the shorter one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm

from attrs import frozen

from tensorir.analysis.units import takes_first
from tensorir.dialects.linalg import ZeroPadding
from tensorir.dialects.packing import Pack
from tensorir.dialects.tensor import ExtractSlice, Pad
from tensorir.ir.dims import Dim, ceildiv, product
from tensorir.ir.op import Op
from tensorir.ir.relation import Cut, Merged, Put, Regrouped, Relation, Same, Split, Whole, Window
from tensorir.ir.value import Value
from tensorir.targets.costs import typical, typical_bytes


@frozen
class Along:
    """The dim of a value, or the loop of an op, along which a unit dim runs, and its positions per granule."""

    dim: int
    factor: int


@frozen
class UnitDim:
    """One dim of the grid: `total` positions in granules of `granule`; where it runs in the values that the region
    computes, and in the ops. What is missing there is the same for all units along this dim."""

    total: Dim
    granule: int
    values: Mapping[Value, Along]
    ops: Mapping[Op, Along]

    @property
    def extent(self) -> Dim:
        """The number of granules."""
        return ceildiv(self.total, self.granule)

    def is_beyond(self, value: Value) -> bool:
        """Whether the dim of a value along which this one runs ends before it does."""
        along = self.values[value]
        return value.type.shape[along.dim] not in (self.total, self.extent * along.factor)


LITTLE = 0.5
"""How many bytes packs that are repeated in each unit may write, beside all that the other ops write."""

Tie = tuple[int, int, Fraction]
"""Operand number (results after the operands), dim, positions per position of the loop."""


def ties_of(op: Op) -> dict[int, list[Tie]]:
    """Returns, for each loop of the op's relation that a piece can follow, the dims that go along with it."""
    relation = op.relation()
    found: dict[int, list[Tie]] = {}
    for r, loops in enumerate(relation.results):
        for dim, loop in enumerate(loops):
            found.setdefault(loop, []).append((len(op.operands) + r, dim, Fraction(1)))
    for operand, links in enumerate(relation.operands):
        shape = op.operands[operand].type.shape
        for link in links:
            match link:
                case Same():
                    found.setdefault(link.loop, []).append((operand, link.dim, Fraction(1)))
                case Split() if (inner := _inner(op, relation, link)) is not None:
                    found.setdefault(link.loops[0], []).append((operand, link.dim, Fraction(inner)))
                case Merged() if (inner := _static(shape[d] for d in link.dims[1:])) is not None:
                    found.setdefault(link.loop, []).append((operand, link.dims[0], Fraction(1, inner)))
                case Regrouped():
                    outer, inner = _inner(op, relation, link), _static(shape[d] for d in link.dims[1:])
                    if outer is not None and inner is not None:
                        found.setdefault(link.loops[0], []).append((operand, link.dims[0], Fraction(outer, inner)))
                case Cut() if takes_first(op, operand, link):
                    found.setdefault(link.loop, []).append((operand, link.dim, Fraction(1)))
                case _:
                    pass
    blocked = set(_blocked(relation))
    return {loop: ties for loop, ties in found.items() if loop not in blocked}


def _beside_padding(op: Pad) -> dict[int, list[Tie]]:
    """The ties of a pad whose result nothing else in the dispatch reads: each unit puts its piece in its place, and the
    first and the last one the padding."""
    even = ((low, high) == (0, 0) for low, high in zip(op.low, op.high, strict=True))
    shape = op.source.type.shape
    dims = [d for d, same in enumerate(even) if same or (isinstance(n := shape[d], int) and n > 0)]
    return {d: [(0, d, Fraction(1)), (1, d, Fraction(1))] for d in dims}


def _blocked(relation: Relation) -> Iterator[int]:
    """The loops along which a piece needs more than a piece of some operand, or contributes to a sum."""
    yield from relation.shared
    kept = set(relation.results[0]).intersection(*relation.results[1:]) if relation.results else set[int]()
    for link in relation.links:
        match link:
            case Put():
                yield link.loop
            case Cut() | Window() | Whole():
                pass  # what they read is read as a whole
            case Same() | Merged():
                if link.loop not in kept:
                    yield link.loop
            case Split() | Regrouped():
                yield from (loop for loop in link.loops[1:])
                yield from (loop for loop in link.loops if loop not in kept)


def _inner(op: Op, relation: Relation, link: Split | Regrouped) -> int | None:
    """The size of the loops of a link after the first."""
    shape, loops = op.results[0].type.shape, relation.results[0]
    return _static(shape[loops.index(loop)] for loop in link.loops[1:] if loop in loops)


def _static(sizes: Iterator[Dim]) -> int | None:
    total = 1
    for size in sizes:
        if not isinstance(size, int) or size == 0:
            return None
        total *= size
    return total


def unit_dims(ops: Sequence[Op], yields: Sequence[Value], whole: Container[Value]) -> list[UnitDim]:
    """Returns the dims along which `ops` can be cut, outermost first in the first of `yields`, which they all compute.

    Where no dim is followed by all ops, those are returned that are followed by all but packs, if together they leave
    out none, or only what takes little beside the rest, such as the pack of a mask that all heads add: each unit then
    packs the rows and the columns that it multiplies.

    `whole`: values that exist as a whole, of which each unit may read anything."""
    ties = {op: ties_of(op) for op in ops}
    read = {v for op in ops for v in op.operands}
    ties.update((op, _beside_padding(op)) for op in ops if isinstance(op, Pad) and op.result not in read)
    found: list[UnitDim] = []
    first = yields[0]
    for dim in range(first.type.rank):
        if any(u.values[first].dim == dim for u in found):
            continue
        unit = _Following(ops, ties, whole).follow(yields, dim)
        if unit is not None and (first.type.shape[dim] != 1 or unit.extent != 1):
            found.append(unit)
    complete = [unit for unit in found if len(unit.ops) == len(ops)]
    return complete or (found if are_followed(ops, found) else [])


def are_followed(ops: Sequence[Op], units: Sequence[UnitDim]) -> bool:
    """Whether every op runs along one of the dims, so that none is computed as a whole in each unit, unless it is a
    pack that takes little beside what the others make, however often it is done."""
    alone = [op for op in ops if not any(op in unit.ops for unit in units)]
    if not alone or not units or not all(isinstance(op, Pack) for op in alone):
        return not alone
    made = {op: sum(typical_bytes(r.type) for r in op.results) for op in ops}
    repeated = sum(made[op] for op in alone)
    return repeated * typical(product(u.extent for u in units)) <= LITTLE * (sum(made.values()) - repeated)


class _Following:
    """Follows one dim of a result through all ops."""

    def __init__(self, ops: Sequence[Op], ties: Mapping[Op, Mapping[int, list[Tie]]], whole: Container[Value]) -> None:
        self.ops, self.ties, self.whole = ops, ties, whole
        self.values: dict[Value, tuple[int, Fraction]] = {}
        self.loops: dict[Op, tuple[int, Fraction]] = {}
        self.reached: list[tuple[Dim, Fraction]] = []
        """Sizes of the dims that go along, and their positions per position of the first."""
        self.padded: list[tuple[Dim, Fraction]] = []
        """Those of `reached` behind whose end there is padding: it belongs to the last unit."""
        self.is_shortened = False
        """Whether a slice of first positions goes along, so that dims may end before others."""
        self.read: dict[Value, tuple[int, Fraction]] = {}
        """Values that exist as a whole → the dim that is first read along."""

    def follow(self, yields: Sequence[Value], dim: int) -> UnitDim | None:
        """Returns the unit dim, or None if some op or result can't go along."""
        touching: dict[Value, list[Op]] = {}
        for op in self.ops:
            for v in {*op.operands, *op.results}:
                touching.setdefault(v, []).append(op)
        waiting = [yields[0]]
        self.values[yields[0]] = (dim, Fraction(1))
        while waiting:
            value = waiting.pop()
            for op in touching[value]:
                reached = self._through(op, value)
                if reached is None:
                    return None
                waiting += reached
            while not waiting and (beside := self._beside(yields)) is not None:
                reached = self._along(*beside)
                if reached is None:
                    return None
                waiting += reached
        left_out = (op for op in self.ops if op not in self.loops)
        if any(y not in self.values for y in yields) or any(not isinstance(op, Pack) for op in left_out):
            return None
        return self._granular()

    def _through(self, op: Op, value: Value) -> list[Value] | None:
        """Follows from a value through an op; returns the values reached first, or None where it does not go on."""
        values = (*op.operands, *op.results)
        at, factor = self.values[value]
        reached: list[Value] = []
        hits = [
            (loop, factor / ratio)
            for loop, many in self.ties[op].items()
            for i, d, ratio in many
            if values[i] is value and d == at
        ]
        if not hits or len({i for i, v in enumerate(values) if v is value}) != len(hits):
            return None
        for hit in hits:
            more = self._along(op, hit)
            if more is None:
                return None
            reached += more
        return reached

    def _along(self, op: Op, hit: tuple[int, Fraction]) -> list[Value] | None:
        """Goes on from a loop of an op; returns the values reached first, or None if it can't go along."""
        if self.loops.setdefault(op, hit) != hit:
            return None
        if isinstance(op, ZeroPadding) and hit[0] in op.dims and not self._keeps_the_extent(op, hit):
            return None
        values, reached = (*op.operands, *op.results), list[Value]()
        ties = self.ties[op][hit[0]]
        self.is_shortened |= isinstance(op, ExtractSlice) and len({values[i].type.shape[d] for i, d, _ in ties}) > 1
        for i, d, ratio in ties:
            v, here = values[i], (d, hit[1] * ratio)
            shape = op.source.type.shape if isinstance(op, Pad) else v.type.shape
            self.reached.append((shape[d], here[1]))
            if isinstance(op, Pad) and (op.low[d], op.high[d]) != (0, 0):
                self.padded.append((shape[d], here[1]))
            if v in self.whole:
                self.read.setdefault(v, here)
            elif v not in self.values:
                self.values[v] = here
                reached.append(v)
            elif self.values[v] != here:
                return None
        return reached

    def _keeps_the_extent(self, op: ZeroPadding, hit: tuple[int, Fraction]) -> bool:
        """Makes the extent of padded tiles a size that goes along, so that a unit knows how many of its positions
        count: units run over whole tiles, of which only the last is padded. Says whether the loop is one of such
        tiles."""
        outer, *inner = op.dims
        tile = _static(op.source.type.shape[d] for d in inner)
        if hit[0] != outer or tile is None or ceildiv(op.extent, tile) != op.source.type.shape[outer]:
            return False
        self.reached.append((op.extent, hit[1] * tile))
        self.padded.append((op.extent, hit[1] * tile))
        return True

    def _beside(self, yields: Sequence[Value]) -> tuple[Op, tuple[int, Fraction]] | None:
        """Returns an op that is not reached, and its loop that goes along what both it and a reached op read as a
        whole: units then share what they read. None if there is none, or all results are reached."""
        if all(y in self.values for y in yields):
            return None
        for op in self.ops:
            if op in self.loops:
                continue
            for loop, ties in self.ties[op].items():
                for i, d, ratio in ties:
                    if i < len(op.operands) and (found := self.read.get(op.operands[i])) is not None and found[0] == d:
                        return op, (loop, found[1] / ratio)
        return None

    def _granular(self) -> UnitDim | None:
        """Scales the factors to whole numbers; every dim must have all positions of each granule, or be as long as the
        total, which is the finest dim, or end before it because a slice does."""
        scale = lcm(*(f.denominator for _, f in self.reached))
        sizes = {(size, int(f * scale)) for size, f in self.reached}
        finest = max(f for _, f in sizes)
        complete = self.padded if self.is_shortened else self.reached
        ends = {(size, int(f * scale)) for size, f in complete}
        for total in self._totals(sizes, finest):
            extent = ceildiv(total, finest)
            if all(size == extent * f or (size, f) == (total, finest) for size, f in ends):
                values = {v: Along(d, int(f * scale)) for v, (d, f) in self.values.items()}
                ops = {op: Along(loop, int(f * scale)) for op, (loop, f) in self.loops.items()}
                return UnitDim(total, finest, values, ops)
        return None

    def _totals(self, sizes: set[tuple[Dim, int]], finest: int) -> list[Dim]:
        """The totals that may be those of all dims, of sizes and positions per granule: where some end before others,
        that of the longest."""
        longest = {size for size, f in sizes if f == finest}
        if not self.is_shortened:
            return sorted(longest, key=str)
        known = [(size, f) for size, f in sizes if isinstance(size, int)]
        if len(known) < len(sizes):
            return []
        extent = max(-(-size // f) for size, f in known)
        return [max((size for size, f in known if f == finest and -(-size // f) == extent), default=extent * finest)]
