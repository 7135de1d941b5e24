"""The front door: compile a module, get a program."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.passes.pass_ import PassContext, Progress
from tensorir.passes.runner import Snapshot, gc_paused, run_passes
from tensorir.pipelines import pipeline
from tensorir.runtime.program import Program
from tensorir.targets.registry import device_target
from tensorir.transforms.constants.bind_parameters import Parameters, bind_parameters


def compile(
    module: Module,
    devices: Sequence[str] = ("cpu",),
    data_tiling: str = "late",
    *,
    parameters: Parameters | None = None,
    verify_each: bool = False,
    snapshot: Snapshot | None = None,
    progress: Progress | None = None,
    memory_limit: int | None = None,
) -> Program:
    """Compiles `module` for a device.

    `devices`: one name of `tensorir.targets`, such as "cpu" or "reference". `data_tiling`: "late" or "off".
    `parameters`: the data of the module's parameters, by scope and key (see `bind_parameters`).
    `verify_each` verifies after every pass, not only at the start. `snapshot(pass, module)` is called after each
    pass. `progress(what, done, total)` is called while constants are evaluated. `memory_limit`: the most bytes of
    intermediates that a call of the program may take; None: what is available when it is called.

    Raises TensorIRError (VerifyError for an invalid module), with locations and reasons."""
    if isinstance(devices, str):
        devices = (devices,)
    if len(devices) != 1:
        raise TensorIRError(f"a program is compiled for one device at a time, got {list(devices)}: pass one name")
    target = device_target(devices[0])
    if parameters is not None:
        module = bind_parameters(module, parameters)
    ctx = PassContext(progress=progress)
    start = perf_counter()
    passes = pipeline(data_tiling, target.name).passes
    with gc_paused():
        compiled = run_passes(module, passes, ctx, verify_each=verify_each, verify_input=True, snapshot=snapshot)
        return Program(compiled, target, ctx.remarks, perf_counter() - start, ctx.seconds, memory_limit)
