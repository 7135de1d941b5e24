"""Splits long calls into pieces. Python handles Ctrl-C only between two calls of C, so no call may take long.

A piece is a set of tiles of the result. Sums are never split, so the pieces give the same bits as the whole.
"""

from collections.abc import Iterator

FLOPS = {"ref": 1 << 25, "generic": 1 << 27}
"""The number of multiply-adds in one call of mmt4d, by instruction set: about 30 ms on a slow machine."""
FLOPS_FAST = 1 << 29

BYTES = {"ref": 1 << 21, "generic": 1 << 23}
"""The bytes of the result in one call of pack or unpack: also about 30 ms."""
BYTES_FAST = 1 << 24

PANELS = 8
"""Kernels process several panels of the right side at once; a piece has at least this many, if the operand does."""


def flops_of(isa: str) -> int:
    """Returns how many multiply-adds one call of an mmt4d kernel may compute."""
    return FLOPS.get(isa, FLOPS_FAST)


def bytes_of(isa: str) -> int:
    """Returns how many bytes one call of a copy kernel may write."""
    return BYTES.get(isa, BYTES_FAST)


def product_pieces(batch: int, m1: int, n1: int, tile_cost: int, most: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Splits a product into (batch, first row tile, row tiles, first panel, panels), each of cost at most `most`.

    `tile_cost` is the cost of one tile of the result; a piece has at least one tile. If the whole batch costs less, it
    is one piece, with batch −1."""
    if batch * m1 * n1 * tile_cost <= most:
        yield -1, 0, m1, 0, n1
        return
    panels = min(n1, PANELS)
    rows = max(1, min(m1, most // max(1, panels * tile_cost)))
    panels = max(1, min(n1, most // max(1, rows * tile_cost)))
    if panels > PANELS:
        panels -= panels % PANELS
    for b in range(batch):
        for n in range(0, n1, panels):
            for m in range(0, m1, rows):
                yield b, m, min(rows, m1 - m), n, min(panels, n1 - n)


def line_pieces(count: int, cost: int, most: int) -> Iterator[tuple[int, int]]:
    """Splits `count` consecutive items into (first, number), each part with at most `most` and at least one item."""
    step = max(1, min(count, most // max(1, cost)))
    for first in range(0, count, step):
        yield first, min(step, count - first)
