"""Affine maps `(d0, d1) -> (d1, d0)`: which element of a tensor an iteration reads (linalg's indexing maps)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, cached_property

from attrs import frozen

from tensorir.ir.dims import (
    Dim,
    DimExpr,
    Divided,
    Division,
    IterationDim,
    Monomial,
    evaluate,
    iteration_dim,
    iteration_dims_of,
    substitute,
    symbols_of,
)


@frozen(cache_hash=True)
class AffineMap:
    """`num_dims` iteration dims to one expression per tensor dim, over `iteration_dim(0)`, `iteration_dim(1)`, …

    Frequently used properties are computed once per map; `select` returns the same object for the same dims."""

    num_dims: int
    results: tuple[Dim, ...]

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The size symbols in the results, sorted. The indexing maps of linalg ops have none."""
        return tuple(sorted(frozenset[str]().union(*map(symbols_of, self.results))))

    @cached_property
    def dims(self) -> tuple[int | None, ...]:
        """For each result, the iteration dim that it is, or None if it is another expression."""
        return tuple(_plain_dim(r) for r in self.results)

    @cached_property
    def is_projected_permutation(self) -> bool:
        """Whether each result is a different iteration dim."""
        dims = self.dims
        return None not in dims and len(set(dims)) == len(dims)

    @cached_property
    def is_permutation(self) -> bool:
        return self.is_projected_permutation and len(self.results) == self.num_dims

    @cached_property
    def is_identity(self) -> bool:
        return self.dims == tuple(range(self.num_dims))

    def positions(self) -> tuple[int, ...]:
        """The iteration dim of each result. Raises ValueError unless the map is a projected permutation."""
        dims = tuple(d for d in self.dims if d is not None)
        if not self.is_projected_permutation:
            raise ValueError(f"{self} is not a projected permutation")
        return dims

    def compose(self, inner: AffineMap) -> AffineMap:
        """`self ∘ inner`: first `inner`, then `self`."""
        if inner_len := len(inner.results) - self.num_dims:
            raise ValueError(f"{self} takes {self.num_dims} dims, {inner} gives {inner_len + self.num_dims}")
        values = dict(enumerate(inner.results))
        return AffineMap(inner.num_dims, tuple(substitute(r, {}, values) for r in self.results))

    def apply(self, point: Sequence[int]) -> tuple[int, ...]:
        """Returns the tensor index that the iteration `point` accesses."""
        values = dict(enumerate(point))
        return tuple(evaluate(r, {}, values) for r in self.results)

    def strides(self, result: int) -> tuple[dict[int, int], int] | None:
        """Returns result number `result` as Σ stride·dim + offset: the nonzero strides by dim, and the offset. Returns
        None if it is not such a sum."""
        strides: dict[int, int] = {}
        offset = 0
        for monomial, coefficient in _terms_of(self.results[result]):
            match monomial:
                case ():
                    offset = coefficient
                case (IterationDim(index=dim),):
                    strides[dim] = coefficient
                case _:
                    return None
        return strides, offset

    def divided(self, result: int) -> tuple[Division, int, int] | None:
        """Returns (kind, dim, divisor) if result number `result` is one dim divided by a constant, otherwise None."""
        match self.results[result]:
            case DimExpr(
                terms=(
                    (
                        (Divided(kind=kind, a=DimExpr(terms=(((IterationDim(index=dim),), 1),)), b=int() as divisor),),
                        1,
                    ),
                )
            ):
                return kind, dim, divisor
            case _:
                return None

    def ends(self, result: int, sizes: Sequence[Dim]) -> tuple[Dim, Dim] | None:
        """Returns the smallest and largest value of a result over an iteration space in which no dim is empty. Returns
        None if the result is neither linear nor monotone."""
        expr = self.results[result]
        if (linear := self.strides(result)) is not None:
            strides, offset = linear
            first: Dim = offset
            last: Dim = offset
            for d, stride in strides.items():
                end = stride * (sizes[d] - 1)
                first, last = (first + end, last) if stride < 0 else (first, last + end)
            return first, last
        if symbols_of(expr) or not _is_monotone(expr):
            return None
        dims = iteration_dims_of(expr)
        return substitute(expr, {}, dict.fromkeys(dims, 0)), substitute(expr, {}, {d: sizes[d] - 1 for d in dims})

    def reach(self, result: int, sizes: Sequence[Dim]) -> tuple[int, int] | None:
        """Returns the smallest and largest value of a result over the iteration space. Returns None if the space is
        empty, if it may be empty because a size is unknown, and if the result is neither linear nor monotone."""
        if any(not isinstance(s, int) or s <= 0 for s in sizes):
            return None
        if any(d >= len(sizes) for d in iteration_dims_of(self.results[result])):
            return None
        match self.ends(result, sizes):
            case (int() as first, int() as last):
                return first, last
            case _:
                return None

    def __str__(self) -> str:
        dims = ", ".join(f"d{i}" for i in range(self.num_dims))
        symbols = f"[{', '.join(self.symbols)}]" if self.symbols else ""
        return f"({dims}){symbols} -> ({', '.join(map(str, self.results))})"


def affine_map(num_dims: int, results: Iterable[Dim | None]) -> AffineMap:
    """Makes a map from expressions over `iteration_dim(0)`, `iteration_dim(1)`, …; None stands for 0."""
    return AffineMap(num_dims, tuple(0 if r is None else r for r in results))


def select(num_dims: int, dims: Iterable[int]) -> AffineMap:
    """Returns the map whose results are the given iteration dims, in that order."""
    return _select(num_dims, tuple(dims))


@cache
def _select(num_dims: int, dims: tuple[int, ...]) -> AffineMap:
    return AffineMap(num_dims, tuple(map(iteration_dim, dims)))


def identity(rank: int) -> AffineMap:
    """`(d0, …) -> (d0, …)`."""
    return select(rank, range(rank))


def _plain_dim(expr: Dim) -> int | None:
    match expr:
        case DimExpr(terms=(((IterationDim(index=dim),), 1),)):
            return dim
        case _:
            return None


def _terms_of(expr: Dim) -> tuple[tuple[Monomial, int], ...]:
    return (((), expr),) if isinstance(expr, int) else expr.terms


def _is_monotone(expr: Dim) -> bool:
    """Whether an expression never decreases when a dim grows: sums of dims, and their quotients by a constant."""
    if isinstance(expr, int):
        return True
    return all(
        (coefficient >= 0 or not monomial)
        and len(monomial) <= 1  # factors might be negative
        and all(
            not isinstance(atom, Divided)
            or (atom.kind != "mod" and isinstance(atom.b, int) and atom.b > 0 and _is_monotone(atom.a))
            for atom in monomial
        )
        for monomial, coefficient in expr.terms
    )
