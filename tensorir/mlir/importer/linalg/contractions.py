"""Sums of products are contractions: `acc + f(a)·g(b)` becomes linalg.contract, or mmt4d where the maps are its own."""

from __future__ import annotations

from tensorir.dialects import linalg
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.encoding.resolver import RhsOrder
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import Scalar, arg, const
from tensorir.ir.types import TypeEncoding
from tensorir.ir.value import Value
from tensorir.mlir.importer.linalg.fills import is_neutral
from tensorir.mlir.importer.linalg.structured import Structured, dims_of, elementwise, restricted
from tensorir.mlir.importer.scalars.trees import args_of, indices_of
from tensorir.mlir.importer.scope import Scope


def contraction(s: Structured, result: int, sizes: tuple[Dim, ...], scope: Scope) -> Value | None:
    """Returns result number `result` as a contraction, or None if it is not one."""
    init, out = s.inits[result], s.result_map(result)
    factors = _factors(s.bodies[result], arg(s.init_number(result), init.type.dtype))
    if factors is None or not (s.product or _worth_it(s, factors)):
        return None
    factors = tuple(map(_without_zero, factors))
    dims = {d for f in factors for d in dims_of(s, f)}
    if len(dims) != s.num_dims or not all(args_of(f) for f in factors):
        return None
    dtype = init.type.dtype
    (lhs, lhs_map), (rhs, rhs_map) = (_operand(s, _unconverted(f, dtype), sizes, scope) for f in factors)
    start = () if is_neutral(scope, init, "add", dtype) else (init,)
    maps = (lhs_map, rhs_map, out)
    order: RhsOrder = "nk" if s.product == "mmt4d" else "kn"
    if (batch := _tiled(maps, order)) is not None and not any(v.type.encoding for v in (lhs, rhs, init)):
        kind = BatchMmt4d if batch else Mmt4d
        return scope.add(kind(lhs, rhs, start, dtype, order, loc=scope.loc)).result
    return scope.add(linalg.Contract(lhs, rhs, start, maps, dtype, init.type.encoding, loc=scope.loc)).result


def _factors(body: Scalar, acc: Scalar) -> tuple[Scalar, Scalar] | None:
    """Returns x and y of `acc + x·y` (for i1: `acc or (x and y)`), neither of which reads `acc`."""
    if body.fn == "fma" and body.operands[2] is acc:
        factors = body.operands[:2]
    else:
        sum_name, product_name = ("or", "and") if body.dtype.kind == "bool" else ("add", "mul")
        if body.fn != sum_name or acc not in body.operands:
            return None
        product = body.operands[1] if body.operands[0] is acc else body.operands[0]
        if product.fn != product_name:
            return None
        factors = product.operands
    x, y = factors
    return None if acc.index in args_of(x, y) else (x, y)


def _worth_it(s: Structured, factors: tuple[Scalar, Scalar]) -> bool:
    """Returns whether both factors are functions of the same elements, so that their sum is a reduction, as for a sum
    of squares. A product of different elements of one tensor (x·xᵀ) is a contraction."""
    x, y = ([(s.operands[i], s.maps[i]) for i in args_of(f)] for f in factors)
    return factors[0] is not factors[1] and x != y


def _without_zero(factor: Scalar) -> Scalar:
    """Drops a zero point that is 0."""
    while factor.fn == "sub" and factor.dtype.is_integer and factor.operands[1] is const(0, factor.dtype):
        factor = factor.operands[0]
    return factor


def _unconverted(factor: Scalar, dtype: DType) -> Scalar:
    """Drops a conversion to the result's type, including its rounding, that the contraction itself makes."""
    if factor.fn != "cast":
        return factor
    inner = factor.operands[0]
    return inner if _converts_alike(inner.dtype, dtype) else factor


def _converts_alike(source: DType, target: DType) -> bool:
    """Drops only exact conversions, because a contraction may compute in a wider type than `target`."""
    if source.kind == "bool" or target.kind == "bool":
        return False
    if target.is_integer:
        return source.is_integer
    if source.is_float:
        return source.bits < target.bits
    return target.bits >= 32 or source.bits <= 8


def _operand(s: Structured, factor: Scalar, sizes: tuple[Dim, ...], scope: Scope) -> tuple[Value, AffineMap]:
    """Returns an operand of the contraction: an existing tensor, or one computed first over its iteration dims."""
    if factor.fn == "arg" and s.maps[factor.index].is_projected_permutation:
        return s.operands[factor.index], s.maps[factor.index]
    dims = _order(s, factor)
    own, body = restricted(s, factor, dims)
    encoding = _encoding(own, body)
    value = elementwise(scope, own, body, identity(len(dims)), [sizes[d] for d in dims], encoding)
    return value, select(s.num_dims, dims)


def _order(s: Structured, factor: Scalar) -> tuple[int, ...]:
    """Returns the order of dims of its largest operand, so that the computation moves nothing; otherwise ascending."""
    dims = dims_of(s, factor)
    plain = [s.maps[i] for i in args_of(factor) if s.maps[i].is_projected_permutation]
    full = next((m.positions() for m in plain if len(m.results) == len(dims)), dims)
    return full if sorted(full) == list(dims) else dims


def _encoding(s: Structured, body: Scalar) -> TypeEncoding | None:
    """Returns the encoding of the operand that has all dims, because converting elements does not move them."""
    encoded = [(s.operands[i].type.encoding, s.maps[i]) for i in args_of(body) if s.operands[i].type.encoding]
    if not encoded:
        return None
    encoding, map = encoded[0]
    if len(encoded) > 1 or not map.is_identity or indices_of(body):
        raise InferError("an operand that is computed from several encoded tensors, or from another view of one")
    return encoding


def _tiled(maps: tuple[AffineMap, AffineMap, AffineMap], order: RhsOrder) -> int | None:
    """Returns the number of batch dims (0 or 1) if the maps are those of a matmul over tiles with that order of rhs."""
    if any(not m.is_projected_permutation for m in maps):
        return None
    lhs, rhs, out = (m.positions() for m in maps)
    batch = len(out) - 4
    if batch not in (0, 1) or maps[0].num_dims != 6 + batch or len(lhs) != 4 + batch:
        return None
    lead = out[:batch]
    m1, n1, m0, n0 = out[batch:]
    k1, k0 = lhs[batch + 1], lhs[batch + 3]
    inner = (n0, k0) if order == "nk" else (k0, n0)
    return batch if lhs == (*lead, m1, k1, m0, k0) and rhs == (*lead, n1, k1, *inner) else None
