"""Immutable nodes need no copies: `copy.copy` and `copy.deepcopy` of a node return the node itself."""

from __future__ import annotations

from typing import Any, Self


class Immutable:
    """Base of nodes that are compared by identity. A copy would be a different node, equal to no other."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
