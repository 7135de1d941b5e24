"""A value as a formula over the dims of the op that a pattern looks at, whatever ops compute it.

The formula of `softmax` is the same whether an exporter writes one op or twelve, keeps reduced dims as dims of size 1
or drops them, swaps the operands of a sum, or converts element types in between. A term is read lazily, one op at a
time, so that a pattern costs what its formula is long, not what the program is long.

The index space of all terms is that of the root, the op at which reading begins: its dims are those of the result. A
reduction binds the dims of the root that the reduced value lacks. Law: `value[p] == term at p` for every position p of
the root, but for the rounding of conversions between floats where `plain` drops them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, Union

import numpy as np
from attrs import field, frozen

from tensorir.dialects.linalg import Broadcast, Contract, Fill, Generic, Reduce, Transpose
from tensorir.dialects.tensor import CollapseShape, Constant, ExpandShape, Size
from tensorir.encoding.views import Groups
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, iteration_dim
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarValue
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import RegionView

COMPARED = 64
"""How many pairs of terms a comparison of two formulas looks at before it says that they differ."""

SPLAT = 4096
"""The largest literal whose elements are compared to find out whether they are one number."""


@frozen
class At:
    """The element of `value` at `map` of a position of the root. A dim of size 1 is read at 0."""

    value: Value = field(eq=id)
    map: AffineMap

    @property
    def dtype(self) -> DType:
        return self.value.type.dtype


@frozen
class Number:
    value: ScalarValue
    dtype: DType


@frozen(eq=False)
class Apply:
    """A scalar function of terms."""

    fn: str
    terms: tuple[Term, ...]
    dtype: DType


@frozen(eq=False)
class Total:
    """The combination of `source` along the root's `dims`; `dtype` is that of the elements."""

    kind: str
    source: Term
    dims: tuple[int, ...]
    dtype: DType


Term: TypeAlias = Union[At, Number, Apply, Total]


class Reading:
    """Reads terms from the op `root`, whose only result is a value without encoding. `widest`: the most bits of a float
    type in what was read."""

    def __init__(self, root: Op, view: RegionView) -> None:
        self._view = view
        self._read: dict[At, Term | None] = {}
        self.shape = root.result.type.shape
        self.rank = len(self.shape)
        self.widest = 0
        self.body: list[tuple[Scalar, Term]] = []
        """The nodes of the body of a root that is a `linalg.generic`, operands before users, and their terms."""
        if isinstance(root, Generic):
            self.body = self._body(root, self.identity)
        self.root: Term = self.body[-1][1] if self.body else self.at(root.result, self.identity)

    @property
    def identity(self) -> AffineMap:
        """The map of a value that has the shape of the root."""
        return _reduced_to(range(self.rank), self.shape, self.rank)

    def along(self, dims: tuple[int, ...]) -> AffineMap:
        """The map of a value that has only the root's `dims`."""
        return _reduced_to(dims, self.shape, self.rank)

    def at(self, value: Value, map: AffineMap) -> At:
        sizes = value.type.shape
        if any(s == 1 and r != 0 for s, r in zip(sizes, map.results, strict=True)):
            map = AffineMap(map.num_dims, tuple(0 if s == 1 else r for s, r in zip(sizes, map.results, strict=True)))
        return At(value, map)

    def step(self, term: Term) -> Term | None:
        """Returns what the op computes that defines the value which `term` reads; None if `term` reads no value, or one
        of which nothing can be said."""
        if not isinstance(term, At):
            return None
        if term not in self._read:  # kept, so that it is the same object when it is read again
            op = self._view.def_of(term.value)
            self._read[term] = None if op is None else self._defined(op, term.map)
        return self._read[term]

    def look(self, term: Term) -> Term:
        """Reads on until the term is a function, a number or a reduction, or nothing can be said."""
        while (after := self.step(term)) is not None:
            term = after
        return term

    def plain(self, term: Term) -> Term:
        """Like `look`, without conversions between floats."""
        while True:
            term = self.look(term)
            if term.dtype.is_float:
                self.widest = max(self.widest, term.dtype.bits)
            match term:
                case Apply(fn="cast", terms=(inner,)) if term.dtype.is_float and inner.dtype.is_float:
                    term = inner
                case _:
                    return term

    def same(self, a: Term, b: Term) -> bool:
        """Whether two terms are known to be equal at every position: they are the same formula."""
        left = COMPARED
        pairs = [(a, b)]
        while pairs:
            a, b = pairs.pop()
            if a is b or (isinstance(a, At | Number) and a == b):
                continue
            left -= 1
            if left < 0:
                return False
            match self.look(a), self.look(b):
                case (At() | Number()) as x, y if x == y:
                    pass
                case Apply() as x, Apply() as y if (x.fn, x.dtype) == (y.fn, y.dtype):
                    pairs += zip(x.terms, y.terms, strict=True)
                case Total() as x, Total() as y if (x.kind, x.dims, x.dtype) == (y.kind, y.dims, y.dtype):
                    pairs.append((x.source, y.source))
                case _:
                    return False
        return True

    def size(self, term: Term) -> Dim | None:
        """Returns the size or the whole number that a term is, in any element type."""
        match self.look(term):
            case Number(value=value) if abs(value) < 1 << 53 and value == int(value):
                return int(value)
            case At(value=value):
                made = self._view.def_of(value)
                return made.size if isinstance(made, Size) else None
            case Apply(fn="cast", terms=(inner,)):
                return self.size(inner)
            case Apply(fn="mul", terms=(a, b)):
                sizes = self.size(a), self.size(b)
                return None if sizes[0] is None or sizes[1] is None else sizes[0] * sizes[1]
            case _:
                return None

    def _defined(self, op: Op, map: AffineMap) -> Term | None:
        if op.results[0].type.encoding is not None:
            return None
        match op:
            case Generic():
                body = self._body(op, map)
                return body[-1][1] if body else None
            case Transpose(source=x, permutation=permutation):
                place = dict(zip(permutation, map.results, strict=True))
                return self.at(x, AffineMap(self.rank, tuple(place[d] for d in range(x.type.rank))))
            case Broadcast(source=x, dims=dims):
                kept = (r for d, r in enumerate(map.results) if d not in dims)
                return self.at(x, AffineMap(self.rank, tuple(kept)))
            case ExpandShape(source=x, groups=groups, shape=shape):
                return self._merged(x, groups, shape, map)
            case CollapseShape(source=x, groups=groups):
                return self._split(x, groups, map)
            case Reduce(source=x, kind=kind, dims=dims, extent=None):
                kept = tuple(d for d in range(x.type.rank) if d not in dims)
                found = self._bound(kept, x.type.shape, map)
                return None if found is None else Total(kind, self.at(x, found[0]), found[1], x.type.dtype)
            case Contract(init=(), tiles=None):
                return self._contract(op, map)
            case Fill(value=value, type=type):
                return Number(value, type.dtype)
            case Constant(value=data):
                array = data.array
                if not array.size or array.size > SPLAT or not (array == array.flat[0]).all():
                    return None
                return Number(array.flat[0].item(), data.dtype)
            case _:
                return None

    def _body(self, op: Generic, map: AffineMap) -> list[tuple[Scalar, Term]]:
        """Each node of a body and its term; nothing for a body that reads indices."""
        if op.body.iteration_dims:
            return []
        place = dict(zip(op.maps[-1].positions(), map.results, strict=True))
        inner = AffineMap(self.rank, tuple(place[d] for d in range(len(place))))
        made: dict[int, Term] = {}
        found: list[tuple[Scalar, Term]] = []
        for node in op.body.nodes():
            if node.fn == "arg":
                term: Term = self.at(op.inputs[node.index], op.maps[node.index].compose(inner))
            else:
                term = _term(node, tuple(made[id(o)] for o in node.operands))
            made[id(node)] = term
            found.append((node, term))
        return found

    def _contract(self, op: Contract, map: AffineMap) -> Term | None:
        loops = op.loops()
        found = self._bound(op.maps[2].positions(), loops.sizes, map)
        if found is None or not op.dtype.is_float or op.lhs.type.encoding or op.rhs.type.encoding:
            return None
        inner, dims = found
        lhs, rhs = (self.at(v, m.compose(inner)) for v, m in zip((op.lhs, op.rhs), op.maps[:2], strict=True))
        total = loops.bodies[0].result.dtype
        return Total("add", Apply("mul", (lhs, rhs), total), dims, total)

    def _bound(
        self, kept: tuple[int, ...], shape: tuple[Dim, ...], map: AffineMap
    ) -> tuple[AffineMap, tuple[int, ...]] | None:
        """Returns where an iteration space of `shape` lies in the root whose dims `kept` are read at `map`: the other
        dims are those of the root that `map` does not read, which are returned too."""
        read = set(map.dims)
        free = [d for d, s in enumerate(self.shape) if d not in read and s != 1]
        reduced = [d for d, s in enumerate(shape) if d not in kept and s != 1]
        if [self.shape[d] for d in free] != [shape[d] for d in reduced] or None in _plain(map):
            return None
        place: dict[int, Dim] = dict(zip(kept, map.results, strict=True))
        place.update(zip(reduced, _reduced_to(free, self.shape, self.rank).results, strict=True))
        return AffineMap(self.rank, tuple(place.get(d, 0) for d in range(len(shape)))), tuple(free)

    def _merged(self, x: Value, groups: Groups, shape: tuple[Dim, ...], map: AffineMap) -> Term | None:
        """A value read before dims of size 1 were added."""
        read: list[Dim] = []
        for group in groups or ():
            longer = [d for d in group if shape[d] != 1]
            if len(longer) > 1:
                return None
            read.append(map.results[longer[0]] if longer else 0)
        return self.at(x, AffineMap(self.rank, tuple(read)))

    def _split(self, x: Value, groups: Groups, map: AffineMap) -> Term | None:
        """A value read before dims of size 1 were dropped."""
        read: list[Dim] = [0] * x.type.rank
        for group, result in zip(groups, map.results, strict=True):
            longer = [d for d in group if x.type.shape[d] != 1]
            if len(longer) > 1:
                return None
            if longer:
                read[longer[0]] = result
        return self.at(x, AffineMap(self.rank, tuple(read)))


def _term(node: Scalar, terms: tuple[Term, ...]) -> Term:
    match node.fn, terms:
        case "const", _:
            return Number(node.value, node.dtype)
        case "cast", (Number(value=value),) if node.dtype.is_float:
            return Number(_rounded(value, node.dtype), node.dtype)
        case _:
            return Apply(node.fn, terms, node.dtype)


def _rounded(value: ScalarValue, dtype: DType) -> float:
    return float(np.float64(value).astype(dtype.numpy))


def _plain(map: AffineMap) -> list[int | None]:
    """The dim of the root that each result is, -1 for the position 0, and None for anything else or a dim again."""
    found = [-1 if r == 0 else d for r, d in zip(map.results, map.dims, strict=True)]
    return [None if d is not None and d >= 0 and found.count(d) > 1 else d for d in found]


def _reduced_to(dims: Iterable[int], shape: tuple[Dim, ...], rank: int) -> AffineMap:
    return AffineMap(rank, tuple(0 if shape[d] == 1 else iteration_dim(d) for d in dims))
