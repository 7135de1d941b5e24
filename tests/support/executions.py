"""Every op that a run of a program executes, with the arrays that it was given and gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, field, frozen

from tensorir.interp import Context, apply_op, bind_arguments
from tensorir.interp.context import Array
from tensorir.ir.dense import Dense
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.testing.programs.random import arguments


@frozen(eq=False)
class Execution:
    """One op as it was run."""

    op: Op
    inputs: tuple[Array, ...]
    results: tuple[Array, ...]
    sizes: Mapping[str, int]


@define
class _Recorder:
    module: Module
    widen: bool
    seen: list[Execution] = field(factory=list[Execution])

    def region(self, region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
        env: dict[Value, Array] = dict(zip(region.args, inputs, strict=True))
        for op in region.ops:
            given = tuple(env[v] for v in op.operands)
            results = apply_op(op, given, ctx)
            env.update(zip(op.results, results, strict=True))
            self.seen.append(Execution(op, given, results, ctx.sizes))
        return tuple(env[y] for y in region.yields)

    def load(self, name: str) -> Array:
        value = self.module.lookup(Global, name).value
        if isinstance(value, Dense):
            return value.array
        assert isinstance(value, Region)
        (array,) = self.region(value, (), self.context({}))
        return array

    def context(self, sizes: Mapping[str, int]) -> Context:
        return Context(self.module, sizes, self.widen, self.load, self.region, ("main",))


def executions(module: Module, seed: int, *, widen: bool = False) -> list[Execution]:
    """What a call of @main on small integers runs, bodies of dispatches, executables and calls included."""
    main = module.lookup(Function, "main")
    arrays, sizes = bind_arguments(main.signature, arguments(module, seed))
    recorder = _Recorder(module, widen)
    ctx = recorder.context(sizes)
    given = [a.astype(ctx.numpy(v.type.dtype)) for a, v in zip(arrays, main.body.args, strict=True)]
    with np.errstate(all="ignore"):
        recorder.region(main.body, given, ctx)
    return recorder.seen
