"""What never changes needs no copy: `copy.copy` and `copy.deepcopy` of the program's nodes give the node itself."""

from __future__ import annotations

from typing import Any, Self


class Immutable:
    """Base of nodes that are compared by identity. A copy of one would be another node, equal to nothing."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
