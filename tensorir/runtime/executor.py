"""One function, ready to run: its words, opened, and the frames of its calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import prod
from time import monotonic_ns
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from tensorir.interp.context import Context
from tensorir.interp.memory import SMALL, available_bytes, bytes_text
from tensorir.ir.diagnostic import OutOfMemoryError, TensorIRError
from tensorir.ir.dims import Dim, evaluate
from tensorir.ir.types import Type
from tensorir.native.plans import Frame, Plan, PlanFault, PlanMemoryError
from tensorir.native.table import Features, lib
from tensorir.runtime.arguments_in_place import ArgumentCounts, Variant, Variants, lowest_address
from tensorir.runtime.compiled_function import CompiledFunction
from tensorir.runtime.copy_or_in_place import copied_for_speed
from tensorir.runtime.counts import Counts, count
from tensorir.runtime.profile import Note
from tensorir.runtime.repeated_call import Call, Kind, Lying, RepeatedCall, RepeatedStridedCall
from tensorir.runtime.stats import Used
from tensorir.runtime.strides import Form, Strided, strided, usable_copy
from tensorir.runtime.words import HOST, QUEUED, PlanWords, command_kinds, read_plan

Array = npt.NDArray[Any]
Around = Callable[[Frame, Callable[..., None]], None]
MAX_FRAMES = 16
"""The most frames that wait for the next call."""


def usable_cores() -> int:
    """Returns how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@frozen(eq=False)
class _Sizes:
    """What calls of the same sizes share: frames that wait, and the shapes and types of the results."""

    key: tuple[int, ...]
    results: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]
    result_bytes: int
    frames: list[Frame] = field(factory=list[Frame])


class Host(Protocol):
    """What Python does for a plan."""

    def run(
        self, number: int, frame: Frame, arguments: Sequence[Array], results: Sequence[Array], ctx: Context
    ) -> None:
        """Runs a command."""
        ...

    def finish(self, frame: Frame) -> None:
        """Waits for what commands of this call have begun and not ended. Raises PlanFault if that failed."""
        ...

    def end(self, frame: Frame) -> None:
        """Gives back what commands of this call hold, whether it succeeded or not."""
        ...

    def why_impossible(self, sizes: Mapping[str, int], memory_limit: int | None) -> TensorIRError | None:
        """Returns the error that names the first op that the sizes of a call or its memory don't allow, if it is
        known."""
        ...


class Executor:
    """Runs calls of one function. Any number of threads may call it: each call has a frame of its own.

    Args:
        function: its words are checked here.
        features: the CPU features that its steps may use.
        host: runs the commands in Python, and explains failures.
        checked: compare each access with its buffer before it happens, and the buffers with the types of arguments and
            results, because the words come from a file.
        forms: the arguments that the plan reads where they lie though they are not row-major.
        variants: what runs calls with arguments that are not row-major; None: they are copied.

    Raises:
        PlanFault: a word is wrong.
    """

    def __init__(
        self,
        function: CompiledFunction,
        features: Features,
        host: Host,
        checked: bool = False,
        forms: Sequence[Form] = (),
        variants: Variants[Executor] | None = None,
    ) -> None:
        self.function = function
        self._symbols = (*function.signature.symbols, *(name for form in forms for name in form.symbols))
        self._in_place = {form.argument for form in forms}
        self._variants = variants
        self.features = features
        self._native = Plan(function.image, function.constants, features)
        self._host = host
        self._checked = checked
        self._runs_alone = not {HOST, QUEUED} & {*command_kinds(function.image)}
        self._known: dict[tuple[int, ...], _Sizes] = {}

    def open(self, sizes: Mapping[str, int]) -> None:
        """Makes a frame for these sizes; raises the errors of calls with them."""
        self._give_back(*self._taken(sizes, 1, None))

    def repeated(self, args: Sequence[npt.ArrayLike], call: Call) -> RepeatedCall | RepeatedStridedCall | None:
        """What runs calls like `call`, which ran with `args`. None if Python has a part in them, or there is no such
        thing: arguments that are not arrays, frames that were given up."""
        executor = self._variant(call.strided).executor if call.strided else self
        return executor._repeated(args, call)

    def _repeated(self, args: Sequence[npt.ArrayLike], call: Call) -> RepeatedCall | RepeatedStridedCall | None:
        known = self._known.get(self._key(self._with_strides(call.sizes, call.strided), call.threads))
        if known is None or not self._runs_alone or any(a.__class__ is not np.ndarray for a in args):
            return None
        arrays: list[Array] = [np.asarray(a) for a in args]
        lying = [Lying.of(arrays[a.argument], a, a.argument in self._in_place) for a in call.strided]
        kinds: list[Kind] = [(a.shape, a.dtype) for a in arrays]
        for a in lying:
            kinds[a.argument] = a.kind
        made = RepeatedCall(call, kinds, known.results, known.frames, self._error)
        return RepeatedStridedCall(made, lying) if lying else made

    @cached_property
    def words(self) -> PlanWords:
        """The plan of the function."""
        return read_plan(self.function.image)

    def counts(self, call: Call) -> Counts:
        """What a call does. Raises the errors of such a call that are known before it runs."""
        if not call.strided:
            return self._counts(call)
        variant = self._variant(call.strided)
        names = self.function.signature.arg_names
        arguments = (
            ArgumentCounts(a.argument, names[a.argument], a.bytes, variant.refused.get(a.argument, ""))
            for a in call.strided
        )
        return evolve(variant.executor._counts(call), arguments=tuple(arguments))

    def _counts(self, call: Call) -> Counts:
        sizes, frame = self._taken(self._with_strides(call.sizes, call.strided), call.threads, None)
        try:
            values = np.array([frame.value(i) for i in range(self.words.values)], np.int64)
            used = frame.arena_bytes, frame.scratch_bytes
            return count(self.function, self.words, values, call.threads, *used)
        finally:
            self._give_back(sizes, frame)

    def _variant(self, arguments: Sequence[Strided]) -> Variant[Executor]:
        """What runs calls in which these are not row-major."""
        copied = copied_for_speed(arguments)
        rest = [a for a in arguments if a.argument not in copied]
        if self._variants is None:
            saved = {a.argument: "a saved program reads row-major arguments alone" for a in rest}
            return Variant(self, {**copied, **saved})
        if not rest:
            return Variant(self, copied)
        found = self._variants.of(rest, self)
        return Variant(found.executor, {**found.refused, **copied})

    def _with_strides(self, sizes: Mapping[str, int], arguments: Sequence[Strided]) -> Mapping[str, int]:
        """The values of all symbols of the plan but the number of threads."""
        if not self._in_place:
            return sizes
        read = (a.values() for a in arguments if a.argument in self._in_place)
        return {**sizes, **{name: value for values in read for name, value in values.items()}}

    def _key(self, sizes: Mapping[str, int], threads: int) -> tuple[int, ...]:
        return (threads, *(sizes[name] for name in self._symbols))

    def _taken(self, sizes: Mapping[str, int], threads: int, memory_limit: int | None) -> tuple[_Sizes, Frame]:
        """Returns a frame for these sizes. Raises TensorIRError for a size that is invalid, OutOfMemoryError if there
        is not enough memory."""
        key = self._key(sizes, threads)
        known = self._known.get(key)
        if known is not None:
            try:
                return known, known.frames.pop()
            except IndexError:  # other threads use them
                pass
        frame = self._opened(key, sizes, memory_limit)
        if known is None:
            results = [(self._shape(t, sizes), t.dtype.numpy) for t in self.function.signature.result_types]
            taken = sum(prod(shape) * dtype.itemsize for shape, dtype in results)
            known = self._known.setdefault(key, _Sizes(key, tuple(results), taken))
        return known, frame

    def _value(self, dim: Dim, sizes: Mapping[str, int]) -> int:
        try:
            return evaluate(dim, sizes)
        except ZeroDivisionError:
            signature = self.function.signature
            raise TensorIRError(f"@{signature.name}: the size {dim} divides by zero", signature.loc) from None

    def _shape(self, type: Type, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape of a result. Raises TensorIRError for one that no array has."""
        signature = self.function.signature
        shape = tuple(self._value(d, sizes) for d in type.shape)
        if any(size < 0 for size in shape):
            raise TensorIRError(f"@{signature.name}: a result of type {type} has the shape {shape}", signature.loc)
        if prod(size for size in shape if size) * type.dtype.itemsize >= 1 << 63:
            message = f"@{signature.name}: a result of type {type} has the shape {shape}, which is too large"
            raise OutOfMemoryError(message, signature.loc)
        return shape

    def _opened(self, key: tuple[int, ...], sizes: Mapping[str, int], memory_limit: int | None) -> Frame:
        try:
            frame = self._native.frame(key[1:], key[0], memory_limit, self._checked)
        except PlanFault as fault:
            raise self._host.why_impossible(sizes, memory_limit) or self._too_large(fault, memory_limit) from None
        for required in self.function.required:
            if frame.value(required.value) < 0:
                message = f"{required.place.op}: {required.dim} is negative in this call"
                unexplained = TensorIRError(message, required.place.loc)
                raise self._host.why_impossible(sizes, memory_limit) or unexplained
        if self._checked:
            self._check_buffers(frame, sizes)
        return frame

    def _too_large(self, fault: PlanFault, memory_limit: int | None) -> TensorIRError:
        if not isinstance(fault, PlanMemoryError):
            return self._error(fault)
        signature = self.function.signature
        message = f"@{signature.name}: there is not enough memory for the intermediates"
        if memory_limit is not None:
            allowed = bytes_text(memory_limit)
            message = f"@{signature.name}: intermediates take more than the {allowed} allowed by memory_limit"
        return OutOfMemoryError(message, signature.loc)

    def _check_memory(self, needed: int, ctx: Context) -> None:
        """Raises OutOfMemoryError before a call whose results and intermediates are more than what is available."""
        if needed > SMALL and needed > available_bytes():
            signature = self.function.signature
            message = f"@{signature.name}: results and intermediates take {bytes_text(needed)}, which are not available"
            unexplained = OutOfMemoryError(message, signature.loc)
            raise self._host.why_impossible(ctx.sizes, ctx.memory_limit) or unexplained

    def _check_buffers(self, frame: Frame, sizes: Mapping[str, int]) -> None:
        """Raises TensorIRError if the plan gives an argument or a result other bytes than its type does."""
        signature, native = self.function.signature, self._native
        for what, types, buffers, least in (
            ("argument", signature.arg_types, native.argument_buffers, frame.argument_bytes),
            ("result", signature.result_types, native.result_buffers, frame.result_bytes),
        ):
            used = {index for index, _ in buffers}
            for i, t in enumerate(types):
                wanted = self._value(t.elements, sizes) * t.dtype.itemsize
                strided = what == "argument" and i in self._in_place
                if least[i] != wanted and not strided and (i in used or what == "result"):
                    message = f"@{signature.name}: {what} {i}, {t}, has {wanted} bytes, but its plan has {least[i]}"
                    raise TensorIRError(f"{message}: the program is damaged", signature.loc)

    def _give_back(self, sizes: _Sizes, frame: Frame) -> None:
        """Keeps a frame for the next call with its sizes.

        Other threads may do the same and look frames up meanwhile. There is no lock, which a fork could leave held for
        ever in the child: each operation on the dict and the list is one step of the interpreter, the values are
        copied before they are looked at, and what two threads can do to each other is to drop a frame too many.
        """
        if sum(len(known.frames) for known in list(self._known.values())) >= MAX_FRAMES:
            self._known.clear()
        self._known.setdefault(sizes.key, sizes)
        sizes.frames.append(frame)

    def run(
        self,
        arguments: tuple[Array, ...],
        ctx: Context,
        threads: int,
        out: Sequence[Array | None],
        around: Around | None = None,
    ) -> tuple[tuple[Array, ...], Used | None]:
        """Returns the results, written to the arrays of `out` where there is one. `counts` says what the call used.
        `around` is given the frame and what runs it, when nothing but that is left to do."""
        lying = strided(arguments)
        executor = self._variant(lying).executor if lying else self
        return executor._run(arguments, lying, ctx, threads, out, around), None

    def _run(
        self,
        arguments: tuple[Array, ...],
        lying: Sequence[Strided],
        ctx: Context,
        threads: int,
        out: Sequence[Array | None],
        around: Around | None,
    ) -> tuple[Array, ...]:
        """Reads the arguments of the forms of this plan where they lie, and copies others of `lying`, which are those
        that are not row-major."""
        signature = self.function.signature
        sizes, frame = self._taken(self._with_strides(ctx.sizes, lying), threads, ctx.memory_limit)
        try:
            self._check_memory(frame.arena_bytes + sizes.result_bytes, ctx)
            results = [
                np.empty(shape, dtype) if o is None else o for (shape, dtype), o in zip(sizes.results, out, strict=True)
            ]

            def run(note: Note | None = None) -> None:
                given = list(arguments)
                places: list[Array | int] = list(arguments)
                for a in lying:
                    i = a.argument
                    if i in self._in_place:
                        places[i] = lowest_address(arguments[i], a)
                        continue
                    began = monotonic_ns()
                    given[i] = places[i] = usable_copy(arguments[i])
                    if note is not None:
                        note(-1 - i, began, monotonic_ns())

                def host(command: int) -> None:
                    began = monotonic_ns()
                    self._host.run(command, frame, given, results, ctx)
                    if note is not None:
                        note(command, began, monotonic_ns())

                try:
                    frame.run(places, results, host)
                    self._host.finish(frame)
                finally:
                    self._host.end(frame)

            if around is None:
                run()
            else:
                around(frame, run)
        except PlanFault as fault:
            raise self._error(fault) from None
        except OutOfMemoryError:  # it has its place already
            raise
        except MemoryError as e:
            unexplained = OutOfMemoryError(f"@{signature.name}: there is not enough memory: {e}", signature.loc)
            raise self._host.why_impossible(ctx.sizes, ctx.memory_limit) or unexplained from None
        finally:
            self._give_back(sizes, frame)
        return tuple(results)

    def _error(self, fault: PlanFault) -> TensorIRError:
        """Returns the error for a fault of this plan, with the place of its op."""
        signature, commands = self.function.signature, self.function.commands
        where, name = signature.loc, f"@{signature.name}"
        if 0 <= fault.command < len(commands):
            places = commands[fault.command]
            place = places.steps[fault.step] if 0 <= fault.step < len(places.steps) else places.command
            where, name = place.loc, place.op
        if isinstance(fault, PlanMemoryError):
            return OutOfMemoryError(f"{name}: {fault}", where)
        if fault.status == lib.TIR_STATUS_BAD_INDEX:
            return TensorIRError(f"{name}: the index {fault.value} is outside of 0 … {fault.size - 1}", where)
        if fault.status == lib.TIR_STATUS_BAD_DIVISION:
            return TensorIRError(f"{name}: an integer is divided by zero", where)
        return TensorIRError(f"{name}: {fault}", where)
