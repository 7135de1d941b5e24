"""How far the results of a program may be off: a running error analysis, one bound per element.

Every value is computed in float64 together with a bound on |computed − exact|, for any order of summing and any
rounding of intermediate results that the element types allow. For a contraction that is k·u·Σ|a||b| plus what the
operands carry. Sums of small integers have the bound zero: there every compiler must give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve

from tensorir.dialects import device, encode, flow, func, linalg, packing, tensor
from tensorir.interp.arguments import bind_arguments
from tensorir.interp.context import Array, Context
from tensorir.interp.interpreter import apply_op, run_region
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.testing.bounds.folds import SUM_UNITS, align, fold_bounds
from tensorir.testing.bounds.scalars import Bounded, body_bounds, is_exact, rounded, unit


def error_bounds(module: Module, function: str, args: Sequence[npt.ArrayLike]) -> tuple[Bounded, ...]:
    """Each result of @function as (exact, bound): float64 for floats, the integers themselves.

    A bound of inf: nothing can be said, for example where a comparison could go either way. Raises TensorIRError for
    an op that has no rule here."""
    chosen = module.lookup(Function, function)
    arrays, sizes = bind_arguments(chosen, args)
    return _Analysis(module, sizes).region(chosen.body, [_exactly(a) for a in arrays])


def _exactly(array: Array) -> Bounded:
    wide = array.astype(np.float64) if array.dtype.kind not in "iub" and "int" not in array.dtype.name else array
    return wide, np.zeros(array.shape)


class _Analysis:
    def __init__(self, module: Module, sizes: Mapping[str, int]) -> None:
        self.module = module
        self.ctx = Context(module, sizes, True, self._global, run_region)

    def _global(self, name: str) -> Array:
        """Constants as the program has them, rounded: an initializer's own error is not counted."""
        symbol = self.module.lookup(Global, name)
        match symbol.value:
            case Dense(array=array):
                return array
            case Region():
                return run_region(symbol.value, (), Context(self.module, {}, False, self._global, run_region))[0]
            case Parameter():
                raise TensorIRError(f"@{name} = {symbol.value} has no data: bind it first", symbol.loc)

    def region(self, region: Region, inputs: Sequence[Bounded]) -> tuple[Bounded, ...]:
        env: dict[Value, Bounded] = dict(zip(region.args, inputs, strict=True))
        for op in region.ops:
            env.update(zip(op.results, self.op(op, [env[v] for v in op.operands]), strict=True))
        return tuple(env[y] for y in region.yields)

    def op(self, op: Op, given: list[Bounded]) -> tuple[Bounded, ...]:
        match op:
            case flow.Dispatch():
                return self.region(op.body, given)
            case func.Call():
                return self._call(op, given)
            case linalg.Generic():
                return (self._generic(op, given),)
            case linalg.Fold():
                return fold_bounds(op, given, self.ctx)
            case _ if type(op) in _RULES:
                (x,) = apply_op(op, tuple(v for v, _ in given), self.ctx)
                with np.errstate(all="ignore"):
                    e = _RULES[type(op)](op, x, given, self.ctx)
                return ((x, np.where(np.isnan(e), np.inf, e)),)
            case _ if not given:
                (x,) = apply_op(op, (), self.ctx)
                return ((x, np.zeros(x.shape)),)
            case _:
                raise TensorIRError(f"{op.NAME} has no rule for error bounds", op.loc)

    def _call(self, op: func.Call, given: list[Bounded]) -> tuple[Bounded, ...]:
        callee = self.module.lookup(Function, op.callee)
        narrow = [x.astype(t.dtype.numpy) for (x, _), t in zip(given, callee.body.arg_types, strict=True)]
        _, sizes = bind_arguments(callee, narrow)
        return _Analysis(self.module, sizes).region(callee.body, given)

    def _generic(self, op: linalg.Generic, given: list[Bounded]) -> Bounded:
        shape = self.ctx.shape(op.iteration_shape)
        aligned = align(op.inputs, op.maps[:-1], given, op.iteration_shape, self.ctx)
        x, e = body_bounds(op.body, aligned, shape, self.ctx)
        order = op.maps[-1].positions()
        return (x.transpose(order), e.transpose(order)) if order else (x, e)


def _moved(op: Op, x: Array, given: list[Bounded], ctx: Context) -> Array:
    """Elements that only move take their bounds along. Indices, if any, are the other operands."""
    return apply_op(op, (given[0][1], *(v for v, _ in given[1:])), ctx)[0]


def _joined(op: Op, x: Array, given: list[Bounded], ctx: Context) -> Array:
    return apply_op(op, tuple(e for _, e in given), ctx)[0]


def _padded(op: tensor.Pad | packing.Pack, x: Array, given: list[Bounded], ctx: Context) -> Array:
    zeros = tensor.Pad(op.source, op.low, op.high, 0) if isinstance(op, tensor.Pad) else evolve(op, padding=0)
    return apply_op(zeros, (given[0][1],), ctx)[0]


def _product(op: Any, x: Array, given: list[Bounded], ctx: Context) -> Array:
    """Contractions: what the factors carry, then (min(K, …) + 2) units of Σ|a||b| + |c|."""
    (a, ea), (b, eb), *init = given
    dtype: DType = op.dtype
    if not dtype.is_float:
        unsure = any(np.any(e) for _, e in given)
        return np.full(x.shape, np.inf if unsure else 0.0)
    alone = _without_init(op)

    def sums(left: Array, right: Array) -> Array:
        return apply_op(alone, (left, right), ctx)[0]

    a, b = np.abs(np.asarray(a, np.float64)), np.abs(np.asarray(b, np.float64))
    magnitude = sums(a, b)
    carried = np.zeros(x.shape)
    if np.any(ea) or np.any(eb):
        carried = sums(ea, b) + sums(a, eb) + sums(ea, eb)
    for c, ec in init:
        magnitude = magnitude + np.abs(c)
        carried = carried + ec
    if is_exact(dtype, magnitude, *given):
        return np.zeros(x.shape)
    terms = float(np.max(sums(np.ones_like(a), np.ones_like(b)), initial=0))
    return rounded(x, carried, dtype) + (min(terms, SUM_UNITS) + 2) * unit(dtype) * (magnitude + carried)


def _without_init(op: Any) -> Op:
    if isinstance(op, linalg.Contract):
        return linalg.Contract(op.lhs, op.rhs, (), op.maps, op.dtype)
    return type(op)(op.lhs, op.rhs, (), op.dtype, op.rhs_order)


def _reduce(op: linalg.Reduce, x: Array, given: list[Bounded], ctx: Context) -> Array:
    ((source, e),) = given
    dtype = op.source.type.dtype
    if not dtype.is_float:
        return np.where(np.any(e > 0, axis=op.dims), np.inf, 0.0)
    size = np.abs(source)
    if op.kind in ("max", "min", "maxnum", "minnum"):
        return np.max(e, axis=op.dims, initial=0.0)
    terms = math.prod(source.shape[d] for d in op.dims)
    if op.kind == "mul":
        most = np.prod(size + e, axis=op.dims)
        return rounded(x, most - np.prod(size, axis=op.dims), dtype) + terms * unit(dtype) * most
    magnitude = np.sum(size, axis=op.dims)
    if is_exact(dtype, magnitude, *given):
        return np.zeros(x.shape)
    carried = np.sum(e, axis=op.dims)
    return rounded(x, carried, dtype) + (min(terms, SUM_UNITS) + 2) * unit(dtype) * (magnitude + carried)


def _softmax(op: linalg.Softmax, x: Array, given: list[Bounded], ctx: Context) -> Array:
    ((source, e),) = given
    u = unit(op.source.type.dtype)
    terms = math.prod(source.shape[d] for d in op.dims)
    span = np.max(source, axis=op.dims, keepdims=True) - source
    off = np.max(e + 4 * u * (span + np.abs(source)), axis=op.dims, keepdims=True)
    return x * np.minimum(np.expm1(2 * off) + (min(terms, SUM_UNITS) + 32) * u, np.inf) + u * 2.0**-20


def _layer_norm(op: linalg.LayerNorm, x: Array, given: list[Bounded], ctx: Context) -> Array:
    (source, e), (scale, e_scale), (bias, e_bias) = given
    if op.extent is not None:
        return np.full(x.shape, np.inf)
    u = unit(op.source.type.dtype)
    units = (min(math.prod(source.shape[d] for d in op.dims), SUM_UNITS) + 16) * u

    def mean(a: Array) -> Array:
        return np.mean(a, axis=op.dims, keepdims=True)

    def spread(a: Array) -> Array:
        order = sorted(range(len(op.dims)), key=op.dims.__getitem__)
        sizes = [source.shape[d] if d in op.dims else 1 for d in range(source.ndim)]
        return a.transpose(order).reshape(sizes)

    centered = np.abs(source - mean(source))
    e_centered = e + mean(e) + units * (np.abs(source) + mean(np.abs(source)))
    variance = mean(centered * centered) + op.epsilon
    e_variance = mean(2 * centered * e_centered + e_centered * e_centered) + units * variance
    root = np.sqrt(variance)
    e_inverse = np.where(e_variance < variance, e_variance / (2 * (variance - e_variance) ** 1.5), np.inf)
    normal = centered / root
    e_normal = e_centered / root + centered * e_inverse + e_centered * e_inverse
    size = np.abs(spread(scale))
    carried = (size + spread(e_scale)) * e_normal + normal * spread(e_scale) + spread(e_bias)
    return carried + units * (normal * size + np.abs(spread(bias)))


_RULES: Mapping[type[Op], Callable[[Any, Array, list[Bounded], Context], Array]] = {
    tensor.ExpandShape: _moved,
    tensor.CollapseShape: _moved,
    tensor.ExtractSlice: _moved,
    tensor.Gather: _moved,
    tensor.GatherNd: _moved,
    tensor.Cast: _moved,
    tensor.InsertSlice: _joined,
    tensor.Concat: _joined,
    tensor.Pad: _padded,
    linalg.Transpose: _moved,
    linalg.Broadcast: _moved,
    linalg.ZeroPadding: _moved,
    linalg.Contract: _product,
    linalg.Reduce: _reduce,
    linalg.Softmax: _softmax,
    linalg.LayerNorm: _layer_norm,
    packing.Pack: _padded,
    packing.Unpack: _moved,
    packing.Mmt4d: _product,
    packing.BatchMmt4d: _product,
    encode.SetEncoding: _moved,
    encode.UnsetEncoding: _moved,
    device.Transfer: _moved,
}
