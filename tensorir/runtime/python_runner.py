"""Functions run op by op in Python, for devices that have no executor of tile programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from tensorir.interp import Context
from tensorir.interp.interpreter import copied
from tensorir.ir.module import Function, Module
from tensorir.runtime.memory_plan import Peak, check_peak, peak_of
from tensorir.runtime.region_plan import Launched, Run, plan_region
from tensorir.runtime.stats import Used
from tensorir.targets.device import Device

Array = npt.NDArray[Any]

_MOST_PEAKS = 256


class PythonRunner:
    """Runs calls of one function."""

    def __init__(
        self,
        module: Module,
        function: Function,
        device: Device,
        executables: Mapping[str, Launched],
        constants: Sequence[Array],
    ) -> None:
        self.module, self.function = module, function
        self.plan = plan_region(function.body, device, executables)
        self.constants = constants
        self._peaks: dict[tuple[tuple[tuple[str, int], ...], tuple[bool, ...]], Peak] = {}

    def run(
        self, arguments: tuple[Array, ...], ctx: Context, threads: int, out: Sequence[Array | None]
    ) -> tuple[tuple[Array, ...], Used]:
        """Returns the results, which share no memory with anything else, and what the call used."""
        check_peak(self._peak(arguments, ctx), ctx, f"@{self.function.name}")
        run = Run.of(ctx, arguments)
        results = self._owned(self.plan.run(arguments, run), arguments, ctx, out)
        return results, Used(dict(run.kernels), run.peak_bytes)

    def _peak(self, args: Sequence[Array], ctx: Context) -> Peak:
        """Returns the memory that a call with these sizes needs; cached for the sizes of the last calls."""
        contiguous = tuple([a.flags.c_contiguous for a in args])
        key = (tuple(ctx.sizes.items()), contiguous)
        found = self._peaks.get(key)
        if found is None:
            found = peak_of(self.plan, ctx, contiguous)
            if len(self._peaks) >= _MOST_PEAKS:
                self._peaks.clear()
            self._peaks[key] = found
        return found

    def _owned(
        self, results: tuple[Array, ...], arguments: Sequence[Array], ctx: Context, out: Sequence[Array | None]
    ) -> tuple[Array, ...]:
        seen = {id(a) for a in (*arguments, *self.constants)}
        owned: list[Array] = []
        for r, place in zip(results, out, strict=True):
            if place is not None:
                place[...] = r
                owned.append(place)
                continue
            fresh = r.base is None and r.flags.c_contiguous and r.flags.writeable and id(r) not in seen
            owned.append(kept := r if fresh else copied(r, self.function, ctx))
            seen.add(id(kept))
        return tuple(owned)
