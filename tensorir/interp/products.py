"""np.matmul in blocks of the result. Python handles Ctrl-C only between two calls of NumPy, so no call may take
long."""

from __future__ import annotations

import numpy as np

from tensorir.interp.context import Array

FLOPS = {"f": 1 << 30, "i": 1 << 24, "u": 1 << 24}
"""The number of multiply-adds in one call, by the kind of the element type: NumPy has no fast product of integers."""

ROWS = 512
"""The most rows of a block, so that it has enough columns to be computed at full speed."""


def matmul(a: Array, b: Array) -> Array:
    """[batch, M, K] × [batch, K, N] → [batch, M, N]. Sums over K are never cut, and are never -0, as it is with the
    kernels: tiles add the products of their padding, so that -0 would depend on the layout."""
    out = _matmul(a, b)
    if out.dtype.kind == "f":
        out += 0  # turns -0 into +0
    return out


def _matmul(a: Array, b: Array) -> Array:
    (batch, m, k), n = a.shape, b.shape[2]
    most = FLOPS.get(a.dtype.kind, FLOPS["i"])
    if 2 * batch * m * n * k <= most:
        return np.matmul(a, b)
    out = np.empty((batch, m, n), np.result_type(a, b))
    rows = max(1, min(m, ROWS, most // (2 * k)))
    columns = max(1, min(n, most // (2 * k * rows)))
    for i in range(batch):
        for r in range(0, m, rows):
            for c in range(0, n, columns):
                np.matmul(a[i, r : r + rows], b[i, :, c : c + columns], out=out[i, r : r + rows, c : c + columns])
    return out
