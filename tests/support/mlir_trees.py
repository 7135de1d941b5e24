"""MLIR trees compared: where two differ. Names, places and what formats may leave out do not count.

Left out of account: the regions of named linalg ops where one tree lacks them, the maps that MLIR remembers beside such
ops, and `sym_visibility = "public"`, which pretty text leaves out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tensorir.mlir.syntax import (
    ArrayAttr,
    Attribute,
    Block,
    DialectAttr,
    DictAttr,
    FloatAttr,
    FunctionType,
    Operation,
    RankedTensor,
    SSAValue,
    StringAttr,
    Type,
    TypeAttr,
)

_REMEMBERED = "linalg.memoized_indexing_maps"


def difference(a: Operation, b: Operation) -> str:
    """Where and how `a` and `b` differ; empty if they do not."""
    return _Comparison().ops(a, b)


class _Comparison:
    def __init__(self) -> None:
        self.partner: dict[SSAValue, SSAValue] = {}

    def ops(self, a: Operation, b: Operation) -> str:
        here = f"{a.name} at {a.loc} and {b.loc}: "
        if a.name != b.name:
            return f"{here}{a.name} and {b.name}"
        if len(a.operands) != len(b.operands) or any(
            self.partner.get(x) is not y for x, y in zip(a.operands, b.operands, strict=True)
        ):
            return f"{here}operands {a.operands} and {b.operands}"
        if found := self._attributes(a, b) or self._define(a.results, b.results) or self._regions(a, b):
            return here + found
        return ""

    def _attributes(self, a: Operation, b: Operation) -> str:
        left, right = ({k: v for k, v in x.attributes.items() if k != _REMEMBERED} for x in (a, b))
        for attributes in (left, right):
            if attributes.get("sym_visibility") == StringAttr("public"):
                del attributes["sym_visibility"]
        if left.keys() != right.keys():
            return f"attributes {sorted(left)} and {sorted(right)}"
        for name, value in left.items():
            if not same_attribute(value, right[name]):
                return f"{name} = {value} and {right[name]}"
        return ""

    def _define(self, a: Sequence[SSAValue], b: Sequence[SSAValue]) -> str:
        if len(a) != len(b):
            return f"{len(a)} and {len(b)} values"
        for x, y in zip(a, b, strict=True):
            if not same_type(x.type, y.type):
                return f"{x} and {y}"
            self.partner[x] = y
        return ""

    def _regions(self, a: Operation, b: Operation) -> str:
        if a.name.startswith("linalg.") and not (a.regions and b.regions):
            return ""
        if len(a.regions) != len(b.regions):
            return f"{len(a.regions)} and {len(b.regions)} regions"
        for left, right in zip(a.regions, b.regions, strict=True):
            if len(left) != len(right):
                return f"{len(left)} and {len(right)} blocks"
            for x, y in zip(left, right, strict=True):
                if found := self._blocks(x, y):
                    return found
        return ""

    def _blocks(self, a: Block, b: Block) -> str:
        if found := self._define(a.args, b.args):
            return "block arguments: " + found
        for x, y in zip(a.ops, b.ops, strict=False):
            if found := self.ops(x, y):
                return found
        return f"{len(a.ops)} and {len(b.ops)} ops" if len(a.ops) != len(b.ops) else ""


def same_attribute(a: Attribute, b: Attribute) -> bool:
    """Equal, the text of dialects' attributes included; NaN equals NaN."""
    match a, b:
        case DialectAttr(), DialectAttr():
            return a.name == b.name and _squeezed(a.text) == _squeezed(b.text) and _same_entries(a.params, b.params)
        case ArrayAttr(), ArrayAttr():
            return len(a.items) == len(b.items) and all(map(same_attribute, a.items, b.items))
        case DictAttr(), DictAttr():
            return _same_entries(a.entries, b.entries)
        case TypeAttr(), TypeAttr():
            return same_type(a.type, b.type)
        case FloatAttr(), FloatAttr():
            both_nan = math.isnan(a.value) and math.isnan(b.value)
            same = a.value == b.value and math.copysign(1, a.value) == math.copysign(1, b.value)
            return a.type == b.type and (both_nan or same)
        case _:
            return a == b


def same_type(a: Type, b: Type) -> bool:
    """Equal, encodings included."""
    match a, b:
        case RankedTensor(), RankedTensor():
            if (a.encoding is None) != (b.encoding is None):
                return False
            same = a.encoding is None or b.encoding is None or same_attribute(a.encoding, b.encoding)
            return a.shape == b.shape and a.element == b.element and same
        case FunctionType(), FunctionType():
            return all(
                len(x) == len(y) and all(map(same_type, x, y))
                for x, y in ((a.inputs, b.inputs), (a.results, b.results))
            )
        case _:
            return a == b


def _same_entries(a: Mapping[str, Attribute], b: Mapping[str, Attribute]) -> bool:
    return a.keys() == b.keys() and all(same_attribute(value, b[key]) for key, value in a.items())


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
