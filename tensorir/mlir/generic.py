"""Prints syntax trees in MLIR's generic form, which every MLIR tool reads, even if it does not know the ops.

Law: `parse_document(generic_text(d))` equals the tree of `d`, with the data of resources in place. Named linalg ops
get the region that pretty text leaves out, because the generic form must contain it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError
from tensorir.mlir.named_regions import with_region
from tensorir.mlir.reader.numbers import DTYPES
from tensorir.mlir.reader.types import width_of
from tensorir.mlir.syntax import (
    DYNAMIC,
    I1,
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    Block,
    DenseArrayAttr,
    DenseAttr,
    DialectAttr,
    DictAttr,
    Document,
    FloatAttr,
    IntAttr,
    Operation,
    RankedTensor,
    ResourceAttr,
    SSAValue,
    StringAttr,
    SymbolRef,
    Type,
    TypeAttr,
    UnitAttr,
)
from tensorir.mlir.writer.literals import float_text, quoted
from tensorir.mlir.writer.types import map_expression

_MAX_DECIMAL = 16
"""Data with more elements than this is written in hexadecimal."""


def generic_text(document: Document) -> str:
    """Prints the module of a document as generic text; `dense_resource` becomes `dense` with the same data in
    hexadecimal.

    Raises TensorIRError for a resource without data, with its place."""
    return "".join(_Printer(document).op(document.module, 0))


class _Printer:
    """Values are numbered in the order of their definition; no name occurs twice in a document."""

    def __init__(self, document: Document) -> None:
        self.resources = document.resources
        self.names: dict[SSAValue, str] = {}

    def op(self, op: Operation, depth: int) -> Iterator[str]:
        op = with_region(op)
        pad = "  " * min(depth, 40)
        results = ", ".join(self._define(r) for r in op.results)
        operands = ", ".join(self.names[v] for v in op.operands)
        yield f"{pad}{results}{' = ' if results else ''}{quoted(op.name)}({operands})"
        for i, blocks in enumerate(op.regions):
            yield ", {" if i else " ({"
            for block in blocks:
                yield "\n"
                yield from self._block(block, depth + 1)
            yield f"{pad}}}"
        if op.regions:
            yield ")"
        if op.attributes:
            yield f" {self._dictionary(op.attributes.items())}"
        yield f" : ({self._types(op.operands)}) -> ({self._types(op.results)})\n"

    def _block(self, block: Block, depth: int) -> Iterator[str]:
        if block.args:
            args = ", ".join(f"{self._define(a)}: {self.type(a.type)}" for a in block.args)
            yield f"{'  ' * min(depth - 1, 40)}^bb0({args}):\n"
        for op in block.ops:
            yield from self.op(op, depth)

    def _define(self, value: SSAValue) -> str:
        self.names[value] = name = f"%{len(self.names)}"
        return name

    def _types(self, values: Sequence[SSAValue]) -> str:
        return ", ".join(self.type(v.type) for v in values)

    def type(self, type: Type) -> str:
        """Prints a type; unlike `str(type)`, with the whole encoding."""
        if not isinstance(type, RankedTensor) or type.encoding is None:
            return str(type)
        dims = "".join(f"{'?' if d is None else d}x" for d in type.shape)
        return f"tensor<{dims}{self.type(type.element)}, {self.attribute(type.encoding)}>"

    def attribute(self, value: Attribute) -> str:
        match value:
            case IntAttr(value=number, type=type):
                return ("false", "true")[number] if type == I1 else f"{number} : {type}"
            case FloatAttr(value=number, type=type):
                return f"{_float(number, str(type))} : {type}"
            case StringAttr(value=text):
                return quoted(text)
            case UnitAttr():
                return "unit"
            case ArrayAttr(items=items):
                return f"[{', '.join(map(self.attribute, items))}]"
            case DictAttr(entries=entries):
                return self._dictionary(entries.items())
            case SymbolRef(path=path):
                return "::".join(f"@{quoted(part)}" for part in path)
            case TypeAttr(type=type):
                return self.type(type)
            case AffineMapAttr(map=affine, num_symbols=count):
                dims = ", ".join(f"d{i}" for i in range(affine.num_dims))
                symbols = f"[{', '.join(f's{i}' for i in range(count))}]" if count else ""
                return f"affine_map<({dims}){symbols} -> ({', '.join(map_expression(r) for r in affine.results)})>"
            case DenseArrayAttr(element=element, values=values):
                listed = ", ".join(_element(v, str(element)) for v in values)
                return f"array<{element}{': ' if values else ''}{listed}>"
            case DenseAttr(type=type):
                return f"dense<{self._data(value)}> : {self.type(type)}"
            case ResourceAttr(key=key, type=type, loc=loc):
                if key not in self.resources:
                    raise TensorIRError(f"dense_resource<{key}> has no data in this file", loc)
                return f'dense<"0x{bytes(self.resources[key]).hex()}"> : {self.type(type)}'
            case DialectAttr(name=name, params=params) if params:
                return f"#{name}<{', '.join(self._keyed(key, v) for key, v in params.items())}>"
            case DialectAttr(name=name, text=text):
                return f"#{name}<{text}>" if text else f"#{name}"

    def _keyed(self, key: str, value: Attribute) -> str:
        return f"{key} = {self._parameter(value)}" if key else self._parameter(value)

    def _parameter(self, value: Attribute) -> str:
        """Prints a parameter of a dialect's attribute: words are bare, sizes in lists have no type, `?` is a dynamic
        size."""
        match value:
            case StringAttr(value=word):
                return word
            case ArrayAttr(items=items):
                sizes = all(isinstance(i, IntAttr) for i in items)
                return f"[{', '.join(self._size(i) if sizes else self._parameter(i) for i in items)}]"
            case _:
                return self.attribute(value)

    def _size(self, value: Attribute) -> str:
        assert isinstance(value, IntAttr)
        return "?" if value.value == DYNAMIC else str(value.value)

    def _dictionary(self, entries: Iterable[tuple[str, Attribute]]) -> str:
        parts = [
            quoted(key) if isinstance(value, UnitAttr) else f"{quoted(key)} = {self.attribute(value)}"
            for key, value in entries
        ]
        return f"{{{', '.join(parts)}}}"

    def _data(self, value: DenseAttr) -> str:
        array, element = value.array, str(value.type.element)
        if array.size and all(s == 0 for s, n in zip(array.strides, array.shape, strict=True) if n != 1):
            return _element(array.reshape(-1)[:1].item() if array.ndim else array.item(), element)
        if array.size <= _MAX_DECIMAL or element == "i1" or array.dtype.itemsize * 8 != width_of(value.type.element):
            return _nested(array, element)
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        return f'"0x{little.tobytes().hex()}"'


def _float(value: float, type: str) -> str:
    """Prints a literal; for types that NumPy lacks, the reader keeps the double."""
    return float_text(value, DTYPES.get(type, np.dtype(np.float64)))


def _element(value: float, element: str) -> str:
    if isinstance(value, bool) or element == "i1":
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _float(float(value), element)


def _nested(array: npt.NDArray[Any], element: str) -> str:
    if not array.ndim:
        return _element(array.item(), element)
    if not array.size:
        return ""
    return f"[{', '.join(_nested(row, element) for row in array)}]"
