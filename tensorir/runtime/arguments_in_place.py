"""Which arguments of a call are read where they lie, and how the others get to row-major memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy.typing as npt
from attrs import frozen

from tensorir.runtime.strides import Form, Strided

Array = npt.NDArray[Any]
MAX_VARIANTS = 8
"""The most forms of arguments for which a function keeps plans; the oldest goes first."""


@frozen
class ArgumentCounts:
    """An argument of a call that is not row-major. `bytes`: of its elements. `copied`: why they are copied to row-major
    memory before the call; "" if the steps read them where they lie."""

    number: int
    name: str
    bytes: int
    copied: str

    def __str__(self) -> str:
        return f"argument {self.number}" + (f" (%{self.name})" if self.name else "")


E = TypeVar("E")


@frozen(eq=False)
class Variant(Generic[E]):
    """What runs calls with arguments of some forms. `refused`: why others are copied."""

    executor: E
    refused: Mapping[int, str]


class Variants(Generic[E]):
    """Those of one function, made when they are first needed. `make` gives what runs calls in which arguments have some
    forms, or None if none of them is read in place, and why others are copied."""

    def __init__(self, make: Callable[[Sequence[Form]], tuple[E | None, Mapping[int, str]]]) -> None:
        self._make = make
        self._made: dict[tuple[Form, ...], tuple[E | None, Mapping[int, str]]] = {}

    def of(self, arguments: Sequence[Strided], usual: E) -> Variant[E]:
        """Returns what runs calls in which these are not row-major; `usual` runs those in which all are."""
        forms = tuple(a.form for a in arguments)
        made = self._made.get(forms)
        if made is None:
            # Two threads may both make it. A lock could be left held for ever in the child of a fork.
            made = self._made.setdefault(forms, self._make(forms))
            for oldest in list(self._made)[:-MAX_VARIANTS]:
                self._made.pop(oldest, None)
        executor, refused = made
        return Variant(usual if executor is None else executor, refused)


def lowest_address(array: Array, argument: Strided) -> int:
    """Returns the address of the first byte that an array reaches."""
    return array.ctypes.data - argument.offset * argument.item
