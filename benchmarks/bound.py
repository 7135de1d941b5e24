"""The multiply-add bound: what a program must compute, at the speed at which this machine multiplies and adds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import prod
from statistics import harmonic_mean

from attrs import frozen

from tensorir.dialects.linalg import Contract
from tensorir.dialects.linalg.structured import iteration_sizes
from tensorir.ir.module import Module
from tensorir.native import Features
from tensorir.native.calibrate import multiply_add_rate
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.device import as_device

RUN = 0.1
"""Milliseconds of a run of multiply-adds, about."""

MOST_RUNS = 200


@frozen
class Times:
    """Milliseconds of a module's multiply-adds in registers: `peak` at the best speed of any run, `rounds` at the mean
    speed of each round, whose runs take about as long as the multiply-adds do. Processors are faster for 0.1 ms than
    for 10."""

    peak: float
    rounds: tuple[float, ...]


class Bound:
    """The least time of a module's multiply-adds on so many threads."""

    def __init__(self, module: Module, threads: int) -> None:
        self._operations, self._threads = operations(module), threads
        self._peaks: dict[Features | None, float] = {}
        self._rounds: dict[Features | None, list[float]] = {}

    def calibrate(self, features: Features | None) -> None:
        """Measures the speed with these CPU features (None: all) for about as long as the multiply-adds take, at most
        20 ms.

        The loop runs without Python's lock, so the threads do run at once."""
        with ThreadPoolExecutor(self._threads) as pool:
            best = sum(pool.map(multiply_add_rate, [features] * self._threads))
            self._peaks[features] = max(best, self._peaks.get(features, 0.0))
            runs = min(MOST_RUNS, max(1, round(self._milliseconds(self._peaks[features]) / RUN)))
            rate = sum(pool.map(_mean_rate, [features] * self._threads, [runs] * self._threads))
        self._rounds.setdefault(features, []).append(self._milliseconds(rate))

    def times(self, features: Features | None) -> Times:
        """The bound with these features, which must have been calibrated."""
        return Times(self._milliseconds(self._peaks[features]), tuple(self._rounds[features]))

    def _milliseconds(self, rate: float) -> float:
        return self._operations / rate / 1e6


def _mean_rate(features: Features | None, runs: int) -> float:
    """GFLOP/s over so many runs, each of which does as much."""
    return harmonic_mean([multiply_add_rate(features, 1) for _ in range(runs)])


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
