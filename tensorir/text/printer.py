"""The printer is total, deterministic and linear. It also prints programs that the verifier or the parser would refuse.

Values that a region does not define print as `%undefined…`, attributes without a textual form as `#opaque<"…">`, so
that a reader sees what is wrong and the parser refuses it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeAlias, Union

import numpy.typing as npt

from tensorir.ir.dense import Dense
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Global, Module, ModuleSymbol, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text.attributes import attributes_text, opaque, value_text
from tensorir.text.dense_data import DataApart, dense_text, dense_type_text, is_splat
from tensorir.text.encodings import Aliases, encoding_text
from tensorir.text.literals import int_text, quoted, symbol_name
from tensorir.text.names import Names
from tensorir.text.size_ranges import range_text
from tensorir.text.types import EncodingText

_MAX_INDENT = 40

MAX_BESIDE = 256
"""Data of at most this many bytes stays in the text when long data is put apart."""

Array: TypeAlias = npt.NDArray[Any]

Pieces: TypeAlias = Iterator[Union[str, "Pieces"]]
"""Text, or an iterator of pieces. Nested regions are iterators, so printing does not recurse."""


class Printer:
    """Prints one program. Texts of types are cached by identity, because hashing a type with a very deep size would
    recurse."""

    def __init__(self, *, locations: bool = False, apart: dict[str, Array] | None = None) -> None:
        """`apart`: see `print_module`."""
        self.locations = locations
        self._apart = apart
        self._encoded: EncodingText = encoding_text
        self._types: dict[int, tuple[TensorType, str]] = {}

    def module(self, module: Module) -> str:
        """Prints the names of all encodings and layouts, then all symbols, with a blank line between functions."""
        self._encoded = aliases = Aliases()
        text = _joined(self._module(module))
        return aliases.definitions() + text

    def op(self, op: Op) -> str:
        """Prints one op without a region around it; its operands are named as if they were arguments."""
        return _joined(self._op(op, Names(chain(op.operands, op.results)), 0))

    def region(self, region: Region) -> str:
        """`(args) {…}`."""
        return _joined(self._region(region, "yield", 0))

    def type(self, value: Value) -> str:
        """The type of a value."""
        type = getattr(value, "type", None)
        if not isinstance(type, TensorType):
            return opaque(type)
        known = self._types.get(id(type))
        if known is None:
            known = self._types[id(type)] = (type, value_text(type, self._encoded))
        return known[1]

    def _types_of(self, values: Iterable[Value]) -> str:
        return ", ".join(map(self.type, values))

    def _module(self, module: Module) -> Pieces:
        for i, symbol in enumerate(module.all_symbols()):
            if i and not isinstance(symbol, Global):
                yield "\n"
            yield self._symbol(symbol)
            yield f"{self._loc(symbol.loc)}\n"

    def _symbol(self, symbol: ModuleSymbol) -> Pieces:
        name = symbol_name(symbol.name)
        if isinstance(symbol, Global):
            type = value_text(symbol.type, self._encoded)
            logical = "" if symbol.logical is None else f" of {value_text(symbol.logical, self._encoded)}"
            yield f"global {'mutable ' if symbol.mutable else ''}{name} : {type}{logical} = "
            match symbol.value:
                case Region() as region:
                    yield self._region(region, "yield", 0, needs_args=False)
                case Dense() as data:
                    yield dense_text(self._data(data))
                    if not _has_type(data, symbol.type):
                        yield f" : {dense_type_text(data)}"
                case Parameter(scope=scope, key=key):
                    yield f"parameter<{quoted(scope)}, {quoted(key)}>"
            return
        if isinstance(symbol, Executable):
            sizes = "" if symbol.sizes is None else f"for {range_text(symbol.sizes)} "
            yield f"executable {name} target({quoted(symbol.target)}) {sizes}"
            yield self._region(symbol.body, "yield", 0, f" -> ({self._types_of(symbol.body.yields)})")
            return
        yield f"func {'private ' if symbol.private else ''}{'signless ' if symbol.signless else ''}{name}"
        if symbol.sizes is not None:
            yield f" of {symbol_name(symbol.of)} for {range_text(symbol.sizes)} "
        types = (self.type(v) + on for v, on in _on(symbol.body.yields, symbol.result_devices, symbol.states))
        results = f" -> ({', '.join(types)})"
        args = _on(symbol.body.args, symbol.arg_devices, symbol.states)
        yield self._region(symbol.body, "return", 0, results, args=args)

    def _region(
        self,
        region: Region,
        end: str,
        depth: int,
        results: str = "",
        *,
        needs_args: bool = True,
        args: Iterable[tuple[Value, str]] | None = None,
    ) -> Pieces:
        """`args`: the arguments with what stands behind their types; by default nothing does."""
        names = Names(chain(region.args, (r for op in region.ops for r in op.results)))
        given = ", ".join(f"{names[a]}: {self.type(a)}{on}" for a, on in args or ((a, "") for a in region.args))
        indent = "  " * min(depth, _MAX_INDENT)
        if needs_args or region.args:
            yield f"({given}){results} "
        yield "{\n"
        for op in region.ops:
            yield indent + "  "
            yield self._op(op, names, depth + 1)
            yield "\n"
        values = ", ".join(names[y] for y in region.yields)
        types = f" {values} : {self._types_of(region.yields)}" if region.yields else ""
        yield f"{indent}  {end}{types}\n{indent}}}"

    def _op(self, op: Op, names: Names, depth: int) -> Pieces:
        operands = op.operands
        head = f"{', '.join(names[r] for r in op.results)} = " if op.results else ""
        inputs = f" {', '.join(names[v] for v in operands)}" if operands else ""
        types = self._types_of(op.results)
        results = types if len(op.results) == 1 else f"({types})"
        attributes = f" {text}" if (text := attributes_text(self._with_data(op), self._encoded)) else ""
        yield f"{head}{op.NAME}{inputs}{attributes} : ({self._types_of(operands)}) -> {results}"
        for i, region in enumerate(op.regions):
            yield ", " if i else " "
            yield self._region(region, "yield", depth)
        yield self._loc(op.loc)

    def _data(self, data: Dense) -> Dense:
        """Prints the data itself, or its digest if it is long and put apart."""
        if self._apart is None or data.nbytes <= MAX_BESIDE or is_splat(data):
            return data
        put = DataApart(data.array)
        self._apart[put.digest] = put.bits()
        return put

    def _with_data(self, op: Op) -> Op:
        if self._apart is None:
            return op
        held = {n: v for n in op.ATTRIBUTES if isinstance(v := getattr(op, n), Dense)}
        long: dict[str, Any] = {n: put for n, v in held.items() if (put := self._data(v)) is not v}
        return op.evolve(results=op.results, **long) if long else op

    def _loc(self, loc: Location) -> str:
        if not self.locations:
            return ""
        position = f":{int_text(loc.line)}" + (f":{int_text(loc.col)}" if loc.col else "") if loc.line else ""
        return f" loc({quoted(loc.file)}{position})"


def _on(values: tuple[Value, ...], devices: tuple[str, ...], states: tuple[str, ...]) -> Iterator[tuple[Value, str]]:
    """Adds ` on "device"` to each value that has a device, and ` state @name` to the last values, which are states."""
    first = len(values) - len(states)
    for i, value in enumerate(values):
        on = f" on {quoted(devices[i])}" if i < len(devices) and devices[i] else ""
        yield value, on + (f" state {symbol_name(states[i - first])}" if i >= max(first, 0) else "")


def _joined(pieces: Pieces) -> str:
    out: list[str] = []
    stack = [pieces]
    while stack:
        piece = next(stack[-1], None)
        if piece is None:
            stack.pop()
        elif isinstance(piece, str):
            out.append(piece)
        else:
            stack.append(piece)
    return "".join(out)


def _has_type(data: Dense, type: TensorType) -> bool:
    return (data.shape, data.dtype) == (type.shape, type.dtype)
