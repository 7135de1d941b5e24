"""One call of one function, and what it must give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

Array = npt.NDArray[Any]


@frozen(eq=False)
class Case:
    """`function` of `file`.mlir on `args` gives `expected`: the same bits where `rtol` is 0, otherwise each float
    within `rtol` times the largest magnitude of its tensor (or 1, if that is more)."""

    file: str
    function: str
    args: tuple[Array, ...]
    expected: tuple[Array, ...]
    rtol: float = field(default=0.0)
    label: str = field(default="")

    def __str__(self) -> str:
        return f"{self.file} {self.function}{' ' if self.label else ''}{self.label}"

    def check(self, results: Sequence[Array], slack: float = 1.0) -> None:
        """Fails unless `results` are as expected; `slack` widens `rtol`."""
        assert len(results) == len(self.expected)
        for i, (got, want) in enumerate(zip(results, self.expected, strict=True)):
            assert (got.dtype, got.shape) == (want.dtype, want.shape), f"result {i}"
            if not self.rtol or want.dtype.kind in "iub":
                np.testing.assert_array_equal(got, want, err_msg=f"result {i}")
                np.testing.assert_array_equal(_signs(got), _signs(want), err_msg=f"result {i}: signs of zeros")
                continue
            w, g = want.astype(np.float64), got.astype(np.float64)
            finite = np.isfinite(w)
            np.testing.assert_array_equal(g[~finite], w[~finite], err_msg=f"result {i}")
            scale = max(1.0, float(np.max(np.abs(w[finite]), initial=0.0)))
            np.testing.assert_allclose(
                g[finite], w[finite], rtol=0, atol=slack * self.rtol * scale, err_msg=f"result {i}"
            )


def _signs(x: Array) -> Array:
    """Where a negative zero stands."""
    if x.dtype.kind in "iub":
        return np.zeros(x.shape, np.bool_)
    wide = x.astype(np.float64)
    return np.asarray((wide == 0) & np.signbit(wide))


def ints(*shape: int, dtype: Any = np.float32, low: int = -4, high: int = 5, seed: int = 0) -> Array:
    """Small whole numbers: sums and products of them are exact in every type used here."""
    rng = np.random.default_rng([seed, *shape])
    return np.asarray(rng.integers(low, high, shape)).astype(dtype)


def reals(*shape: int, dtype: Any = np.float32, seed: int = 0) -> Array:
    """Normally distributed numbers."""
    return np.asarray(np.random.default_rng([seed, *shape]).standard_normal(shape)).astype(dtype)


def count(*shape: int, dtype: Any = np.int32) -> Array:
    """0, 1, 2, … row by row."""
    return np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape).astype(dtype)
