"""Error bounds of the results of a program, by a running error analysis with one bound per element.

Every value is computed in float64 together with a bound on |computed − exact|, for any order of summing and any
rounding of intermediate results that the element types allow. For a contraction that is k·u·Σ|a||b| plus what the
operands carry. Sums of small integers have the bound zero, so every compiler must give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.analysis.movement import moves_only
from tensorir.dialects import control, flow, func, linalg, packing
from tensorir.interp.arguments import bind_arguments
from tensorir.interp.context import Array, Context
from tensorir.interp.interpreter import apply_op, run_region
from tensorir.interp.linalg_ops import multiply
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.loops import Loops
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.testing.bounds.control import control_bounds
from tensorir.testing.bounds.loops import SUM_ROUNDOFFS, loops_bounds
from tensorir.testing.bounds.scalars import Bounded, is_exact, rounded, roundoff


def error_bounds(module: Module, function: str, args: Sequence[npt.ArrayLike]) -> tuple[Bounded, ...]:
    """Returns each result of @function as (exact, bound): floats in float64, integers as they are.

    A bound of inf means that the result is unknown, for example where a comparison could go either way. Raises
    TensorIRError for an op without a rule."""
    chosen = module.lookup(Function, function)
    arrays, sizes = bind_arguments(chosen.signature, args)
    return region_bounds(module, chosen.body, arrays, sizes)


def region_bounds(
    module: Module, region: Region, inputs: Sequence[Array], sizes: Mapping[str, int]
) -> tuple[Bounded, ...]:
    """As `error_bounds`, for a region whose symbols have the values `sizes`."""
    return _Analysis(module, sizes).region(region, [_exactly(a) for a in inputs])


def _exactly(array: Array) -> Bounded:
    wide = array.astype(np.float64) if array.dtype.kind not in "iub" and "int" not in array.dtype.name else array
    return wide, np.zeros(array.shape)


class _Analysis:
    def __init__(self, module: Module, sizes: Mapping[str, int]) -> None:
        self.module = module
        self.ctx = Context(module, sizes, True, self._global, run_region)

    def _global(self, name: str) -> Array:
        """Returns constants as the program stores them, rounded; the error of an initializer itself is not counted."""
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
            case control.If() | control.While() | control.For():
                return control_bounds(op, given, self.region)
            case func.Assert():
                return self._assert(op, given)
            case _ if type(op) in _RULES:
                (x,) = apply_op(op, tuple(v for v, _ in given), self.ctx)
                with np.errstate(all="ignore"):
                    e = _RULES[type(op)](op, x, given, self.ctx)
                return ((x, np.where(np.isnan(e), np.inf, e)),)
            case _ if (loops := op.loops()) is not None:
                return loops_bounds(op, loops, given, self.ctx)
            case _ if moves_only(op):
                (x,) = apply_op(op, tuple(v for v, _ in given), self.ctx)
                return ((x, _moved(op, given, self.ctx)),)
            case _ if (parts := op.decomposition()) is not None:
                sizes = [np.asarray(self.ctx.dim(d), np.int64) for d in parts.sizes]
                return self.region(parts.body, [*given, *((n, np.zeros(())) for n in sizes)])
            case _ if not given:
                return tuple((x, np.zeros(x.shape)) for x in apply_op(op, (), self.ctx))
            case _:
                way_out = "give it a decomposition() or loops()"
                raise TensorIRError(f"{op.NAME} has no rule for error bounds: {way_out}", op.loc)

    def _assert(self, op: func.Assert, given: list[Bounded]) -> tuple[Bounded, ...]:
        """Raises TensorIRError for an assertion that fails, and for one that rounding decides."""
        ((condition, unsure),) = given
        apply_op(op, (condition | (unsure > 0),), self.ctx)
        if np.any(unsure):
            message = "rounding decides whether its condition holds, so there are no error bounds: give other arguments"
            raise TensorIRError(f"{op.NAME}: {message}", op.loc)
        return ()

    def _call(self, op: func.Call, given: list[Bounded]) -> tuple[Bounded, ...]:
        callee = self.module.lookup(Function, op.callee)
        narrow = [x.astype(t.dtype.numpy) for (x, _), t in zip(given, callee.body.arg_types, strict=True)]
        _, sizes = bind_arguments(callee.signature, narrow)
        return _Analysis(self.module, sizes).region(callee.body, given)


def _moved(op: Op, given: list[Bounded], ctx: Context) -> Array:
    """Moved elements keep their bounds; constants are exact."""
    moves = op.relation().moves

    def moved(errors: Callable[[Array], Array]) -> Array:
        return apply_op(op, tuple(errors(e) if i in moves else v for i, (v, e) in enumerate(given)), ctx)[0]

    return np.where(moved(np.zeros_like) == 0, moved(np.asarray), 0.0)


def _product(op: Any, x: Array, given: list[Bounded], ctx: Context) -> Array:
    """Bounds of contractions: the errors of the factors, plus (min(K, …) + 2) units of Σ|a||b| + |c|."""
    (a, ea), (b, eb), *init = given
    dtype: DType = op.dtype
    if not dtype.is_float:
        unsure = any(np.any(e) for _, e in given)
        return np.full(x.shape, np.inf if unsure else 0.0)
    loops: Loops = op.loops()
    dims = [m.positions() for m in (*loops.maps, *loops.results)]

    def sums(left: Array, right: Array) -> Array:
        return multiply(left, right, dims, dtype, ctx)

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
    return rounded(x, carried, dtype) + (min(terms, SUM_ROUNDOFFS) + 2) * roundoff(dtype) * (magnitude + carried)


_RULES: Mapping[type[Op], Callable[[Any, Array, list[Bounded], Context], Array]] = {
    linalg.Contract: _product,
    packing.Mmt4d: _product,
    packing.BatchMmt4d: _product,
}
"""Rules for products, which have too many terms to be bounded one by one. Other ops get the bounds of their loops, of
the elements that they move, or of their decomposition."""
