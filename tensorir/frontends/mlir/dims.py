"""What is known of the sign of sizes and of positions."""

from __future__ import annotations

from tensorir.ir.dims import Dim


def never_negative(dim: Dim) -> bool:
    """Sizes and positions are not; a sum of them without a minus is not either."""
    return dim >= 0 if isinstance(dim, int) else all(coefficient > 0 for _, coefficient in dim.terms)
