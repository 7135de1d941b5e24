"""cf: branches between the blocks of a function."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import values_and_types
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import I1, SSAValue


def _br(p: OpParser, op: str) -> Parsed:
    """`cf.br ^a(%x : type) {…}`."""
    target = _target(p)
    return Parsed(attributes=p.optional_attr_dict(), successors=(target,))


def _cond_br(p: OpParser, op: str) -> Parsed:
    """`cf.cond_br %c weights([…]), ^a(%x : type), ^b {…}`."""
    lex = p.lex
    condition = p.resolve(p.use(), I1)
    if lex.accept("weights"):
        lex.expect("(")
        p.attribute()
        lex.expect(")")
    lex.expect(",", "before the first block")
    first = _target(p)
    lex.expect(",", "before the second block")
    second = _target(p)
    return Parsed((condition,), attributes=p.optional_attr_dict(), successors=(first, second))


def _target(p: OpParser) -> tuple[str, tuple[SSAValue, ...]]:
    """`^a(%x, %y : type, type)`."""
    label = p.lex.take("block", "a block's label")
    if not p.lex.accept("("):
        return label, ()
    values = values_and_types(p)
    p.lex.expect(")", "after what a block gets")
    return label, values


ASSEMBLY: Mapping[str, Assembly] = {"cf.br": _br, "cf.cond_br": _cond_br}
