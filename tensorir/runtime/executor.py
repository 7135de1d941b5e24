"""One function of a program, ready to run: its plan as an image, and the frames of its calls."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.interp import Context, apply_op
from tensorir.interp.memory import SMALL, available_bytes, bytes_text
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Module
from tensorir.native.plans import Frame, PlanFault, PlanMemoryError
from tensorir.native.plans import Plan as NativePlan
from tensorir.native.table import Features, lib
from tensorir.runtime.counts import Used, kernels_of
from tensorir.runtime.explain_failure import why_impossible
from tensorir.runtime.plan import HostCommand, LaunchCommand, Plan, plan_image

Array = npt.NDArray[Any]

MAX_FRAMES = 16
"""The most frames that wait for the next call."""


def usable_cores() -> int:
    """Returns how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@frozen(eq=False)
class _Prepared:
    """What calls with arguments of these shapes need: frames that wait, and the shapes and types of the results."""

    shapes: tuple[tuple[int, ...], ...]
    frames: list[Frame]
    results: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]


class Executor:
    """Runs calls of one function. Any number of threads may call it: each call has a frame of its own."""

    def __init__(self, source: Module, plan: Plan, features: Features | None) -> None:
        """`source`: the module from which the tile programs of the plan were made; it explains failures."""
        self.source = source
        self.plan = plan
        self.image = plan_image(plan)
        self.native = NativePlan(self.image.words, [np.ascontiguousarray(c) for c in plan.constants], features)
        self.kernels = kernels_of(plan)
        self._dtypes = tuple(a.type.dtype.numpy for a in plan.function.body.args)
        self._prepared: _Prepared | None = None
        self._free: dict[tuple[int, ...], list[Frame]] = {}
        self._lock = Lock()

    def prepare(self, arguments: Sequence[Array], sizes: Mapping[str, int], threads: int) -> None:
        """Makes `again` take calls with arguments of the same shapes."""
        if any(isinstance(c, HostCommand) for c in self.plan.commands):
            return
        key = (threads, *(sizes[name] for name in self.plan.symbols[1:]))
        types = self.plan.results
        results = tuple((tuple(evaluate(d, sizes) for d in t.shape), t.dtype.numpy) for t in types)
        shapes = tuple(a.shape for a in arguments)
        self._prepared = _Prepared(shapes, self._free.setdefault(key, []), results)

    def again(self, arguments: tuple[Any, ...]) -> list[Array] | None:
        """Runs a call like the one before: arrays of the same shapes, contiguous. Returns None for any other call, of
        which nothing has been done then."""
        prepared = self._prepared
        if prepared is None or len(arguments) != len(self._dtypes):
            return None
        for a, dtype, shape in zip(arguments, self._dtypes, prepared.shapes, strict=True):
            if a.__class__ is not np.ndarray or a.dtype is not dtype or a.shape != shape:
                return None
            flags = a.flags
            if not (flags.c_contiguous and flags.aligned):
                return None
        try:
            frame = prepared.frames.pop()
        except IndexError:  # another thread uses it
            return None
        results = [np.empty(shape, dtype) for shape, dtype in prepared.results]
        try:
            frame.run(arguments, results)
        except PlanFault as fault:
            raise self.error(fault) from None
        finally:
            prepared.frames.append(frame)
        return results

    def frame(self, sizes: Mapping[str, int], threads: int, memory_limit: int | None) -> tuple[tuple[int, ...], Frame]:
        """Returns a frame for these sizes, and the key under which it is given back. Raises TensorIRError for a size
        that is invalid, OutOfMemoryError if there is not enough memory."""
        values = [sizes[name] for name in self.plan.symbols[1:]]
        key = (threads, *values)
        waiting = self._free.get(key)
        if waiting:
            try:
                return key, waiting.pop()
            except IndexError:  # another thread was faster
                pass
        try:
            frame = self.native.frame(values, threads, memory_limit)
        except PlanFault as fault:
            raise self._impossible(sizes, memory_limit) or self._too_large(fault, memory_limit) from None
        if any(frame.value(number) < 0 for number in self.image.required):
            name = self.plan.function.name
            raise self._impossible(sizes, memory_limit) or TensorIRError(f"@{name}: a size is invalid")
        return key, frame

    def _impossible(self, sizes: Mapping[str, int], memory_limit: int | None) -> TensorIRError | None:
        return why_impossible(self.source, self.plan, sizes, memory_limit)

    def _too_large(self, fault: PlanFault, memory_limit: int | None) -> TensorIRError:
        if not isinstance(fault, PlanMemoryError):
            return self.error(fault)
        function = self.plan.function
        message = f"@{function.name}: there is not enough memory for the intermediates"
        if memory_limit is not None:
            allowed = bytes_text(memory_limit)
            message = f"@{function.name}: intermediates take more than the {allowed} allowed by memory_limit"
        return OutOfMemoryError(message, function.loc)

    def give_back(self, key: tuple[int, ...], frame: Frame) -> None:
        """Keeps a frame for the next call with its sizes."""
        with self._lock:
            if sum(map(len, self._free.values())) >= MAX_FRAMES:
                self._free.clear()
            self._free.setdefault(key, []).append(frame)

    def run(
        self, arguments: tuple[Array, ...], ctx: Context, threads: int, out: Sequence[Array | None]
    ) -> tuple[tuple[Array, ...], Used]:
        """Returns the results, written to the arrays of `out` where there is one, and what the call used."""
        key, frame = self.frame(ctx.sizes, threads, ctx.memory_limit)
        self._check_memory(frame, ctx)
        try:
            given = [np.ascontiguousarray(a) if a.ndim else a for a in arguments]
            results = [
                np.empty([evaluate(d, ctx.sizes) for d in t.shape], t.dtype.numpy) if o is None else o
                for t, o in zip(self.plan.results, out, strict=True)
            ]
            frame.run(given, results, lambda command: self._host(command, frame, given, results, ctx))
            used = Used(self.kernels, frame.arena_bytes + threads * frame.scratch_bytes)
        except PlanFault as fault:
            raise self.error(fault) from None
        except MemoryError as e:
            message = f"@{self.plan.function.name}: there is not enough memory: {e}"
            unexplained = OutOfMemoryError(message, self.plan.function.loc)
            raise self._impossible(ctx.sizes, ctx.memory_limit) or unexplained from None
        finally:
            self.give_back(key, frame)
        return tuple(results), used

    def _check_memory(self, frame: Frame, ctx: Context) -> None:
        """Raises OutOfMemoryError before a call whose results and intermediates are more than what is available."""
        needed = frame.arena_bytes + sum(
            math.prod(evaluate(d, ctx.sizes) for d in t.shape) * t.dtype.itemsize for t in self.plan.results
        )
        if needed > SMALL and needed > available_bytes():
            function = self.plan.function
            message = f"@{function.name}: results and intermediates take {bytes_text(needed)}, which are not available"
            unexplained = OutOfMemoryError(message, function.loc)
            raise self._impossible(ctx.sizes, ctx.memory_limit) or unexplained

    def _host(
        self, number: int, frame: Frame, arguments: Sequence[Array], results: Sequence[Array], ctx: Context
    ) -> None:
        """Runs a command in Python."""
        command = self.plan.commands[number]
        assert isinstance(command, HostCommand)  # only those come here

        def array(b: int) -> Array:
            buffer = self.plan.buffers[b]
            match buffer.kind:
                case "argument":
                    return arguments[buffer.index]
                case "result":
                    return results[buffer.index]
                case "constant":
                    return self.plan.constants[buffer.index]
                case "arena":
                    shape = [evaluate(d, ctx.sizes) for d in buffer.type.shape]
                    return np.frombuffer(frame.buffer(b), buffer.type.dtype.numpy)[: int(np.prod(shape))].reshape(shape)

        count = len(command.buffers) - len(command.op.results)
        made = apply_op(command.op, tuple(array(b) for b in command.buffers[:count]), ctx)
        for b, value in zip(command.buffers[count:], made, strict=True):
            array(b)[...] = value

    def error(self, fault: PlanFault) -> TensorIRError:
        """Returns the error for a fault of this plan, with the place of its op."""
        if not 0 <= fault.command < len(self.plan.commands):
            where, name = self.plan.function.loc, f"@{self.plan.function.name}"
        else:
            command = self.plan.commands[fault.command]
            op = command.op if isinstance(command, HostCommand) else command.grid
            if isinstance(command, LaunchCommand) and fault.step >= 0:
                steps = [o for o in command.grid.body.ops if o.NAME != "tile.scratch"]
                op = steps[fault.step]
            where, name = op.loc, op.NAME
        if isinstance(fault, PlanMemoryError):
            return OutOfMemoryError(f"{name}: {fault}", where)
        if fault.status == lib.TIR_STATUS_BAD_INDEX:
            return TensorIRError(f"{name}: the index {fault.value} is outside of its table", where)
        return TensorIRError(f"{name}: {fault}", where)
