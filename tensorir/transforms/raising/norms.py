"""Layer norm and RMS norm from their parts, then with the scale and the bias that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from tensorir.dialects.linalg import Generic, LayerNorm
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Rewrite, pattern
from tensorir.transforms.raising.formulas import (
    Product,
    deviation,
    difference,
    mean,
    not_negative,
    product_of,
    root_below,
    square,
)
from tensorir.transforms.raising.rows import converted, filled, in_order, read_elsewhere, repeated, source_of, too_wide
from tensorir.transforms.raising.terms import Apply, At, Number, Reading, Term, Total

_ROOTS = frozenset({"mul", "div", "add", "cast"})


@frozen
class _Spread:
    """What the rows are divided by, without the root: the mean square of `source`, or of its distance from its mean."""

    source: Term
    dims: tuple[int, ...]
    centered: bool


@pattern(Generic)
def raise_norm(op: Generic, view: RegionView) -> Rewrite:
    """(x − mean x)/√(mean (x − mean x)² + ε)·s + b == layer_norm(x, s, b); x/√(mean x² + ε)·s == rms_norm(x, s)

    Also with rsqrt and powers, with the mean as a product with 1/n, and with the variance as mean x² − (mean x)². That
    one loses up to u·mean x² to cancellation, which the op does not, so the op is the closer one; otherwise both are
    within (n + 8)·u of the exact number, relative to its parts. Constant rows, NaN and infinities give the same, but
    for the NaN of a variance that cancellation makes negative. In 16-bit types the op computes in f32, rounds once, and
    does not overflow where x² does. Refused if the divisor of a mean is not the length of the row,
    or if anything but other norms of the same rows reads a part of it."""
    found = _found(op, view)
    if not isinstance(found, _Norm):
        return found

    def alike(reader: Op) -> Sequence[Value] | None:
        other = _found(reader, view)
        return other.leaves if isinstance(other, _Norm) and other.rows == found.rows else None

    return read_elsewhere(op, found.leaves, view, alike=alike) or _emitted(op, found)


@frozen
class _Norm:
    """A norm of `rows` that a formula computes."""

    rows: At
    spread: _Spread
    epsilon: float
    scale: At | None
    shift: At | None

    @property
    def leaves(self) -> list[Value]:
        """What the formula reads."""
        return [self.rows.value, *(vector.value for vector in (self.scale, self.shift) if vector is not None)]


def _found(op: Op, view: RegionView) -> _Norm | Refused | None:
    """The norm of which an op computes the last step, whoever else reads its parts."""
    if not isinstance(op, Generic) or op.encoding is not None:
        return None
    if op.body.result.fn not in _ROOTS or not op.result.type.dtype.is_float:
        return None
    readings = (_normed(op, view, term, bias) for term, bias in _sums(Reading(op, view)))
    return next((found for found in readings if found is not None), None)


def _sums(r: Reading) -> Iterator[tuple[Callable[[Reading], Term], Callable[[Reading], Term | None]]]:
    """The ways to read the root as a product and a bias, as functions of a reading."""
    match r.plain(r.root):
        case Apply(fn="add"):
            for i in (0, 1):
                yield (lambda r, i=i: _summand(r, i)), (lambda r, i=i: _summand(r, 1 - i))
        case Apply(fn="mul" | "div"):
            yield (lambda r: r.root), (lambda r: None)
        case _:
            pass


def _summand(r: Reading, i: int) -> Term:
    match r.plain(r.root):
        case Apply(terms=terms):
            return terms[i]
        case _:
            raise AssertionError("the root was a sum when it was read first")


def _normed(
    op: Generic, view: RegionView, product: Callable[[Reading], Term], added: Callable[[Reading], Term | None]
) -> _Norm | Refused | None:
    first = Reading(op, view)
    parts = product_of(first, product(first))
    if parts is None or (below := root_below(first, parts.times, parts.over)) is None:
        return None
    if (with_epsilon := deviation(first, below[1])) is None:
        return None
    spread = _spread(first, with_epsilon[0])
    if spread is None or isinstance(spread, Refused):
        return spread
    x = source_of(first, spread.source, spread.dims, view)
    if x is None or isinstance(x, Refused):
        return x
    r = Reading(op, view)  # again, but the rows are not taken apart, nor counted as part of the formula
    dims = spread.dims
    along = r.along(dims)
    parts = product_of(r, product(r), lambda t: t == x or (isinstance(t, At) and t.map == along and len(dims) < r.rank))
    if parts is None or (below := root_below(r, parts.times, parts.over)) is None:
        return None
    _spread(r, below[1])
    scale = _scale(r, parts, below[0], x, spread)
    if scale is None:
        return None
    bias = added(r)
    shift = None if bias is None else vector(r, bias, dims)
    if (bias is not None and shift is None) or (shift is not None and not spread.centered):
        return None
    return too_wide(r, x.dtype) or _Norm(x, spread, with_epsilon[1], scale[0] if scale else None, shift)


def _scale(r: Reading, parts: Product, root: Term, x: At, spread: _Spread) -> list[At] | None:
    """The scale that is left if the rows and the root are taken out of a product: one or none. None if more is left."""
    times, over = [t for t in parts.times if t is not root], [t for t in parts.over if t is not root]
    if parts.number != 1 or over:
        return None
    scales: list[At] = []
    rows = 0
    for factor in times:
        if _is_rows(r, factor, x, spread):
            rows += 1
        elif (found := vector(r, factor, spread.dims)) is not None:
            scales.append(found)
        else:
            return None
    return scales if rows == 1 and len(scales) <= 1 else None


def _is_rows(r: Reading, factor: Term, x: At, spread: _Spread) -> bool:
    if not spread.centered:
        return r.same(factor, x)
    if factor == x or (pair := difference(r, factor)) is None or not r.same(pair[0], x):
        return False
    center = mean(r, pair[1])
    return center is not None and center.right and center.total.dims == spread.dims and r.same(center.total.source, x)


def vector(r: Reading, term: Term, dims: tuple[int, ...]) -> At | None:
    """The value of the sizes of `dims` that a term reads along them, before broadcasts and conversions of floats."""
    along = r.along(dims)
    while True:
        match term:
            case At() if term.map == along and term.dtype.is_float:
                return term
            case Apply(fn="cast", terms=(inner,)) if inner.dtype.is_float and term.dtype.is_float:
                r.widest = max(r.widest, term.dtype.bits, inner.dtype.bits)
                term = inner
            case _:
                after = r.step(term)
                if after is None:
                    return None
                term = after


def _spread(r: Reading, term: Term) -> _Spread | Refused | None:
    v = not_negative(r, term)
    if (outer := mean(r, v)) is None:
        return _of_moments(r, v)
    squared = square(r, outer.total.source)
    if squared is None or not outer.total.dims:
        return None
    wrong = None if outer.right else _wrong_count(r, outer.total, outer.count)
    pair = difference(r, squared)
    center = None if pair is None else mean(r, pair[1])
    if pair is None or center is None or not r.same(center.total.source, pair[0]):
        return wrong or _Spread(squared, outer.total.dims, centered=False)
    if not center.right:
        wrong = _wrong_count(r, center.total, center.count)
    if center.total.dims != outer.total.dims:
        return Refused(f"the mean is along {list(center.total.dims)}, the variance along {list(outer.total.dims)}")
    return wrong or _Spread(pair[0], outer.total.dims, centered=True)


def _of_moments(r: Reading, term: Term) -> _Spread | Refused | None:
    """The variance as mean x² − (mean x)²."""
    if (pair := difference(r, term)) is None:
        return None
    outer, inner = mean(r, pair[0]), square(r, pair[1])
    center = None if inner is None else mean(r, inner)
    if outer is None or center is None or (squared := square(r, outer.total.source)) is None:
        return None
    if not r.same(squared, center.total.source) or center.total.dims != outer.total.dims or not outer.total.dims:
        return None
    for m in (outer, center):
        if not m.right:
            return _wrong_count(r, m.total, m.count)
    return _Spread(squared, outer.total.dims, centered=True)


def _wrong_count(r: Reading, total: Total, count: str) -> Refused:
    length = "·".join(str(r.shape[d]) for d in total.dims)
    return Refused(f"a sum along a row of {length} elements is divided by {count}, so it is not their mean")


def _emitted(op: Generic, norm: _Norm) -> list[Op]:
    spread, scale, shift = norm.spread, norm.scale, norm.shift
    ops: list[Op] = []
    x = repeated(norm.rows, op.result, ops, op.loc)
    dtype = x.type.dtype
    factor = filled(1, x, spread.dims, ops, op.loc) if scale is None else converted(scale.value, dtype, ops, op.loc)
    if spread.centered:
        summand = (
            filled(0, x, spread.dims, ops, op.loc) if shift is None else converted(shift.value, dtype, ops, op.loc)
        )
        made: Op = LayerNorm(x, factor, summand, spread.dims, norm.epsilon, loc=op.loc)
    else:
        made = RmsNorm(x, factor, spread.dims, norm.epsilon, loc=op.loc)
    ops.append(made)
    converted(made.result, op.result.type.dtype, ops, op.loc)
    return ops


@pattern(Generic)
def scale_of_norm(op: Generic, view: RegionView) -> Rewrite:
    """norm(x, 1, 0)·s == norm(x, s, 0), and norm(x, s, 0) + b == norm(x, s, b), if nothing else reads the norm

    The norm may be repeated along other dims. The op rounds once less in 16-bit types; otherwise the bits are the same,
    but for the sign of zeros."""
    if op.body.result.fn not in ("mul", "add") or op.encoding is not None or len(op.inputs) != 2:
        return None
    r = Reading(op, view)
    match r.root:
        case Apply(fn=fn, terms=(a, b), dtype=dtype) if dtype.is_float:
            pass
        case _:
            return None
    for term, other in ((a, b), (b, a)):
        norm = view.def_of(term.value) if isinstance(term, At) else None
        if not isinstance(term, At) or not isinstance(norm, LayerNorm | RmsNorm) or norm.extent is not None:
            continue
        dims = tuple(d for d in (term.map.dims[d] for d in norm.dims) if d is not None)
        if len(dims) < len(norm.dims) or dims != tuple(sorted(dims)) or not in_order(r, term, dims):
            continue
        found = vector(r, other, dims)
        if found is None or not found.dtype == dtype == term.dtype:
            return None
        if (made := _with(r, norm, fn, found.value, op.loc)) is None:
            return None
        if len(view.users_of(term.value)) > 1 or view.is_yielded(term.value):
            return Refused("others read the norm without it, so it would be computed twice", "inputs[0]")
        ops: list[Op] = [made]
        repeated(At(made.result, term.map), op.result, ops, op.loc)
        return ops
    return None


def _with(r: Reading, norm: LayerNorm | RmsNorm, fn: str, vector: Value, loc: Location) -> Op | None:
    """A norm that has no scale yet, or no bias, with one."""
    x, dims, epsilon = norm.source, norm.dims, norm.epsilon
    plain = _is(r, norm.scale, 1)
    match norm, fn:
        case RmsNorm(), "mul" if plain:
            return RmsNorm(x, vector, dims, epsilon, loc=loc)
        case LayerNorm(), "mul" if plain and _is(r, norm.bias, 0):
            return LayerNorm(x, vector, norm.bias, dims, epsilon, loc=loc)
        case LayerNorm(), "add" if _is(r, norm.bias, 0):
            return LayerNorm(x, norm.scale, vector, dims, epsilon, loc=loc)
        case _:
            return None


def _is(r: Reading, vector: Value, number: float) -> bool:
    """Whether all elements of a vector are one number."""
    rank = vector.type.rank
    match r.look(r.at(vector, r.along(tuple(range(r.rank - rank, r.rank))))):
        case Number(value=value):
            return value == number
        case _:
            return False


NORMS: tuple[Pattern, ...] = (raise_norm, scale_of_norm)
