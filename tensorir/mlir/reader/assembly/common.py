"""What many formats share: lists of values and types, flags between operands and types, attributes in normal form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tensorir.mlir.reader.parser import OpParser, Parsed, Use
from tensorir.mlir.syntax import (
    DYNAMIC,
    I32,
    I64,
    INDEX,
    ArrayAttr,
    Attribute,
    DenseArrayAttr,
    DenseAttr,
    DialectAttr,
    FloatAttr,
    IntAttr,
    ResourceAttr,
    SSAValue,
    StringAttr,
    Type,
)
from tensorir.text.lexer import did_you_mean

_MAX_I64 = 1 << 63


def segments(*counts: int) -> DenseArrayAttr:
    """`operandSegmentSizes`: how many operands each group has."""
    return DenseArrayAttr(I32, counts)


def i64s(values: Iterable[int]) -> DenseArrayAttr:
    """`array<i64: …>`."""
    return DenseArrayAttr(I64, tuple(values))


def number(value: int) -> IntAttr:
    """`value : i64`."""
    return IntAttr(value, I64)


def index_number(value: int) -> IntAttr:
    """`value : index`."""
    return IntAttr(value, INDEX)


def read_integer(p: OpParser, what: str = "an integer") -> int:
    """A literal integer of 64 bits, with or without a minus. Raises ParseError."""
    lex = p.lex
    start = lex.start
    negative = lex.accept("-")
    text = lex.take("int", what)
    value = int(text) if len(text) < 20 else _MAX_I64
    if value >= _MAX_I64:
        raise lex.error("an integer here has to fit i64", start)
    return -value if negative else value


def integers(p: OpParser, what: str = "an integer") -> tuple[int, ...]:
    """`[1, 2]`."""
    lex = p.lex
    lex.expect("[")
    values: list[int] = []
    if not lex.at("]"):
        values.append(read_integer(p, what))
        while lex.accept(","):
            values.append(read_integer(p, what))
    lex.expect("]")
    return tuple(values)


def mixed(p: OpParser, what: str = "an integer or a value") -> tuple[tuple[int, ...], list[Use]]:
    """`[1, %i]`: the static list, with DYNAMIC where a value stands, and the values."""
    lex = p.lex
    lex.expect("[")
    static: list[int] = []
    uses: list[Use] = []
    if not lex.at("]"):
        while True:
            if lex.kind == "value":
                uses.append(p.use())
                static.append(DYNAMIC)
            else:
                static.append(read_integer(p, what))
            if not lex.accept(","):
                break
    lex.expect("]")
    return tuple(static), uses


def resolve_all(p: OpParser, uses: Iterable[Use], type: Type) -> tuple[SSAValue, ...]:
    """The values of `uses`, all of one type."""
    return tuple([p.resolve(use, type) for use in uses])


def indices(p: OpParser, uses: Iterable[Use]) -> tuple[SSAValue, ...]:
    """The values of `uses`, all of type index."""
    return tuple([p.resolve(use, INDEX) for use in uses])


def braced(p: OpParser) -> tuple[SSAValue, ...]:
    """`{%d0, %d1}`, the dynamic sizes after a type; nothing if no brace follows."""
    if not p.lex.accept("{"):
        return ()
    uses = p.uses("}")
    return indices(p, uses)


def resolve_each(p: OpParser, uses: Sequence[Use], types: Sequence[Type], start: int) -> tuple[SSAValue, ...]:
    """The values of `uses`, one type each. Raises ParseError at `start` if the counts differ."""
    if len(uses) != len(types):
        raise p.lex.error(f"{len(uses)} operands, but {len(types)} types", start)
    return tuple([p.resolve(use, type) for use, type in zip(uses, types, strict=True)])


def values_and_types(p: OpParser) -> tuple[SSAValue, ...]:
    """`%a, %b : type, type`, or nothing."""
    uses = p.uses()
    if not uses:
        return ()
    p.lex.expect(":", "and the operands' types")
    start = p.lex.start
    return resolve_each(p, uses, p.type_list(), start)


def terminator(p: OpParser, op: str) -> Parsed:
    """`op {…} %a, %b : type, type`, without results."""
    attributes = p.optional_attr_dict()
    return Parsed(values_and_types(p), attributes=attributes)


def group(p: OpParser, keyword: str) -> tuple[SSAValue, ...]:
    """`ins(%a, %b : type, type)`."""
    lex = p.lex
    lex.expect(keyword)
    lex.expect("(")
    values = values_and_types(p)
    lex.expect(")")
    return values


def enum_word(p: OpParser, what: str, known: Iterable[str]) -> str:
    """A keyword out of `known`. Raises ParseError, naming near ones."""
    lex = p.lex
    start = lex.start
    word = lex.take("name", what)
    known = list(known)
    if word not in known:
        raise lex.error(f"unknown {what} '{word[:40]}'{did_you_mean(word, known)}", start)
    return word


def enum_words(p: OpParser, what: str, known: Iterable[str]) -> str:
    """`<a, b>` of words out of `known`: `a,b`."""
    known = list(known)
    p.lex.expect("<")
    words = [enum_word(p, what, known)]
    while p.lex.accept(","):
        words.append(enum_word(p, what, known))
    p.lex.expect(">")
    return ",".join(words)


def enum_attr(name: str, word: str) -> DialectAttr:
    """`#name<word>`."""
    return DialectAttr(name=name, text=word)


def strings_as_enums(attribute: Attribute, name: str) -> Attribute:
    """An array of strings as an array of enums: how `iterator_types` are written and what they are."""
    if not isinstance(attribute, ArrayAttr):
        return attribute
    return ArrayAttr(
        tuple(enum_attr(name, item.value) if isinstance(item, StringAttr) else item for item in attribute.items)
    )


def typed_value(p: OpParser) -> tuple[Attribute, Type]:
    """An attribute and its type: `3 : i32`, `dense<…> : type`, `#flow.parameter.named<…> : type`. Raises ParseError
    where it has none."""
    start = p.lex.start
    p.typed_as = None
    value = p.attribute()
    type = value.type if isinstance(value, IntAttr | FloatAttr | DenseAttr | ResourceAttr) else p.typed_as
    if type is None:
        raise p.lex.error("expected a value with its type", start)
    return value, type
