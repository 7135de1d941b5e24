"""Which values need not be stored for their readers, because each of them can compute its own piece."""

from __future__ import annotations

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.tensor import Constant
from tensorir.ir.op import Op
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


def _absorbs(op: Op, operand: int) -> bool:
    match op:
        case Contract():
            return op.operands[operand] not in op.init
        case Generic():
            return op.maps[operand].is_projected_permutation
        case _:
            return False
