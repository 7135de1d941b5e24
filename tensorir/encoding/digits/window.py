"""Windows: the part of a digit that a slice or a pad of a tensor has."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.dims import Dim

WHOLE = None
"""All positions."""


@frozen(cache_hash=True)
class Window:
    """`count` positions from `begin` on, which may be before the first position of the digit."""

    begin: Dim
    count: Dim
