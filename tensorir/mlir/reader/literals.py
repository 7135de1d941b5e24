"""Numbers as attributes: integers and floats, in decimal and hex, with their types."""

from __future__ import annotations

from tensorir.mlir.reader.limits import MAX_DIGITS
from tensorir.mlir.reader.numbers import float_of_bits, round_float, wrap
from tensorir.mlir.reader.types import FLOATS, TypeReader, shown, width_of
from tensorir.mlir.syntax import F64, I1, I64, FloatAttr, IntAttr, ScalarType, Type

_FALSE, _TRUE = IntAttr(0, I1), IntAttr(1, I1)


class LiteralReader(TypeReader):
    """Reads numbers at the current token of `lex`."""

    def truth(self) -> IntAttr:
        """`true` or `false`."""
        value = _TRUE if self.lex.text == "true" else _FALSE
        self.lex.advance()
        return value

    def number(self) -> IntAttr | FloatAttr:
        """An integer or float, negative or not, with its type after a `:` if there is one."""
        return self.literal(None)

    def literal(self, given: ScalarType | None) -> IntAttr | FloatAttr:
        """A number of the `given` type; None: the type stands after a `:` if there is one. i1 may be a word."""
        lex = self.lex
        if given is not None and given.name == "i1" and lex.text in ("true", "false"):
            return self.truth()
        start = lex.start
        negative = lex.accept("-")
        kind, text = lex.kind, lex.text
        if kind not in ("int", "hex", "float"):
            raise lex.error(f"expected a number, found {lex.found()}")
        if kind != "float" and len(text) > MAX_DIGITS:
            raise lex.error(f"an integer of more than {MAX_DIGITS} digits is not supported", start)
        lex.advance()
        type: Type = given or (F64 if kind == "float" else I64)
        at = start
        if given is None and lex.accept(":"):
            at = lex.start
            type = self.type()
        return self._number(kind, text, negative, type, start, at)

    def _number(self, kind: str, text: str, negative: bool, type: Type, start: int, at: int) -> IntAttr | FloatAttr:
        lex = self.lex
        if isinstance(type, ScalarType) and type.name in FLOATS:
            if kind == "float":
                return FloatAttr(round_float(float(("-" if negative else "") + text), type.name), type)
            if kind == "int":
                raise lex.error(f"an integer where a {type} is meant: write {text}.0, or its bits in hex", start)
            if negative or int(text, 16) >> FLOATS[type.name]:
                raise lex.error(f"{'-' * negative}{text} is not the bits of a {type}", start)
            value = float_of_bits(int(text, 16), type.name)
            if value is None:
                raise lex.error(f"the bits of a {type} are not supported", start)
            return FloatAttr(value, type)
        width = width_of(type)
        if width is None:
            raise lex.error(f"a number can't be a {shown(type)}", at)
        if kind == "float":
            raise lex.error(f"a float where a {type} is meant", start)
        value = int(text, 16 if kind == "hex" else 10)
        wrapped = wrap(-value if negative else value, str(type), width)
        if wrapped is None:
            raise lex.error(f"{'-' * negative}{text} does not fit {type}", start)
        return IntAttr(wrapped, type)
