"""ml_program: the globals of torch-mlir."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.signature import global_head
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import Attribute, TypeAttr


def _global(p: OpParser, op: str) -> Parsed:
    """`ml_program.global private mutable @g(value) : type {…}`; the value may be missing."""
    lex = p.lex
    attributes = global_head(p)
    if lex.accept("("):
        attributes["value"] = p.attribute()
        lex.expect(")", "after the value")
    lex.expect(":", "and the global's type")
    attributes["type"] = TypeAttr(p.type())
    return Parsed(attributes={**attributes, **p.optional_attr_dict()})


def _load(p: OpParser, op: str) -> Parsed:
    """`ml_program.global_load @g : type {…}`."""
    symbol = p.symbol_ref()
    p.lex.expect(":", "and the global's type")
    type = p.type()
    return Parsed(results=(type,), attributes={"global": symbol, **p.optional_attr_dict()})


def _store(p: OpParser, op: str) -> Parsed:
    """`ml_program.global_store @g = %x : type {…}`."""
    attributes: dict[str, Attribute] = {"global": p.symbol_ref()}
    p.lex.expect("=", "and the value")
    use = p.use()
    p.lex.expect(":", "and the type")
    operand = p.resolve(use, p.type())
    return Parsed((operand,), attributes={**attributes, **p.optional_attr_dict()})


ASSEMBLY: Mapping[str, Assembly] = {
    "ml_program.global": _global,
    "ml_program.global_load": _load,
    "ml_program.global_load_const": _load,
    "ml_program.global_store": _store,
}
