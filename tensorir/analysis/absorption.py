"""Which values need not be stored for their readers, because each of them can compute its own piece."""

from __future__ import annotations

from tensorir.analysis.movement import is_windows
from tensorir.analysis.placed_products import reads_rows_beside
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Contract, Generic, Transpose
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.dialects.tensor import Constant
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value


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
