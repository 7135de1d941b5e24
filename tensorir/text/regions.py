"""Reads regions and the ops in them with one loop over a stack of open regions, so nesting needs no recursion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, define, frozen

from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text.attributes import MISFIT, Schema, SymbolRef, attribute_value, coerced, described, schema
from tensorir.text.beside import Beside
from tensorir.text.lexer import MAX_NESTING, Lexer, did_you_mean
from tensorir.text.literals import integer, string
from tensorir.text.names import clean_hint
from tensorir.text.types import tensor_type

Placed = tuple[TensorType, int]
"""A type and its position."""


@define
class OpenRegion:
    """A region whose end has not been read yet. `op` is the op in it whose own regions are still being read."""

    start: int
    args: tuple[Value, ...]
    end: str
    values: dict[str, Value] = Factory(dict[str, Value])
    ops: list[Op] = Factory(list[Op])
    op: _Head | None = None
    beside: Beside = Factory(Beside)
    """The devices and states of a function's arguments."""


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


class RegionParser:
    """Reads regions from `lex`. `uses` collects the symbols that ops refer to, with their places."""

    def __init__(self, lex: Lexer, registry: Mapping[str, type[Op]]) -> None:
        self.lex = lex
        self.registry = registry
        self.uses: list[tuple[str, int]] = []

    def open(self, end: str, *, needs_args: bool = True, function: bool = False) -> OpenRegion:
        """Reads `(args)`; those of a function may have a device and a state."""
        lex = self.lex
        region = OpenRegion(lex.start, (), end)
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
            if function:
                region.beside.read(lex)
        region.args = tuple(args)
        return region

    def _bind(self, region: OpenRegion, name: str, type: TensorType, place: int) -> Value:
        if name in region.values:
            raise self.lex.error(f"%{name} is already defined in this region", place)
        value = region.values[name] = Value(type, clean_hint(name))
        return value

    def body(self, outermost: OpenRegion) -> Region:
        """Reads `{ops yield}` with all nested regions."""
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
                stack.append(self.open("yield"))
                lex.expect("{")
            else:
                self._finish(region, head)
                region.op = None

    def _yield(self, region: OpenRegion) -> Region:
        lex = self.lex
        if lex.text != region.end:
            raise lex.error(f"this region ends with {region.end}, not {lex.text}")
        lex.advance()
        values = self._operands(region)
        if values:
            lex.expect(":", f"and the types after {region.end}")
            self._check_types(values)
        lex.expect("}", f"after {region.end}")
        return Region(region.args, tuple(region.ops), tuple(v for _, v in values))

    def _operands(self, region: OpenRegion) -> list[tuple[str, Value]]:
        """Reads a possibly empty list of values separated by commas."""
        lex = self.lex
        found: list[tuple[str, Value]] = []
        while lex.kind == "value" or found:
            place = lex.start
            name = lex.take("value", "a value (%name)")
            value = region.values.get(name[1:])
            if value is None:
                close = did_you_mean(name[1:], region.values)
                raise lex.error(f"{name} is not defined in this region{close}", place)
            found.append((name, value))
            if not lex.accept(","):
                break
        return found

    def _check_types(self, values: list[tuple[str, Value]]) -> None:
        """Reads one type per value, which must be the type of the value."""
        lex = self.lex
        for i, (name, value) in enumerate(values):
            if i:
                lex.expect(",", f"and the type of {name}")
            place = lex.start
            if (type := tensor_type(lex)) != value.type:
                raise lex.error(f"{name} is {value.type}, not {type}", place)

    def _head(self, region: OpenRegion) -> _Head:
        """Reads an op up to its regions."""
        lex = self.lex
        start = lex.start
        results: list[tuple[str, int]] = []
        while lex.kind == "value" or results:
            place = lex.start
            results.append((lex.take("value", "a result (%name)")[1:], place))
            if lex.accept("="):
                break
            lex.expect(",", "or '='")
        name_start = lex.start
        name = lex.text
        cls = self.registry.get(name) if lex.kind == "name" else None
        if cls is None:
            if lex.kind != "name":
                raise lex.error(f"expected an op or {region.end}, found {lex.found()}")
            raise lex.error(f"unknown op '{name}'{did_you_mean(name, self.registry)}")
        lex.advance()
        takes = schema(cls)
        operands = self._operands(region)
        fixed = len(takes.before) + len(takes.after)
        if len(operands) < fixed or (takes.many is None and len(operands) > fixed):
            names = ", ".join((*takes.before, *([f"{takes.many}…"] if takes.many else []), *takes.after)) or "none"
            raise lex.error(f"{name} takes the operands {names}; got {len(operands)}", name_start)
        attributes = self._attributes(cls, takes, name_start)
        lex.expect(":", "and the types")
        lex.expect("(", "before the types of the operands")
        self._check_types(operands)
        lex.expect(")", "after the types of the operands")
        lex.expect("->", "and the result types")
        types_start = lex.start
        types = self.types() if lex.text == "(" else [(tensor_type(lex), types_start)]
        values = [v for _, v in operands]
        return _Head(start, name_start, cls, takes, results, values, attributes, types, types_start, [])

    def types(self, beside: Beside | None = None) -> list[Placed]:
        """Reads `(types)`, and to `beside`, if it is given, what stands behind each."""
        lex = self.lex
        lex.expect("(")
        types: list[Placed] = []
        while not lex.accept(")"):
            if types:
                lex.expect(",", "or ')'")
            place = lex.start
            types.append((tensor_type(lex), place))
            if beside is not None:
                beside.read(lex)
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

    def _finish(self, region: OpenRegion, head: _Head) -> None:
        """Builds an op that has been read completely and binds its results."""
        lex = self.lex
        loc = location(lex, head.start)
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


def location(lex: Lexer, start: int) -> Location:
    """Reads `loc("file":line:col)`; without one, the position in the text itself."""
    if not (lex.text == "loc" and lex.peek()[1] == "("):
        return lex.location(start)
    lex.advance()
    lex.expect("(")
    file = string(lex, "the name of a file, a string")
    line = integer(lex, "a line") if lex.accept(":") else 0
    col = integer(lex, "a column") if lex.accept(":") else 0
    lex.expect(")")
    return Location(file, line, col)
