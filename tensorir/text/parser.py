"""The parser: text to a module, in linear time and without recursion over regions.

It refuses what is not a program in the sense of its syntax: unknown ops and attributes, undefined values and
symbols, types that are not those of the operands or not the inferred ones. Rules beyond that are `verify`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, frozen

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text.attributes import MISFIT, Schema, SymbolRef, attribute_value, coerced, described, schema
from tensorir.text.dense_data import build, literal
from tensorir.text.lexer import MAX_NESTING, Lexer, did_you_mean
from tensorir.text.literals import integer, string, symbol, symbol_name
from tensorir.text.names import clean_hint
from tensorir.text.types import tensor_type

Placed = tuple[TensorType, int]
"""A type and where it stands."""


@define
class _Open:
    """A region whose end is not read yet. `op` is the head in it that waits for its own regions."""

    start: int
    args: tuple[Value, ...]
    end: str
    values: dict[str, Value] = Factory(dict[str, Value])
    ops: list[Op] = Factory(list[Op])
    op: _Head | None = None


@frozen
class _Head:
    """An op up to its regions."""

    start: int
    name_start: int
    cls: type[Op]
    schema: Schema
    results: list[tuple[str, int]]
    operands: list[Value]
    attributes: dict[str, Any]
    types: list[Placed]
    types_start: int
    regions: list[Region]


class Parser:
    """Reads one text. `symbols` and `uses` collect names, because a use may come before its definition."""

    def __init__(self, lex: Lexer, registry: Mapping[str, type[Op]]) -> None:
        self.lex = lex
        self.registry = registry
        self.symbols: dict[str, int] = {}
        self.uses: list[tuple[str, int]] = []

    def module(self) -> Module:
        """Reads everything up to the end of the text."""
        lex = self.lex
        functions: list[Function] = []
        globals: list[Global] = []
        executables: list[Executable] = []
        while lex.kind != "end":
            match lex.text:
                case "func":
                    functions.append(self._function())
                case "global":
                    globals.append(self._global())
                case "executable":
                    executables.append(self._executable())
                case text:
                    close = did_you_mean(text, ("func", "global", "executable"))
                    raise lex.error(f"expected func, global or executable, found {lex.found()}{close}")
        for name, start in self.uses:
            if name not in self.symbols:
                close = did_you_mean(name, self.symbols)
                raise lex.error(f"there is no symbol {symbol_name(name)} in the module{close}", start)
        return Module(functions, globals, executables)

    def _function(self) -> Function:
        start, name = self._defined_symbol()
        body = self._callable("return")
        return Function(name, body, self._location(start))

    def _executable(self) -> Executable:
        start, name = self._defined_symbol()
        self.lex.expect("target")
        self.lex.expect("(")
        target = string(self.lex, "the name of a target, a string")
        self.lex.expect(")")
        body = self._callable("yield")
        return Executable(name, target, body, self._location(start))

    def _global(self) -> Global:
        lex = self.lex
        start, name = self._defined_symbol()
        lex.expect(":")
        type_start = lex.start
        type = tensor_type(lex)
        lex.expect("=", "and the value of the global")
        if lex.text == "dense":
            data = literal(lex)
            if lex.accept(":"):  # data of another type than the global's: the verifier will say so
                type_start = lex.start
                value: Dense | Region = build(lex, data, tensor_type(lex), type_start)
            else:
                value = build(lex, data, type, type_start)
        elif lex.text in ("{", "("):
            value = self._region("yield", needs_args=False)
        else:
            raise lex.error(f"expected dense<…> or an initializer {{…}}, found {lex.found()}")
        return Global(name, type, value, self._location(start))

    def _defined_symbol(self) -> tuple[int, str]:
        lex = self.lex
        start = lex.start
        lex.advance()
        place = lex.start
        name = symbol(lex)
        if name in self.symbols:
            line = lex.location(self.symbols[name]).line
            raise lex.error(f"the symbol {symbol_name(name)} is already defined in line {line}", place)
        self.symbols[name] = place
        return start, name

    def _callable(self, end: str) -> Region:
        """`(args) -> (types) {…}`."""
        lex = self.lex
        region = self._open(end)
        lex.expect("->", "and the result types")
        types = self._types()
        body = self._body(region)
        if len(types) != len(body.yields):
            raise lex.error(f"{len(types)} result types, but {end} has {len(body.yields)} values", region.start)
        for (type, place), value in zip(types, body.yields, strict=True):
            if type != value.type:
                raise lex.error(f"the result type is {type}, but {end} gives {value.type}", place)
        return body

    def _region(self, end: str, *, needs_args: bool = True) -> Region:
        return self._body(self._open(end, needs_args=needs_args))

    def _open(self, end: str, *, needs_args: bool = True) -> _Open:
        """Reads `(args)`."""
        lex = self.lex
        region = _Open(lex.start, (), end)
        if not needs_args and lex.text == "{":
            return region
        lex.expect("(", "before the arguments")
        args: list[Value] = []
        while not lex.accept(")"):
            if args:
                lex.expect(",", "or ')'")
            place = lex.start
            name = lex.take("value", "an argument (%name: type)")[1:]
            lex.expect(":")
            args.append(self._bind(region, name, tensor_type(lex), place))
        region.args = tuple(args)
        return region

    def _bind(self, region: _Open, name: str, type: TensorType, place: int) -> Value:
        if name in region.values:
            raise self.lex.error(f"%{name} is already defined in this region", place)
        value = region.values[name] = Value(type, clean_hint(name))
        return value

    def _body(self, outermost: _Open) -> Region:
        """Reads `{ops yield}` with all regions inside of it."""
        lex = self.lex
        stack = [outermost]
        lex.expect("{")
        while True:
            region = stack[-1]
            if lex.text in ("yield", "return"):
                done = self._yield(region)
                stack.pop()
                if not stack:
                    return done
                region = stack[-1]
                assert region.op is not None  # it opened the region that just ended
                region.op.regions.append(done)
            else:
                region.op = self._head(region)
            if (head := region.op) and len(head.regions) < len(head.cls.REGIONS):
                if head.regions:
                    lex.expect(",", "and the next region")
                if len(stack) >= MAX_NESTING:
                    raise lex.error(f"regions are nested deeper than {MAX_NESTING}")
                stack.append(self._open("yield"))
                lex.expect("{")
            else:
                self._finish(region, head)
                region.op = None

    def _yield(self, region: _Open) -> Region:
        lex = self.lex
        if lex.text != region.end:
            raise lex.error(f"this region ends with {region.end}, not {lex.text}")
        lex.advance()
        values: list[Value] = []
        while lex.kind == "value":
            values.append(self._operand(region))
            if not lex.accept(","):
                break
        if values:
            lex.expect(":", f"and the types after {region.end}")
            for i, value in enumerate(values):
                if i:
                    lex.expect(",", "and the next type")
                self._check_type(value, tensor_type, lex.start)
        lex.expect("}", f"after {region.end}")
        return Region(region.args, tuple(region.ops), tuple(values))

    def _check_type(self, value: Value, read: Callable[[Lexer], TensorType], place: int) -> None:
        if (type := read(self.lex)) != value.type:
            raise self.lex.error(f"the value %{value.hint or '?'} is {value.type}, not {type}", place)

    def _operand(self, region: _Open) -> Value:
        lex = self.lex
        place = lex.start
        name = lex.take("value", "a value (%name)")[1:]
        value = region.values.get(name)
        if value is None:
            close = did_you_mean(name, region.values)
            raise lex.error(f"%{name} is not defined in this region{close}", place)
        return value

    def _head(self, region: _Open) -> _Head:
        """Reads an op up to its regions."""
        lex = self.lex
        start = lex.start
        results: list[tuple[str, int]] = []
        while lex.kind == "value":
            results.append((lex.text[1:], lex.start))
            lex.advance()
            if not lex.accept(","):
                lex.expect("=", "or ','")
                break
        name_start = lex.start
        name = lex.text
        cls = self.registry.get(name) if lex.kind == "name" else None
        if cls is None:
            if lex.kind != "name":
                raise lex.error(f"expected an op or {region.end}, found {lex.found()}")
            raise lex.error(f"unknown op '{name}'{did_you_mean(name, self.registry)}")
        lex.advance()
        takes = schema(cls)
        operands: list[Value] = []
        places: list[int] = []
        while lex.kind == "value":
            places.append(lex.start)
            operands.append(self._operand(region))
            if not lex.accept(","):
                break
        fixed = len(takes.before) + len(takes.after)
        if len(operands) < fixed or (takes.many is None and len(operands) > fixed):
            names = ", ".join((*takes.before, *([f"{takes.many}…"] if takes.many else []), *takes.after)) or "none"
            raise lex.error(f"{name} takes the operands {names}; got {len(operands)}", name_start)
        attributes = self._attributes(cls, takes, name_start)
        lex.expect(":", "and the types")
        lex.expect("(", "before the types of the operands")
        for i, value in enumerate(operands):
            if i:
                lex.expect(",", "and the next operand's type")
            self._check_type(value, tensor_type, lex.start)
        lex.expect(")", "after the types of the operands")
        lex.expect("->", "and the result types")
        types_start = lex.start
        types = self._types() if lex.text == "(" else [(tensor_type(lex), types_start)]
        return _Head(start, name_start, cls, takes, results, operands, attributes, types, types_start, [])

    def _types(self) -> list[Placed]:
        lex = self.lex
        lex.expect("(")
        types: list[Placed] = []
        while not lex.accept(")"):
            if types:
                lex.expect(",", "or ')'")
            place = lex.start
            types.append((tensor_type(lex), place))
        return types

    def _attributes(self, cls: type[Op], takes: Schema, name_start: int) -> dict[str, Any]:
        lex = self.lex
        found: dict[str, Any] = {}
        if lex.accept("{"):
            while not lex.accept("}"):
                if found:
                    lex.expect(",", "or '}'")
                place = lex.start
                name = lex.take("name", "an attribute (name = value)")
                if name not in takes.hints:
                    known = f" (it has {', '.join(takes.hints) or 'none'})"
                    close = did_you_mean(name, takes.hints)
                    raise lex.error(f"{cls.NAME} has no attribute '{name}'{known}{close}", place)
                if name in found:
                    raise lex.error(f"the attribute '{name}' is given twice", place)
                lex.expect("=")
                found[name] = self._attribute(cls, name, takes.hints[name])
        for name in takes.hints:
            if name not in found and name not in takes.defaults:
                raise lex.error(f"{cls.NAME} needs the attribute '{name}'", name_start)
        return found

    def _attribute(self, cls: type[Op], name: str, hint: Any) -> Any:
        lex = self.lex
        place = lex.start
        value = attribute_value(lex)
        if name in cls.SYMBOLS:
            if not isinstance(value, SymbolRef):
                raise lex.error(f"the attribute '{name}' must be a symbol (@name)", place)
            self.uses.append((value.name, place))
            return value.name
        made = coerced(value, hint)
        if made is MISFIT:
            raise lex.error(f"the attribute '{name}' of {cls.NAME} must be {described(hint)}", place)
        return made

    def _finish(self, region: _Open, head: _Head) -> None:
        """Builds an op that is read completely, and binds its results."""
        lex = self.lex
        loc = self._location(head.start)
        takes, operands = head.schema, head.operands
        fields = dict(zip(takes.before, operands, strict=False))
        behind = len(operands) - len(takes.after)
        fields |= dict(zip(takes.after, operands[behind:], strict=True))
        given: dict[str, Any] = {**fields, **head.attributes, **dict(zip(head.cls.REGIONS, head.regions, strict=True))}
        if takes.many is not None:
            given[takes.many] = tuple(operands[len(takes.before) : behind])
        name = head.cls.NAME
        if len(head.results) != len(head.types):
            count = f"{len(head.results)} names for {len(head.types)} results"
            raise lex.error(f"{name}: {count}", head.results[0][1] if head.results else head.name_start)
        results = tuple(
            self._bind(region, text, type, place)
            for (text, place), (type, _) in zip(head.results, head.types, strict=True)
        )
        op = head.cls(**given, results=results, loc=loc)
        try:
            expected = tuple(op.infer_types())
        except (ValueError, ArithmeticError) as e:  # InferError, and sizes divided by zero
            raise lex.error(f"{name}: {e}", head.name_start) from None
        if len(expected) != len(results):
            types = ", ".join(map(str, expected))
            raise lex.error(f"{name} has the results ({types}), the text {len(results)}", head.types_start)
        for type, (written, place) in zip(expected, head.types, strict=True):
            if type != written:
                raise lex.error(f"{name} gives {type}, not {written}", place)
        region.ops.append(op)

    def _location(self, start: int) -> Location:
        """Reads `loc("file":line:col)`; without one, the position in the text itself."""
        lex = self.lex
        if not (lex.text == "loc" and lex.peek()[1] == "("):
            return lex.location(start)
        lex.advance()
        lex.expect("(")
        file = string(lex, "the name of a file, a string")
        line = integer(lex, "a line") if lex.accept(":") else 0
        col = integer(lex, "a column") if lex.accept(":") else 0
        lex.expect(")")
        return Location(file, line, col)


def parse_all(text: str, registry: Mapping[str, type[Op]], file: str) -> Module:
    """See `tensorir.text.parse`."""
    return Parser(Lexer(text, file), registry).module()


__all__ = ["ParseError", "Parser", "parse_all"]
