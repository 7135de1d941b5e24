"""Reads and prints tensor types: `tensor<2x[S]xf32>`, `tensor<[ceildiv(S, 8)]x24xf32, #layout<…>>`, `tensor<f32>`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from tensorir.ir.dims import Dim
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.ir.verify import MAX_DIM, MAX_RANK
from tensorir.text.encodings import dtype, encoding, encoding_text
from tensorir.text.lexer import Lexer
from tensorir.text.literals import int_text
from tensorir.text.sizes import size, size_text

EncodingText: TypeAlias = Callable[[TypeEncoding], str]

_WHOLE = re.compile(r'tensor<(?:[^<>"/-]++|->|-|<(?:[^<>"/-]++|->|-)*+>)*+>').match
"""Matches a type whose end can be found without the lexer. It is used only as a key; see Lexer.types."""
_STATIC = re.compile(r"[ \t\r\n]*+([0-9]++)x").match


def type_text(type: TensorType, encoded: EncodingText = encoding_text) -> str:
    """Prints a type, with its encoding printed by `encoded`. Raises TypeError for an encoding without a textual
    form."""
    dims = "".join(f"{int_text(d)}x" if isinstance(d, int) and d >= 0 else f"[{size_text(d)}]x" for d in type.shape)
    slot: TypeEncoding | None = type.encoding
    return f"tensor<{dims}{type.dtype.name}{', ' + encoded(slot) if slot is not None else ''}>"


def tensor_type(lex: Lexer) -> TensorType:
    """Reads a type. Also raises ParseError beyond the verifier's limits of rank and size."""
    whole = _WHOLE(lex.source, lex.start)
    if whole and (known := lex.types.get(whole[0])) is not None:
        lex.pos = whole.end()
        lex.advance()
        return known
    if not lex.at("tensor"):
        raise lex.error(f"expected a type (tensor<…>), found {lex.found()}")
    start = lex.start
    lex.advance()
    if lex.text != "<":
        raise lex.error(f"expected '<', found {lex.found()}")
    shape = _shape(lex)
    element = dtype(lex)
    slot = encoding(lex) if lex.accept(",") else None
    if not lex.at(">"):
        raise lex.error(f"expected '>' at the end of a type, found {lex.found()}")
    type = lex.types[lex.source[start : lex.pos]] = TensorType(shape, element, slot)
    lex.advance()
    return type


def _shape(lex: Lexer) -> tuple[Dim, ...]:
    """Reads sizes after the '<'; the current token is then the one after the last x."""
    dims: list[Dim] = []
    while True:
        if static := _STATIC(lex.source, lex.pos):
            start = static.start(1)
            digits = static[1].lstrip("0")
            dim: Dim = int(digits or "0") if len(digits) < 20 else MAX_DIM
            lex.pos = static.end()
        else:
            lex.advance()
            if lex.text == "?":
                raise lex.error("a size that is known only at run time needs a name: write [N] instead of ?")
            if lex.kind in ("int", "float"):
                raise lex.error("expected 'x' and an element type after the sizes")
            if not lex.at("["):
                return tuple(dims)
            lex.advance()
            start = lex.start
            dim = size(lex)
            if not lex.at("]"):
                raise lex.error(f"expected ']', found {lex.found()}")
            if lex.source[lex.pos : lex.pos + 1] != "x":
                raise lex.error("expected 'x' after the size", lex.pos)
            lex.pos += 1
        if isinstance(dim, int) and not 0 <= dim < MAX_DIM:
            raise lex.error("this size is outside 0 ≤ size < 2**48", start)
        dims.append(dim)
        if len(dims) > MAX_RANK:
            raise lex.error(f"the rank is over the limit of {MAX_RANK}", start)
