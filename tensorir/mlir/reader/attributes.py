"""Attributes of MLIR as data. Those of dialects are kept as text, but for the encodings of IREE."""

from __future__ import annotations

from collections.abc import Callable

from tensorir.mlir.reader.affine import read_affine_map
from tensorir.mlir.reader.dense import read_dense, read_dense_array, read_resource
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import TYPE_COST
from tensorir.mlir.reader.literals import LiteralReader
from tensorir.mlir.reader.locations import LocationReader
from tensorir.mlir.reader.types import Alias
from tensorir.mlir.syntax import (
    DYNAMIC,
    I64,
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    DialectAttr,
    DictAttr,
    IntAttr,
    StringAttr,
    SymbolRef,
    Type,
    TypeAttr,
    UnitAttr,
)
from tensorir.text.lexer import did_you_mean

WITH_PARAMETERS = frozenset(
    {"iree_encoding.encoding", "iree_encoding.layout", "iree_encoding.matmul_k", "iree_encoding.padding"}
)
"""Dialect attributes whose `key = value` between the brackets are read."""

_UNIT = UnitAttr()


class AttributeReader(LiteralReader):
    """Reads attributes at the current token of `lex`."""

    def __init__(self, lex: Lexer) -> None:
        super().__init__(lex)
        self.locations = LocationReader(lex)
        self.attribute_aliases: dict[str, Alias[Attribute]] = {}
        self._dialect: dict[tuple[str, str], DialectAttr] = {}
        self.typed_as: Type | None = None
        """The type after the last dialect attribute that had one (`#dialect.name<…> : type`)."""
        self._alias_types: dict[str, Type] = {}
        """Of the aliases of such attributes."""

    def attribute(self) -> Attribute:
        """The attribute at the current token."""
        lex = self.lex
        self.nodes += 1
        match lex.kind:
            case "attr":
                return self._dialect_attribute()
            case "int" | "hex" | "float":
                return self.number()
            case "string":
                value = lex.string()
                if lex.accept(":"):
                    self.type()
                return StringAttr(value)
            case "symbol":
                return self.symbol_ref()
            case "name":
                reader = _NAMED.get(lex.text)
                if reader is not None:
                    return reader(self)
                if self.at_type():
                    return TypeAttr(self.type())
                raise lex.error(f"expected an attribute, found {lex.found()}{did_you_mean(lex.text, _NAMED)}")
            case "type":
                return TypeAttr(self.type())
            case _:
                pass
        match lex.text:
            case "-":
                return self.number()
            case "[":
                return self.array()
            case "{":
                return DictAttr(self.dictionary())
            case "(":
                return TypeAttr(self.type())
            case _:
                raise lex.error(f"expected an attribute, found {lex.found()}")

    def array(self) -> ArrayAttr:
        """`[attribute, …]`."""
        lex = self.lex
        lex.expect("[")
        if lex.accept("]"):
            return ArrayAttr(())
        self.enter()
        items = [self.attribute()]
        while lex.accept(","):
            items.append(self.attribute())
        self.depth -= 1
        lex.expect("]", "after the items of an array")
        return ArrayAttr(tuple(items))

    def dictionary(self) -> dict[str, Attribute]:
        """`{key = attribute, unit, …}`."""
        lex = self.lex
        lex.expect("{")
        entries: dict[str, Attribute] = {}
        if lex.accept("}"):
            return entries
        self.enter()
        while True:
            start = lex.start
            key = lex.string() if lex.kind == "string" else lex.take("name", "the name of an attribute")
            if key in entries:
                raise lex.error(f"the attribute {key!r} is given twice", start)
            entries[key] = self.attribute() if lex.accept("=") else _UNIT
            if not lex.accept(","):
                break
        self.depth -= 1
        lex.expect("}", "after attributes")
        return entries

    def optional_attr_dict(self) -> dict[str, Attribute]:
        """`{…}` if there is one."""
        return self.dictionary() if self.lex.text == "{" else {}

    def affine_map(self) -> AffineMapAttr:
        """`affine_map<…>`, or an alias of one."""
        lex = self.lex
        start = lex.start
        found = lex.found()
        attribute = self.attribute() if lex.text == "affine_map" or lex.kind == "attr" else None
        if not isinstance(attribute, AffineMapAttr):
            raise lex.error(f"expected an affine map, found {found}", start)
        return attribute

    def symbol_ref(self) -> SymbolRef:
        """`@a::@b`."""
        path = [self.symbol()]
        while self.lex.accept("::"):
            path.append(self.symbol())
        return SymbolRef(tuple(path))

    def symbol(self) -> str:
        """`@a` or `@"a"`, without the @."""
        lex = self.lex
        start = lex.start
        text = lex.take("symbol", "a symbol (@name)")[1:]
        return lex.unescape(text, start) if text.startswith('"') else text

    def define_attribute(self) -> None:
        """`#name = attribute`."""
        start = self.lex.start
        name = self.alias_name("attr", self.attribute_aliases)
        self.typed_as = None
        alias = self.aliased(self.attribute, start)
        if self.typed_as is not None:
            self._alias_types[name] = self.typed_as
        self.locations.defined.add(name)
        self.attribute_aliases[name] = alias

    def _dialect_attribute(self) -> Attribute:
        lex = self.lex
        start, name = lex.start, lex.text
        lex.advance()
        alias = self.attribute_aliases.get(name)
        if alias is not None:
            self.typed_as = self._alias_types.get(name)
            return self.expand(alias, start)
        if lex.text != "<":
            if "." not in name:
                close = did_you_mean(name, self.attribute_aliases)
                raise lex.error(f"the alias {name} is not defined before this use{close}", start)
            if name == "#ml_program.extern" and lex.accept(":"):
                self.typed_as = self.type()
            return DialectAttr(name[1:])
        if name[1:] in WITH_PARAMETERS:
            return DialectAttr(name[1:], params=self._parameters())
        body = lex.balanced("<")
        if lex.accept(":"):
            self.typed_as = self.type()
        key = (name, body)
        if key not in self._dialect:
            self._dialect[key] = DialectAttr(name[1:], body)
        return self._dialect[key]

    def _parameters(self) -> dict[str, Attribute]:
        """`<key = value, …>`. A value that is a bare word is a string; `?` is DYNAMIC; one without a key has the
        name ""."""
        lex = self.lex
        lex.expect("<")
        parameters: dict[str, Attribute] = {}
        self.enter(TYPE_COST)
        while lex.text != ">":
            if parameters:
                lex.expect(",", "between parameters")
            start = lex.start
            key = ""
            if lex.kind == "name" and lex.peek() == ("punct", "="):
                key = lex.text
                lex.advance()
                lex.advance()
            if key in parameters:
                raise lex.error(f"the parameter {key!r} is given twice", start)
            parameters[key] = self._parameter()
        self.depth -= TYPE_COST
        lex.advance()
        return parameters

    def _parameter(self) -> Attribute:
        lex = self.lex
        self.nodes += 1
        if lex.text == "?":
            lex.advance()
            return IntAttr(DYNAMIC, I64)
        if lex.accept("["):
            items: list[Attribute] = []
            self.enter()
            while lex.text != "]":
                if items:
                    lex.expect(",", "between the items of an array")
                items.append(self._parameter())
            self.depth -= 1
            lex.advance()
            return ArrayAttr(tuple(items))
        if lex.kind == "name" and lex.text not in _NAMED and not self.at_type():
            return StringAttr(lex.take("name", "a word"))
        return self.attribute()


def _unit(reader: AttributeReader) -> Attribute:
    reader.lex.advance()
    return _UNIT


def _opaque(reader: AttributeReader) -> Attribute:
    """`strided<…>`, `affine_set<…>`, `distinct[0]<…>`, `opaque<…>`: kept as text."""
    lex = reader.lex
    name = lex.text
    lex.advance()
    number = f"[{lex.balanced('[')}]" if name == "distinct" else ""
    body = lex.balanced("<")
    if lex.accept(":"):
        reader.type()
    return DialectAttr(f"builtin.{name}", f"{number}<{body}>" if number else body)


def _location(reader: AttributeReader) -> Attribute:
    reader.locations.skip()
    return DialectAttr("builtin.loc")


def _sparse(reader: AttributeReader) -> Attribute:
    raise reader.lex.error("sparse<…> is not supported: write the elements as dense<…>")


_NAMED: dict[str, Callable[[AttributeReader], Attribute]] = {
    "true": AttributeReader.truth,
    "false": AttributeReader.truth,
    "unit": _unit,
    "affine_map": lambda reader: read_affine_map(reader.lex),
    "array": read_dense_array,
    "dense": read_dense,
    "dense_resource": read_resource,
    "sparse": _sparse,
    "affine_set": _opaque,
    "strided": _opaque,
    "opaque": _opaque,
    "distinct": _opaque,
    "loc": _location,
}
