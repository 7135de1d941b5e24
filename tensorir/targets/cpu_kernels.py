"""Packed ops of the device cpu through the C kernels."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.encoding.resolver import Declined, RhsOrder
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.native.arrays import calls
from tensorir.native.table import Features, Kernel, cpu_features, kernels, select_mmt4d
from tensorir.targets.kernels import CallSizes, KernelCall
from tensorir.targets.memory import Memory

Array = npt.NDArray[Any]


@frozen
class CpuKernels:
    """The lines of the kernel table that `features` allow."""

    features: Features = field(factory=cpu_features)

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        """Returns the table line that mmt4d runs. The reference kernels are never chosen: they take any tile but are
        too slow."""
        names = (types[0].name, types[1].name, types[2].name)
        try:
            found = select_mmt4d(names, tile, rhs_order=rhs_order, features=self.features)
        except NotImplementedError:  # no kernel computes these types
            found = None
        if found is None or found.isa == "ref":
            what = f"{' × '.join(names[:2])} → {names[2]} in tiles {'×'.join(map(str, tile))}, right side {rhs_order}"
            return Declined(f"no fast mmt4d kernel for {what}")
        return found.name

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        match op:
            case Mmt4d() | BatchMmt4d():
                return partial(_mmt4d, op, memory, self._named(op)) if op.kernel else None
            case Pack() | Unpack() if op.source.type.dtype.bits >= 8:
                return partial(_pack if isinstance(op, Pack) else _unpack, op, memory, self.features)
            case _:
                return None

    def _named(self, op: Mmt4d | BatchMmt4d) -> Kernel:
        """Returns the kernel that `op` names. Raises TensorIRError if this device has no kernel of that name."""
        found = next((k for k in kernels() if k.name == op.kernel), None)
        if found is None or found.op != "mmt4d":
            raise TensorIRError(f"{op.NAME}: there is no mmt4d kernel {op.kernel!r}", op.loc)
        types = tuple(v.type.dtype.name for v in (op.lhs, op.rhs, op.result))
        tile = (*op.lhs.type.shape[-2:], op.result.type.shape[-1])
        computes = (found.types, found.tile, found.rhs_order)
        if computes != (types, (tile[0], tile[2], tile[1]), op.rhs_order):
            raise TensorIRError(f"{op.NAME}: the kernel {op.kernel!r} is for other tiles or element types", op.loc)
        here = self.features & cpu_features()  # the program may have been compiled on another machine
        if not found.runs_with(here):
            lacking = found.features & ~here
            raise TensorIRError(
                f"{op.NAME}: the kernel {op.kernel} needs {lacking!r}, which this device lacks; compile the program "
                "for this device",
                op.loc,
            )
        return found


def best_kernels(types: tuple[str, ...], features: Features) -> list[Kernel]:
    """Returns the mmt4d kernels of the best instruction set that `features` allow; none if there are none for these
    types. The reference kernels take any tile but are too slow to be chosen."""
    usable = [k for k in kernels() if k.op == "mmt4d" and k.types == types and k.runs_with(features) and k.isa != "ref"]
    return [k for k in usable if k.isa == usable[0].isa]  # the table lists the best instruction set first


def for_rows(candidates: list[Kernel], rows: int | None) -> Kernel:
    """Returns the tallest tile, or for fewer rows than it has, the lowest tile that holds all rows.

    Lower tiles pad less but load more per product: for nine rows, two tiles of eight are better than nine of one."""
    tallest = max(candidates, key=lambda k: k.tile[0])
    if rows is None or rows >= tallest.tile[0]:
        return tallest
    return min((k for k in candidates if k.tile[0] >= rows), key=lambda k: k.tile[0])


def _mmt4d(
    op: Mmt4d | BatchMmt4d, memory: Memory, kernel: Kernel, inputs: tuple[Array, ...], sizes: CallSizes
) -> tuple[Array, str]:
    lhs, rhs, *init = inputs
    out = memory.allocate(_shape(op, sizes), sizes.numpy(op.dtype))
    if init:
        np.copyto(out, init[0])
    # A kernel that is first in the table among those for more features is also first among those for its own features.
    ran = calls.mmt4d(lhs, rhs, out, rhs_order=op.rhs_order, accumulate=bool(init), features=kernel.features)
    return out, ran.name


def _pack(
    op: Pack, memory: Memory, features: Features, inputs: tuple[Array, ...], sizes: CallSizes
) -> tuple[Array, str]:
    out = memory.allocate(_shape(op, sizes), inputs[0].dtype)
    dims, perm = op.inner_dims_pos, op.outer_dims_perm
    kernel = calls.pack(inputs[0], out, inner_dims=dims, outer_perm=perm, padding=op.padding, features=features)
    return out, kernel.name


def _unpack(
    op: Unpack, memory: Memory, features: Features, inputs: tuple[Array, ...], sizes: CallSizes
) -> tuple[Array, str]:
    out = memory.allocate(_shape(op, sizes), inputs[0].dtype)
    dims, perm = op.inner_dims_pos, op.outer_dims_perm
    return out, calls.unpack(inputs[0], out, inner_dims=dims, outer_perm=perm, features=features).name


def _shape(op: Op, sizes: CallSizes) -> tuple[int, ...]:
    return tuple(sizes.dim(d) for d in op.result.type.shape)
