"""The record of `linalg.pack` as a property of layouts: at most one tile per dim, all tiles innermost."""

from __future__ import annotations

from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, Padding
from tensorir.encoding.digits.layout import DigitLayout
from tensorir.encoding.layout import Layout


def from_pack(layout: Layout, padding: Padding = UNSPECIFIED) -> DigitLayout:
    """Returns the digits of a pack whose incomplete tiles are filled with `padding`."""
    outer = (Digit(d, layout.tile(d) or 1) for d in layout.outer_perm)
    inner = (Digit(d, 1, t) for d, t in zip(layout.inner_dims, layout.inner_tiles, strict=True))
    states = (NO_PADDING if (layout.tile(d) or 1) == 1 else padding for d in range(layout.rank))
    return DigitLayout(layout.rank, (*outer, *inner), tuple(states))


def as_pack(layout: DigitLayout) -> Layout | None:
    """Returns the record that packs to this layout: `from_pack` undone, up to the padding. Returns None if a dim has no
    digits, several tiles or a tile that is not constant, or if digits lie between the open ones."""
    outer, inner = layout.digits[: layout.rank], layout.digits[layout.rank :]
    tiles: list[int] = []
    for digit in inner:
        if not isinstance(digit.extent, int) or digit.stride != 1:
            return None
        tiles.append(digit.extent)
    dims = tuple(d.dim for d in inner)
    if any(d.extent is not None for d in outer) or len({d.dim for d in outer}) != layout.rank:
        return None
    return Layout(dims, tuple(tiles), tuple(d.dim for d in outer)) if len(set(dims)) == len(dims) else None
