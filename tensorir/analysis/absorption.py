"""Which values need not be stored for their readers, because each of them can compute its own piece."""

from __future__ import annotations

from collections.abc import Container

from attrs import frozen

from tensorir.analysis.kinds import MAX_REPEATED, is_cheap
from tensorir.analysis.movement import is_view, is_windows
from tensorir.analysis.placed_products import reads_rows_beside
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Contract, Generic, Transpose
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.dialects.tensor import Constant
from tensorir.ir.dims import Dim, evaluate, product, symbols_of
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.ir.value import Value
from tensorir.targets.costs import TYPICAL_SIZE

MOST_WIDENED_ROWS = 256
"""The most rows or columns that are multiplied with what each unit widens for itself: more than two units, of 128 rows
each, would take longer than a launch that widens once."""


def absorbed_values(region: Region) -> frozenset[Value]:
    """Returns the values whose readers are contractions, which read them panel by panel, elementwise ops, of which they
    become part, or ops on constants, which run ahead of time or are absorbed themselves. A gather, for example, would
    need the whole table in each call."""
    constant: set[Value] = set()
    for op in region.ops:
        if isinstance(op, GlobalLoad | Constant) or (op.operands and all(v in constant for v in op.operands)):
            constant.update(op.results)
    stored = set(region.yields)
    for op in region.ops:
        if not all(v in constant for v in op.operands):
            stored.update(v for i, v in enumerate(op.operands) if not _absorbs(op, i))
    return frozenset(r for op in region.ops for r in op.results if r not in stored)


def windows_of_products(region: Region) -> frozenset[Value]:
    """Returns the values that only contractions read, each of them where the tensor lies of whose elements the value
    consists: windows, which hold each element several times, and images with their channels outside, turned. They are
    never stored."""
    makers = {op.result: op for op in region.ops if isinstance(op, Transpose) or is_windows(op)}
    stored = set(region.yields)
    named: dict[Value, Value] = {}
    for op in region.ops:
        if Trait.ENCODE in op.TRAITS:
            named[op.result] = named.get(op.operands[0], op.operands[0])
            continue
        for i, v in enumerate(op.operands):
            source = named.get(v, v)
            if (maker := makers.get(source)) is not None and not _reads_where_it_lies(op, i, maker):
                stored.add(source)
    return frozenset(makers).difference(stored, (named.get(y, y) for y in region.yields))


def _reads_where_it_lies(op: Op, operand: int, maker: Op) -> bool:
    if not isinstance(op, Contract) or op.space().batch:
        return False
    return is_windows(maker) or (operand == 0 and reads_rows_beside(op, maker))


def _absorbs(op: Op, operand: int) -> bool:
    match op:
        case Contract() | Mmt4d() | BatchMmt4d():
            return op.operands[operand] not in op.init
        case Generic():
            return op.maps[operand].is_projected_permutation
        case _:
            return False


def widened_values(region: Region) -> frozenset[Value]:
    """Returns what cheap elementwise ops make for one product alone, of fewer bytes than it takes: each unit of the
    product widens the panels that it reads. So an element is computed once for every block of rows or columns that is
    multiplied with it, and the wide tensor is neither written nor read."""
    made: dict[Value, _Widened] = {}
    for op in region.ops:
        if _renames(op) and op.operands[0] in made:
            made[op.results[0]] = made[op.operands[0]]
        elif isinstance(op, Generic) and is_cheap(op):
            inner = [made.get(v) or _Widened(0, frozenset((v,))) for v in op.inputs]
            nodes = sum(x.nodes for x in inner) + len(list(op.body.nodes()))
            made[op.result] = _Widened(nodes, frozenset[Value]().union(*(x.sources for x in inner)))
    readers: dict[Value, list[Op]] = {}
    for op in region.ops:
        for v in dict.fromkeys(op.operands):
            readers.setdefault(v, []).append(op)
    found: set[Value] = set()
    for value, widened in reversed(made.items()):
        read = readers.get(value, ())
        if len(read) == 1 and value not in region.yields and _computes(read[0], value, widened, found):
            found.add(value)
    return frozenset(op.result for op in region.ops if isinstance(op, Generic) and op.result in found)


@frozen
class _Widened:
    """What a chain of elementwise ops computes: with how many `nodes`, of which stored `sources`."""

    nodes: int
    sources: frozenset[Value]


def _computes(op: Op, value: Value, widened: _Widened, found: Container[Value]) -> bool:
    """Whether the only reader of a value computes it for itself."""
    if not isinstance(op, Contract | Mmt4d | BatchMmt4d):
        return len(op.results) == 1 and op.results[0] in found
    narrow = sum(_bits(v.type) for v in widened.sources) < _bits(value.type)
    alone = op.operands.count(value) == 1 and value not in op.init
    return narrow and alone and widened.nodes <= MAX_REPEATED and _rows_times(op, value) <= MOST_WIDENED_ROWS


def _rows_times(op: Contract | Mmt4d | BatchMmt4d, value: Value) -> int:
    """How many rows of the other operand are multiplied with each element of this one."""
    if isinstance(op, Contract):
        maps, other = (op.maps, op.rhs) if value is op.lhs else (op.maps[1::-1], op.lhs)
        kept = set(op.maps[2].positions()) - set(maps[0].positions())
        sizes = [s for d, s in zip(maps[1].positions(), other.type.shape, strict=True) if d in kept]
    else:
        m1, n1, m0, n0 = op.result.type.shape[-4:]
        sizes = [n1, n0] if value is op.lhs else [m1, m0]
    return _number(product(sizes))


def _renames(op: Op) -> bool:
    return len(op.operands) == len(op.results) == 1 and (Trait.ENCODE in op.TRAITS or is_view(op))


def _bits(type: Type) -> int:
    return _number(type.elements) * type.dtype.bits


def _number(size: Dim) -> int:
    return max(0, evaluate(size, {str(name): TYPICAL_SIZE for name in symbols_of(size)}))
