"""Whether results lie within error bounds. Unlike most of this package it needs no hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.dtype import DType

Array = npt.NDArray[Any]

BLANK = 0.9
"""A comparison shows nothing if more of the elements than this are zero, or of unknown bound."""


def assert_within(
    bounds: Sequence[tuple[Array, Array]],
    types: Sequence[DType],
    results: Sequence[Array],
    *,
    scale: float = 1.0,
    signless: bool = False,
) -> bool:
    """Fails unless `results`, of these `types`, lie within `bounds`: (exact, error) per result, as `error_bounds`
    gives them. The rest is as `assert_agrees` says."""
    assert len(results) == len(bounds), f"{len(results)} results, expected {len(bounds)}"
    telling = total = 0
    for i, (given, (exact, error), dtype) in enumerate(zip(results, bounds, types, strict=True)):
        got = np.asarray(given)
        if signless and dtype.kind == "unsigned" and got.dtype == np.dtype(f"i{dtype.itemsize}"):
            got = got.view(dtype.numpy)
        found, wanted = f"{got.dtype}{got.shape}", f"{dtype.numpy}{exact.shape}"
        assert found == wanted, f"result {i}: {found}, expected {wanted}"
        known = np.isfinite(error)
        if dtype.is_float:
            _assert_floats(i, got.astype(np.float64), exact.astype(np.float64), np.where(known, error * scale, np.inf))
        else:
            _assert_integers(i, got, exact, error)
        telling += int(np.count_nonzero(known & (exact != 0)))
        total += exact.size
    return telling > (1 - BLANK) * total


def _assert_floats(i: int, got: Array, exact: Array, bound: Array) -> None:
    known = np.isfinite(bound)
    with np.errstate(all="ignore"):
        fine = np.where(
            np.isfinite(exact), np.abs(got - exact) <= bound, (got == exact) | (np.isnan(got) & np.isnan(exact))
        )
    _assert_all(i, fine | ~known, got, exact, bound)


def _assert_integers(i: int, got: Array, exact: Array, error: Array) -> None:
    a, b = got.astype(object), exact.astype(object)  # no integer of any type is rounded
    fine = np.asarray((a == b) | ((error > 0) & (abs(a - b) <= error)), bool)
    _assert_all(i, fine, got, exact, error)


def _assert_all(i: int, fine: Array, got: Array, exact: Array, bound: Array) -> None:
    if np.all(fine):
        return
    position = tuple(int(p) for p in np.argwhere(~fine)[0])
    wrong = np.count_nonzero(~fine)
    raise AssertionError(
        f"result {i}{list(position)}: {got[position]}, expected {exact[position]} ± {bound[position]:.2e} "
        f"({wrong} of {fine.size} elements are wrong)"
    )
