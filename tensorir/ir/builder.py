"""Builds one region op by op. The friendlier array interface for front ends is `tensorir.builder.module`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.ir.value import Value

O = TypeVar("O", bound=Op)


class RegionBuilder:
    """Collects arguments and ops in order; `finish(yields)` gives the region and ends the builder."""

    __slots__ = ("_args", "_done", "_ops")

    def __init__(self) -> None:
        self._args: list[Value] = []
        self._ops: list[Op] = []
        self._done = False

    def arg(self, type: Type, hint: str = "") -> Value:
        """Appends a new argument."""
        self._args.append(value := Value(type, hint))
        return value

    def add(self, o: O) -> O:
        """Appends an op and returns it."""
        if self._done:
            raise TensorIRError(f"this region is finished; {o.NAME} can't be appended", o.loc)
        self._ops.append(o)
        return o

    def finish(self, yields: Sequence[Value]) -> Region:
        self._done = True
        return Region(tuple(self._args), tuple(self._ops), tuple(yields))
