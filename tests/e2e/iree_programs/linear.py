"""Products, their quantized kind, and tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from tests.e2e.iree_programs.case import Array, Case, count, ints

BF16 = ml_dtypes.bfloat16
SIZES = [(1, 1, 1), (1, 10, 10), (3, 4, 5), (10, 10, 1), (16, 16, 16), (7, 160, 31), (33, 17, 65), (1, 1, 10)]
"""M, K, N."""


def cases() -> Iterator[Case]:
    yield from products()
    yield from narrow_products()
    yield from batches()
    yield from quantized()
    yield from packs()
    yield from unpacks()
    yield from tiles()
    yield from encodings()


def wide(x: Array, dtype: Any = np.int32) -> Array:
    return x.astype(dtype)


def products() -> Iterator[Case]:
    for m, k, n in SIZES:
        a, b, c = ints(m, k), ints(k, n, seed=1), ints(m, n, seed=2)
        yield Case("products", "onto", (a, b, c), (a @ b + c,), label=f"{m}x{k}x{n}")
    for m, n in [(1, 1), (1, 40), (9, 2), (8, 16), (0, 3)]:
        a, b = ints(m, 12), ints(12, n, seed=1)
        yield Case("products", "from_zero", (a, b), (a @ b,), label=f"{m}x{n}")
    a, b, c = ints(19, 33), ints(21, 33, seed=1), ints(19, 21, seed=2)
    yield Case("products", "rows_times_rows", (a, b, c), (a @ b.T + c,))
    yield Case("products", "constant_operands", (), (np.full((64, 48), 12.0, np.float32),))
    a, b, c = (ints(*s, dtype=np.float16, seed=i) for i, s in enumerate([(9, 17), (17, 11), (9, 11)]))
    exact = wide(a, np.float32) @ wide(b, np.float32) + wide(c, np.float32)
    yield Case("products", "halves", (a, b, c), (exact.astype(np.float16),))
    a, b, c = ints(6, 20, dtype=BF16), ints(20, 10, dtype=BF16, seed=1), ints(6, 10, seed=2)
    yield Case("products", "brain_floats_to_f32", (a, b, c), (wide(a, np.float32) @ wide(b, np.float32) + c,))
    a, b, c = (ints(*s, dtype=np.float64, seed=i) for i, s in enumerate([(5, 8), (8, 3), (5, 3)]))
    a, b = a * (1 << 20), b * (1 << 12)  # more than an f32 holds
    yield Case("products", "doubles", (a, b, c), (a @ b + c,))
    for m, k, n in [(1, 1, 1), (5, 9, 2), (17, 3, 33)]:
        a, b, c = ints(m, k, dtype=np.int8), ints(k, n, dtype=np.int8, seed=1), ints(m, n, dtype=np.int32, seed=2)
        yield Case("products", "thrice", (a, b, c), (3 * (wide(a) @ wide(b)) + c,), label=f"{m}x{k}x{n}")
    for depth in (1, 3, 5):
        a, b = ints(4, 1, depth, dtype=np.float16), ints(4, depth, 9, dtype=np.float16, seed=1)
        r = (wide(a, np.float32) @ wide(b, np.float32)).astype(np.float16)
        yield Case("products", "unknown_depth", (a, b), (r,), label=str(depth))
    q, k = ints(5, 2, 8), ints(2, 7, 8, seed=1)
    yield Case("products", "heads", (q, k), (np.einsum("ihd,hjd->hij", q, k),))


def narrow_products() -> Iterator[Case]:
    """One side of 1 or 2, bytes of the full range."""

    def small(*shape: int, seed: int = 0) -> Array:
        return ints(*shape, dtype=np.int8, low=-128, high=128, seed=seed)

    def start(*shape: int) -> Array:
        return ints(*shape, dtype=np.int32, low=-1000, high=1000, seed=9)

    a, x, c = small(7, 6), small(6, seed=1), start(7)
    yield Case("products", "times_vector", (a, x, c), (wide(a) @ wide(x) + c,))
    for k, n in [(1, 1), (5, 8), (16, 3)]:
        x, b, c = small(k), small(k, n, seed=1), start(n)
        yield Case("products", "vector_times", (x, b, c), (wide(x) @ wide(b) + c,), label=f"{k}x{n}")
    u, v, w = ints(13), ints(13, seed=1), np.array(3, np.float32)
    yield Case("products", "vectors", (u, v, w), (np.asarray(u @ v + w, np.float32),))
    a, x, c = small(3, 4, 5), small(3, 5, seed=1), start(3, 4)
    yield Case("products", "batch_times_vector", (a, x, c), (np.einsum("bij,bj->bi", wide(a), wide(x)) + c,))
    for name, n in [("one_column", 1), ("two_columns", 2)]:
        a, b, c = small(6, 9), small(9, n, seed=1), start(6, n)
        yield Case("products", name, (a, b, c), (wide(a) @ wide(b) + c,))
        a, b, c = small(2, 5, 7), small(2, 7, n, seed=1), start(2, 5, n)
        yield Case("products", "batch_" + name, (a, b, c), (wide(a) @ wide(b) + c,))


def batches() -> Iterator[Case]:
    a, w = ints(3, 4, 6), ints(6, 5, seed=1)
    yield Case("products", "shared_weight", (a, w), (a @ w,))
    yield Case("products", "shared_weight_by_rows", (a, np.ascontiguousarray(w.T)), (a @ w,))


def quantized() -> Iterator[Case]:
    for m, k, n, za, zb in [(3, 4, 5, 0, 0), (3, 4, 5, 3, -7), (1, 9, 8, -128, 127), (20, 33, 6, 12, 0)]:
        a = ints(m, k, dtype=np.int8, low=-128, high=128)
        b = ints(k, n, dtype=np.int8, low=-128, high=128, seed=1)
        args = (a, b, np.array(za, np.int32), np.array(zb, np.int32))
        expected = (wide(a) - np.int32(za)) @ (wide(b) - np.int32(zb))
        yield Case("quantized", "with_zero_points", args, (expected,), label=f"{m}x{k}x{n} {za} {zb}")
        if (m, k, n) == (3, 4, 5):
            a, b = ints(5, 14, dtype=np.int8), ints(14, 6, dtype=np.int8, seed=1)
            expected = (wide(a) - np.int32(za)) @ (wide(b) - np.int32(zb))
            yield Case("quantized", "named", (a, b, *args[2:]), (expected,), label=f"{za} {zb}")


def packed(x: Array, tiles: Sequence[int], fill: Any, *, swap_tiles: bool = False, swap_blocks: bool = False) -> Array:
    """A matrix in tiles of tiles[0] rows and tiles[1] columns, filled up at the ends."""
    rows, columns = (-(-s // t) for s, t in zip(x.shape, tiles, strict=True))
    whole = np.full((rows * tiles[0], columns * tiles[1]), fill, x.dtype)
    whole[: x.shape[0], : x.shape[1]] = x
    order = ((2, 0) if swap_blocks else (0, 2)) + ((3, 1) if swap_tiles else (1, 3))
    return np.ascontiguousarray(whole.reshape(rows, tiles[0], columns, tiles[1]).transpose(order))


def packs() -> Iterator[Case]:
    x = count(4, 6)
    yield Case("packing", "pack_even", (x,), (packed(x, (2, 2), 0),))
    x = count(4, 5) + np.int32(1)
    yield Case("packing", "pack_padded", (x,), (packed(x, (3, 3), -9),))
    for m, n in [(1, 1), (4, 3), (5, 7), (12, 9), (31, 2)]:
        x = count(m, n) + np.int32(1)
        yield Case("packing", "pack_unknown", (x,), (packed(x, (4, 3), -7),), label=f"{m}x{n}")
        r = packed(x, (4, 8), 0, swap_tiles=True, swap_blocks=True)
        yield Case("packing", "pack_both_swapped", (x,), (r,), label=f"{m}x{n}")
    x = count(10, 21)
    yield Case("packing", "pack_swapped_tiles", (x,), (packed(x, (4, 8), 99, swap_tiles=True),))
    yield Case("packing", "pack_swapped_blocks", (x,), (packed(x, (4, 8), 99, swap_blocks=True),))
    x = count(1, 11, dtype=np.int8) + np.int8(1)
    yield Case("packing", "pack_one_row", (x,), (packed(x, (2, 4), 0, swap_tiles=True, swap_blocks=True),))
    x = ints(15, 31, dtype=np.int8, low=-128, high=128)
    yield Case("packing", "pack_pairs_left", (x,), (packed(x, (8, 2), 0),))
    x = ints(31, 15, dtype=np.int8, low=-128, high=128)
    yield Case("packing", "pack_pairs_right", (x,), (packed(x, (2, 8), 0, swap_tiles=True, swap_blocks=True),))


def unpacks() -> Iterator[Case]:
    x = count(4, 6)
    yield Case("packing", "unpack_even", (packed(x, (2, 2), 0),), (x,))
    x = count(4, 5)
    yield Case("packing", "unpack_cut", (packed(x, (3, 3), -1),), (x,))
    x = count(10, 21)
    p = packed(x, (4, 8), -1, swap_tiles=True, swap_blocks=True)
    yield Case("packing", "unpack_both_swapped", (p,), (x,))
    for m, n in [(1, 1), (8, 9), (7, 5), (4, 10)]:
        x = count(m, n)
        args = (packed(x, (4, 3), -1), np.full((m, n), -5, np.int32))
        yield Case("packing", "unpack_unknown", args, (x,), label=f"{m}x{n}")


def tiles() -> Iterator[Case]:
    a, b = ints(10, 7, dtype=np.int8), ints(7, 9, dtype=np.int8, seed=1)
    yield Case("packing", "product_in_tiles", (a, b), (wide(a) @ wide(b),))
    for m, n, k in [(1, 1, 1), (2, 3, 9), (3, 1, 5)]:
        l, r, c = ints(m, k, 8, 1), ints(n, k, 4, 1, seed=1), ints(m, n, 8, 4, seed=2)
        yield Case("packing", "tiles", (l, r, c), (np.einsum("mkab,nkcb->mnac", l, r) + c,), label=f"{m}x{n}x{k}")
    l, r, c = ints(2, 3, 5, 4, 2), ints(2, 2, 5, 4, 2, seed=1), ints(2, 3, 2, 4, 4, seed=2)
    yield Case("packing", "batches_of_tiles", (l, r, c), (np.einsum("zmkab,znkcb->zmnac", l, r) + c,))


def encodings() -> Iterator[Case]:
    x = ints(13, 29)
    yield Case("encodings", "there_and_back", (x,), (x,))
    yield Case("encodings", "doubled_while_encoded", (x,), (x + x,))
    for m, k, n in [(1, 3, 2), (13, 29, 31)]:
        a, b = ints(m, k), ints(k, n, seed=1)
        yield Case("encodings", "product", (a, b), (a @ b,), label=f"{m}x{k}x{n}")
