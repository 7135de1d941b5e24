"""What the function of an op may use while it runs: sizes, types of arrays, globals, regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from tensorir.ir.dims import Dim, evaluate
from tensorir.ir.dtype import DType
from tensorir.ir.module import Module
from tensorir.ir.region import Region

Array: TypeAlias = npt.NDArray[Any]
RegionRunner: TypeAlias = "Callable[[Region, Sequence[Array], Context], tuple[Array, ...]]"


def _no_globals(name: str) -> Array:
    raise KeyError(f"no value for the global @{name}")


def _no_regions(region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
    raise TypeError(f"this context runs no regions ({len(region.ops)} ops, {len(inputs)} inputs)")


class SizeError(Exception):
    """A size that is invalid in this call: negative, or a division by zero. The caller adds the location of the op."""

    def __init__(self, dim: Dim, message: str) -> None:
        super().__init__(message)
        self.dim = dim


@frozen
class Context:
    """`sizes` maps symbols to values. `widen`: all float types are computed in float64 (the float64 oracle)."""

    module: Module
    sizes: Mapping[str, int]
    widen: bool = False
    load_global: Callable[[str], Array] = field(default=_no_globals)
    runner: RegionRunner = field(default=_no_regions)
    callers: tuple[str, ...] = ()
    """The functions whose calls are running, outermost first."""
    memory_limit: int | None = None
    """The most bytes that one op may allocate; None means the available memory."""
    _values: dict[Dim, int] = field(factory=dict[Dim, int], init=False, eq=False, repr=False)
    """The values of sizes evaluated so far."""

    def dim(self, dim: Dim) -> int:
        """Returns the value of an expression in this call. Raises SizeError for a division by zero."""
        if isinstance(dim, int):
            return dim
        found = self._values.get(dim)
        if found is None:
            try:
                found = self._values[dim] = evaluate(dim, self.sizes)
            except ZeroDivisionError:
                raise SizeError(dim, f"the size {dim} divides by zero") from None
        return found

    def numbers(self, dims: Sequence[Dim]) -> tuple[int, ...]:
        """Returns the values of expressions that may be negative, such as offsets."""
        return tuple([self.dim(d) for d in dims])

    def shape(self, dims: Sequence[Dim]) -> tuple[int, ...]:
        """Returns the values of sizes. Raises SizeError for a negative one."""
        values = self.numbers(dims)
        for dim, value in zip(dims, values, strict=True):
            if value < 0:
                raise SizeError(dim, f"the size {dim} is {value}, but a size can't be negative")
        return values

    def numpy(self, dtype: DType) -> np.dtype[Any]:
        """Returns the NumPy type that holds `dtype` here: float64 for all floats if widened."""
        return np.dtype(np.float64) if self.widen and dtype.is_float else dtype.numpy

    def run_region(self, region: Region, inputs: Sequence[Array]) -> tuple[Array, ...]:
        return self.runner(region, inputs, self)
