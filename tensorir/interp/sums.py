"""Sums and products along the last axis in the order that is part of their meaning.

Position p belongs to lane p mod 16. Each lane combines its elements in rising order, in chains of 256 that begin with
the neutral element; what the chains gave is combined by such chains again, until one number per lane is left. Then
lane l is combined with lane l + 8, these with those 4 further, then 2, then 1. Elements that are missing at the end
count as the neutral element, which changes no bit of such a chain. So a result depends neither on the layout nor on
how a row was cut into vectors, and long rows are accurate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorir.interp.context import Array

LANES = 16
CHAIN = 256
"""How many numbers are combined one after the other."""


def total(array: Array) -> Array:
    """Returns the sums along the last axis, in the type of the array."""
    return _combined(np.add, array)


def mean(array: Array) -> Array:
    """Returns the sums along the last axis, divided by its size."""
    return total(array) / np.asarray(array.shape[-1], array.dtype)


def product(array: Array) -> Array:
    """Returns the products along the last axis, in the type of the array."""
    return _combined(np.multiply, array)


def _combined(ufunc: Any, array: Array) -> Array:
    neutral = np.asarray(ufunc.identity, array.dtype)
    with np.errstate(all="ignore"):
        lanes = _cut(array[..., None], LANES, neutral)[..., 0]
        while lanes.shape[-2] > CHAIN:
            lanes = _chain(ufunc, _cut(lanes, CHAIN, neutral), neutral)
        sums = _chain(ufunc, lanes, neutral)
        half = LANES // 2
        while half:
            sums = ufunc(sums[..., :half], sums[..., half : 2 * half])
            half //= 2
    return sums[..., 0]


def _cut(array: Array, length: int, neutral: Array) -> Array:
    """Cuts the axis before the last into pieces of `length`, of which the last one is filled up."""
    *outer, count, width = array.shape
    if missing := -count % length:
        filler = np.broadcast_to(neutral, (*outer, missing, width))
        array = np.concatenate([array, filler], axis=-2)
    return array.reshape(*outer, -(-count // length), length, width)


def _chain(ufunc: Any, array: Array, neutral: Array) -> Array:
    """Combines along the axis before the last, one after the other. NumPy does so along every axis but the fastest one
    in memory, along which it would add in pairs."""
    return ufunc.reduce(np.ascontiguousarray(array), axis=-2, dtype=array.dtype, initial=neutral)
