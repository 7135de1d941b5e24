"""What the kernels must compute, in NumPy."""

from collections.abc import Sequence
from typing import Any, cast

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from tensorir.native import Features, Kernel, RhsOrder, cpu_features, select_mmt4d
from tensorir.native._kernels import lib
from tensorir.native.table import DTYPES

Shape = tuple[int, ...]
Array = NDArray[Any]


def levels() -> list[Features]:
    """The sets of features that decide which kernels are taken, as far as this machine has them."""
    wanted = [Features.NONE, Features.X86_AVX2, Features.X86_AVX2 | Features.X86_AVX512, cpu_features()]
    return [level for i, level in enumerate(wanted) if level & ~cpu_features() == 0 and level not in wanted[:i]]


def packed_shape(
    shape: Sequence[int], inner_dims: Sequence[int], tiles: Sequence[int], perm: Sequence[int]
) -> tuple[int, ...]:
    """The shape of linalg.pack's result."""
    tile = dict(zip(inner_dims, tiles, strict=True))
    return (*(-(-shape[dim] // tile.get(dim, 1)) for dim in perm), *tiles)


def pack(
    source: NDArray[Any], inner_dims: Sequence[int], tiles: Sequence[int], perm: Sequence[int], padding: Any
) -> NDArray[Any]:
    """linalg.pack: pad, split each dimension in two, bring the halves in order."""
    rank = source.ndim
    tile = dict(zip(inner_dims, tiles, strict=True))
    sizes = [(-(-source.shape[dim] // tile.get(dim, 1)), tile.get(dim, 1)) for dim in range(rank)]
    padded = np.empty([outer * inner for outer, inner in sizes], source.dtype)
    padded[...] = np.array(padding).astype(source.dtype)
    padded[tuple(slice(0, size) for size in source.shape)] = source
    split = padded.reshape([size for pair in sizes for size in pair])
    untiled = [dim for dim in range(rank) if dim not in tile]
    order = [2 * dim for dim in perm] + [2 * dim + 1 for dim in inner_dims] + [2 * dim + 1 for dim in untiled]
    moved = split.transpose(order)
    return moved.reshape(moved.shape[: rank + len(tiles)])


def bits(array: NDArray[Any]) -> NDArray[Any]:
    """The array as unsigned integers, so that NaNs and zeros compare exactly."""
    return np.ascontiguousarray(array).view(f"u{array.itemsize}")


def dtypes(line: Kernel) -> tuple[np.dtype[Any], np.dtype[Any], np.dtype[Any]]:
    """Of lhs, rhs and out of an mmt4d line."""
    lhs, rhs, out = (DTYPES[name] for name in line.types)
    return lhs, rhs, out


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether it rounds."""
    return dtype.kind not in "iu"


def float_info(dtype: np.dtype[Any]) -> Any:
    """finfo of any float type; the stubs don't know all of its fields."""
    return cast(Any, ml_dtypes).finfo(dtype)


def digits(dtype: np.dtype[Any]) -> int:
    """Up to 2 to this power every integer is exact."""
    return int(float_info(dtype).nmant) + 1


def tile_for(line: Kernel, rng: np.random.Generator) -> tuple[tuple[int, int, int], RhsOrder]:
    """A tile (M0, N0, K0) and an order for which this line runs; drawn, where it takes several.

    AssertionError: no such tile is found, so nobody ever runs this line.
    """
    for _ in range(100):
        m0, n0, k0 = line.tile or (int(size) for size in rng.integers(1, 10, 3))
        orders: tuple[RhsOrder, ...] = ("kn", "nk")
        order = orders[int(rng.integers(2))] if line.rhs_order == "any" else orders[orders.index(line.rhs_order)]
        lhs, rhs, out = line.types
        if select_mmt4d((lhs, rhs, out), (m0, n0, k0), rhs_order=order, features=line.features) == line:
            return (m0, n0, k0), order
    raise AssertionError(f"{line.name}: other lines take every tile that it takes")


def operands(
    rng: np.random.Generator, line: Kernel, lhs_shape: Shape, rhs_shape: Shape, out_shape: Shape, order: RhsOrder
) -> tuple[Array, Array, Array]:
    """Operands of the line's types, of which every order of summation gives the same bits.

    Integers take all values of their type, the ends often. Floats are small integers, so many of them 0
    that all sums stay below 2 to the digits of the result.
    """
    lhs_dtype, rhs_dtype, out_dtype = dtypes(line)
    if not is_float(out_dtype):
        return (
            any_integers(rng, lhs_shape, lhs_dtype),
            any_integers(rng, rhs_shape, rhs_dtype),
            any_integers(rng, out_shape, out_dtype),
        )
    most = 9
    k1, k0 = lhs_shape[-3], lhs_shape[-1]
    terms = (2 ** digits(out_dtype) - most) // most**2
    keep = (rng.permutation(k1 * k0) < terms).reshape(k1, k0)
    lhs = rng.integers(-most, most + 1, lhs_shape) * keep[:, None, :]
    rhs = rng.integers(-most, most + 1, rhs_shape) * (keep[:, :, None] if order == "kn" else keep[:, None, :])
    before = rng.integers(-most, most + 1, out_shape)
    return lhs.astype(lhs_dtype), rhs.astype(rhs_dtype), before.astype(out_dtype)


def any_integers(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Uniform in the whole type, and a tenth of them its least or its greatest value."""
    limits = np.iinfo(dtype)
    values = rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
    ends = rng.choice(np.array([limits.min, limits.max], dtype), shape)
    return np.where(rng.random(shape) < 0.1, ends, values)


def mmt4d(lhs: Array, rhs: Array, before: Array | None, order: RhsOrder, out_dtype: np.dtype[Any]) -> Array:
    """The exact result of `operands`, [M1][N1][M0][N0]; integers wrap around. before: what is added to."""
    letters = {"kn": "aimk,bikn->abmn", "nk": "aimk,bink->abmn"}[order]
    total = np.einsum(letters, lhs.astype(np.int64), rhs.astype(np.int64))
    return (total if before is None else total + before.astype(np.int64)).astype(out_dtype)


def fused(a: Array, b: Array, c: Array) -> NDArray[np.float32]:
    """a * b + c of float32, rounded once.

    The product is exact in float64. The sum is rounded to odd there: if it is inexact, to the neighbour whose
    last bit is 1, which the rounding to float32 then can't mistake for a tie.
    """
    product = a.astype(np.float64) * b.astype(np.float64)
    term = c.astype(np.float64)
    total = product + term
    part = total - product
    error = (product - (total - part)) + (term - part)
    even = (total.view(np.int64) & 1) == 0
    odd = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return np.where((error != 0) & even, odd, total).astype(np.float32)


def sums_in_order(left: Array, right: Array, *, fuse: bool) -> NDArray[np.float32]:
    """left [M, K] times right [K, N] in float32, summed as the C header says."""
    parts: list[NDArray[np.float32]] = []
    for k in range(left.shape[1]):
        if k % lib.TIR_PARTIAL_SUM == 0:
            parts.append(np.zeros((left.shape[0], right.shape[1]), np.float32))
        a, b = left[:, k, None], right[None, k]
        parts[-1] = fused(a, b, parts[-1]) if fuse else parts[-1] + a * b
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def tiled(matrix: Array, tile: tuple[int, int]) -> Array:
    """[R, C] as [R / r][C / c][r][c]; whole tiles only."""
    rows, columns = matrix.shape
    split = matrix.reshape(rows // tile[0], tile[0], columns // tile[1], tile[1])
    return np.ascontiguousarray(split.transpose(0, 2, 1, 3))


def right_tiles(matrix: Array, n0: int, k0: int, order: RhsOrder) -> Array:
    """A right side [K, N] as [N1][K1][K0][N0], or [N1][K1][N0][K0]."""
    tiles = tiled(np.ascontiguousarray(matrix.T), (n0, k0))
    return np.ascontiguousarray(tiles.swapaxes(-1, -2)) if order == "kn" else tiles


def right_matrix(tiles: Array, order: RhsOrder) -> Array:
    """The inverse of `right_tiles`."""
    return untiled(tiles.swapaxes(-1, -2) if order == "kn" else tiles).T


def untiled(tiles: Array) -> Array:
    """[R1][C1][r][c] as a matrix."""
    r1, c1, r, c = tiles.shape
    return tiles.transpose(0, 2, 1, 3).reshape(r1 * r, c1 * c)
