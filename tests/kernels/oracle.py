"""What the kernels must compute, in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorir.native import Features, cpu_features


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


def small_integers(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.float32]:
    """Floats whose sums of products are exact: below 2^24 for every K the tests use."""
    return rng.integers(-9, 10, shape).astype(np.float32)


def mmt4d(lhs: NDArray[Any], rhs: NDArray[Any], rhs_order: str) -> NDArray[np.int64]:
    """The exact result for integer values: [M1][N1][M0][N0]."""
    letters = {"kn": "aimk,bikn->abmn", "nk": "aimk,bink->abmn"}[rhs_order]
    return np.einsum(letters, lhs.astype(np.int64), rhs.astype(np.int64))
