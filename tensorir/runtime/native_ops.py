"""Packed ops through the C kernels. Same signature as the interpreter's functions, plus the kernel that ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.interp import Context
from tensorir.ir.op import Op
from tensorir.native.arrays import calls
from tensorir.native.table import ELEMENT_TYPES

Array = npt.NDArray[Any]
NativeFn = Callable[[Any, "tuple[Array, ...]", Context], "tuple[Array, str]"]


def _pack(op: Pack, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, str]:
    out = np.empty(_shape(op, ctx), inputs[0].dtype)
    kernel = calls.pack(inputs[0], out, inner_dims=op.inner_dims_pos, outer_perm=op.outer_dims_perm, padding=op.padding)
    return out, kernel.name


def _unpack(op: Unpack, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, str]:
    out = np.empty(_shape(op, ctx), inputs[0].dtype)
    kernel = calls.unpack(inputs[0], out, inner_dims=op.inner_dims_pos, outer_perm=op.outer_dims_perm)
    return out, kernel.name


def _mmt4d(op: Mmt4d | BatchMmt4d, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, str]:
    lhs, rhs, *init = inputs
    out = np.array(init[0]) if init else np.empty(_shape(op, ctx), ctx.numpy(op.dtype))
    kernel = calls.mmt4d(lhs, rhs, out, rhs_order=op.rhs_order, accumulate=bool(init))
    return out, kernel.name


def _shape(op: Op, ctx: Context) -> tuple[int, ...]:
    return tuple(ctx.dim(d) for d in op.result.type.shape)


_FUNCTIONS: Mapping[type[Op], NativeFn] = {Pack: _pack, Unpack: _unpack, Mmt4d: _mmt4d, BatchMmt4d: _mmt4d}


def native_function(op: Op) -> NativeFn | None:
    """The kernel call for `op`, or None if no kernel takes its element types."""
    found = _FUNCTIONS.get(type(op))
    if found is None:
        return None
    types = {v.type.dtype.name for v in (*op.operands, *op.results)}
    if isinstance(op, Mmt4d | BatchMmt4d):
        return found if types <= set(ELEMENT_TYPES) else None
    return found if all(v.type.dtype.bits >= 8 for v in op.operands) else None
