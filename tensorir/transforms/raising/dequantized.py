"""Operands of a contraction that are dequantized integers: `(q − z)·s`, in every spelling that exporters use."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import evolve, field, frozen

from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import iteration_dims_of
from tensorir.ir.dtype import DType
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Refused, RegionView
from tensorir.transforms.raising.formulas import number, product_of
from tensorir.transforms.raising.terms import Apply, At, Number, Reading, Term


@frozen
class Dequantized:
    """`(cast(q, stored) − zero)·number·Π times/Π over`; the maps are over the dims of the operand. The zero point and
    the scales do not depend on summed dims, `q` does."""

    q: Value = field(eq=id)
    map: AffineMap
    stored: DType
    zero: int | At = 0
    number: float = 1.0
    times: tuple[At, ...] = ()
    over: tuple[At, ...] = ()
    widest: int = 0
    """The most bits of a float type in the formula."""

    @property
    def largest(self) -> int:
        """The largest magnitude of an integer less its zero point."""
        low, high = self.stored.range
        least, most = (self.zero, self.zero) if isinstance(self.zero, int) else self.zero.dtype.range
        return max(abs(high - least), abs(low - most))


def dequantized(operand: Value, summed: Collection[int], view: RegionView) -> Dequantized | Refused | None:
    """Returns what an operand whose dims `summed` are summed is made of; None if it holds no integers."""
    made = view.def_of(operand)
    if made is None or len(made.results) != 1 or operand.type.encoding is not None:
        return None
    r = Reading(made, view)

    def stays(term: Term) -> bool:
        """Whether a term is a scale that may stand outside of the sum."""
        return isinstance(term, At) and term.dtype.is_float and not depends(term.map, summed)

    parts = product_of(r, r.root, stays)
    if parts is None:
        return None
    found: Dequantized | Refused | None = None
    literal = parts.number
    times: list[At] = []
    over: list[At] = []
    varying: At | None = None
    for term, scales in (*((t, times) for t in parts.times), *((t, over) for t in parts.over)):
        if (value := number(r, term)) is not None:
            if not value:
                return None
            literal = literal * value if scales is times else literal / value
        elif isinstance(term, At) and stays(term):
            scales.append(term)
        elif scales is times and found is None and (found := _integers(r, term, summed)) is not None:
            pass
        elif isinstance(term, At) and term.dtype.is_float:
            varying = term
        else:
            return None
    if found is None or isinstance(found, Refused):
        return found
    if varying is not None:
        return Refused(f"a scale of {varying.value.type} varies along a summed dim")
    return evolve(found, number=literal, times=tuple(times), over=tuple(over), widest=r.widest)


def depends(map: AffineMap, dims: Collection[int]) -> bool:
    return any(not iteration_dims_of(result).isdisjoint(dims) for result in map.results)


def _integers(r: Reading, term: Term, summed: Collection[int]) -> Dequantized | Refused | None:
    """Integers converted to a float, with or without a zero point, which is subtracted before or after that."""
    leaf = _leaf(r, term, summed)
    whole = _sum(r, term)
    if whole is None or (leaf is not None and not depends(leaf.map, summed)):
        return leaf
    found = _less_zero(r, whole, summed)
    return leaf if leaf is not None and not isinstance(found, Dequantized) else found


def _sum(r: Reading, term: Term) -> Apply | None:
    """The sum or the difference that a term is a conversion of."""
    while True:
        match term:
            case At():
                after = r.step(term)
                if after is None:
                    return None
                term = after
            case Apply(fn="sub" | "add"):
                return term
            case Apply(fn="cast", terms=(inner,)) if _keeps(inner.dtype, term.dtype):
                term = inner
            case _:
                return None


def _less_zero(r: Reading, whole: Apply, summed: Collection[int]) -> Dequantized | Refused | None:
    """`q − z`, `q + (−z)`, or a sum of q and a literal."""
    a, b = whole.terms
    pairs: list[tuple[Term, Term, int]] = [(a, b, 1)]
    if whole.fn == "add":
        pairs = []
        for one, other in ((a, b), (b, a)):
            match r.plain(other):
                case Apply(fn="neg", terms=(zero,)):
                    pairs.append((one, zero, 1))
                case Number():
                    pairs.append((one, other, -1))
                case _:
                    pass
    for q, z, sign in pairs:
        leaf = _leaf(r, q, summed)
        if leaf is None:
            continue
        zero = _zero(r, z, sign, summed)
        if isinstance(zero, Refused):
            return zero
        found = evolve(leaf, zero=zero)
        if whole.dtype.is_integer and not _holds(whole.dtype, (found.largest, -found.largest)):
            return Refused(f"an integer less its zero point may wrap in {whole.dtype}")
        return found
    return None


def _zero(r: Reading, term: Term, sign: int, summed: Collection[int]) -> int | At | Refused:
    match r.plain(term):
        case Number(value=value):
            if not abs(value) < 1 << 31 or value != int(value):
                return Refused(f"the zero point {value} is not an integer")
            return sign * int(value)
        case _:
            pass
    found = _source(r, term)
    if found is None or found[1].bits > 16 or found[0].dtype != found[1]:
        return Refused("the zero point is not known to be an integer of few bits")
    return Refused("the zero point varies along a summed dim") if depends(found[0].map, summed) else found[0]


def _leaf(r: Reading, term: Term, summed: Collection[int]) -> Dequantized | None:
    """Integers that are read along summed dims."""
    found = _source(r, term)
    if found is None or not depends(found[0].map, summed):
        return None
    at, stored = found
    return Dequantized(at.value, at.map, stored)


def _source(r: Reading, term: Term) -> tuple[At, DType] | None:
    """The narrowest integers that a term is a conversion of, and the type of their numbers: that in which they are
    stored, or one of as many bits, such as i8 that is read as u8."""
    found: tuple[At, DType] | None = None
    while True:
        match term:
            case At():
                if term.dtype.is_integer and term.dtype.kind != "bool" and term.value.type.encoding is None:
                    found = term, term.dtype
                after = r.step(term)
                if after is None:
                    return found
                term = after
            case Apply(fn="cast", terms=(inner,)) if _keeps(inner.dtype, term.dtype):
                term = inner
            case Apply(fn="cast", terms=(At() as inner,)) if _turns(inner.dtype, term.dtype):
                return inner, term.dtype
            case _:
                return found


def _keeps(source: DType, result: DType) -> bool:
    """Whether a conversion keeps integers, and floats but for rounding."""
    if result.is_float:
        return source.kind != "bool"
    return source.is_integer and source.kind != "bool" and _holds(result, source.range)


def _turns(source: DType, result: DType) -> bool:
    """Whether a conversion between integers keeps their bits, but not their numbers."""
    return source.is_integer and result.is_integer and source.bits == result.bits


def _holds(dtype: DType, numbers: Iterable[int]) -> bool:
    low, high = dtype.range
    return all(low <= n <= high for n in numbers)
