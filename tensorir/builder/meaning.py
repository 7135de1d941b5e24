"""What an operator means for an element type: NumPy's meaning in terms of the IR's scalar functions, or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.ir.diagnostic import InferError
from tensorir.ir.scalar import Scalar, apply, const

UNARY_UFUNCS: Mapping[str, str] = {
    **{name: name for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt")},
    **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil", "trunc")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "negative": "neg",
    "positive": "pos",
    "absolute": "abs",
    "rint": "roundeven",
    "invert": "not",
}
"""NumPy's name of a unary function → tensorir's."""

BINARY_UFUNCS: Mapping[str, str] = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "power": "**",
    "matmul": "@",
    "maximum": "max",
    "minimum": "min",
    "fmax": "maxnum",
    "fmin": "minnum",
    "arctan2": "atan2",
    "copysign": "copysign",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "left_shift": "<<",
    "right_shift": ">>",
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
"""NumPy's name of a binary function → the operator or scalar function."""


def _floor_mod(a: Scalar, b: Scalar) -> Scalar:
    """a − b·⌊a / b⌋, which has the sign of the divisor, as in Python."""
    return apply("sub", a, apply("mul", b, apply("floordiv", a, b)))


_Make = Callable[[Scalar, Scalar], Scalar]


def _function(name: str) -> _Make:
    return lambda a, b: apply(name, a, b)


_FLOATS: Mapping[str, _Make] = {
    "+": _function("add"),
    "-": _function("sub"),
    "*": _function("mul"),
    "/": _function("div"),
    "**": _function("pow"),
}
_INTEGERS: Mapping[str, _Make] = {
    "+": _function("add"),
    "-": _function("sub"),
    "*": _function("mul"),
    "//": _function("floordiv"),
    "%": _floor_mod,
    "**": _function("ipow"),
    "&": _function("and"),
    "|": _function("or"),
    "^": _function("xor"),
    "<<": _function("shl"),
    ">>": _function("shr"),
}
_TRUTHS: Mapping[str, _Make] = {
    "+": _function("or"),
    "*": _function("and"),
    "&": _function("and"),
    "|": _function("or"),
    "^": _function("xor"),
}
_COMPARISONS: Mapping[str, _Make] = {
    symbol: _function(name)
    for symbol, name in {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}.items()
}
_WAYS_OUT: Mapping[tuple[str, str], str] = {
    ("integer", "/"): "NumPy gives f64: cast both to a float type first, or use //",
    ("float", "//"): "write (x / y) and round it with np.floor",
    ("float", "%"): "cast to an integer type, or write x - y * np.floor(x / y)",
    ("bool", "-"): "use ^ for truth values",
}


def binary(symbol: str, a: Scalar, b: Scalar) -> Scalar:
    """Builds `a symbol b` with NumPy's meaning for the element type; `symbol` is an operator or the name of a scalar
    function.

    Raises InferError if the type does not have the operator, or if the operand types differ."""
    if a.dtype != b.dtype:
        raise InferError(f"{symbol}: operand types differ: {a.dtype}, {b.dtype}; cast one")
    kind = a.dtype.kind if a.dtype.kind in ("float", "bool") else "integer"
    table = {"float": _FLOATS, "integer": _INTEGERS, "bool": _TRUTHS}[kind]
    if symbol == "**" and kind == "integer" and b.fn == "const" and b.value < 0:
        raise InferError(f"an integer to the power {b.value} is not an integer: cast to a float type first")
    make = table.get(symbol) or _COMPARISONS.get(symbol)
    if make is not None:
        return make(a, b)
    if symbol.isalnum():
        return apply(symbol, a, b)
    way_out = _WAYS_OUT.get((kind, symbol))
    raise InferError(f"{symbol} is not defined for elements of {a.dtype}" + (f": {way_out}" if way_out else ""))


def unary(name: str, x: Scalar) -> Scalar:
    """Applies a unary function by its name. Raises InferError for truth values where NumPy refuses them."""
    match name:
        case "pos":
            return x
        case "not" if x.dtype.kind == "bool":
            return apply("xor", x, const(True, x.dtype))
        case "not" if x.dtype.is_integer:
            return apply("xor", x, const(-1 if x.dtype.kind == "signed" else (1 << x.dtype.bits) - 1, x.dtype))
        case "neg" if x.dtype.kind == "bool":
            raise InferError("- is not defined for truth values: use ~")
        case "floor" | "ceil" | "trunc" | "roundeven" if x.dtype.is_integer:
            return x  # np.rint, which makes f64 of integers, is refused before
        case "not":
            raise InferError(f"~ is not defined for elements of {x.dtype}")
        case _:
            return apply(name, x)
