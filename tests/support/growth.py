"""How the time of something grows with its size, measured so that a busy machine does not matter."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time

ROUNDS = 25


def growth(small: Callable[[], object], large: Callable[[], object], limit: float) -> float:
    """CPU time of `large` over that of `small`, each the best of up to ROUNDS interleaved runs.

    Ends early once the ratio is below `limit`: noise only ever makes a run slower, so what is linear gets there,
    and what is quadratic never does. The garbage collector is off, because its time depends on all that is alive."""
    best = [float("inf"), float("inf")]
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for done in range(1, ROUNDS + 1):
            for i, work in enumerate((small, large)):
                start = process_time()
                work()
                best[i] = min(best[i], process_time() - start)
            if done >= 2 and best[1] / best[0] < limit:
                break
    finally:
        if was_enabled:
            gc.enable()
    return best[1] / best[0]
