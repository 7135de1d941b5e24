"""The branches of generic form: which operands go to which block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorir.mlir.syntax import Attribute, DenseArrayAttr, SSAValue

Successors = tuple[tuple[str, tuple[SSAValue, ...]], ...]


def successors_of(
    op: str, labels: Sequence[str], operands: Sequence[SSAValue], attributes: Mapping[str, Attribute]
) -> Successors | None:
    """Returns what each block gets; None if the op is no branch, or its operands are not those of so many blocks."""
    given = tuple(operands)
    if op == "cf.br" and len(labels) == 1:
        return ((labels[0], given),)
    if op != "cf.cond_br" or len(labels) != 2:
        return None
    sizes = attributes.get("operandSegmentSizes", attributes.get("operand_segment_sizes"))
    if not isinstance(sizes, DenseArrayAttr) or len(sizes.values) != 3:
        return None
    one, first, second = (int(n) for n in sizes.values)
    if one != 1 or min(first, second) < 0 or 1 + first + second != len(given):
        return None
    return (labels[0], given[1 : 1 + first]), (labels[1], given[1 + first :])
