"""What a device runs packed ops with. The kernel of a contraction is chosen once, when the program is compiled."""

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
    """What a kernel call may ask of the call that it is part of."""

    def dim(self, dim: Dim) -> int:
        """The value of a size in this call."""
        ...

    def numpy(self, dtype: DType) -> np.dtype[Any]:
        """The NumPy type that elements of `dtype` have in this call."""
        ...


KernelCall: TypeAlias = Callable[["tuple[Array, ...]", CallSizes], "tuple[Array, str]"]
"""Runs one op on its operands: the result, and the name of the kernel that ran."""


@runtime_checkable
class Kernels(Protocol):
    """The fast code of a device."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        """The kernel that multiplies tiles M0×N0×K0 of these element types (lhs, rhs, result), or why there is none.

        The answer is kept in the op (`kernel` of `linalg.mmt4d`)."""
        ...

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        """How `op` runs with results in `memory`, or None: it runs through the interpreter's NumPy functions.

        Raises TensorIRError if `op` names a kernel that there is not."""
        ...


@frozen
class NoKernels:
    """Everything runs through NumPy."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        return Declined("this device has no kernels")

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        return None


NO_KERNELS: Final = NoKernels()
