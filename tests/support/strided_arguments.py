"""Calls with arguments that are not row-major, through an executor that verifies every access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from tensorir.interp import Context, bind_arguments
from tensorir.interp.interpreter import run_region
from tensorir.ir.dense import Dense
from tensorir.ir.module import Function
from tensorir.runtime.executor import Executor
from tensorir.runtime.finish import finished
from tensorir.runtime.host_commands import HostCommands
from tensorir.runtime.program import Program
from tensorir.runtime.strided_plan import StridedPlan, Strider
from tensorir.runtime.strides import strided
from tensorir.transforms.tiles.lower_to_tiles import lower_strided

Array = npt.NDArray[Any]


def strided_plan(program: Program, args: Sequence[Array]) -> StridedPlan | None:
    """The plan of @main for arguments that lie like these; None if all of them are copied."""
    function = program.tiles.lookup(Function, "main")
    strider = Strider(program.tiles, program.module, function, program.devices, lower_strided)
    found = strider.plan([a.form for a in strided(args)])
    return found if isinstance(found, StridedPlan) else None


def run_checked(program: Program, args: Sequence[Array], threads: int) -> tuple[Array, ...]:
    """Returns the results of @main. Each access is compared with its buffer: of an argument that is read in place, with
    the bytes from its lowest to its highest element."""
    arrays, sizes = bind_arguments(program.signature("main"), args)
    held = {g.name: g.value.array for g in program.module.globals if isinstance(g.value, Dense)}
    ctx = Context(program.module, sizes, load_global=held.__getitem__, runner=run_region)
    found = strided_plan(program, arrays)
    plan, forms = (found.plan, found.forms) if found is not None else (program.plans["main"], ())
    features = program.device.executor
    assert features is not None
    host = HostCommands(program.module, plan)
    executor = Executor(finished(plan), features, host, checked=True, forms=forms)
    return executor.run(arrays, ctx, threads, [None] * len(plan.results))[0]
