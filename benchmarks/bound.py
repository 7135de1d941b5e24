"""The multiply-add bound: what a program must compute, at the speed at which this machine multiplies and adds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import prod

from tensorir.dialects.linalg import Contract
from tensorir.dialects.linalg.structured import iteration_sizes
from tensorir.ir.module import Module
from tensorir.native import Features
from tensorir.native.calibrate import multiply_add_rate
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.device import as_device


class Bound:
    """The least time of a module's multiply-adds on so many threads. The best of all calibrations counts."""

    def __init__(self, module: Module, threads: int) -> None:
        self._operations, self._threads = operations(module), threads
        self._peaks: dict[Features | None, float] = {}

    def calibrate(self, features: Features | None) -> None:
        """Measures the speed with these CPU features (None: all); about 5 ms.

        The loop runs without Python's lock, so the threads do run at once."""
        with ThreadPoolExecutor(self._threads) as pool:
            peak = sum(pool.map(multiply_add_rate, [features] * self._threads))
        self._peaks[features] = max(peak, self._peaks.get(features, 0.0))

    def milliseconds(self, features: Features | None) -> float:
        """The bound with these features, which must have been calibrated."""
        return self._operations / self._peaks[features] / 1e6


def operations(module: Module) -> int:
    """The floating-point operations of all contractions of a call, two for each multiply-add; all sizes are fixed.

    Raises TypeError for a size that is known only when the program is called."""
    total = 0
    for function in module.functions:
        for op in function.body.ops:
            if isinstance(op, Contract):
                sizes = iteration_sizes(op.maps[:2], (op.lhs.type, op.rhs.type)).values()
                fixed = [size for size in sizes if isinstance(size, int)]
                if len(fixed) < len(sizes):
                    raise TypeError(f"{op.NAME} has the sizes {', '.join(map(str, sizes))}: expected numbers")
                total += 2 * prod(fixed)
    return total


def features_of(device: str) -> Features | None:
    """The CPU features that a device may use; None for all that the machine has."""
    resolver = as_device(device).target.resolver
    return resolver.features if isinstance(resolver, CpuResolver) else None
