"""Types of MLIR: scalars, ranked tensors and functions as data; all others as their text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from typing import Generic, Literal, TypeVar

from attrs import frozen

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import (
    MAX_ALIAS_NODES,
    MAX_DIGITS,
    MAX_INT_WIDTH,
    MAX_NESTING,
    MAX_RANK,
    MAX_SIZE,
    TYPE_COST,
)
from tensorir.mlir.syntax import (
    F64,
    I1,
    I32,
    I64,
    INDEX,
    Attribute,
    FunctionType,
    OpaqueType,
    RankedTensor,
    ScalarType,
    Type,
)
from tensorir.text.lexer import did_you_mean

T = TypeVar("T")

FLOATS = {
    "f16": 16,
    "bf16": 16,
    "f32": 32,
    "f64": 64,
    "f80": 80,
    "f128": 128,
    "tf32": 19,
    "f8E5M2": 8,
    "f8E4M3": 8,
    "f8E4M3FN": 8,
    "f8E5M2FNUZ": 8,
    "f8E4M3FNUZ": 8,
    "f8E4M3B11FNUZ": 8,
    "f8E3M4": 8,
    "f8E8M0FNU": 8,
    "f6E2M3FN": 6,
    "f6E3M2FN": 6,
    "f4E2M1FN": 4,
}
"""Float types and their bits."""

SCALARS: dict[str, ScalarType] = {
    **{name: ScalarType(name) for name in (*FLOATS, "none")},
    **{name: ScalarType(name) for name in (f"{s}i{w}" for s in ("", "s", "u") for w in (1, 2, 4, 8, 16, 32, 64))},
    **{type.name: type for type in (I1, I32, I64, F64, INDEX)},
}
OPAQUE = frozenset({"memref", "vector", "complex", "tuple"})
"""Builtin types that are kept as text."""

_INTEGER = re.compile(r"[su]?i([1-9][0-9]*)")
_SIMPLE = re.compile(r"tensor<(?:(?:[0-9]{1,12}|\?)x){0,16}+(?:bf16|f16|f32|f64|index|i1|i4|i8|i16|i32|i64)>").match
"""The tensor types that programs are full of: looked up by their text."""
_SIZES = re.compile(r"[ \t\r\n]*+(?:([0-9]++)|(\?)|(\*))[ \t\r\n]*+x").match
_LEADING_DIGIT = re.compile(r"[ \t\r\n]*+[0-9?*]").match


def width_of(type: Type) -> int | None:
    """Bits of an integer or float type (index: 64); None for others."""
    name = type.name if isinstance(type, ScalarType) else ""
    if name == "index":
        return 64
    if found := _INTEGER.fullmatch(name):
        return int(found[1])
    return FLOATS.get(name)


def shown(type: Type) -> str:
    """A type as errors name it: not longer than a line."""
    text = str(type)
    return text if len(text) <= 200 else text[:197] + "…"


@frozen
class Alias(Generic[T]):
    """What a name stands for, with its measures: aliases of aliases grow fast."""

    value: T
    nodes: int
    """Types and attributes in it."""
    depth: int
    """How deep they are nested."""


class TypeReader(ABC):
    """Reads types at the current token of `lex`."""

    def __init__(self, lex: Lexer) -> None:
        self.lex = lex
        self.depth: int = 0
        self.nodes: int = 0
        """Types and attributes read so far, those that aliases stand for counted at each use."""
        self.deepest: int = 0
        """The largest `depth` since an alias began."""
        self.type_aliases: dict[str, Alias[Type]] = {}
        self._types: dict[str, Type] = {}

    @abstractmethod
    def attribute(self) -> Attribute:
        """The attribute at the current token."""

    def enter(self, cost: int = 1) -> None:
        """Counts one level; the caller takes it off `depth` again. Raises ParseError at MAX_NESTING."""
        if self.depth + cost > MAX_NESTING:
            raise self.lex.error(f"this is nested deeper than {MAX_NESTING}")
        self.depth += cost
        self.deepest = max(self.deepest, self.depth)

    def type(self) -> Type:
        """The type at the current token."""
        lex = self.lex
        self.nodes += 1
        if lex.kind == "name":
            scalar = SCALARS.get(lex.text)
            if scalar is not None:
                lex.advance()
                return scalar
            if lex.text == "tensor":
                return self._tensor()
            return self._named()
        if lex.text == "(":
            return self.function_type()
        if lex.kind == "type":
            return self._dialect_type()
        raise lex.error(f"expected a type, found {lex.found()}")

    def at_type(self) -> bool:
        """True if the current token begins a type."""
        lex = self.lex
        if lex.kind == "name":
            text = lex.text
            return text in SCALARS or text == "tensor" or text in OPAQUE or _INTEGER.fullmatch(text) is not None
        return lex.kind == "type" or lex.text == "("

    def function_type(self) -> FunctionType:
        """`(inputs) -> results`."""
        inputs = self.types_in_parentheses()
        self.lex.expect("->", "in a function type")
        return FunctionType(inputs, self.result_types())

    def result_types(self) -> tuple[Type, ...]:
        """One type, or a list in parentheses."""
        return self.types_in_parentheses() if self.lex.text == "(" else (self.type(),)

    def types_in_parentheses(self) -> tuple[Type, ...]:
        """`(type, …)`, also `()`."""
        lex = self.lex
        lex.expect("(", "before types")
        if lex.accept(")"):
            return ()
        self.enter(TYPE_COST)
        types = [self.type()]
        while lex.accept(","):
            types.append(self.type())
        self.depth -= TYPE_COST
        lex.expect(")", "after types")
        return tuple(types)

    def type_list(self) -> tuple[Type, ...]:
        """`type, …`, one or more."""
        types = [self.type()]
        while self.lex.accept(","):
            types.append(self.type())
        return tuple(types)

    def dimension_list(self) -> tuple[int | None, ...]:
        """Sizes up to and with their last `x`, read from after the current token `<`, which is gone past: `2x?x`.
        The next token is the one after them."""
        lex = self.lex
        lex.require("<")
        shape: list[int | None] = []
        position = lex.pos
        while found := _SIZES(lex.source, position):
            if found[3]:
                break
            if len(shape) == MAX_RANK:
                raise lex.error(f"a rank over {MAX_RANK} is not supported", position)
            if found[1]:
                if len(found[1]) > 15 or int(found[1]) >= MAX_SIZE:
                    raise lex.error("this size is not below 2**48", found.start(1))
                shape.append(int(found[1]))
            else:
                shape.append(None)
            position = found.end()
        lex.goto(position)
        return tuple(shape)

    def define_type(self) -> None:
        """`!name = type`."""
        start = self.lex.start
        name = self.alias_name("type", self.type_aliases)
        self.type_aliases[name] = self.aliased(self.type, start)

    def alias_name(self, kind: Literal["type", "attr"], taken: Container[str]) -> str:
        """`name =`, the head of an alias. Raises ParseError for a name of a dialect and one that is taken."""
        lex = self.lex
        start, name = lex.start, lex.take(kind, "an alias")
        if "." in name:
            what = "types" if kind == "type" else "attributes"
            raise lex.error(f"the alias {name} has a '.': such names are {what} of dialects", start)
        if name in taken:
            raise lex.error(f"the alias {name} is defined twice", start)
        lex.expect("=", "after the name of an alias")
        return name

    def aliased(self, read: Callable[[], T], start: int) -> Alias[T]:
        """What `read` reads for the alias that begins at `start`. Raises ParseError if it stands for too much."""
        before, self.deepest = self.nodes, 0
        value = read()
        nodes = self.nodes - before
        if nodes > MAX_ALIAS_NODES:
            raise self.lex.error(f"this alias stands for more than {MAX_ALIAS_NODES} types and attributes", start)
        return Alias(value, nodes, self.deepest)

    def expand(self, alias: Alias[T], start: int) -> T:
        """What the alias used at `start` stands for. Raises ParseError if it is nested too deep there."""
        self.nodes += alias.nodes
        if self.depth + alias.depth > MAX_NESTING:
            raise self.lex.error(f"with what this alias stands for, this is nested deeper than {MAX_NESTING}", start)
        self.deepest = max(self.deepest, self.depth + alias.depth)
        return alias.value

    def _tensor(self) -> Type:
        lex = self.lex
        start = lex.start
        simple = _SIMPLE(lex.source, start)
        if simple is not None:
            known = self._types.get(simple[0])
            if known is not None:
                lex.goto(simple.end())
                return known
        lex.advance()
        lex.require("<", "after 'tensor'")
        shape = self.dimension_list()
        if lex.text == "*":
            lex.goto(start)
            return self._opaque()
        if _LEADING_DIGIT(lex.source, lex.start):
            raise lex.error(f"expected 'x' after a size, in a tensor type, found {lex.found()}")
        at = lex.start
        self.enter(TYPE_COST)
        element = self.type()
        if isinstance(element, (RankedTensor, FunctionType)):
            raise lex.error(f"a tensor's element can't be a {shown(element)}", at)
        encoding = self.attribute() if lex.accept(",") else None
        self.depth -= TYPE_COST
        lex.expect(">", "after a tensor type")
        type = RankedTensor(shape, element, encoding)
        if simple is not None:
            self._types[simple[0]] = type
        return type

    def _named(self) -> Type:
        lex = self.lex
        text = lex.text
        if text in OPAQUE:
            return self._opaque()
        found = _INTEGER.fullmatch(text)
        if found is None:
            close = did_you_mean(text, (*SCALARS, *OPAQUE, "tensor"))
            raise lex.error(f"expected a type, found {lex.found()}{close}")
        if len(found[1]) > MAX_DIGITS or int(found[1]) > MAX_INT_WIDTH:
            raise lex.error(f"integers of more than {MAX_INT_WIDTH} bits are not supported")
        lex.advance()
        return ScalarType(text)

    def _opaque(self) -> Type:
        lex = self.lex
        start, name = lex.start, lex.text
        lex.advance()
        body = lex.balanced("<")
        if not body.strip():
            raise lex.error(f"expected something between the brackets of {name}<>", start)
        return OpaqueType(f"{name}<{body}>")

    def _dialect_type(self) -> Type:
        lex = self.lex
        start, name = lex.start, lex.text
        lex.advance()
        alias = self.type_aliases.get(name)
        if alias is not None:
            return self.expand(alias, start)
        if lex.text == "<":
            return OpaqueType(f"{name}<{lex.balanced('<')}>")
        if "." not in name:
            close = did_you_mean(name, self.type_aliases)
            raise lex.error(f"the type alias {name} is not defined before this use{close}", start)
        return OpaqueType(name)
