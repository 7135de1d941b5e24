"""Tile programs in other ways than a call runs them: units of one granule, in any order, each on memory of its own."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt
from attrs import evolve

from tensorir.dialects.tile import Grid
from tensorir.interp import Context, apply_op, interpret
from tensorir.interp.arguments import bind_arguments
from tensorir.interp.context import Array
from tensorir.interp.conversions import filled
from tensorir.interp.interpreter import run_region
from tensorir.interp.tile_ops import blank, run_unit, units_of
from tensorir.ir.dense import Dense
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.native.table import Features
from tensorir.runtime.executor import Executor
from tensorir.runtime.finish import finished
from tensorir.runtime.host_commands import HostCommands
from tensorir.runtime.plan import Plan, plan_function


def grids(module: Module) -> list[Grid]:
    """All grids of the executables of a module."""
    return [op for e in module.executables for op in e.body.ops if isinstance(op, Grid)]


def with_smallest_units(module: Module) -> Module:
    """The module with one granule per unit."""

    def smaller(executable: Executable) -> Executable:
        env: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in executable.body.ops:
            made = op.with_operands([env.get(v, v) for v in op.operands])
            if isinstance(made, Grid):
                made = evolve(made, blocks=(1,) * len(made.blocks), least=())
            env.update(zip(op.results, made.results, strict=True))
            ops.append(made)
        yields = tuple(env.get(y, y) for y in executable.body.yields)
        return executable.with_region(Region(executable.body.args, tuple(ops), yields))

    return module.replace(executables=[smaller(e) for e in module.executables])


def interpret_apart(module: Module, args: Sequence[npt.ArrayLike], seed: int) -> tuple[Array, ...]:
    """Returns the results of @main, with the units of each grid in random order and on memory of their own.

    Fails unless each element of a result is written by exactly one unit, and what is written doesn't depend on memory
    to which the unit has not written: neither on other units nor on what scratch and results held at first."""
    random = Random(seed)

    def run(region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
        env: dict[Value, Array] = dict(zip(region.args, inputs, strict=True))
        for op in region.ops:
            given = tuple(env[v] for v in op.operands)
            results = _run_apart(op, given, ctx, random) if isinstance(op, Grid) else apply_op(op, given, ctx)
            env.update(zip(op.results, results, strict=True))
        return tuple(env[y] for y in region.yields)

    return interpret(module, "main", args, runner=run)


def _run_apart(op: Grid, inputs: tuple[Array, ...], ctx: Context, random: Random) -> tuple[Array, ...]:
    for array in inputs:
        array.flags.writeable = False
    results = [blank(t, ctx) for t in op.types]
    writers = [np.zeros(r.size, np.int64) for r in results]
    units = units_of(op, ctx)
    random.shuffle(units)
    for unit in units:
        once, again = ([memory(t, ctx) for t in op.types] for memory in (blank, _other_blank))
        run_unit(op, (*inputs, *once), unit, ctx, blank)
        run_unit(op, (*inputs, *again), unit, ctx, _other_blank)
        for i, type in enumerate(op.types):
            a, b = _bits(once[i]), _bits(again[i])
            written = (a == b).all(axis=1)
            untouched = (a == _bits(blank(type, ctx))).all(axis=1) & (b == _bits(_other_blank(type, ctx))).all(axis=1)
            assert np.all(written | untouched), f"result {i} of a unit depends on memory that the unit has not written"
            writers[i] += written
            results[i].reshape(-1)[written] = once[i].reshape(-1)[written]
    for i, count in enumerate(writers):
        assert np.all(count == 1), f"elements of result {i} have {count.min()} to {count.max()} writers, not one"
    return tuple(results)


def _other_blank(type: TensorType, ctx: Context) -> Array:
    """Memory that holds something else than `blank`, in every element."""
    value = 1234.0 if type.dtype.is_float else type.dtype.range[0] if type.dtype.kind != "bool" else False
    return np.array(filled(ctx.shape(type.shape), value, type.dtype, ctx))


def _bits(array: Array) -> npt.NDArray[np.uint8]:
    """The bytes of each element."""
    return array.reshape(-1).view(np.uint8).reshape(array.size, array.itemsize)


def same_bits(a: Sequence[Array], b: Sequence[Array]) -> None:
    """Fails unless two tuples of results are equal bit for bit, NaN included."""
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        assert (x.dtype, x.shape) == (y.dtype, y.shape), f"result {i}"
        different = (_bits(np.ascontiguousarray(x)) != _bits(np.ascontiguousarray(y))).any(axis=1)
        assert not different.any(), (
            f"result {i}: {np.count_nonzero(different)} of {x.size} elements differ, the first is "
            f"{x.reshape(-1)[different][0]}, expected {y.reshape(-1)[different][0]}"
        )


def execute(
    source: Module, module: Module, args: Sequence[npt.ArrayLike], features: Features, threads: int
) -> tuple[Array, ...]:
    """Returns the results of @main through the executor, which verifies every access. `module`: `source` as tile
    programs."""
    plan = plan_function(module, module.lookup(Function, "main"), source)
    return run_plan(plan, source, args, features, threads)


def run_plan(
    plan: Plan, source: Module, args: Sequence[npt.ArrayLike], features: Features, threads: int
) -> tuple[Array, ...]:
    """Returns the results of a plan made from `source`. The executor verifies every access."""
    arrays, sizes = bind_arguments(plan.function.signature, args)
    held = {g.name: g.value.array for g in source.globals if isinstance(g.value, Dense)}
    ctx = Context(source, sizes, load_global=held.__getitem__, runner=run_region)
    executor = Executor(finished(plan), features, HostCommands(source, plan), checked=True)
    return executor.run(arrays, ctx, threads, [None] * len(plan.results))[0]


def apart(plan: Plan) -> Plan:
    """The plan with no result in the memory of an input."""
    buffers = (evolve(b, kind="arena", index=0) if b.kind == "shared" else b for b in plan.buffers)
    return evolve(plan, buffers=tuple(buffers))
