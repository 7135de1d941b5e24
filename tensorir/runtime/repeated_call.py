"""A call, and those like it: what they have in common is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.plans import Frame, PlanFault, from_buffer
from tensorir.runtime.strides import Strided, usable_copy

Array = npt.NDArray[Any]
Kind = tuple[tuple[int, ...], np.dtype[Any]]
"""The shape and the element type of an array."""

empty, ndarray = np.empty, np.ndarray

USABLE: Final = 0x001 | 0x100
"""NumPy's flags C_CONTIGUOUS and ALIGNED (NPY_ARRAY_… in its C interface): one look-up for both."""


@frozen
class Call:
    """What decides what a call does."""

    function: str
    sizes: Mapping[str, int]
    threads: int
    strided: tuple[Strided, ...] = ()
    """The arguments that are not row-major."""


@frozen(eq=False)
class RepeatedCall:
    """A call with arrays of the kinds `arguments`, all of whose commands run in C.

    `frames` wait for calls of these sizes; other calls may take from them and give back to them. `error` makes of a
    fault what a call raises."""

    call: Call
    arguments: Sequence[Kind]
    results: Sequence[Kind]
    frames: list[Frame]
    error: Callable[[PlanFault], TensorIRError]

    def run(self, arguments: tuple[Any, ...]) -> Any:
        """Returns the result, or a tuple of several. Returns None, before anything has been done, if the arguments are
        not contiguous and aligned arrays of these kinds, or there is no frame or no memory.

        Every expression here costs a noticeable part of the call of a small program: hence one loop for all that is
        done to an argument, no function of our own in it, and a way of its own for a single result."""
        frames = self.frames
        try:
            frame = frames.pop()
        except IndexError:  # other threads use them
            return None
        try:
            if len(arguments) != len(self.arguments):
                return None
            pointers = frame.argument_pointers
            for i, (shape, dtype) in enumerate(self.arguments):
                a = arguments[i]
                if a.__class__ is not ndarray or a.shape != shape or (a.dtype is not dtype and a.dtype != dtype):
                    return None
                if a.flags.num & USABLE != USABLE:
                    return None
                pointers[i] = from_buffer(a)
            pointers = frame.result_pointers
            if len(self.results) == 1:
                shape, dtype = self.results[0]
                result = empty(shape, dtype)
                pointers[0] = from_buffer(result)
                frame.run_bound()
                return result
            results: list[Array] = []
            for i, (shape, dtype) in enumerate(self.results):
                result = empty(shape, dtype)
                pointers[i] = from_buffer(result)
                results.append(result)
            frame.run_bound()
        except PlanFault as fault:
            raise self.error(fault) from None
        except MemoryError:
            return None
        finally:
            frames.append(frame)
        return tuple(results)


class Lying(NamedTuple):
    """How an argument lies in a call, and what the steps get for it: an array of `kind`."""

    argument: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    strides: tuple[int, ...]
    usable: int
    """Its flags of `USABLE`."""
    lowest: tuple[slice, ...] | None
    """The index of its lowest element, where the steps read it in place; None: they get a copy."""
    kind: Kind

    @staticmethod
    def of(array: Array, argument: Strided, in_place: bool) -> Lying:
        """Returns how this array lies."""
        lowest = argument.lowest if in_place else None
        shape = tuple(1 for _ in array.shape) if in_place else array.shape
        kind = shape, array.dtype.newbyteorder("=")
        usable = array.flags.num & USABLE
        return Lying(argument.argument, array.shape, array.dtype, array.strides, usable, lowest, kind)


@frozen(eq=False)
class RepeatedStridedCall:
    """A call in which some arrays are not row-major, or not usable as they are, and lie as `lying` says. `usual` runs
    it: with a copy of such an array, or with its lowest element, where the bytes begin that the steps read."""

    usual: RepeatedCall
    lying: Sequence[Lying]

    @property
    def call(self) -> Call:
        return self.usual.call

    def run(self, arguments: tuple[Any, ...]) -> Any:
        """As `RepeatedCall.run`; None also if an array lies differently."""
        if len(arguments) != len(self.usual.arguments):
            return None
        given = list(arguments)
        for i, shape, dtype, strides, usable, lowest, _ in self.lying:
            a = given[i]
            if a.__class__ is not ndarray or a.shape != shape or a.strides != strides or a.dtype != dtype:
                return None
            if a.flags.num & USABLE != usable:
                return None
            given[i] = usable_copy(a) if lowest is None else a[lowest]
        return self.usual.run(tuple(given))
