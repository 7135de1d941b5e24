"""Sessions: calls of a program that keep its states from one call to the next."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.encoding.layout import Layout
from tensorir.interp.arguments import bind_arguments
from tensorir.interp.packed_arrays import layout_shape, out_of_tiles, packed
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.types import Type
from tensorir.native.plans import Frame
from tensorir.runtime.executor import Executor, usable_cores
from tensorir.runtime.options import checked_threads
from tensorir.runtime.repeated_call import Call

if TYPE_CHECKING:
    from tensorir.runtime.calls import CallableProgram

Array = npt.NDArray[Any]


@frozen(eq=False)
class StoredState:
    """A state of a program: its `type`, with the layout in which it is stored, and its `initial` value as it is
    stored."""

    type: Type
    initial: Array

    @property
    def layout(self) -> Layout | None:
        """How it is stored; None for row-major."""
        return self.type.encoding if isinstance(self.type.encoding, Layout) else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes, which are numbers."""
        return tuple(n for n in self.type.shape if isinstance(n, int))

    @property
    def memory_shape(self) -> tuple[int, ...]:
        """The sizes of the array in which it is stored."""
        return self.shape if self.layout is None else layout_shape(self.shape, self.layout)

    def read(self, array: Array) -> Array:
        """Returns a row-major copy of a value that is stored."""
        return array.copy() if self.layout is None else out_of_tiles(array, self.layout, self.shape)

    def stored(self, array: Array) -> Array:
        """Returns a value as it is stored, in new memory; padding is zero."""
        return np.array(array, order="C") if self.layout is None else packed(array, self.layout)


def call_with_states(program: CallableProgram, args: Sequence[npt.ArrayLike], function: str) -> tuple[Array, ...]:
    """Returns what the interpreter returns: all results of a function whose last arguments are the values of its
    states, the new ones included. They are row-major."""
    states = program.signature(function).states
    if not states:
        return program.call(args, function)
    session = program.session()
    own = len(args) - len(states)
    for state, value in zip(states, args[own:], strict=True):
        session[state] = value
    results = session.call(args[:own], function)
    return (*results, *(session[state] for state in states))


class Session:
    """The states of one sequence of calls. A program makes it (`program.session()`).

    Laws: a session gives what the functions give for the states that the calls before left, starting from the initial
    values; sessions never see each other's states; a call that fails before it runs changes no state.

    One call at a time may use a session: a second one, from another thread, raises TensorIRError, because which of them
    came first would decide about the results. Any number of sessions of one program may run at once."""

    def __init__(self, program: CallableProgram) -> None:
        self.program = program
        self._held = {name: np.array(s.initial, order="C") for name, s in program.states.items()}
        self._spare: dict[str, Array] = {}
        """The second array of states that are not updated in place."""
        self._torn = ""
        self._lock = Lock()

    def __call__(self, *args: npt.ArrayLike, function: str | None = None, num_threads: int | None = None) -> Any:
        """Returns the results for `args`: one array, or a tuple of several. See `call`."""
        results = self.call(args, function, num_threads=num_threads)
        return results[0] if len(results) == 1 else results

    def call(
        self, args: Sequence[npt.ArrayLike], function: str | None = None, *, num_threads: int | None = None
    ) -> tuple[Array, ...]:
        """Returns the results for `args` and the states, and keeps the new states. `args` and results are those of the
        function without its states. Arguments that are not row-major are copied.

        Raises the errors of `program.call`. One that is raised while a function runs that updates states in place, such
        as for an index out of bounds, leaves states that are partly written: calls then raise TensorIRError until
        `reset`. A `copy` that was made before keeps what it has."""
        program = self.program
        name = program.default if function is None else function
        with self._used():
            if self._torn:
                raise TensorIRError(self._torn)
            signature = program.signature(name)
            threads = checked_threads(num_threads) or program.num_threads or usable_cores()
            arrays, sizes = bind_arguments(signature.without_states, args)
            runner, ctx = program.runner(name, sizes), program.context(sizes)
            made = len(signature.result_types) - len(signature.states)
            fresh = (None,) * made
            if isinstance(runner, Executor):
                in_place = runner.function.in_place
                old, new = self.arrays(signature.states, in_place)
                given = tuple(np.ascontiguousarray(a) for a in arrays)

                def around(frame: Frame, run: Callable[..., None]) -> None:
                    try:
                        run()
                    except BaseException:
                        if any(in_place):
                            self._torn = f"a call of @{name} failed while it updated states: reset() the session"
                        raise

                results, used = runner.run((*given, *old), ctx, threads, (*fresh, *new), around)
            else:
                old = tuple(self._held[s] for s in signature.states)
                results, used = runner.run((*arrays, *old), ctx, threads, (*fresh, *(None for _ in old)))
            for state, before, now in zip(signature.states, old, results[made:], strict=True):
                if now is not before:
                    self._held[state], self._spare[state] = now, before
            program.ran(Call(name, sizes, threads), used)
            return results[:made]

    def arrays(self, states: Sequence[str], in_place: Sequence[bool]) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """Returns, for each state, the array of its value, and the one for its new value: the same if it is updated in
        place."""
        old = tuple(self._held[s] for s in states)
        new = [a if same else self._other(s, a) for s, a, same in zip(states, old, in_place, strict=True)]
        return old, tuple(new)

    def _other(self, state: str, value: Array) -> Array:
        spare = self._spare.pop(state, None)
        return np.empty_like(value) if spare is None else spare

    def __getitem__(self, state: str) -> Array:
        """Returns a row-major copy of the value of a state. Raises TensorIRError if there is none of that name."""
        with self._used():
            return self._state(state).read(self._held[state])

    def __setitem__(self, state: str, value: npt.ArrayLike) -> None:
        """Gives a state another value. Raises TensorIRError for another type or shape, and if there is no such
        state."""
        with self._used():
            known = self._state(state)
            type, array = known.type.with_encoding(None), np.asarray(value)
            if array.dtype != type.dtype.numpy or array.shape != type.shape:
                given = f"{array.dtype}{list(array.shape)}"
                raise TensorIRError(f"the state @{state} is {type}, the array {given}")
            self._held[state] = known.stored(array)

    def reset(self) -> None:
        """Gives all states their initial values."""
        with self._used():
            for name, state in self.program.states.items():
                self._held[name][...] = state.initial
            self._torn = ""

    def copy(self) -> Session:
        """Returns another session with the same states, which then change apart."""
        with self._used():
            made = Session(self.program)
            made._held = {name: value.copy() for name, value in self._held.items()}
            made._torn = self._torn
            return made

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Session:
        return self.copy()

    def _state(self, state: str) -> StoredState:
        if state not in self.program.states:
            known = ", ".join("@" + s for s in self.program.states) or "none"
            raise TensorIRError(f"the program has no state @{state}; known: {known}")
        return self.program.states[state]

    @contextmanager
    def _used(self) -> Generator[None]:
        if not self._lock.acquire(blocking=False):
            raise TensorIRError("this session is in use by another call: each thread needs a session of its own")
        try:
            yield
        finally:
            self._lock.release()
