"""Reductions, norms, windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.e2e.iree_programs.case import Array, Case, count, ints, reals


def cases() -> Iterator[Case]:
    yield from reductions()
    yield from places()
    yield from softmaxes()
    yield from norms()
    yield from convolutions()
    yield from poolings()


def reductions() -> Iterator[Case]:
    x = ints(33, 70)
    yield Case("reductions", "rows", (x,), (x.sum(1),))
    yield Case("reductions", "rows", (np.ones((33, 70), np.float32),), (np.full(33, 70, np.float32),), label="ones")
    h = ints(2, 1024, dtype=np.float16, low=-1, high=2)
    yield Case("reductions", "long_rows_of_halves", (h,), (h.astype(np.float32).sum(1).astype(np.float16),))
    for m, n in [(1, 1), (7, 3), (40, 17), (0, 2)]:
        i, onto = ints(m, n, dtype=np.int32), ints(n, dtype=np.int32, seed=1)
        yield Case("reductions", "columns_onto", (i, onto), (onto + i.sum(0, dtype=np.int32),), label=f"{m}x{n}")
    y = reals(3, 5, 4)
    yield Case("reductions", "middle_largest", (y,), (y.max(1),))
    b = ints(6, 7, dtype=np.int8, low=-128, high=128)
    yield Case("reductions", "smallest_of_bytes", (b,), (np.asarray(b.min()),))
    z = ints(4, 5, low=1)
    yield Case("reductions", "product_of_columns", (z,), (z.prod(0),))
    w = ints(5, 9, dtype=np.int32, low=-(2**31), high=2**31 - 1)
    expected = (np.bitwise_or.reduce(w, 1), np.bitwise_and.reduce(w, 1), np.bitwise_xor.reduce(w, 1))
    yield Case("reductions", "bits", (w,), expected)
    v, mean = ints(50), np.array(-2, np.float32)
    yield Case("reductions", "squares_about", (v, mean), (np.asarray(((v - mean) ** 2).sum()),))
    i, start = ints(4, 6, dtype=np.int32), count(4)
    yield Case("reductions", "taken_away", (i, start), (start - i.sum(1, dtype=np.int32),))
    for n in (1, 9):
        s = ints(n, 6)
        yield Case("reductions", "sum_and_largest", (s,), (s.sum(1), s.max(1)), label=str(n))
    for n in (1, 8):
        s = ints(n)
        yield Case("reductions", "running_sum", (s,), (np.cumsum(s),), label=str(n))


def places() -> Iterator[Case]:
    yield Case("reductions", "place_of_largest", (), (np.array(53, np.float32), np.array(2999, np.int32)))
    for m, n in [(1, 1), (5, 8), (3, 50)]:
        x = ints(m, n, seed=3)  # with ties: the first one counts
        yield Case("reductions", "places_of_smallest", (x,), (np.argmin(x, 1),), label=f"{m}x{n}")


def softmax(x: Array, axis: int) -> Array:
    wide = x.astype(np.float64)
    e = np.exp(wide - wide.max(axis, keepdims=True))
    return np.asarray(e / e.sum(axis, keepdims=True)).astype(x.dtype)


def softmaxes() -> Iterator[Case]:
    x = reals(4, 5, 9) * np.float32(3)
    yield Case("norms", "softmax_last", (x,), (softmax(x, 2),), 1e-6)
    x = reals(7, 3)
    yield Case("norms", "softmax_first", (x,), (softmax(x, 0),), 1e-6)
    for shape in [(1, 1, 1), (3, 4, 17), (2, 1, 5)]:
        x = np.full(shape, 5, np.float32)
        expected = np.full(shape, 1 / shape[2], np.float32)
        yield Case("norms", "softmax_unknown", (x,), (expected,), 1e-6, label=f"equal {shape}")
        x = reals(*shape)
        yield Case("norms", "softmax_unknown", (x,), (softmax(x, 2),), 1e-6, label=str(shape))
    logs = np.log(np.array([[3, 2, 4, 1, 6, 4], [1, 7, 1, 1, 5, 5]], np.float32))
    expected = np.array([[3, 2, 4, 1, 6, 4], [1, 7, 1, 1, 5, 5]], np.float32) / np.float32(20)
    yield Case("norms", "softmax_in_pieces", (logs,), (expected,), 1e-6)
    far = np.array([[-77.5, 80, -1000, 0, 79, 80]], np.float32)
    yield Case("norms", "softmax_in_pieces", (far,), (softmax(far, 1),), 1e-6, label="far apart")
    for shape in [(1, 2, 3), (4, 3, 33)]:
        x = ints(*shape)
        yield Case("norms", "below_largest", (x,), (x - x.max(2, keepdims=True),), label=str(shape))


def norms() -> Iterator[Case]:
    x, scale, shift = reals(6, 40), reals(40, seed=1), reals(40, seed=2)
    w = x.astype(np.float64)
    c = w - w.mean(1, keepdims=True)
    y = c / np.sqrt((c**2).mean(1, keepdims=True) + 1e-12) * scale + shift
    yield Case("norms", "layer_norm", (x, scale, shift), (y.astype(np.float32),), 1e-6)
    flat = np.full((6, 40), 5, np.float32)
    expected = np.broadcast_to(shift, (6, 40))
    yield Case("norms", "layer_norm", (flat, scale, shift), (expected,), 1e-6, label="equal numbers")


def windows(x: Array, size: Sequence[int], steps: Sequence[int] = (1, 1), holes: Sequence[int] = (1, 1)) -> Array:
    """The windows of [N, C, H, W]: [N, C, windows in H, windows in W, size[0], size[1]]."""
    spans = [(s - 1) * h + 1 for s, h in zip(size, holes, strict=True)]
    all_of_them = sliding_window_view(x, spans, (2, 3))
    return all_of_them[:, :, :: steps[0], :: steps[1], :: holes[0], :: holes[1]]


def last(x: Array) -> Array:
    """Channels first to channels last."""
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))


def convolutions() -> Iterator[Case]:
    x, w = ints(1, 2, 5, 6), ints(3, 2, 3, 2, seed=1)
    yield Case("windows", "channels_first", (x, w), (convolved(x, w),))
    x, w, bias = ints(2, 3, 11, 9), ints(5, 3, 3, 3, seed=1), ints(5, seed=2)
    args = (last(x), np.ascontiguousarray(w.transpose(2, 3, 1, 0)), bias)
    yield Case("windows", "channels_last_with_bias", args, (last(convolved(x, w, (2, 2))) + bias,))
    x, w, onto = ints(1, 2, 9, 10), ints(4, 2, 3, 2, seed=1), ints(1, 5, 4, 4, seed=2)
    expected = last(convolved(x, w, (1, 2), (2, 3))) + onto
    yield Case("windows", "with_holes", (last(x), last(w), onto), (expected,))
    b, k = ints(6, 7, dtype=np.int8, low=-128, high=128), ints(2, 3, dtype=np.int8, low=-128, high=128)
    onto = ints(5, 5, dtype=np.int32)
    views = sliding_window_view(b.astype(np.int32), (2, 3))
    yield Case("windows", "plain_of_bytes", (b, k, onto), (np.einsum("hwij,ij->hw", views, k.astype(np.int32)) + onto,))
    for n in (3, 10):
        s, w = ints(2, 3, n), ints(4, 3, 3, seed=1)
        expected = np.einsum("bctk,fck->bft", sliding_window_view(s, 3, 2), w)
        yield Case("windows", "along_a_line", (s, w), (expected,), label=str(n))
    for n in (1, 3):
        x, w = ints(n, 2, 4, 5), ints(3, 2, 2, 2, seed=1)
        args = (last(x), np.ascontiguousarray(w.transpose(2, 3, 1, 0)))
        yield Case("windows", "unknown_batch", args, (last(convolved(x, w)),), label=str(n))
    x, w = ints(1, 3, 7, 6), ints(3, 3, 2, seed=1)
    expected = last(np.einsum("nchwij,cij->nchw", windows(x, (3, 2), (2, 1)), w))
    yield Case("windows", "depth_by_depth", (last(x), np.ascontiguousarray(np.moveaxis(w, 0, -1))), (expected,))
    x, w = ints(2, 3, 6, 5), ints(3, 3, 3, seed=1)
    expected = np.einsum("nchwij,cij->nchw", windows(x, (3, 3)), w)
    yield Case("windows", "depth_by_depth_channels_first", (x, w), (expected,))


def convolved(x: Array, w: Array, steps: Sequence[int] = (1, 1), holes: Sequence[int] = (1, 1)) -> Array:
    """Of [N, C, H, W] with [F, C, h, w]."""
    return np.asarray(np.einsum("nchwij,fcij->nfhw", windows(x, w.shape[2:], steps, holes), w))


def poolings() -> Iterator[Case]:
    def pooled(x: Array, how: Callable[..., Any], size: Sequence[int], **kwargs: Sequence[int]) -> Array:
        return np.asarray(how(windows(x, size, **kwargs), axis=(4, 5)))

    x = ints(1, 2, 6, 8)
    yield Case("windows", "largest_in_window", (last(x),), (last(pooled(x, np.max, (2, 3), steps=(2, 2))),))
    x = ints(1, 2, 6, 7)
    yield Case("windows", "sum_in_window", (x,), (pooled(x, np.sum, (3, 3), holes=(2, 1)),))
    b = ints(1, 1, 4, 4, dtype=np.int8, low=-128, high=0)
    bordered = np.pad(b, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-128)
    yield Case("windows", "largest_with_border", (last(b),), (last(pooled(bordered, np.max, (3, 3))),))
