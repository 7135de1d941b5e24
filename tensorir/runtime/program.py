"""Compiled programs, which are called with arrays and keep statistics of the last call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from attrs import evolve, frozen

from tensorir.analysis.movement import is_view, moves_only
from tensorir.dialects.flow import Launch
from tensorir.interp import Context, bind_arguments
from tensorir.interp.interpreter import copied, run_region
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark, Remarks, TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.runtime.memory_plan import Peak, check_peak, peak_of
from tensorir.runtime.region_plan import Run, plan_executables, plan_region
from tensorir.targets.device import Device

Array = npt.NDArray[Any]


@frozen
class Stats:
    """Statistics of a program and of its last call. Counts are per call of the default function."""

    dispatches: int
    """The number of launches per call."""
    init_dispatches: int
    """The number of initializers that run when the program is loaded."""
    copies: int
    """The number of commands per call that only move data."""
    weights_bytes: int
    """The bytes of all constants, each counted once."""
    compile_s: float
    kernels: Mapping[str, int]
    """C kernel → number of its calls in the last call of the program; empty before the first."""
    transient_bytes: int
    """The peak bytes of intermediates in the last call, without arguments and constants; 0 before the first call."""


class Program:
    """A compiled module. Calls are re-entrant: they share nothing but the constants and the last statistics."""

    def __init__(
        self,
        module: Module,
        device: Device,
        remarks: Sequence[Remark],
        compile_s: float,
        pass_seconds: Mapping[str, float],
        memory_limit: int | None = None,
    ) -> None:
        """`module` must be fully compiled for `device`: every global holds data, every dispatch is outlined.

        `memory_limit`: the most bytes of intermediates that a call may allocate; None means the available memory."""
        self.module = module
        self.device = device
        self.memory_limit = memory_limit
        self.remarks = Remarks(remarks)
        self.pass_seconds = dict(pass_seconds)
        executables = plan_executables(module, {device.name: device})
        self._plans = {f.name: plan_region(f.body, device, executables) for f in module.functions}
        self._peaks: dict[tuple[str, tuple[tuple[str, int], ...], tuple[bool, ...]], Peak] = {}
        self._default = _default_function(module)
        self._constants = {g.name: g.value.array for g in module.globals if isinstance(g.value, Dense)}
        self.stats = Stats(
            dispatches=_count_launches(module, self._default),
            init_dispatches=sum(1 for g in module.globals if not isinstance(g.value, Dense)),
            copies=_count_copies(module, self._default),
            weights_bytes=sum(g.value.nbytes for g in module.globals if isinstance(g.value, Dense)),
            compile_s=compile_s,
            kernels={},
            transient_bytes=0,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles only the compiled module: plans are made again when it is loaded, where other kernels may be
        available."""
        seconds = (self.stats.compile_s, self.pass_seconds)
        return Program, (self.module, self.device, self.remarks, *seconds, self.memory_limit)

    def __call__(self, *args: npt.ArrayLike, function: str | None = None) -> Any:
        """Returns the results for `args`: one array, or a tuple of several. See `call`."""
        results = self.call(args, function)
        return results[0] if len(results) == 1 else results

    def call(self, args: Sequence[npt.ArrayLike], function: str | None = None) -> tuple[Array, ...]:
        """Returns the results for `args`. They are C-contiguous, writable and own their memory.

        Arguments may have any strides and may be read-only; they are never written. Raises TensorIRError naming
        the argument, what was expected and what was given, or the op and an invalid size. Raises OutOfMemoryError,
        which is also a MemoryError, before anything is allocated if the intermediates need more memory than is
        available."""
        chosen = self.module.lookup(Function, function) if function is not None else self._default
        if chosen is None:
            names = ", ".join("@" + f.name for f in self.module.functions)
            if not names:
                raise TensorIRError("the program has no public function")
            raise TensorIRError(f"the program has several functions: pass function= one of {names}")
        arrays, sizes = bind_arguments(chosen, args)
        ctx = Context(
            self.module,
            sizes,
            load_global=self._constants.__getitem__,
            runner=run_region,
            memory_limit=self.memory_limit,
        )
        check_peak(self._peak(chosen.name, arrays, ctx), ctx, f"@{chosen.name}")
        run = Run.of(ctx, arrays)
        results = self._plans[chosen.name].run(arrays, run)
        self.stats = evolve(self.stats, kernels=dict(run.kernels), transient_bytes=run.peak_bytes)
        return _owned(results, (*arrays, *self._constants.values()), chosen, ctx)

    def _peak(self, function: str, args: Sequence[Array], ctx: Context) -> Peak:
        """Returns the memory that a call with these sizes needs; cached for the sizes of the last calls."""
        contiguous = tuple([a.flags.c_contiguous for a in args])
        key = (function, tuple(ctx.sizes.items()), contiguous)
        found = self._peaks.get(key)
        if found is None:
            found = peak_of(self._plans[function], ctx, contiguous)
            if len(self._peaks) >= _MOST_PEAKS:
                self._peaks.clear()
            self._peaks[key] = found
        return found


_MOST_PEAKS = 256


def _owned(
    results: tuple[Array, ...], foreign: tuple[Array, ...], function: Function, ctx: Context
) -> tuple[Array, ...]:
    """Returns the results as arrays that share no memory with anything else."""
    seen = {id(a) for a in foreign}
    owned: list[Array] = []
    for r in results:
        fresh = r.base is None and r.flags.c_contiguous and r.flags.writeable and id(r) not in seen
        owned.append(kept := r if fresh else copied(r, function, ctx))
        seen.add(id(kept))
    return tuple(owned)


def _default_function(module: Module) -> Function | None:
    """Returns @main, or the only function."""
    if len(module.functions) == 1:
        return module.functions[0]
    return next((f for f in module.functions if f.name == "main"), None)


def _count_launches(module: Module, function: Function | None) -> int:
    return 0 if function is None else sum(isinstance(o, Launch) for o in function.body.ops)


def _count_copies(module: Module, function: Function | None) -> int:
    """Counts launches of executables that compute nothing, and data movement outside of launches."""
    if function is None:
        return 0
    moving = {e.name for e in module.executables if all(moves_only(o) for o in e.body.ops)}
    launches: Counter[bool] = Counter(o.executable in moving for o in function.body.ops if isinstance(o, Launch))
    outside = sum(moves_only(o) and not is_view(o) for o in function.body.ops)
    return launches[True] + outside
