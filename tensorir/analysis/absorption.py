"""Which values need not be stored for their readers, because each of them can compute its own piece."""

from __future__ import annotations

from tensorir.analysis.movement import is_windows
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Contract, Generic
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
    """Returns the windows of tensors that only contractions without a batch dim read. These read them where the tensor
    lies, so that windows, which hold each element several times, are never stored."""
    windows = {op.result for op in region.ops if isinstance(op, Generic) and is_windows(op)}
    named: dict[Value, Value] = {}
    for op in region.ops:
        if Trait.ENCODE in op.TRAITS:
            named[op.result] = named.get(op.operands[0], op.operands[0])
        elif not isinstance(op, Contract) or op.space().batch:
            windows.difference_update(named.get(v, v) for v in op.operands)
    return frozenset(windows.difference(named.get(y, y) for y in region.yields))


def _absorbs(op: Op, operand: int) -> bool:
    match op:
        case Contract() | Mmt4d() | BatchMmt4d():
            return op.operands[operand] not in op.init
        case Generic():
            return op.maps[operand].is_projected_permutation
        case _:
            return False
