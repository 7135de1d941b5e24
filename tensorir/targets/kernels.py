"""The kernels with which a device runs packed ops. The kernel of a contraction is chosen once, when the program is
compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.encoding.resolver import Declined, RhsOrder
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.targets.memory import Memory

Array: TypeAlias = npt.NDArray[Any]


class CallSizes(Protocol):
    """The part of a call's context that a kernel call may use."""

    def dim(self, dim: Dim) -> int:
        """Returns the value of a size in this call."""
        ...

    def numpy(self, dtype: DType) -> np.dtype[Any]:
        """Returns the NumPy type of elements of `dtype` in this call."""
        ...


KernelCall: TypeAlias = Callable[["tuple[Array, ...]", CallSizes], "tuple[Array, str]"]
"""Runs one op on its operands; returns the result and the name of the kernel that ran."""


@runtime_checkable
class Kernels(Protocol):
    """The kernels of a device."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        """Returns the kernel that multiplies tiles M0×N0×K0 of these element types (lhs, rhs, result), or the reason
        why there is none.

        The answer is kept in the op (`kernel` of `linalg.mmt4d`)."""
        ...

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        """Returns the function that runs `op` with results in `memory`, or None if the interpreter's NumPy functions
        run it.

        Raises TensorIRError if `op` names an unknown kernel."""
        ...


@frozen
class NoKernels:
    """Has no kernels: NumPy runs everything."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        return Declined("this device has no kernels")

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        return None


NO_KERNELS: Final = NoKernels()
