"""What stands between operands and type: `fastmath<fast>`, `overflow<nsw>`, `exact`, `nneg`, a rounding mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.mlir.reader.assembly.common import enum_attr, enum_words
from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.syntax import I32, Attribute, IntAttr, UnitAttr

_FASTMATH = ("none", "reassoc", "nnan", "ninf", "nsz", "arcp", "contract", "afn", "fast")
_ROUNDING = ("to_nearest_even", "downward", "upward", "toward_zero", "to_nearest_away")

NO_FASTMATH: Mapping[str, Attribute] = {"fastmath": enum_attr("arith.fastmath", "none")}
NO_OVERFLOW: Mapping[str, Attribute] = {"overflowFlags": enum_attr("arith.overflow", "none")}

Flag = Callable[["OpParser", str], tuple[str, Attribute]]
"""Reads what follows the keyword (second argument); gives the attribute's name and value."""


def _fastmath(p: OpParser, word: str) -> tuple[str, Attribute]:
    return "fastmath", enum_attr("arith.fastmath", enum_words(p, "fast-math flag", _FASTMATH))


def _overflow(p: OpParser, word: str) -> tuple[str, Attribute]:
    return "overflowFlags", enum_attr("arith.overflow", enum_words(p, "overflow flag", ("none", "nsw", "nuw")))


def _rounding(p: OpParser, word: str) -> tuple[str, Attribute]:
    return "roundingmode", IntAttr(_ROUNDING.index(word), I32)


FASTMATH: Mapping[str, Flag] = {"fastmath": _fastmath}
OVERFLOW: Mapping[str, Flag] = {"overflow": _overflow}
EXACT: Mapping[str, Flag] = {"exact": lambda p, word: ("isExact", UnitAttr())}
NON_NEGATIVE: Mapping[str, Flag] = {"nneg": lambda p, word: ("nonNeg", UnitAttr())}
ROUNDING: Mapping[str, Flag] = dict.fromkeys(_ROUNDING, _rounding)


def read_flags(p: OpParser, known: Mapping[str, Flag], defaults: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The flags and the attribute dictionary after them, over `defaults`. Raises ParseError at a flag that the op
    does not take."""
    lex = p.lex
    attributes = dict(defaults)
    while lex.kind == "name":
        flag = known.get(lex.text)
        if flag is None:
            takes = f" (there are {', '.join(list(known)[:6])})" if known else ""
            raise lex.error(f"unexpected '{lex.text[:40]}' after the operands{takes}")
        word = lex.text
        lex.advance()
        name, value = flag(p, word)
        attributes[name] = value
    if lex.text == "{":
        attributes |= p.optional_attr_dict()
    return attributes
