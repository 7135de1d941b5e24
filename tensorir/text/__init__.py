"""The text format of programs: `parse`, `print_module`, and both for types and sizes alone.

Laws: `parse(print_module(m))` is isomorphic to `m` for every valid `m`; printing it again gives the same text;
printing never fails; parsing raises nothing but ParseError for any text; both take linear time.

    module     = {alias | global | executable | function}            // comments end with their line
    alias      = #name "=" encoding                                  // before its first use
    global     = "global" @name ":" type "=" (dense [":" type] | parameter | "{" {op} "yield" %v ":" type "}") [loc]
    parameter  = "parameter" "<" string "," string ">"               // the scope and the key of data given elsewhere
    executable = "executable" @name "target" "(" string ")" ["for" range] args "->" "(" types ")" body [loc]
    function   = "func" ["private"] ["signless"] @name ["of" @name "for" range] args "->" "(" types ")" body [loc]
                                                                     // its body ends with return, others with yield;
                                                                    // its types may have "on" string behind: a device
    args       = "(" [%name ":" type {"," %name ":" type}] ")"
    body       = "{" {op} ("yield" | "return") [%v {"," %v} ":" types] "}"
    op         = [%r {"," %r} "="] name [%v {"," %v}] ["{" attribute {"," attribute} "}"]
                 ":" "(" types ")" "->" (type | "(" types ")") [args body {"," args body}] [loc]
    attribute  = name "=" value
    value      = int | float | nan | inf | true | false | none | string | @symbol | "[" values "]"
               | type | element type | size | affine map | scalar body | dense ":" type | encoding
    type       = "tensor" "<" {int "x" | "[" size "]" "x"} element type ["," encoding] ">"
    encoding   = #encoding<…> | #layout<…> | #name
    loc        = "loc" "(" string [":" line [":" column]] ")"

Attributes equal to their default are not printed. Sizes and maps: `sizes`; ranges: `size_ranges`; scalar bodies:
`bodies`; encodings and layouts: `encodings`; data: `dense_data`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy.typing as npt

from tensorir.ir.dims import Dim
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.text.lexer import Lexer
from tensorir.text.parser import ModuleParser
from tensorir.text.printer import Array, Printer
from tensorir.text.sizes import size
from tensorir.text.types import tensor_type

__all__ = ["parse", "parse_dim", "parse_type", "print_module", "print_op", "print_region"]


def parse(
    text: str,
    registry: Mapping[str, type[Op]],
    *,
    file: str = "<string>",
    first_line: int = 1,
    data: Mapping[str, npt.ArrayLike] | None = None,
) -> Module:
    """Parses a module. `registry` has the op classes by name (tensorir.dialects.registry.OPS).

    Ops without a `loc` get their position in `file`; the text begins at line `first_line` of it. `data` holds what
    `print_module` put into `apart`. Raises ParseError at the first mistake, with its place."""
    lex = Lexer(text, file, first_line)
    lex.data = data or {}
    return ModuleParser(lex, registry).module()


def parse_type(text: str) -> TensorType:
    """Parses a single type. Raises ParseError."""
    lex = Lexer(text)
    type = tensor_type(lex)
    lex.expect_end()
    return type


def parse_dim(text: str) -> Dim:
    """Parses a single size. Raises ParseError."""
    lex = Lexer(text)
    dim = size(lex)
    lex.expect_end()
    return dim


def print_module(module: Module, *, locations: bool = False, apart: dict[str, Array] | None = None) -> str:
    """Returns the text of a module, valid or not; if `locations`, with `loc(…)` after each op and symbol.

    If `apart` is given, long data is put there by digest, as unsigned integers of the same bits; the text then holds
    the digests."""
    return Printer(locations=locations, apart=apart).module(module)


def print_op(op: Op) -> str:
    """The text of one op with its regions."""
    return Printer().op(op)


def print_region(region: Region) -> str:
    """The text of one region, `(args) {…}`."""
    return Printer().region(region)
