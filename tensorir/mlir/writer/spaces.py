"""The sizes of the contractions that encodings are for.

An encoding keeps only the sizes that tiles depend on, so that equal layouts are equal encodings. IREE's attribute
has all sizes: a static one where all contractions of an iteration space agree on it, `?` otherwise, and then the
encode ops are given the sizes of one of these contractions.
"""

from __future__ import annotations

from collections.abc import Iterable

from tensorir.dialects.linalg import Contract
from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.ir.dims import Dim
from tensorir.ir.region import Region


class Spaces:
    """All encoded contractions of a program, by their iteration space."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._sizes: dict[ContractionSpace, list[tuple[Region, tuple[Dim, ...]]]] = {}
        for region in regions:
            for op in region.walk():
                if isinstance(op, Contract) and isinstance(op.encoding, Encoding):
                    self._sizes.setdefault(op.encoding.contraction, []).append((region, op.loops().sizes))

    def static_sizes(self, space: ContractionSpace) -> tuple[int | None, ...]:
        """Per iteration dim the size that it always has, or None."""
        seen = [sizes for _, sizes in self._sizes.get(space, [])]
        agreed = [{sizes[d] for sizes in seen} for d in range(len(space.narrow))]
        return tuple(
            next(iter(s)) if len(s) == 1 and all(isinstance(x, int) for x in s) else narrow  # pyright: ignore[reportReturnType]  # all() does not narrow
            for s, narrow in zip(agreed, space.narrow, strict=True)
        )

    def dynamic_sizes(self, space: ContractionSpace, region: Region) -> tuple[Dim, ...]:
        """The sizes of the dims that are `?`, in a contraction of this region; 0 if it has none."""
        of_region = [sizes for r, sizes in self._sizes.get(space, []) if r is region]
        sizes: tuple[Dim, ...] = of_region[0] if of_region else (0,) * len(space.narrow)
        return tuple(size for size, static in zip(sizes, self.static_sizes(space), strict=True) if static is None)
