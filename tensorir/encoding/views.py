"""View steps: how a tensor's dims relate to those of the tensor that an encoding or layout was made for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias, Union

from attrs import frozen

from tensorir.ir.dims import Dim

Groups: TypeAlias = tuple[tuple[int, ...], ...]


def groups_around(starts: Sequence[int], rank: int) -> Groups:
    """Splits dims into one group per entry of `starts`, each beginning at its start; the first also takes all dims
    before."""
    bounds = [0, *starts[1:], rank] if starts else []
    return tuple(tuple(range(start, end)) for start, end in pairwise(bounds))


@frozen(cache_hash=True)
class Transposed:
    """Dim i of the new tensor is dim `permutation[i]` of the old one."""

    permutation: tuple[int, ...]

    def __str__(self) -> str:
        return f"transpose{list(self.permutation)}"


@frozen(cache_hash=True)
class Expanded:
    """Old dim g is split, row-major, into the new dims `groups[g]`; `shape` is the new shape."""

    groups: Groups
    shape: tuple[Dim, ...]

    def __str__(self) -> str:
        return f"expand{[list(g) for g in self.groups]} to [{', '.join(map(str, self.shape))}]"


@frozen(cache_hash=True)
class Collapsed:
    """The old dims `groups[g]` are merged, row-major, into new dim g; `shape` is the *old* shape."""

    groups: Groups
    shape: tuple[Dim, ...]

    def __str__(self) -> str:
        return f"collapse{[list(g) for g in self.groups]} from [{', '.join(map(str, self.shape))}]"


@frozen(cache_hash=True)
class Projected:
    """The new tensor has only the old dims `dims`, in that order; it is broadcast along the others."""

    dims: tuple[int, ...]

    def __str__(self) -> str:
        return f"project{list(self.dims)}"


View: TypeAlias = Union[Transposed, Expanded, Collapsed, Projected]


def inverse(view: View) -> View | None:
    """Returns the view that undoes another one; None for one that drops dims."""
    match view:
        case Transposed(permutation):
            return Transposed(tuple(permutation.index(d) for d in range(len(permutation))))
        case Expanded(groups, shape):
            return Collapsed(groups, shape)
        case Collapsed(groups, shape):
            return Expanded(groups, shape)
        case Projected():
            return None
