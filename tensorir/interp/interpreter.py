"""Runs functions op by op: each op by its function, or else by its decomposition or its loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tensorir.analysis.liveness import dying_values
from tensorir.interp.arguments import bind_arguments
from tensorir.interp.context import Array, Context, RegionRunner, SizeError
from tensorir.interp.control_ops import CONTROL_OPS
from tensorir.interp.limits import check_bytes, check_results, out_of_memory, size_error
from tensorir.interp.linalg_ops import LINALG_OPS
from tensorir.interp.loops import run_loops
from tensorir.interp.memory import bytes_text
from tensorir.interp.packing_ops import PACKING_OPS
from tensorir.interp.relayouts import RELAYOUT_OPS
from tensorir.interp.stored_states import StoredStates
from tensorir.interp.tensor_ops import TENSOR_OPS
from tensorir.interp.tile_ops import TILE_OPS
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Diagnostic, OutOfMemoryError, TensorIRError, UnsupportedError
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.plugins import Table

Implementation = Callable[[Any, "tuple[Array, ...]", Context], "tuple[Array, ...]"]

_OWN: Mapping[type[Op], Implementation] = {
    **TENSOR_OPS,
    **CONTROL_OPS,
    **LINALG_OPS,
    **PACKING_OPS,
    **RELAYOUT_OPS,
    **TILE_OPS,
}
IMPLEMENTATIONS: Table[type[Op], Implementation] = Table("INTERPRETATIONS", _OWN)
"""The functions of op classes, including those of plug-ins: (op, inputs, context) → results. Inputs are never written.
Other ops are defined by their decomposition or their loops."""

_DECOMPOSED: WeakKeyDictionary[Op, Decomposition] = WeakKeyDictionary()
"""Decompositions are cached, because a compiled program runs the same ops in every call."""


def apply_op(op: Op, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    """Returns the results of one op. Raises TensorIRError with the op's location if it can't be computed, if a size is
    invalid, or if there is not enough memory."""
    check_results(op, ctx)
    try:
        return _results(op, inputs, ctx)
    except SizeError as e:
        raise size_error(op, e, ctx) from None
    except OutOfMemoryError:
        raise
    except MemoryError as e:
        raise out_of_memory(op, e) from None


def _results(op: Op, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    found = IMPLEMENTATIONS.get(type(op))
    if found is not None:
        return found(op, inputs, ctx)
    parts = _DECOMPOSED.get(op) or op.decomposition()
    if parts is not None:
        _DECOMPOSED[op] = parts
        return run_decomposition(parts, inputs, ctx)
    if op.loops() is not None:
        return run_loops(op, inputs, ctx)
    way_out = "give it a decomposition(), loops() or a function in IMPLEMENTATIONS"
    raise TensorIRError(f"{op.NAME} has no definition of what it computes: {way_out}", op.loc)


def run_decomposition(parts: Decomposition, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
    """Returns the results of an op as its decomposition computes them."""
    sizes = [np.asarray(ctx.dim(d), np.int64) for d in parts.sizes]
    return run_region(parts.body, [*inputs, *sizes], ctx)


def interpret(
    module: Module,
    function: str,
    args: Sequence[npt.ArrayLike],
    *,
    widen: bool = False,
    memory_limit: int | None = None,
    runner: RegionRunner | None = None,
) -> tuple[Array, ...]:
    """Returns the results of @function for `args`, as newly allocated arrays. States are the last of both, row-major
    however they are stored.

    `widen`: every float type is computed and stored as float64. `memory_limit`: the most bytes that one op may
    allocate; None means the available memory. `runner` replaces `run_region` for the function's region and those in
    it, to observe intermediate values. Raises TensorIRError that names the argument if it is wrong, the op if it
    can't be computed, and if there is no such function; raises OutOfMemoryError, which is also a MemoryError, if
    there is not enough memory."""
    chosen = module.lookup(Function, function)
    states = StoredStates.of(module, chosen)
    arrays, sizes = bind_arguments(states.row_major(chosen.signature), args)
    arrays = states.stored(arrays)
    run = runner or run_region
    ctx = Context(module, sizes, widen, _Globals(module, widen, memory_limit), run, (function,), memory_limit)
    if widen:
        arrays = tuple(a.astype(ctx.numpy(v.type.dtype)) for a, v in zip(arrays, chosen.body.args, strict=True))
    try:
        results = run(chosen.body, arrays, ctx)
    except RecursionError:
        raise TensorIRError(f"@{function}: regions are nested too deep to be run", chosen.loc) from None
    return states.read(tuple(copied(r, chosen, ctx) for r in results))


def copied(array: Array, function: Function, ctx: Context) -> Array:
    """Returns a copy of a result of `function`. Raises OutOfMemoryError, because a result may be a large view of little
    memory."""
    what = f"@{function.name}: a result takes"
    check_bytes(array.nbytes, what, function.loc, ctx)
    try:
        return np.array(array, order="C")
    except MemoryError:
        message = f"{what} {bytes_text(array.nbytes)}, and there is not enough memory"
        raise OutOfMemoryError(message, function.loc) from None


def run_region(region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
    """Returns the yields of a region."""
    env: dict[Value, Array] = dict(zip(region.args, inputs, strict=True))
    for op, dying in zip(region.ops, dying_values(region), strict=True):
        results = apply_op(op, tuple(env[v] for v in op.operands), ctx)
        env.update(zip(op.results, results, strict=True))
        for v in dying:
            del env[v]
    return tuple(env[y] for y in region.yields)


def unbound(*symbols: Global) -> UnsupportedError:
    """Makes the error for parameters whose data was not given."""
    way_out = "pass it to bind_parameters, or as parameters= to compile"
    return UnsupportedError(
        [Diagnostic(f"@{g.name} is the parameter {g.value} without data: {way_out}", g.loc) for g in symbols]
    )


class _Globals:
    """Returns the values of globals; each initializer runs once."""

    def __init__(self, module: Module, widen: bool, memory_limit: int | None) -> None:
        self.module = module
        self.widen = widen
        self.memory_limit = memory_limit
        self.values: dict[str, Array] = {}
        self.running: list[str] = []

    def __call__(self, name: str) -> Array:
        if name in self.values:
            return self.values[name]
        symbol = self.module.lookup(Global, name)
        if isinstance(symbol.value, Parameter):
            raise unbound(symbol)
        if name in self.running:
            raise TensorIRError(f"the initializer of @{name} depends on itself", symbol.loc)
        if isinstance(symbol.value, Dense):
            self.values[name] = symbol.value.array
        else:
            self.running.append(name)
            ctx = Context(self.module, {}, self.widen, self, run_region, memory_limit=self.memory_limit)
            (self.values[name],) = run_region(symbol.value, (), ctx)
            self.running.pop()
        return self.values[name]
