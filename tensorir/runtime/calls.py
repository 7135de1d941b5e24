"""How programs are called, whether they were compiled or loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import evolve

from tensorir.interp import Context, bind_arguments
from tensorir.ir.diagnostic import Remarks, TensorIRError, UnsupportedError
from tensorir.ir.signature import Signature
from tensorir.runtime.called_function import CalledFunction, Runner
from tensorir.runtime.counts import Counts
from tensorir.runtime.executor import Executor, usable_cores
from tensorir.runtime.given_results import given_results
from tensorir.runtime.options import checked_limit, checked_threads
from tensorir.runtime.profile import Profile, Profiler, peaks
from tensorir.runtime.repeated_call import Call, RepeatedCall, RepeatedStridedCall
from tensorir.runtime.stats import Stats, Used
from tensorir.runtime.strides import Strided, strided

if TYPE_CHECKING:  # a program from a file imports neither ops nor passes before it is asked to explain itself
    from tensorir.analysis.layout_decision import Decision
    from tensorir.runtime.explain.explanation import Explanation, FunctionExplanation
    from tensorir.runtime.explain.source import SourceValue
    from tensorir.runtime.plan import Plan
    from tensorir.runtime.session import Session, StoredState

Array = npt.NDArray[Any]


class CallableProgram:
    """Functions that are called with arrays, and statistics of the last call."""

    def __init__(
        self,
        functions: Mapping[str, CalledFunction],
        stats: Stats,
        memory_limit: int | None,
        num_threads: int | None,
        states: Mapping[str, StoredState] | None = None,
    ) -> None:
        self.memory_limit = checked_limit(memory_limit)
        """The most bytes of intermediates that a call may allocate; None means the available memory."""
        self.num_threads = checked_threads(num_threads)
        """How many threads work on a call; None means as many as cores that this process may use."""
        self._stats = stats
        self._last: Call | None = None
        self._counted: tuple[Call, Counts] | None = None
        self._functions = functions
        self.states = dict(states or {})
        """State → how it is stored, and its initial value."""
        self._default = next(iter(functions)) if len(functions) == 1 else "main"
        self._repeated: dict[str | None, RepeatedCall | RepeatedStridedCall] = {}
        """By the name that was given, calls like the last one of that name."""
        usual = functions[self._default].usual if self._default in functions else None
        if isinstance(usual, Executor) and not usual.function.signature.symbols:
            self._last = Call(self._default, {}, num_threads or usable_cores())

    def context(self, sizes: Mapping[str, int]) -> Context:
        """What the ops of a call may use."""
        raise NotImplementedError(type(self).__name__)  # a subclass that forgot: a bug

    def runner(self, name: str, sizes: Mapping[str, int]) -> Runner:
        """What runs calls of a function with these sizes. Raises TensorIRError if there is none of that name."""
        return self._called(name).runner(sizes)

    def _called(self, name: str) -> CalledFunction:
        if name not in self._functions:
            raise TensorIRError(self._unknown(name))
        return self._functions[name]

    @property
    def default(self) -> str:
        """The function that is called when none is named."""
        return self._default

    def _unknown(self, name: str) -> str:
        names = ", ".join("@" + f for f in self._functions)
        if not names:
            return "the program has no public function"
        if name == self._default:
            return f"the program has several functions: pass function= one of {names}"
        return f"no function @{name} in the module; known: {names}"

    def __call__(
        self,
        *args: npt.ArrayLike,
        function: str | None = None,
        out: Array | Sequence[Array | None] | None = None,
        num_threads: int | None = None,
    ) -> Any:
        """Returns the results for `args`: one array, or a tuple of several. See `call`."""
        if out is None and num_threads is None:
            repeated = self._repeated.get(function)
            if repeated is not None:
                made = repeated.run(args)
                if made is not None:
                    self._last = repeated.call
                    return made
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
        """Returns the results for `args`. A function with states is called by a `session`. The results are
        C-contiguous, writable and own their memory, or are the arrays of
        `out`: one array, or one array or None per result, which must have the type and shape of the result, be
        C-contiguous and writable, and share no memory with an argument.

        Arguments may have any strides and may be read-only; they are never written. `num_threads` overrides that of
        the program. Raises TensorIRError naming the argument, what was expected and what was given, or the op and an
        invalid size. Raises OutOfMemoryError, which is also a MemoryError, before anything is allocated if the
        intermediates need more memory than is available."""
        name = self._default if function is None else function
        called = self._called(name)
        signature, threads = called.signature, checked_threads(num_threads)
        if signature.states:
            states = ", ".join("@" + s for s in signature.states)
            raise TensorIRError(f"@{name} has the states {states}: call program.session() and then that", signature.loc)
        arrays, sizes = bind_arguments(signature, args, convert=not isinstance(called.usual, Executor))
        runner, ctx = called.runner(sizes), self.context(sizes)
        usual = self.num_threads or usable_cores()
        places = given_results(signature, out, arrays, ctx)
        results, used = runner.run(arrays, ctx, threads or usual, places)
        last = Call(name, sizes, threads or usual, strided(arrays))
        self.ran(last, used)
        if isinstance(runner, Executor) and last.threads == usual:
            repeated = runner.repeated(args, last)
            if repeated is not None:
                self._repeated[function] = repeated
        return results

    def ran(self, call: Call, used: Used | None) -> None:
        """Notes what the last call was; `used` if it was counted while it ran."""
        if used is not None:
            self._stats = evolve(self._stats, kernels=used.kernels, transient_bytes=used.transient_bytes)
        else:
            self._last = call

    def session(self) -> Session:
        """Returns a session: calls of the program that keep its states from one to the next, from their initial values
        on. Sessions share all constants, and nothing else."""
        from tensorir.runtime.session import Session  # it calls programs, and most have no states

        return Session(self)

    @property
    def stats(self) -> Stats:
        """Statistics of the program and of its last call."""
        call = self._last
        if call is None:
            return self._stats
        counted = self._counted
        if counted is None or counted[0] is not call:
            counted = self._counted = call, self._executor(call.function, call.sizes).counts(call)
        counts = counted[1]
        return evolve(
            self._stats,
            kernels=self._executor(call.function, call.sizes).function.kernels,
            transient_bytes=counts.arena_bytes + counts.threads * counts.scratch_bytes,
            commands=len(counts.commands),
            units=counts.units,
            steps=counts.steps,
            read_bytes=counts.read_bytes,
            written_bytes=counts.written_bytes,
            relaid_bytes=counts.relaid_bytes,
            copied_bytes=counts.copied_bytes,
            transfers=counts.transfers,
            transferred_bytes=counts.transferred_bytes,
            memory_copies=counts.memory_copies,
            memory_copied_bytes=counts.memory_copied_bytes,
            arena_bytes=counts.arena_bytes,
            scratch_bytes=counts.scratch_bytes,
            python=counts.python,
            read_in_place=tuple(a.name for a in counts.arguments if not a.copied),
            copied_arguments={a.name: a.bytes for a in counts.arguments if a.copied},
        )

    def counts(
        self,
        *args: npt.ArrayLike,
        sizes: Mapping[str, int] | None = None,
        function: str | None = None,
        num_threads: int | None = None,
    ) -> Counts:
        """Returns what a call with `args`, or with these `sizes` of the function's symbols, does: exact numbers per
        command and step. Nothing is run. Blocks may be smaller for more threads, so `num_threads` matters as it does in
        a call.

        Raises TensorIRError for arguments or sizes that a call can't have, UnsupportedError if Python runs the ops of
        this device."""
        name = self._default if function is None else function
        signature = self._executor(name).function.signature.without_states
        lying: tuple[Strided, ...] = ()
        if args or (sizes is None and not signature.arg_types):
            arrays, sizes = bind_arguments(signature, args, convert=False)
            lying = strided(arrays)
        given = dict(sizes or {})
        if set(given) != set(signature.symbols):
            expected = ", ".join(signature.symbols) or "no sizes"
            raise TensorIRError(f"@{name}: expected {expected}, got {', '.join(given) or 'no sizes'}", signature.loc)
        threads = checked_threads(num_threads) or self.num_threads or usable_cores()
        return self._executor(name, given).counts(Call(name, given, threads, lying))

    def profile(
        self,
        *args: npt.ArrayLike,
        function: str | None = None,
        num_threads: int | None = None,
        repeat: int = 5,
    ) -> Profile:
        """Runs a call with `args` (in a new session, if it has states) `repeat` times without counters and
        `repeat` times with them, and returns where the time of the fastest goes: per command, per step and per thread.
        The first profile of a process also measures the peaks of a core, which takes about 0.1 s.

        Raises the errors of a call, ValueError for `repeat` below 1, UnsupportedError if Python runs the ops of this
        device."""
        if repeat < 1:
            raise ValueError(f"repeat: expected at least 1, got {repeat}")
        name = self._default if function is None else function
        signature = self._executor(name).function.signature
        own = signature.without_states
        arrays, sizes = bind_arguments(own, args, convert=bool(signature.states))
        executor = self._executor(name, sizes)
        threads = checked_threads(num_threads) or self.num_threads or usable_cores()
        old, new = self.session().arrays(signature.states, executor.function.in_place) if signature.states else ((), ())
        if signature.states:
            arrays = tuple(np.ascontiguousarray(a) for a in arrays)
        call = Call(name, sizes, threads, strided(arrays))
        profiler = Profiler(executor.counts(call), repeat)
        results = (*(None,) * len(own.result_types), *new)
        executor.run((*arrays, *old), self.context(sizes), call.threads, results, profiler)
        self._last = call
        return profiler.profile(name, sizes, peaks(executor.features))

    def explain(self, sizes: Mapping[str, int] | None = None, *, num_threads: int | None = None) -> Explanation:
        """Returns what was decided about the program and what its calls do: layouts with their costs, launches, plans,
        relayouts, remarks. Its `str` says it all, its `value` answers about a single value.

        `sizes`: those of the symbols of all functions; one that is missing counts as `TYPICAL_SIZE`. Nothing is run.

        Raises TensorIRError for a size of another symbol, and for sizes that a call can't have."""
        from tensorir.runtime.explain.explanation import Explanation  # as above

        symbols = {s for f in self._functions.values() for s in f.signature.symbols}
        if unknown := [s for s in sizes or () if s not in symbols]:
            known = ", ".join(sorted(symbols)) or "none"
            raise TensorIRError(f"no function has the symbol {unknown[0]}; known: {known}")
        functions = [e for name in self._functions for e in self._explained(name, dict(sizes or {}), num_threads)]
        return Explanation(*self._told(), tuple(functions))

    def _told(self) -> tuple[str, Decision | None, Remarks, Sequence[SourceValue]]:
        """The device, and what is known from when the program was compiled."""
        raise NotImplementedError(type(self).__name__)  # a subclass that forgot: a bug

    def _plan(self, signature: Signature) -> Plan | None:
        """The plan of a function, or of one that runs its calls for a range of sizes, unless there are only its
        words."""
        return None

    def _explained(self, name: str, sizes: Mapping[str, int], num_threads: int | None) -> Iterator[FunctionExplanation]:
        """For the sizes of the first range of which a size is given, or for each range if none is."""
        from tensorir.targets.costs import TYPICAL_SIZE  # as above

        called = self._called(name)
        known = {s: sizes.get(s, TYPICAL_SIZE) for s in called.signature.symbols}
        if not called.ranges or called.ranges[0][0].symbol in sizes:
            yield self._at(name, known, sizes, num_threads)
            return
        for at in sorted([TYPICAL_SIZE, *(part.typical for part, _ in called.ranges)]):
            yield self._at(name, {**known, called.ranges[0][0].symbol: at}, sizes, num_threads)

    def _at(
        self, name: str, known: Mapping[str, int], sizes: Mapping[str, int], num_threads: int | None
    ) -> FunctionExplanation:
        from tensorir.runtime.explain.explanation import FunctionExplanation  # as above
        from tensorir.targets.costs import TYPICAL_SIZE  # as above

        runner = self.runner(name, known)
        if not isinstance(runner, Executor):
            return FunctionExplanation(name, known, None, None, "Python runs its ops one by one, without a plan")
        plan = self._plan(runner.function.signature)
        try:
            counts = self.counts(sizes=known, function=name, num_threads=num_threads)
        except TensorIRError as e:
            if sizes:
                raise
            why = f"sizes of {TYPICAL_SIZE} are not possible, pass sizes=: {e.diagnostics[0].message}"
            return FunctionExplanation(name, known, None, plan, why)
        return FunctionExplanation(name, known, counts, plan)

    def signature(self, function: str | None = None) -> Signature:
        """Returns the names and types of a function. Raises TensorIRError if there is none of that name."""
        return self._called(self._default if function is None else function).signature

    def _executor(self, name: str, sizes: Mapping[str, int] | None = None) -> Executor:
        """What runs calls with these sizes, or usual ones. Raises UnsupportedError if that is Python."""
        called = self._called(name)
        runner = called.usual if sizes is None else called.runner(sizes)
        if not isinstance(runner, Executor):
            raise UnsupportedError(f"@{name}: Python runs the ops of this device one by one, and there is no plan")
        return runner
