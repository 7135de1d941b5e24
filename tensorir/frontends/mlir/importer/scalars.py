"""arith and math on single elements: each op as an expression over scalars of the core.

MLIR's integers have no sign: an op says how it reads them. In the core i8 is signed and u8 is not, so an unsigned op
converts its operands to the unsigned type of that width, computes, and converts back. An i1 that is read as signed is
0 or −1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from tensorir.frontends.mlir.importer.types import element_type
from tensorir.frontends.mlir.syntax import AffineMapAttr, Attribute, DenseAttr, FloatAttr, IntAttr, Operation
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, Symbol
from tensorir.ir.dtype import DTYPES, DType, f64, i1, i32, i64
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarValue, apply, bitcast, cast, const

T = TypeVar("T")
Rule = Callable[[Operation, Sequence[Scalar]], Scalar]


def scalar_op(op: Operation, operands: Sequence[Scalar]) -> Scalar | None:
    """The element that `op` gives for elements `operands`; None for an op that is no function of elements.

    Raises InferError for a use of a known op that has no counterpart."""
    rule = SCALAR_RULES.get(op.name)
    if rule is None:
        return None
    function, count = rule
    if len(operands) != count and count >= 0:
        raise InferError(f"takes {count} operands, got {len(operands)}")
    return function(op, operands)


def literal(attribute: Attribute, dtype: DType) -> ScalarValue:
    """The value of an integer or float attribute in the range of `dtype`: 255 as an i8 is −1."""
    match attribute:
        case IntAttr(value=value) if dtype.kind == "bool":
            return bool(value & 1)
        case IntAttr(value=value) if dtype.is_integer:
            if not -(1 << dtype.bits - 1) <= value < 1 << dtype.bits:
                raise InferError(f"the constant {value} does not fit into {dtype}")
            return value - (1 << dtype.bits) if dtype.kind == "signed" and value >> dtype.bits - 1 > 0 else value
        case FloatAttr(value=value) if dtype.is_float:
            return value
        case _:
            raise InferError(f"the value of a constant of type {dtype} must be a number of that type")


def unsigned(dtype: DType) -> DType:
    """The unsigned type of the same width; i1 is its own."""
    return DTYPES[f"u{dtype.bits}"] if dtype.kind == "signed" else dtype


def as_unsigned(x: Scalar) -> Scalar:
    """The same bits read without a sign."""
    return cast(x, unsigned(x.dtype))


def dim_scalar(expr: Dim, dims: Mapping[str, Scalar]) -> Scalar:
    """A size or an affine expression over index values: divisions round down, `mod` is never negative."""
    if isinstance(expr, int):
        return const(expr, i64)
    total: Scalar | None = None
    for monomial, coefficient in expr.terms:
        factor: Scalar | None = None if coefficient == 1 and monomial else const(coefficient, i64)
        for atom in monomial:
            if isinstance(atom, Symbol):
                if atom.name not in dims:
                    raise InferError(f"there is no value for {atom.name}")
                value = dims[atom.name]
            else:
                a, b = dim_scalar(atom.a, dims), dim_scalar(atom.b, dims)
                if atom.kind == "mod":
                    value = apply("sub", a, apply("mul", b, apply("floordiv", a, b)))
                else:
                    value = apply(atom.kind, a, b)
            factor = value if factor is None else apply("mul", factor, value)
        assert factor is not None  # a term without symbols has its coefficient
        total = factor if total is None else apply("add", total, factor)
    return const(0, i64) if total is None else total


def affine_operands(map: AffineMapAttr, values: Sequence[T]) -> dict[str, T]:
    """The operands of affine.apply by the names that the map's expressions use."""
    dims = map.map.num_dims
    if len(values) != dims + map.num_symbols:
        raise InferError(f"the map takes {dims + map.num_symbols} operands, got {len(values)}")
    return {(f"d{i}" if i < dims else f"s{i - dims}"): v for i, v in enumerate(values)}


# -- rules


def _fn(name: str, domain: str) -> Rule:
    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        if domain == "integer" and x[0].dtype.is_float:
            raise InferError(f"takes integers, got {x[0].dtype}")
        if domain == "float" and not x[0].dtype.is_float:
            raise InferError(f"takes floats, got {x[0].dtype}")
        return apply(name, *x)

    return rule


def _integer(name: str, for_bool: str = "") -> Rule:
    """A signed or sign-agnostic op on integers; `for_bool` is what it is on i1, "" if nothing."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        _need_integers(x)
        if x[0].dtype is i1:
            if not for_bool:
                raise InferError("is not supported on i1")
            return apply(for_bool, *x)
        return apply(name, *x)

    return rule


def _unsigned(name: str, for_bool: str = "") -> Rule:
    """An op that reads its operands without sign."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        _need_integers(x)
        if x[0].dtype is i1:
            if not for_bool:
                raise InferError("is not supported on i1")
            return apply(for_bool, *x)
        return cast(apply(name, *map(as_unsigned, x)), x[0].dtype)

    return rule


def _need_integers(x: Sequence[Scalar]) -> None:
    if any(v.dtype.is_float for v in x):
        raise InferError(f"takes integers, got {', '.join(str(v.dtype) for v in x)}")


_CMPI = ("eq", "ne", "lt", "le", "gt", "ge", "lt", "le", "gt", "ge")
_FIRST_UNSIGNED = 6
_SWAPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def _predicate(op: Operation, count: int) -> int:
    found = op.attributes.get("predicate")
    if not isinstance(found, IntAttr) or not 0 <= found.value < count:
        raise InferError(f"the attribute predicate must be a number from 0 to {count - 1}")
    return found.value


def _cmpi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    predicate = _predicate(op, len(_CMPI))
    name = _CMPI[predicate]
    if predicate >= _FIRST_UNSIGNED:
        return apply(name, *map(as_unsigned, x))
    return apply(_SWAPPED[name] if x[0].dtype is i1 else name, *x)  # signed, the i1 true is -1


def _not(x: Scalar) -> Scalar:
    return apply("xor", x, const(True, i1))


def _unordered(a: Scalar, b: Scalar) -> Scalar:
    return apply("or", apply("ne", a, a), apply("ne", b, b))


_CMPF: tuple[Callable[[Scalar, Scalar], Scalar], ...] = (
    lambda a, b: const(False, i1),
    lambda a, b: apply("eq", a, b),
    lambda a, b: apply("gt", a, b),
    lambda a, b: apply("ge", a, b),
    lambda a, b: apply("lt", a, b),
    lambda a, b: apply("le", a, b),
    lambda a, b: apply("or", apply("lt", a, b), apply("gt", a, b)),
    lambda a, b: _not(_unordered(a, b)),
    lambda a, b: _not(apply("or", apply("lt", a, b), apply("gt", a, b))),
    lambda a, b: _not(apply("le", a, b)),
    lambda a, b: _not(apply("lt", a, b)),
    lambda a, b: _not(apply("ge", a, b)),
    lambda a, b: _not(apply("gt", a, b)),
    lambda a, b: apply("ne", a, b),
    _unordered,
    lambda a, b: const(True, i1),
)
"""By the number of the predicate: false, oeq, ogt, oge, olt, ole, one, ord, ueq, ugt, uge, ult, ule, une, uno, true."""


def _cmpf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    if not x[0].dtype.is_float or x[0].dtype != x[1].dtype:
        raise InferError(f"takes two floats of one type, got {x[0].dtype} and {x[1].dtype}")
    return _CMPF[_predicate(op, len(_CMPF))](x[0], x[1])


def _target(op: Operation) -> DType:
    if len(op.results) != 1:
        raise InferError(f"gives {len(op.results)} results; one is supported")
    return element_type(op.results[0].type)


def _sign_extended(x: Scalar, dtype: DType) -> Scalar:
    return apply("neg", cast(x, dtype)) if x.dtype is i1 and dtype is not i1 else cast(x, dtype)


def _extsi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    return _sign_extended(x[0], _integer_target(op))


def _extui(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    return cast(as_unsigned(x[0]), _integer_target(op))


def _integer_target(op: Operation) -> DType:
    dtype = _target(op)
    if dtype.is_float:
        raise InferError(f"gives integers, its type is {dtype}")
    return dtype


def _float_target(op: Operation) -> DType:
    dtype = _target(op)
    if not dtype.is_float:
        raise InferError(f"gives floats, its type is {dtype}")
    return dtype


def _truncated(x: Scalar, dtype: DType) -> Scalar:
    if dtype is i1 and x.dtype is not i1:
        return apply("ne", apply("and", x, const(1, x.dtype)), const(0, x.dtype))
    return cast(x, dtype)


def _trunci(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    return _truncated(x[0], _integer_target(op))


def _index_cast(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    dtype = _integer_target(op)
    return _truncated(x[0], dtype) if dtype is i1 else _sign_extended(x[0], dtype)


def _index_castui(op: Operation, x: Sequence[Scalar]) -> Scalar:
    _need_integers(x)
    dtype = _integer_target(op)
    return _truncated(x[0], dtype) if dtype is i1 else cast(as_unsigned(x[0]), dtype)


def _float_cast(op: Operation, x: Sequence[Scalar]) -> Scalar:
    mode = op.attributes.get("roundingmode")
    if mode is not None and not (isinstance(mode, IntAttr) and mode.value == 0):
        raise InferError("only rounding to nearest even is supported")
    if not x[0].dtype.is_float:
        raise InferError(f"takes floats, got {x[0].dtype}")
    return cast(x[0], _float_target(op))


def _to_float(signed: bool) -> Rule:
    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        _need_integers(x)
        dtype = _float_target(op)
        return _sign_extended(x[0], dtype) if signed else cast(as_unsigned(x[0]), dtype)

    return rule


def _from_float(signed: bool) -> Rule:
    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        dtype = _integer_target(op)
        if not x[0].dtype.is_float:
            raise InferError(f"takes floats, got {x[0].dtype}")
        if dtype is i1:
            return apply("ne", cast(x[0], i32), const(0, i32))
        return cast(x[0], dtype) if signed else cast(cast(x[0], unsigned(dtype)), dtype)

    return rule


def _bitcast(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return bitcast(x[0], _target(op))


def _constant(op: Operation, x: Sequence[Scalar]) -> Scalar:
    value = op.attributes.get("value")
    if value is None:
        raise InferError("needs the attribute value")
    if isinstance(value, DenseAttr):
        raise InferError("a constant tensor has no place in a body")
    dtype = _target(op)
    return const(literal(value, dtype), dtype)


def _select(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("select", *x)


def _affine_apply(op: Operation, x: Sequence[Scalar]) -> Scalar:
    map = op.attributes.get("map")
    if not isinstance(map, AffineMapAttr) or len(map.map.results) != 1:
        raise InferError("the attribute map must be an affine map with one result")
    return dim_scalar(map.map.results[0], affine_operands(map, x))


def _infinity(x: Scalar) -> Scalar:
    return const(math.inf, x.dtype)


def _need_float(x: Sequence[Scalar]) -> Scalar:
    if not x[0].dtype.is_float:
        raise InferError(f"takes floats, got {x[0].dtype}")
    return x[0]


def _isnan(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("ne", _need_float(x), x[0])


def _isinf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("eq", apply("abs", _need_float(x)), _infinity(x[0]))


def _isfinite(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("lt", apply("abs", _need_float(x)), _infinity(x[0]))


_SMALLEST_NORMAL = {"f64": 2.0**-1022, "f32": 2.0**-126, "f16": 2.0**-14, "bf16": 2.0**-126}


def _isnormal(op: Operation, x: Sequence[Scalar]) -> Scalar:
    size = apply("abs", _need_float(x))
    low = const(_SMALLEST_NORMAL[x[0].dtype.name], x[0].dtype)
    return apply("and", apply("ge", size, low), apply("lt", size, _infinity(x[0])))


def _fpowi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """Computed in f64, which may round a large exponent: the sign comes from its lowest bit."""
    base, exponent = _need_float(x), x[1]
    _need_integers([exponent])
    if exponent.dtype is i1:
        raise InferError("an exponent of type i1 is not supported")
    wide = cast(base, f64)
    power = apply("pow", apply("abs", wide), cast(exponent, f64))
    odd = apply("ne", apply("and", exponent, const(1, exponent.dtype)), const(0, exponent.dtype))
    return cast(apply("select", odd, apply("copysign", power, wide), power), base.dtype)


def _clampf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("min", apply("max", _need_float(x), x[1]), x[2])


_FLOAT_FNS = {
    "addf": "add",
    "subf": "sub",
    "mulf": "mul",
    "divf": "div",
    "remf": "rem",
    "maximumf": "max",
    "minimumf": "min",
    "maxnumf": "maxnum",
    "minnumf": "minnum",
    "negf": "neg",
}
_MATH_FNS = {
    "absf": "abs",
    "powf": "pow",
    **{n: n for n in ("atan2", "copysign", "fma", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p")},
    **{n: n for n in ("sqrt", "rsqrt", "cbrt", "erf", "erfc", "floor", "ceil", "trunc", "round", "roundeven")},
    **{n: n for n in ("sin", "cos", "tan", "asin", "acos", "atan")},
    **{n: n for n in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
}
_INTEGER_FNS = {
    "arith.addi": ("add", "xor"),
    "arith.subi": ("sub", "xor"),
    "arith.muli": ("mul", "and"),
    "arith.divsi": ("div", ""),
    "arith.remsi": ("rem", ""),
    "arith.floordivsi": ("floordiv", ""),
    "arith.ceildivsi": ("ceildiv", ""),
    "arith.andi": ("and", "and"),
    "arith.ori": ("or", "or"),
    "arith.xori": ("xor", "xor"),
    "arith.shli": ("shl", ""),
    "arith.shrsi": ("shr", ""),
    "arith.maxsi": ("max", "and"),
    "arith.minsi": ("min", "or"),
    **{f"math.{n}": (n, "") for n in ("ctpop", "ctlz", "cttz")},
    "math.absi": ("abs", ""),
    "math.ipowi": ("ipow", ""),
}
"""Core function, and the one for i1."""
_UNSIGNED_FNS = {
    "arith.divui": ("div", ""),
    "arith.remui": ("rem", ""),
    "arith.ceildivui": ("ceildiv", ""),
    "arith.shrui": ("shr", ""),
    "arith.maxui": ("max", "or"),
    "arith.minui": ("min", "and"),
}


def _arity(fn: str) -> int:
    return SCALAR_FNS[fn].arity


SCALAR_RULES: Mapping[str, tuple[Rule, int]] = {
    **{f"arith.{n}": (_fn(fn, "float"), _arity(fn)) for n, fn in _FLOAT_FNS.items()},
    **{f"math.{n}": (_fn(fn, "float"), _arity(fn)) for n, fn in _MATH_FNS.items()},
    **{n: (_integer(fn, for_bool), _arity(fn)) for n, (fn, for_bool) in _INTEGER_FNS.items()},
    **{n: (_unsigned(fn, for_bool), _arity(fn)) for n, (fn, for_bool) in _UNSIGNED_FNS.items()},
    "arith.constant": (_constant, 0),
    "arith.cmpi": (_cmpi, 2),
    "arith.cmpf": (_cmpf, 2),
    "arith.select": (_select, 3),
    "arith.extsi": (_extsi, 1),
    "arith.extui": (_extui, 1),
    "arith.trunci": (_trunci, 1),
    "arith.extf": (_float_cast, 1),
    "arith.truncf": (_float_cast, 1),
    "arith.convertf": (_float_cast, 1),
    "arith.sitofp": (_to_float(True), 1),
    "arith.uitofp": (_to_float(False), 1),
    "arith.fptosi": (_from_float(True), 1),
    "arith.fptoui": (_from_float(False), 1),
    "arith.index_cast": (_index_cast, 1),
    "arith.index_castui": (_index_castui, 1),
    "arith.bitcast": (_bitcast, 1),
    "math.isnan": (_isnan, 1),
    "math.isinf": (_isinf, 1),
    "math.isfinite": (_isfinite, 1),
    "math.isnormal": (_isnormal, 1),
    "math.fpowi": (_fpowi, 2),
    "math.clampf": (_clampf, 3),
    "affine.apply": (_affine_apply, -1),
}
"""Op → how its element is computed, and the number of operands (−1: any)."""
