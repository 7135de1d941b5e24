"""Encodings state the *intent* to lay out a tensor for a contraction: the purpose, never the layout itself.

An encoding names the contraction (its iteration space), the role of the tensor in it, and the views between
that role and the encoded tensor. Two values whose encodings are equal get equal layouts on every device.
"""

from __future__ import annotations

from typing import Literal

from attrs import evolve, field, frozen

from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View, inverse
from tensorir.ir.affine import AffineMap
from tensorir.ir.dtype import DType
from tensorir.ir.types import TypeEncoding

Role = Literal["lhs", "rhs", "result"]
ROLES: tuple[Role, ...] = ("lhs", "rhs", "result")

NARROW = 16
"""Static sizes up to this one are kept in an encoding, because tiles are truncated for them. Keeping larger sizes would
only prevent equal layouts from being recognised as equal."""


@frozen(cache_hash=True)
class ContractionSpace:
    """An iteration space: the indexing maps and element types of lhs, rhs and result, and the `narrow` size of each
    dim.

    `narrow[d]` is the static size of iteration dim d if it is at most NARROW, else None.
    """

    maps: tuple[AffineMap, AffineMap, AffineMap]
    types: tuple[DType, DType, DType]
    narrow: tuple[int | None, ...]

    def map_of(self, role: Role) -> AffineMap:
        return self.maps[ROLES.index(role)]

    def dims_in(self, lhs: bool, rhs: bool, result: bool) -> tuple[int, ...]:
        """Iteration dims that occur in exactly the given operands."""
        wanted = (lhs, rhs, result)
        return tuple(d for d in range(self.maps[0].num_dims) if tuple(d in m.dims for m in self.maps) == wanted)

    @property
    def batch(self) -> tuple[int, ...]:
        return self.dims_in(lhs=True, rhs=True, result=True)

    @property
    def m(self) -> tuple[int, ...]:
        return self.dims_in(lhs=True, rhs=False, result=True)

    @property
    def n(self) -> tuple[int, ...]:
        return self.dims_in(lhs=False, rhs=True, result=True)

    @property
    def k(self) -> tuple[int, ...]:
        return self.dims_in(lhs=True, rhs=True, result=False)

    @property
    def tiled(self) -> tuple[int, int, int]:
        """The M, the N and the K dim that tiles cut: of several the last one that is not narrow, or else the last one.
        The other dims stay outside of the tiles. Requires at least one of each."""
        m, n, k = (self._tiled_of(dims) for dims in (self.m, self.n, self.k))
        return m, n, k

    def _tiled_of(self, dims: tuple[int, ...]) -> int:
        return next((d for d in reversed(dims) if self.narrow[d] is None), dims[-1])

    def __str__(self) -> str:
        types = ", ".join(map(str, self.types))
        sizes = ", ".join("?" if s is None else str(s) for s in self.narrow)
        return f"maps = [{', '.join(map(str, self.maps))}], types = [{types}], narrow = [{sizes}]"


@frozen(cache_hash=True)
class Encoding(TypeEncoding):
    """The intent to store a tensor as `role` of `contraction`, seen through `views` (the first is applied first)."""

    contraction: ContractionSpace
    role: Role
    views: tuple[View, ...] = field(default=())

    @property
    def rank(self) -> int:
        """The rank of the tensor behind all views."""
        if not self.views:
            return len(self.contraction.map_of(self.role).results)
        match self.views[-1]:
            case Transposed(permutation=dims) | Projected(dims=dims):
                return len(dims)
            case Expanded(shape=shape):
                return len(shape)
            case Collapsed(groups=groups):
                return len(groups)

    def through(self, view: View) -> Encoding:
        """Returns the encoding of the tensor behind one more view. Views that undo each other are dropped."""
        if isinstance(view, Transposed):
            if view.permutation == tuple(range(len(view.permutation))):
                return self
            if self.views and isinstance(last := self.views[-1], Transposed):
                joined = Transposed(tuple(last.permutation[p] for p in view.permutation))
                return evolve(self, views=self.views[:-1]).through(joined)
        if self.views and inverse(self.views[-1]) == view:
            return evolve(self, views=self.views[:-1])
        if isinstance(view, Projected) and self.views and isinstance(last := self.views[-1], Projected):
            return evolve(self, views=(*self.views[:-1], Projected(tuple(last.dims[d] for d in view.dims))))
        return evolve(self, views=(*self.views, view))

    def __str__(self) -> str:
        via = f", via = [{', '.join(map(str, self.views))}]" if self.views else ""
        return f"#encoding<{self.role}, {self.contraction}{via}>"
