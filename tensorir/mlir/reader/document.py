"""Whole MLIR texts: a module or a list of ops, aliases, resources at the end."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly import ASSEMBLY, CURRENT
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.reader.resources import Resources, read_metadata
from tensorir.mlir.syntax import Attribute, Block, Document, Operation, StringAttr


def parse_document(text: str, file: str = "<string>", first_line: int = 1) -> Document:
    """The module of an MLIR text, or the ops of one without a module put into one. Raises ParseError."""
    lex = Lexer(text, file, first_line)
    parser = OpParser(lex, {**_MODULE, **ASSEMBLY}, CURRENT)
    ops: list[Operation] = []
    resources = Resources(text)
    while lex.kind != "end":
        if lex.text == "{-#":
            read_metadata(lex, resources)
        elif lex.kind == "attr" and lex.peek() == ("punct", "="):
            parser.define_attribute()
        elif lex.kind == "type" and lex.peek() == ("punct", "="):
            parser.define_type()
        else:
            ops.append(parser.operation())
    parser.locations.finish()
    if len(ops) == 1 and ops[0].name == "builtin.module":
        return Document(ops[0], file, resources)
    module = Operation("builtin.module", regions=((Block(ops=ops),),), loc=lex.location(0))
    return Document(module, file, resources)


def _module(parser: OpParser, name: str) -> Parsed:
    """`module @name attributes {…} { … }`."""
    lex = parser.lex
    attributes: dict[str, Attribute] = {}
    if lex.kind == "symbol":
        attributes["sym_name"] = StringAttr(parser.symbol())
    if lex.accept("attributes"):
        attributes |= parser.dictionary()
    return Parsed(attributes=attributes, regions=(parser.region() or (Block(),),), name="builtin.module")


_MODULE: Mapping[str, Assembly] = {"module": _module, "builtin.module": _module}
