"""Reads modules: globals, executables and functions. Their regions are read by `regions`.

The parser refuses what is not a program in the sense of its syntax: unknown ops and attributes, undefined values
and symbols, types that are not those of the operands or not the inferred ones. Rules beyond that are `verify`'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.dense import Dense
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.text.dense_data import build, literal
from tensorir.text.lexer import Lexer, did_you_mean
from tensorir.text.literals import string, symbol, symbol_name
from tensorir.text.regions import RegionParser, location
from tensorir.text.types import tensor_type


class ModuleParser:
    """Reads one text. Symbols are checked at its end, because a use may come before the definition."""

    def __init__(self, lex: Lexer, registry: Mapping[str, type[Op]]) -> None:
        self.lex = lex
        self.regions = RegionParser(lex, registry)
        self.symbols: dict[str, int] = {}

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
        for name, start in self.regions.uses:
            if name not in self.symbols:
                close = did_you_mean(name, self.symbols)
                raise lex.error(f"there is no symbol {symbol_name(name)} in the module{close}", start)
        return Module(functions, globals, executables)

    def _function(self) -> Function:
        start, name = self._defined_symbol()
        body = self._callable("return")
        return Function(name, body, location(self.lex, start))

    def _executable(self) -> Executable:
        start, name = self._defined_symbol()
        self.lex.expect("target")
        self.lex.expect("(")
        target = string(self.lex, "the name of a target, a string")
        self.lex.expect(")")
        body = self._callable("yield")
        return Executable(name, target, body, location(self.lex, start))

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
            value = self.regions.body(self.regions.open("yield", needs_args=False))
        else:
            raise lex.error(f"expected dense<…> or an initializer {{…}}, found {lex.found()}")
        return Global(name, type, value, location(self.lex, start))

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
        region = self.regions.open(end)
        lex.expect("->", "and the result types")
        types = self.regions.types()
        body = self.regions.body(region)
        if len(types) != len(body.yields):
            raise lex.error(f"{len(types)} result types, but {end} has {len(body.yields)} values", region.start)
        for (type, place), value in zip(types, body.yields, strict=True):
            if type != value.type:
                raise lex.error(f"the result type is {type}, but {end} gives {value.type}", place)
        return body
