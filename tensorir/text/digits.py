"""Reads and prints layouts as digits.

    #digits<[(0, 8, ?), (1, 16, ?), (0, 1, 8), (1, 1, 16)], padding = [0.0, unspecified]>

A digit is (dim, stride, extent), with `?` as the extent of the open digit; strides and extents are sizes. For each dim
follows what its padding holds: `none`, `unspecified` or a number.
"""

from __future__ import annotations

from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, Digit, DigitLayout, Padding, filled
from tensorir.ir.diagnostic import InferError
from tensorir.text.lexer import Lexer
from tensorir.text.literals import integer, number, number_text
from tensorir.text.sizes import size, size_text


def digits_text(layout: DigitLayout) -> str:
    """Prints a layout as digits."""
    digits = ", ".join(
        f"({d.dim}, {size_text(d.stride)}, {'?' if d.extent is None else size_text(d.extent)})" for d in layout.digits
    )
    return f"#digits<[{digits}], padding = [{', '.join(map(_padding_text, layout.padding))}]>"


def _padding_text(padding: Padding) -> str:
    return number_text(padding.value) if padding.kind == "value" else padding.kind


def digits(lex: Lexer) -> DigitLayout:
    """Reads a layout as digits. Also raises ParseError where the digits of a dim do not follow each other."""
    start = lex.start
    lex.expect("#digits")
    lex.expect("<")
    lex.expect("[")
    found: list[Digit] = []
    while not lex.accept("]"):
        if found:
            lex.expect(",", "or ']'")
        found.append(_digit(lex))
    lex.expect(",")
    lex.expect("padding")
    lex.expect("=")
    lex.expect("[")
    padding: list[Padding] = []
    while not lex.accept("]"):
        if padding:
            lex.expect(",", "or ']'")
        padding.append(_padding(lex))
    lex.expect(">")
    try:
        return DigitLayout(len(padding), tuple(found), tuple(padding))
    except InferError as e:
        raise lex.error(str(e), start) from None


def _digit(lex: Lexer) -> Digit:
    lex.expect("(", "(a digit is (dim, stride, extent))")
    dim = integer(lex, "a dim")
    lex.expect(",")
    stride = size(lex)
    lex.expect(",")
    extent = None if lex.accept("?") else size(lex)
    lex.expect(")")
    return Digit(dim, stride, extent)


def _padding(lex: Lexer) -> Padding:
    if lex.accept("none"):
        return NO_PADDING
    return UNSPECIFIED if lex.accept("unspecified") else filled(number(lex))
