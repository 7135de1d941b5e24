"""Affine maps `(d0, d1) -> (d1, d0)`: which element of a tensor an iteration reads (linalg's indexing maps)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from tensorir.ir.dims import Dim, DimExpr, Symbol, evaluate, substitute, symbol


@frozen(cache_hash=True)
class AffineMap:
    """`num_dims` iteration dims to one expression per tensor dim. Expressions use the symbols d0, d1, …"""

    num_dims: int
    results: tuple[Dim, ...]

    @property
    def dims(self) -> tuple[int | None, ...]:
        """Per result the iteration dim that it is, or None where it is another expression."""
        return tuple(_plain_dim(r) for r in self.results)

    @property
    def is_projected_permutation(self) -> bool:
        """Each result is a different iteration dim."""
        dims = self.dims
        return None not in dims and len(set(dims)) == len(dims)

    @property
    def is_permutation(self) -> bool:
        return self.is_projected_permutation and len(self.results) == self.num_dims

    @property
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
        values = {f"d{i}": r for i, r in enumerate(inner.results)}
        return AffineMap(inner.num_dims, tuple(substitute(r, values) for r in self.results))

    def apply(self, point: Sequence[int]) -> tuple[int, ...]:
        """The tensor index that the iteration `point` touches."""
        values = {f"d{i}": p for i, p in enumerate(point)}
        return tuple(evaluate(r, values) for r in self.results)

    def __str__(self) -> str:
        dims = ", ".join(f"d{i}" for i in range(self.num_dims))
        return f"({dims}) -> ({', '.join(map(str, self.results))})"


def affine_map(num_dims: int, results: Iterable[Dim | None]) -> AffineMap:
    """A map from given expressions over `symbol("d0")`, `symbol("d1")`, …"""
    return AffineMap(num_dims, tuple(0 if r is None else r for r in results))


def select(num_dims: int, dims: Iterable[int]) -> AffineMap:
    """The map whose results are the given iteration dims, in that order."""
    return AffineMap(num_dims, tuple(symbol(f"d{d}") for d in dims))


def identity(rank: int) -> AffineMap:
    """`(d0, …) -> (d0, …)`."""
    return select(rank, range(rank))


def _plain_dim(expr: Dim) -> int | None:
    match expr:
        case DimExpr(terms=(((Symbol(name=name),), 1),)) if name[1:].isdigit() and name[0] == "d":
            return int(name[1:])
        case _:
            return None
