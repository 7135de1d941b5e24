"""Reads modules: globals, executables and functions. Their regions are read by `regions`.

The parser refuses unknown ops and attributes, undefined values and symbols, and types that differ from those of the
operands or from the inferred ones. All further rules are checked by `verify`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.dense import Dense
from tensorir.ir.module import Executable, Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.size_range import SizeRange
from tensorir.text.beside import Beside
from tensorir.text.dense_data import build, literal
from tensorir.text.encodings import alias
from tensorir.text.lexer import Lexer, did_you_mean
from tensorir.text.literals import string, symbol, symbol_name
from tensorir.text.regions import OpenRegion, RegionParser, location
from tensorir.text.size_ranges import size_range
from tensorir.text.types import tensor_type


class ModuleParser:
    """Reads one text. Symbol references are checked at the end, because a use may precede the definition."""

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
                case _ if lex.kind == "hash":
                    alias(lex)
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
        lex = self.lex
        start = lex.start
        lex.advance()
        private, signless = lex.accept("private"), lex.accept("signless")
        name = self._symbol()
        of, sizes = ("", None) if not lex.accept("of") else self._range()
        region = self.regions.open("return", function=True)
        args, results = region.beside, Beside()
        body = self._callable(region, results)
        args.check_same(results, lex, start)
        self.regions.uses += zip(args.states, args.places, strict=True)
        states, loc = tuple(args.states), location(lex, start)
        return Function(name, body, loc, args.named, results.named, private, signless, states, of, sizes)

    def _range(self) -> tuple[str, SizeRange]:
        """The name of a function, and for which sizes another one runs its calls."""
        start = self.lex.start
        of = symbol(self.lex, "the name of a function (@name)")
        self.regions.uses.append((of, start))
        return of, size_range(self.lex)

    def _executable(self) -> Executable:
        start, name = self._defined_symbol()
        self.lex.expect("target")
        self.lex.expect("(")
        target = string(self.lex, "the name of a target, a string")
        self.lex.expect(")")
        sizes = size_range(self.lex) if self.lex.at("for") else None
        body = self._callable(self.regions.open("yield"))
        return Executable(name, target, body, location(self.lex, start), sizes)

    def _global(self) -> Global:
        lex = self.lex
        start = lex.start
        lex.advance()
        mutable = lex.accept("mutable")
        name = self._symbol()
        lex.expect(":")
        type_start = lex.start
        type = tensor_type(lex)
        logical = tensor_type(lex) if mutable and lex.accept("of") else None
        lex.expect("=", "and the value of the global")
        if lex.text == "dense":
            data = literal(lex)
            if lex.accept(":"):  # the verifier reports data whose type is not the global's
                type_start = lex.start
                value: Dense | Region | Parameter = build(lex, data, tensor_type(lex), type_start)
            else:
                value = build(lex, data, type, type_start)
        elif lex.accept("parameter"):
            value = self._parameter()
        elif lex.text in ("{", "("):
            value = self.regions.body(self.regions.open("yield", needs_args=False))
        else:
            raise lex.error(f"expected dense<…>, parameter<…> or an initializer {{…}}, found {lex.found()}")
        return Global(name, type, value, location(self.lex, start), mutable, logical)

    def _parameter(self) -> Parameter:
        """`<"scope", "key">`."""
        lex = self.lex
        lex.expect("<")
        scope = string(lex, "the scope of a parameter, a string")
        lex.expect(",")
        key = string(lex, "the key of a parameter, a string")
        lex.expect(">")
        return Parameter(scope, key)

    def _defined_symbol(self) -> tuple[int, str]:
        start = self.lex.start
        self.lex.advance()
        return start, self._symbol()

    def _symbol(self) -> str:
        lex = self.lex
        place = lex.start
        name = symbol(lex)
        if name in self.symbols:
            line = lex.location(self.symbols[name]).line
            raise lex.error(f"the symbol {symbol_name(name)} is already defined on line {line}", place)
        self.symbols[name] = place
        return name

    def _callable(self, region: OpenRegion, results: Beside | None = None) -> Region:
        """Reads `-> (types) {…}` after the arguments, and what stands behind the types to `results`; returns the
        body."""
        lex = self.lex
        lex.expect("->", "and the result types")
        types = self.regions.types(results)
        body = self.regions.body(region)
        if len(types) != len(body.yields):
            raise lex.error(f"{len(types)} result types, but {region.end} has {len(body.yields)} values", region.start)
        for (type, place), value in zip(types, body.yields, strict=True):
            if type != value.type:
                raise lex.error(f"the result type is {type}, but {region.end} gives {value.type}", place)
        return body
