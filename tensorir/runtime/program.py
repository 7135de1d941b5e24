"""Compiled programs, which are called with arrays and keep statistics of the last call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy.typing as npt
from attrs import evolve, frozen

from tensorir.analysis.movement import is_view, moves_only
from tensorir.dialects.flow import Launch
from tensorir.interp import Context, bind_arguments
from tensorir.interp.interpreter import run_region
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark, Remarks, TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.runtime.counts import Used, moving_launches
from tensorir.runtime.executor import Executor, usable_cores
from tensorir.runtime.given_results import given_results
from tensorir.runtime.plan import plan_function
from tensorir.runtime.python_runner import PythonRunner
from tensorir.runtime.region_plan import device_of, plan_executables
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


class Runner(Protocol):
    """Runs calls of one function; any number of threads may use it at once."""

    def run(
        self, arguments: tuple[Array, ...], ctx: Context, threads: int, out: Sequence[Array | None]
    ) -> tuple[tuple[Array, ...], Used]:
        """Returns the results, in the arrays of `out` where there is one, and what the call used."""
        ...


class Program:
    """A compiled module. Calls are re-entrant: they share nothing but the constants and the last statistics."""

    def __init__(
        self,
        module: Module,
        tiles: Module,
        device: Device,
        remarks: Sequence[Remark],
        compile_s: float,
        pass_seconds: Mapping[str, float],
        memory_limit: int | None = None,
        num_threads: int | None = None,
    ) -> None:
        """`module` must be fully compiled for `device`: every global holds data, every dispatch is outlined. `tiles`:
        the same module with tile programs in its executables; what runs is planned from it.

        `memory_limit`: the most bytes of intermediates that a call may allocate; None means the available memory.
        `num_threads`: how many threads work on a call; None means as many as cores that this process may use."""
        self.module = module
        self.tiles = tiles
        self.device = device
        self.memory_limit = memory_limit
        self.num_threads = num_threads
        self.remarks = Remarks(remarks)
        self.pass_seconds = dict(pass_seconds)
        self._default = _default_function(module)
        self._constants = {g.name: g.value.array for g in module.globals if isinstance(g.value, Dense)}
        self._runners = self._made_runners()
        usual = self._runners.get(self._default.name) if self._default is not None else None
        self._usual = usual if isinstance(usual, Executor) else None
        self.stats = self._stats(compile_s)

    def _made_runners(self) -> dict[str, Runner]:
        device = self.device
        if (features := device.executor) is not None:
            for e in self.module.executables:
                device_of(e, {device.name: device})
            plans = [plan_function(self.tiles, f, self.module) for f in self.tiles.functions]
            return {p.function.name: Executor(self.module, p, features) for p in plans}
        executables = plan_executables(self.module, {device.name: device})
        held = tuple(self._constants.values())
        return {f.name: PythonRunner(self.module, f, device, executables, held) for f in self.module.functions}

    def _stats(self, compile_s: float) -> Stats:
        module, default = self.module, self._default
        runner = self._runners[default.name] if default is not None else None
        copies = moving_launches(runner.plan) if isinstance(runner, Executor) else _count_copies(module, default)
        return Stats(
            dispatches=_count_launches(module, default),
            init_dispatches=sum(1 for g in module.globals if not isinstance(g.value, Dense)),
            copies=copies,
            weights_bytes=sum(g.value.nbytes for g in module.globals if isinstance(g.value, Dense)),
            compile_s=compile_s,
            kernels={},
            transient_bytes=0,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles only the compiled modules: plans are made again when they are loaded."""
        seconds = (self.stats.compile_s, self.pass_seconds)
        return Program, (
            self.module,
            self.tiles,
            self.device,
            self.remarks,
            *seconds,
            self.memory_limit,
            self.num_threads,
        )

    def __call__(
        self,
        *args: npt.ArrayLike,
        function: str | None = None,
        out: Array | Sequence[Array | None] | None = None,
        num_threads: int | None = None,
    ) -> Any:
        """Returns the results for `args`: one array, or a tuple of several. See `call`."""
        if function is None and out is None and num_threads is None and self._usual is not None:
            made = self._usual.again(args)
            if made is not None:
                return made[0] if len(made) == 1 else tuple(made)
        results = self.call(args, function, out=out, num_threads=num_threads)
        return results[0] if len(results) == 1 else results

    def call(
        self,
        args: Sequence[npt.ArrayLike],
        function: str | None = None,
        *,
        out: Array | Sequence[Array | None] | None = None,
        num_threads: int | None = None,
    ) -> tuple[Array, ...]:
        """Returns the results for `args`. They are C-contiguous, writable and own their memory, or are the arrays of
        `out`: one array, or one array or None per result, which must have the type and shape of the result, be
        C-contiguous and writable, and share no memory with an argument.

        Arguments may have any strides and may be read-only; they are never written. `num_threads` overrides that of
        the program. Raises TensorIRError naming the argument, what was expected and what was given, or the op and an
        invalid size. Raises OutOfMemoryError, which is also a MemoryError, before anything is allocated if the
        intermediates need more memory than is available."""
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
        usual = self.num_threads or usable_cores()
        places = given_results(chosen, out, arrays, ctx)
        runner = self._runners[chosen.name]
        results, used = runner.run(arrays, ctx, num_threads or usual, places)
        if isinstance(runner, Executor) and num_threads in (None, usual):
            runner.prepare(arrays, sizes, usual)
        self.stats = evolve(self.stats, kernels=used.kernels, transient_bytes=used.transient_bytes)
        return results


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
