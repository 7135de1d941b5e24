"""Ops of arith and math on elements that give two results: sums with carry, whole products, sine and cosine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.dialects.linalg import Generic
from tensorir.ir.affine import identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DTYPES, DType, i1, i64, u64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.mlir.importer.scalars.table import as_unsigned
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation

Pair = tuple[Scalar, Scalar]


def pair_op(name: str, operands: Sequence[Scalar]) -> Pair | None:
    """The two elements that an op gives; None for an op that gives no two. Raises InferError for other operands than
    it takes."""
    if name == "math.sincos":
        (x,) = _counted(operands, 1)
        return apply("sin", x), apply("cos", x)
    rule = _INTEGER_PAIRS.get(name)
    if rule is None:
        return None
    a, b = _counted(operands, 2)
    if not a.dtype.is_integer or a.dtype is i1 or a.dtype != b.dtype:
        raise InferError(f"takes two integers of one type, got {a.dtype} and {b.dtype}")
    return rule(a, b)


def _counted(operands: Sequence[Scalar], count: int) -> Sequence[Scalar]:
    if len(operands) != count:
        raise InferError(f"takes {count} operands, got {len(operands)}")
    return operands


def _sum_and_carry(a: Scalar, b: Scalar) -> Pair:
    total = apply("add", a, b)
    return total, apply("lt", as_unsigned(total), as_unsigned(a))


def _difference_and_borrow(a: Scalar, b: Scalar) -> Pair:
    return apply("sub", a, b), apply("lt", as_unsigned(a), as_unsigned(b))


def _signed_product(a: Scalar, b: Scalar) -> Pair:
    return apply("mul", a, b), _high_half(a, b, i64)


def _unsigned_product(a: Scalar, b: Scalar) -> Pair:
    return apply("mul", a, b), _high_half(as_unsigned(a), as_unsigned(b), u64)


def _high_half(a: Scalar, b: Scalar, wide: DType) -> Scalar:
    if a.dtype.bits > 32:
        raise InferError(f"the whole product of two {a.dtype} is not supported")
    product = apply("mul", cast(a, wide), cast(b, wide))
    high = apply("shr", product, const(a.dtype.bits, wide))
    return cast(high, DTYPES[f"i{a.dtype.bits}"])


_INTEGER_PAIRS: Mapping[str, Callable[[Scalar, Scalar], Pair]] = {
    "arith.addui_extended": _sum_and_carry,
    "arith.subui_extended": _difference_and_borrow,
    "arith.mulsi_extended": _signed_product,
    "arith.mului_extended": _unsigned_product,
}


def _pair(op: Operation, scope: Scope) -> None:
    """Outside of a body, on scalars or tensors: one generic per result."""
    if not op.operands:
        raise InferError("takes operands")
    first, *others = scope.tensors(op.operands)
    values = (first, *(scope.with_shape(v, first.type.shape) for v in others))
    types = tuple(v.type.dtype for v in values)
    found = pair_op(op.name, [arg(i, t) for i, t in enumerate(types)])
    assert found is not None  # registered under its names only
    if len(op.results) != len(found):
        raise InferError(f"gives {len(op.results)} results, should give {len(found)}")
    maps = (identity(first.type.rank),) * (len(values) + 1)
    for result, element in zip(op.results, found, strict=True):
        scope.bind(result, scope.add(Generic(values, maps, ScalarBody(types, element), loc=scope.loc)).result)


OPS: Mapping[str, Callable[[Operation, Scope], None]] = dict.fromkeys((*_INTEGER_PAIRS, "math.sincos"), _pair)
