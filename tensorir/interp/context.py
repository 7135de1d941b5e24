"""What an op's function may ask while it runs: sizes, types of arrays, globals, regions."""

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


@frozen
class Context:
    """`sizes`: symbol → value. `widen`: all float types compute in float64 (the float64 oracle)."""

    module: Module
    sizes: Mapping[str, int]
    widen: bool = False
    load_global: Callable[[str], Array] = field(default=_no_globals)
    runner: RegionRunner = field(default=_no_regions)
    callers: tuple[str, ...] = ()
    """The functions whose calls are being run, outermost first."""

    def dim(self, dim: Dim) -> int:
        """The value of a size in this call."""
        return evaluate(dim, self.sizes)

    def shape(self, dims: Sequence[Dim]) -> tuple[int, ...]:
        return tuple(evaluate(d, self.sizes) for d in dims)

    def numpy(self, dtype: DType) -> np.dtype[Any]:
        """The NumPy type that holds `dtype` here: float64 for all floats if widened."""
        return np.dtype(np.float64) if self.widen and dtype.is_float else dtype.numpy

    def run_region(self, region: Region, inputs: Sequence[Array]) -> tuple[Array, ...]:
        return self.runner(region, inputs, self)
