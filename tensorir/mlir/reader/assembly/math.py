"""math: functions of numbers."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.elementwise import comma_uses, predicate, same_type
from tensorir.mlir.reader.assembly.flags import FASTMATH, NO_FASTMATH, read_flags
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import Attribute


def _fpowi(p: OpParser, name: str) -> Parsed:
    """`math.fpowi %x, %n : type, type of the exponent`."""
    uses = comma_uses(p, 2)
    attributes = read_flags(p, FASTMATH, NO_FASTMATH)
    p.lex.expect(":", "and the types")
    type = p.type()
    p.lex.expect(",", "and the type of the exponent")
    exponent = p.type()
    return Parsed((p.resolve(uses[0], type), p.resolve(uses[1], exponent)), (type,), attributes)


def _clampf(p: OpParser, name: str) -> Parsed:
    """`math.clampf %x to [%min, %max] : type`."""
    uses = [p.use()]
    p.lex.expect("to", "and the range")
    p.lex.expect("[")
    uses += comma_uses(p, 2)
    p.lex.expect("]")
    attributes = read_flags(p, FASTMATH, NO_FASTMATH)
    p.lex.expect(":", "and the type")
    type = p.type()
    return Parsed(tuple([p.resolve(use, type) for use in uses]), (type,), attributes)


_UNARY = (
    *("absf", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "erf", "erfc"),
    *("exp", "exp2", "expm1", "floor", "log", "log10", "log1p", "log2", "round", "roundeven", "rsqrt", "sin"),
    *("sinh", "sqrt", "tan", "tanh", "trunc"),
)
_BINARY = ("atan2", "copysign", "powf")
_TEST = ("isfinite", "isinf", "isnan", "isnormal")

DEFAULTS: Mapping[str, Mapping[str, Attribute]] = {
    f"math.{name}": NO_FASTMATH for name in (*_UNARY, *_BINARY, *_TEST, "fma", "fpowi", "clampf", "sincos")
}
"""The attributes that an op has where its text says nothing of them."""

ASSEMBLY: Mapping[str, Assembly] = {
    **{f"math.{name}": same_type(1, NO_FASTMATH, FASTMATH) for name in _UNARY},
    **{f"math.{name}": same_type(2, NO_FASTMATH, FASTMATH) for name in _BINARY},
    **{f"math.{name}": predicate(NO_FASTMATH, FASTMATH) for name in _TEST},
    **{f"math.{name}": same_type(1) for name in ("absi", "ctlz", "ctpop", "cttz")},
    "math.ipowi": same_type(2),
    "math.fma": same_type(3, NO_FASTMATH, FASTMATH),
    "math.sincos": same_type(1, NO_FASTMATH, FASTMATH, results=2),
    "math.fpowi": _fpowi,
    "math.clampf": _clampf,
}
