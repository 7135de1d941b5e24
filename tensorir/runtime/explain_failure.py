"""Why a call can't run: what Python would say of the first op whose sizes or memory are impossible in this call.

The executor only knows that something does not fit. The op, its sizes and its bytes are found by planning the same call
op by op, which happens only after a failure."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.interp import Context
from tensorir.interp.context import SizeError
from tensorir.interp.limits import size_error
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.runtime.memory_plan import check_peak, peak_of
from tensorir.runtime.plan import Plan
from tensorir.runtime.region_plan import plan_executables, plan_region
from tensorir.targets.device import Device
from tensorir.targets.reference import REFERENCE


def why_impossible(
    source: Module, plan: Plan, sizes: Mapping[str, int], memory_limit: int | None
) -> TensorIRError | None:
    """Returns the error about the first op that the sizes of a call don't allow, or None if Python could run it."""
    ctx = Context(source, sizes, memory_limit=memory_limit)
    for required in plan.requirements:
        if required.is_broken(sizes):
            return required.error(ctx)
    function = source.lookup(Function, plan.function.name)
    try:
        devices = {e.target: Device(REFERENCE, name=e.target) for e in source.executables}
        executables = plan_executables(source, devices)
        region = plan_region(function.body, Device(REFERENCE), executables)
        peak = peak_of(region, ctx, [True] * len(function.body.args))
        check_peak(peak, ctx, f"@{function.name}")
    except TensorIRError as e:
        return e
    except SizeError as e:
        return size_error(function.body.ops[0], e, ctx) if function.body.ops else None
    return None
