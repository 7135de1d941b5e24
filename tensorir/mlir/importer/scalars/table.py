"""arith and math on single elements: each op as an expression over scalars of the core.

MLIR's integers have no sign: an op says how it reads them. In the core i8 is signed and u8 is not, so an unsigned op
converts its operands to the unsigned type of that width, computes, and converts back. An i1 that is read as signed is
0 or −1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial, reduce
from types import MappingProxyType
from typing import TypeVar

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, Divided, Symbol
from tensorir.ir.dtype import DType, f64, i1, i64
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarValue, apply, cast, const
from tensorir.mlir.importer.scalars.comparisons import cmpf, cmpi, isfinite, isinf, isnan, isnormal
from tensorir.mlir.importer.scalars.conversions import (
    Rule,
    as_unsigned,
    extsi,
    extui,
    float_cast,
    from_float,
    index_cast,
    index_castui,
    need_float,
    need_integers,
    same_bits,
    target,
    to_float,
    trunci,
)
from tensorir.mlir.syntax import AffineMapAttr, Attribute, DenseAttr, FloatAttr, IntAttr, Operation

T = TypeVar("T")


def scalar_op(op: Operation, operands: Sequence[Scalar]) -> Scalar | None:
    """The element that `op` gives for elements `operands`; None for an op that is not a function of elements.

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


_NO_DIMS: Mapping[int, Scalar] = MappingProxyType({})


def dim_scalar(expr: Dim, symbols: Mapping[str, Scalar], iteration: Mapping[int, Scalar] = _NO_DIMS) -> Scalar:
    """A size or an affine expression over the values of symbols and iteration dims: divisions round down, `mod` is
    never negative. Like the ops that it stands for it wraps at 64 bits."""
    if isinstance(expr, int):
        return const(_wrapped(expr), i64)
    total: Scalar | None = None
    for monomial, coefficient in expr.terms:
        factor: Scalar | None = None if coefficient == 1 and monomial else const(_wrapped(coefficient), i64)
        for atom in monomial:
            if isinstance(atom, Divided):
                a = dim_scalar(atom.a, symbols, iteration)
                # A number is not wrapped: it could become 0.
                b = const(atom.b, i64) if isinstance(atom.b, int) else dim_scalar(atom.b, symbols, iteration)
                if atom.kind == "mod":
                    value = apply("sub", a, apply("mul", b, apply("floordiv", a, b)))
                else:
                    value = apply(atom.kind, a, b)
            else:
                found = symbols.get(atom.name) if isinstance(atom, Symbol) else iteration.get(atom.index)
                if found is None:
                    raise InferError(f"there is no value for {atom}")
                value = found
            factor = value if factor is None else apply("mul", factor, value)
        assert factor is not None  # a term without symbols has its coefficient
        total = factor if total is None else apply("add", total, factor)
    return const(0, i64) if total is None else total


def _wrapped(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def affine_operands(map: AffineMapAttr, values: Sequence[T]) -> tuple[dict[str, T], dict[int, T]]:
    """The operands of affine.apply: by the names of the map's symbols, and by the numbers of its dims."""
    dims = map.map.num_dims
    if len(values) != dims + map.num_symbols:
        raise InferError(f"the map takes {dims + map.num_symbols} operands, got {len(values)}")
    return {f"s{i}": v for i, v in enumerate(values[dims:])}, dict(enumerate(values[:dims]))


# -- rules


def _fn(name: str, domain: str) -> Rule:
    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        if domain == "integer" and x[0].dtype.is_float:
            raise InferError(f"takes integers, got {x[0].dtype}")
        if domain == "float" and not x[0].dtype.is_float:
            raise InferError(f"takes floats, got {x[0].dtype}")
        return apply(name, *x)

    return rule


def _on_bools(name: str, x: Sequence[Scalar]) -> Scalar:
    if not name:
        raise InferError("is not supported on i1")
    return apply(name, *x)


def _integer(name: str, for_bool: str = "") -> Rule:
    """A signed or sign-agnostic op on integers; `for_bool` is what it is on i1, "" if nothing."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        need_integers(x)
        return _on_bools(for_bool, x) if x[0].dtype is i1 else apply(name, *x)

    return rule


def _unsigned(name: str, for_bool: str = "") -> Rule:
    """An op that reads its operands without sign."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        need_integers(x)
        if x[0].dtype is i1:
            return _on_bools(for_bool, x)
        return cast(apply(name, *map(as_unsigned, x)), x[0].dtype)

    return rule


def _constant(op: Operation, x: Sequence[Scalar]) -> Scalar:
    value = op.attributes.get("value")
    if value is None:
        raise InferError("needs the attribute value")
    if isinstance(value, DenseAttr):
        raise InferError("a constant tensor has no place in a body")
    dtype = target(op)
    return const(literal(value, dtype), dtype)


def _select(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("select", *x)


def _affine_extreme(name: str) -> Rule:
    """affine.min or affine.max: the smallest or the largest result of the map."""

    def rule(op: Operation, x: Sequence[Scalar]) -> Scalar:
        map = op.attributes.get("map")
        if not isinstance(map, AffineMapAttr) or not map.map.results:
            raise InferError("the attribute map must be an affine map with results")
        symbols, iteration = affine_operands(map, x)
        return reduce(partial(apply, name), [dim_scalar(r, symbols, iteration) for r in map.map.results])

    return rule


def _affine_apply(op: Operation, x: Sequence[Scalar]) -> Scalar:
    map = op.attributes.get("map")
    if not isinstance(map, AffineMapAttr) or len(map.map.results) != 1:
        raise InferError("the attribute map must be an affine map with one result")
    return dim_scalar(map.map.results[0], *affine_operands(map, x))


def _fpowi(op: Operation, x: Sequence[Scalar]) -> Scalar:
    """Computed in f64, which may round a large exponent: the sign comes from its lowest bit."""
    base, exponent = need_float(x), x[1]
    need_integers([exponent])
    if exponent.dtype is i1:
        raise InferError("an exponent of type i1 is not supported")
    wide = cast(base, f64)
    power = apply("pow", apply("abs", wide), cast(exponent, f64))
    odd = apply("ne", apply("and", exponent, const(1, exponent.dtype)), const(0, exponent.dtype))
    return cast(apply("select", odd, apply("copysign", power, wide), power), base.dtype)


def _clampf(op: Operation, x: Sequence[Scalar]) -> Scalar:
    return apply("min", apply("max", need_float(x), x[1]), x[2])


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


LITERALS: tuple[str, ...] = ("arith.constant", "util.unfoldable_constant")
"""Ops that are the value that they are written with. IREE's own folders do not look at the second one."""

SCALAR_RULES: Mapping[str, tuple[Rule, int]] = {
    **{f"arith.{n}": (_fn(fn, "float"), _arity(fn)) for n, fn in _FLOAT_FNS.items()},
    **{f"math.{n}": (_fn(fn, "float"), _arity(fn)) for n, fn in _MATH_FNS.items()},
    **{n: (_integer(fn, for_bool), _arity(fn)) for n, (fn, for_bool) in _INTEGER_FNS.items()},
    **{n: (_unsigned(fn, for_bool), _arity(fn)) for n, (fn, for_bool) in _UNSIGNED_FNS.items()},
    **dict.fromkeys(LITERALS, (_constant, 0)),
    "arith.cmpi": (cmpi, 2),
    "arith.cmpf": (cmpf, 2),
    "arith.select": (_select, 3),
    "arith.extsi": (extsi, 1),
    "arith.extui": (extui, 1),
    "arith.trunci": (trunci, 1),
    "arith.extf": (float_cast, 1),
    "arith.truncf": (float_cast, 1),
    "arith.convertf": (float_cast, 1),
    "arith.sitofp": (to_float(True), 1),
    "arith.uitofp": (to_float(False), 1),
    "arith.fptosi": (from_float(True), 1),
    "arith.fptoui": (from_float(False), 1),
    "arith.index_cast": (index_cast, 1),
    "arith.index_castui": (index_castui, 1),
    "arith.bitcast": (same_bits, 1),
    "math.isnan": (isnan, 1),
    "math.isinf": (isinf, 1),
    "math.isfinite": (isfinite, 1),
    "math.isnormal": (isnormal, 1),
    "math.fpowi": (_fpowi, 2),
    "math.clampf": (_clampf, 3),
    "affine.apply": (_affine_apply, -1),
    "affine.min": (_affine_extreme("min"), -1),
    "affine.max": (_affine_extreme("max"), -1),
}
"""Op → how its element is computed, and the number of operands (−1: any)."""
