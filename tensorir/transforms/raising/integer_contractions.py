"""integer-contractions: products of dequantized operands become products of the integers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from tensorir.dialects.linalg import Contract, Generic, Reduce
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim, iteration_dim, product
from tensorir.ir.dtype import DType, f64, i32
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import Refused, RegionView, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.raising.dequantized import Dequantized, dequantized

LARGEST = max(i32.range)


@pattern(Contract)
def contract_integers(op: Contract, view: RegionView) -> Rewrite:
    """Σ (a − z)·s·(b − y)·t == (Σ a·b − y·Σ a − z·Σ b + K·z·y)·s·t, where the sums are of integers in i32

    Zero points and scales may vary along all dims but the summed ones. Sums of one side that is constant are constants.
    Law: for finite scales the result differs from the exact number by at most the rounding of its last three or four
    operations, that of one conversion and the products with scales, whatever K is; the sums are exact. Before, it may
    differ by the error of a sum of K products (`testing.bounds`). Where the scales are powers of two and the sums are
    below 2^24 in f32, both are the same bits. Refused if K·max|a − z|·max|b − y| does not fit i32, or is not known."""
    if op.tiles is not None or op.encoding is not None or not op.dtype.is_float:
        return None
    places = [m.positions() for m in op.maps]
    summed = {d for d in range(op.maps[0].num_dims) if d not in places[2]}
    if not summed or not summed.issubset(places[0]) or not summed.issubset(places[1]):
        return None
    sides: list[Dequantized] = []
    refused: list[Refused] = []
    for value, place, name in zip((op.lhs, op.rhs), places, ("lhs", "rhs"), strict=False):
        match dequantized(value, [i for i, d in enumerate(place) if d in summed], view):
            case Refused(reason=reason):
                refused.append(Refused(reason, name))
            case None:
                return None
            case found:
                sides.append(found)
    if refused:
        return refused[0]
    sizes = op.loops().sizes
    reason = _reason(sides, product(sizes[d] for d in summed), op.dtype)
    return Refused(reason) if reason else _emitted(op, sides)


def _reason(sides: Sequence[Dequantized], length: Dim, dtype: DType) -> str:
    """Why the sums can't be made in i32, or the scales not in the type of the contraction."""
    a, b = sides
    if not isinstance(length, int):
        return f"{length} products are summed, and i32 may be too small for them"
    if length * a.largest * b.largest > LARGEST:
        return f"the sum of {length} products of up to {a.largest}·{b.largest} does not fit i32"
    total = accumulation_type(dtype)
    if (widest := max(a.widest, b.widest)) > total.bits:
        return f"the operands are dequantized in f{widest}, the contraction is in {total}"
    least, most = (sys.float_info.min, sys.float_info.max) if total == f64 else (2.0**-126, 2.0**127)
    if not least <= abs(a.number * b.number) <= most:
        return f"the product {a.number * b.number} of the scales is not a normal number"
    return ""


def _emitted(op: Contract, sides: Sequence[Dequantized]) -> list[Op]:
    """The sums of integers, and the op that corrects and scales them."""
    ops: list[Op] = []
    result = _Elementwise(op)
    (lhs, lhs_map), (rhs, rhs_map) = integers = [_stored(s, m, ops, op) for s, m in zip(sides, op.maps, strict=False)]
    ops.append(sums := Contract(lhs, rhs, (), (lhs_map, rhs_map, op.maps[2]), i32, loc=op.loc))
    sum = result.read(sums.result, op.maps[2])
    zeros = [result.zero(side, map) for side, map in zip(sides, op.maps, strict=False)]
    for zero, (value, map) in zip(zeros, reversed(integers), strict=True):
        if zero is not None:
            rest, total_map = _total(value, map, op, ops)
            sum = apply("sub", sum, apply("mul", zero, result.read(rest, total_map)))
    a, b = zeros
    if a is not None and b is not None:
        sum = apply("add", sum, apply("mul", const(_length(op), i32), apply("mul", a, b)))
    total = accumulation_type(op.dtype)
    scaled = cast(sum, total)
    if (literal := sides[0].number * sides[1].number) != 1:
        scaled = apply("mul", scaled, const(literal, total))
    for side, map in zip(sides, op.maps, strict=False):
        for scale in side.times:
            scaled = apply("mul", scaled, cast(result.read(scale.value, scale.map.compose(map)), total))
        for scale in side.over:
            scaled = apply("div", scaled, cast(result.read(scale.value, scale.map.compose(map)), total))
    for value in op.init:
        scaled = apply("add", cast(result.read(value, op.maps[2]), total), scaled)
    ops.append(result.made(cast(scaled, op.dtype)))
    return ops


class _Elementwise:
    """An op over the result of a contraction, as it is made: its operands are read over the loops of the contraction,
    but none along summed dims."""

    def __init__(self, op: Contract) -> None:
        self._op = op
        out = op.maps[2].positions()
        loops: tuple[Dim, ...] = tuple(
            iteration_dim(out.index(d)) if d in out else 0 for d in range(op.maps[2].num_dims)
        )
        self._place = AffineMap(len(out), loops)
        self._inputs: list[Value] = []
        self._maps: list[AffineMap] = []

    def read(self, value: Value, map: AffineMap) -> Scalar:
        self._inputs.append(value)
        self._maps.append(map.compose(self._place))
        return arg(len(self._inputs) - 1, value.type.dtype)

    def zero(self, side: Dequantized, map: AffineMap) -> Scalar | None:
        """The zero point as i32, or None if it is zero."""
        if isinstance(side.zero, int):
            return const(side.zero, i32) if side.zero else None
        return cast(self.read(side.zero.value, side.zero.map.compose(map)), i32)

    def made(self, result: Scalar) -> Generic:
        shape = self._op.result.type.shape
        body = ScalarBody(tuple(v.type.dtype for v in self._inputs), result)
        return Generic(tuple(self._inputs), (*self._maps, identity(len(shape))), body, shape, loc=self._op.loc)


def _stored(side: Dequantized, map: AffineMap, ops: list[Op], op: Contract) -> tuple[Value, AffineMap]:
    """The integers of an operand whose dims are read at `map`, and the map by which the contraction reads them."""
    dtype = side.q.type.dtype
    loops = op.loops().sizes
    shape = tuple(loops[d] for d in map.positions())
    places = _places(side, shape)
    if side.stored == dtype and sorted(places) == [*range(len(shape))]:
        return side.q, AffineMap(map.num_dims, tuple(map.results[d] for d in places))
    body = ScalarBody((dtype,), cast(arg(0, dtype), side.stored))
    ops.append(made := Generic((side.q,), (side.map, identity(len(shape))), body, shape, loc=op.loc))
    return made.result, map


def _places(side: Dequantized, shape: Sequence[Dim]) -> list[int]:
    """The dim of the operand of `shape` along which each dim of the integers lies; -1 if it lies along none. Dims of
    size 1 lie along any other one."""
    units = [d for d, size in enumerate(shape) if size == 1]
    places: list[int] = []
    for read, dim, size in zip(side.map.results, side.map.dims, side.q.type.shape, strict=True):
        unit = size == 1 and read == 0 and units
        places.append(units.pop(0) if unit else -1 if dim is None else dim)
    return places


def _total(value: Value, map: AffineMap, op: Contract, ops: list[Op]) -> tuple[Value, AffineMap]:
    """The sums of an operand along the summed dims, in i32, and where they are read."""
    rank = value.type.rank
    body = ScalarBody((value.type.dtype,), cast(arg(0, value.type.dtype), i32))
    ops.append(wide := Generic((value,), (identity(rank),) * 2, body, value.type.shape, loc=op.loc))
    places, out = map.positions(), op.maps[2].positions()
    summed = tuple(i for i, d in enumerate(places) if d not in out)
    ops.append(made := Reduce(wide.result, "add", summed, loc=op.loc))
    return made.result, AffineMap(map.num_dims, tuple(r for i, r in enumerate(map.results) if i not in summed))


def _length(op: Contract) -> int:
    """How many products are summed."""
    out = op.maps[2].positions()
    length = product(s for d, s in enumerate(op.loops().sizes) if d not in out)
    assert isinstance(length, int), "_reason refuses others"
    return length


PATTERNS = index([contract_integers])


@frozen
class IntegerContractions(Pass):
    """Multiplies integers instead of what they are dequantized to. Law: for finite scales, no result is farther from
    exact arithmetic than the bound of its contraction was before; the sums of integers are exact.

    This pass is in no pipeline, because it pays only where the device multiplies integers faster than floats, and the
    devices here do not yet (docs/design-notes.md)."""

    name: ClassVar[str] = "integer-contractions"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        return map_regions(module, lambda region: greedy(region, PATTERNS, ctx.trace(self.name), effects))
