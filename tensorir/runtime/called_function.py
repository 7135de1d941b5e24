"""A function as callers see it: one name, and one plan for all sizes or several for ranges of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy.typing as npt
from attrs import evolve, frozen

from tensorir.interp.context import Context
from tensorir.ir.signature import Signature
from tensorir.ir.size_range import SizeRange
from tensorir.runtime.stats import Used

Array = npt.NDArray[Any]


class Runner(Protocol):
    """Runs calls of one function; any number of threads may use it at once."""

    def run(
        self, arguments: tuple[Array, ...], ctx: Context, threads: int, out: Sequence[Array | None]
    ) -> tuple[tuple[Array, ...], Used | None]:
        """Returns the results, in the arrays of `out` where there is one, and what the call used if it was counted
        while it ran."""
        ...


@frozen(eq=False)
class CalledFunction:
    """`usual` runs calls, except those with sizes of one of the `ranges`, which that one runs."""

    signature: Signature
    usual: Runner
    ranges: tuple[tuple[SizeRange, Runner], ...] = ()

    def runner(self, sizes: Mapping[str, int]) -> Runner:
        """What runs calls with these sizes."""
        return next((runner for part, runner in self.ranges if part.has(sizes)), self.usual)


def called_functions(runners: Iterable[tuple[Signature, Runner]]) -> dict[str, CalledFunction]:
    """Returns functions by their names, given what runs each of them for all sizes or for those of its signature."""
    made: dict[str, CalledFunction] = {}
    ranges: dict[str, list[tuple[SizeRange, Runner]]] = {}
    for signature, runner in runners:
        if signature.sizes is None:
            made[signature.name] = CalledFunction(signature, runner)
        else:
            ranges.setdefault(signature.name, []).append((signature.sizes, runner))
    return {name: evolve(f, ranges=tuple(ranges.get(name, ()))) for name, f in made.items()}
