"""The formats that arith and math ops share; one function makes the reader of each family."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.flags import Flag, read_flags
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.reader.types import shown
from tensorir.mlir.syntax import I1, Attribute, RankedTensor, ScalarType, Type

_NONE: dict[str, Attribute] = {}
_NO_FLAGS: dict[str, Flag] = {}


def comma_uses(p: OpParser, count: int) -> list[Use]:
    """`count` operands with commas between."""
    uses = [p.use()]
    for _ in range(count - 1):
        p.lex.expect(",", "and another operand")
        uses.append(p.use())
    return uses


def i1_like(p: OpParser, type: Type, start: int) -> Type:
    """i1 in the shape of `type`: what comparisons give. Raises ParseError unless it is a scalar or a ranked tensor."""
    match type:
        case RankedTensor(shape, _, encoding):
            return RankedTensor(shape, I1, encoding)
        case ScalarType():
            return I1
        case _:
            raise p.lex.error(f"expected a scalar or a ranked tensor, found {shown(type)}", start)


def same_type(
    count: int, defaults: Mapping[str, Attribute] = _NONE, flags: Mapping[str, Flag] = _NO_FLAGS, results: int = 1
) -> Assembly:
    """`op %a, %b flags {attrs} : type`: operands and results are all of that type."""

    def read(p: OpParser, name: str) -> Parsed:
        uses = comma_uses(p, count)
        attributes = read_flags(p, flags, defaults)
        p.lex.expect(":", "and the type")
        type = p.type()
        return Parsed(tuple([p.resolve(use, type) for use in uses]), (type,) * results, attributes)

    return read


def predicate(defaults: Mapping[str, Attribute], flags: Mapping[str, Flag]) -> Assembly:
    """`op %a flags {attrs} : type`, which gives i1 in that shape."""

    def read(p: OpParser, name: str) -> Parsed:
        use = p.use()
        attributes = read_flags(p, flags, defaults)
        p.lex.expect(":", "and the type")
        start = p.lex.start
        type = p.type()
        return Parsed((p.resolve(use, type),), (i1_like(p, type, start),), attributes)

    return read


def cast(defaults: Mapping[str, Attribute] = _NONE, flags: Mapping[str, Flag] = _NO_FLAGS) -> Assembly:
    """`op %a flags {attrs} : type to type`."""

    def read(p: OpParser, name: str) -> Parsed:
        use = p.use()
        attributes = read_flags(p, flags, defaults)
        p.lex.expect(":", "and the types")
        type = p.type()
        p.lex.expect("to", "and the type of the result")
        return Parsed((p.resolve(use, type),), (p.type(),), attributes)

    return read
