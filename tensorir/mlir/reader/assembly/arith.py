"""arith: constants, scalar functions on scalars and tensors, comparisons, casts."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import enum_word, number
from tensorir.mlir.reader.assembly.elementwise import cast, comma_uses, i1_like, same_type
from tensorir.mlir.reader.assembly.flags import (
    EXACT,
    FASTMATH,
    NO_FASTMATH,
    NO_OVERFLOW,
    NON_NEGATIVE,
    OVERFLOW,
    ROUNDING,
    Flag,
    read_flags,
)
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import I1, Attribute, DenseAttr, FloatAttr, IntAttr, ResourceAttr, Type
from tensorir.text.lexer import did_you_mean

_CMPF = (
    *("false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord"),
    *("ueq", "ugt", "uge", "ult", "ule", "une", "uno", "true"),
)
_CMPI = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")


def literal(p: OpParser, name: str) -> Parsed:
    """`op {…} value`, where the value says the type."""
    attributes = p.optional_attr_dict()
    start = p.lex.start
    value = p.attribute()
    if not isinstance(value, IntAttr | FloatAttr | DenseAttr | ResourceAttr):
        raise p.lex.error("expected a number, dense<…> or dense_resource<…>, with its type", start)
    return Parsed(results=(value.type,), attributes={**attributes, "value": value})


def _cmpi(p: OpParser, name: str) -> Parsed:
    return _compare(p, _CMPI, flags={}, defaults={})


def _cmpf(p: OpParser, name: str) -> Parsed:
    return _compare(p, _CMPF, FASTMATH, NO_FASTMATH)


def _compare(
    p: OpParser, known: tuple[str, ...], flags: Mapping[str, Flag], defaults: Mapping[str, Attribute]
) -> Parsed:
    """`op predicate, %a, %b flags {attrs} : type`; the predicate may be a string."""
    start = p.lex.start
    word = p.lex.string("predicate") if p.lex.kind == "string" else enum_word(p, "predicate", known)
    if word not in known:
        raise p.lex.error(f"unknown predicate '{word[:40]}'{did_you_mean(word, known)}", start)
    p.lex.expect(",", "after the predicate")
    uses = comma_uses(p, 2)
    attributes = read_flags(p, flags, defaults)
    attributes["predicate"] = number(known.index(word))
    p.lex.expect(":", "and the type")
    start = p.lex.start
    type = p.type()
    result = i1_like(p, type, start)
    return Parsed(tuple([p.resolve(use, type) for use in uses]), (result,), attributes)


def _select(p: OpParser, name: str) -> Parsed:
    """`arith.select %c, %a, %b : type`, or `: type of %c, type` if the condition is not an i1."""
    uses = comma_uses(p, 3)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    condition: Type = I1
    type = p.type()
    if p.lex.accept(","):
        condition, type = type, p.type()
    operands = (p.resolve(uses[0], condition), p.resolve(uses[1], type), p.resolve(uses[2], type))
    return Parsed(operands, (type,), attributes)


def _with_overflow(p: OpParser, name: str) -> Parsed:
    """`arith.addui_extended %a, %b : type, type of the overflow`; arith.subui_extended alike."""
    uses = comma_uses(p, 2)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    type = p.type()
    p.lex.expect(",", "and the type of the overflow")
    return Parsed(tuple([p.resolve(use, type) for use in uses]), (type, p.type()), attributes)


_FLOAT = same_type(2, NO_FASTMATH, FASTMATH)
_INTEGER = same_type(2)
_WRAPPING = same_type(2, NO_OVERFLOW, OVERFLOW)
_EXACT = same_type(2, flags=EXACT)
_CAST = cast()

_FLOAT_NAMES = (
    *("arith.addf", "arith.subf", "arith.mulf", "arith.divf", "arith.remf", "arith.maximumf", "arith.minimumf"),
    *("arith.maxnumf", "arith.minnumf", "arith.maximumnumf", "arith.minimumnumf"),
)

DEFAULTS: Mapping[str, Mapping[str, Attribute]] = {
    **dict.fromkeys((*_FLOAT_NAMES, "arith.negf", "arith.cmpf", "arith.flush_denormals"), NO_FASTMATH),
    **dict.fromkeys(("arith.addi", "arith.subi", "arith.muli", "arith.shli", "arith.trunci"), NO_OVERFLOW),
}
"""The attributes that an op has where its text says nothing of them."""

ASSEMBLY: Mapping[str, Assembly] = {
    "arith.constant": literal,
    "arith.cmpi": _cmpi,
    "arith.cmpf": _cmpf,
    "arith.select": _select,
    **dict.fromkeys(("arith.addui_extended", "arith.subui_extended"), _with_overflow),
    **dict.fromkeys(("arith.mulsi_extended", "arith.mului_extended"), same_type(2, results=2)),
    **dict.fromkeys(_FLOAT_NAMES, _FLOAT),
    **dict.fromkeys(("arith.negf", "arith.flush_denormals"), same_type(1, NO_FASTMATH, FASTMATH)),
    **dict.fromkeys(("arith.addi", "arith.subi", "arith.muli", "arith.shli"), _WRAPPING),
    **dict.fromkeys(("arith.divsi", "arith.divui", "arith.shrsi", "arith.shrui"), _EXACT),
    **dict.fromkeys(("arith.ceildivsi", "arith.ceildivui", "arith.floordivsi", "arith.remsi", "arith.remui"), _INTEGER),
    **dict.fromkeys(("arith.andi", "arith.ori", "arith.xori"), _INTEGER),
    **dict.fromkeys(("arith.maxsi", "arith.maxui", "arith.minsi", "arith.minui"), _INTEGER),
    **dict.fromkeys(("arith.extsi", "arith.sitofp", "arith.fptosi", "arith.fptoui"), _CAST),
    **dict.fromkeys(("arith.index_cast", "arith.bitcast"), _CAST),
    **dict.fromkeys(("arith.extui", "arith.uitofp", "arith.index_castui"), cast(flags=NON_NEGATIVE)),
    "arith.extf": cast(flags=FASTMATH),
    **dict.fromkeys(("arith.truncf", "arith.convertf"), cast(flags={**ROUNDING, **FASTMATH})),
    "arith.trunci": cast(NO_OVERFLOW, OVERFLOW),
}
