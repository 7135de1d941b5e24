"""The main entry point: compiles a module to a program."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from time import perf_counter

from tensorir.analysis.devices import named_devices
from tensorir.analysis.layout_decision import Decision
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.numbering import numbered
from tensorir.passes.pass_ import PassContext, Progress
from tensorir.passes.runner import Snapshot, gc_paused, run_passes
from tensorir.pipelines import stages
from tensorir.runtime.explain.source import source_of
from tensorir.runtime.options import checked_limit, checked_threads
from tensorir.runtime.program import Program
from tensorir.store.place import is_on
from tensorir.store.store import ConstantStore
from tensorir.targets.device import Device, DevicesLike, as_devices
from tensorir.transforms.constants.bind_parameters import Parameters, bind_parameters
from tensorir.transforms.layouts.read_decision import read_decision
from tensorir.transforms.tiles.lower_to_tiles import lower_strided


def compile(
    module: Module,
    devices: DevicesLike = "cpu",
    data_tiling: str = "late",
    *,
    parameters: Parameters | None = None,
    verify_each: bool = False,
    snapshot: Snapshot | None = None,
    progress: Progress | None = None,
    memory_limit: int | None = None,
    num_threads: int | None = None,
    cache: bool = True,
    layouts: Decision | str | None = None,
    ranges: bool = True,
) -> Program:
    """Compiles `module` for a device, or for several.

    `devices`: a name of `tensorir.targets` such as "cpu", "reference" or "cpu{features=avx2}", a Device, a Target, a
    sequence of these, or a mapping: name in the program → the device. One device alone runs all of the program; of
    several, each runs what the program places on it (docs/devices.md), and the first one what belongs to none.
    `data_tiling`: "late"; "early", for one device, which lays the program out before it is cut into launches; or "off".
    `parameters`: the data of the module's parameters, by scope and key (see `bind_parameters`).
    `verify_each` verifies after every pass, not only at the start. `snapshot(pass, module)` is called after each
    pass. `progress(what, done, total)` is called while constants are evaluated. `memory_limit`: the most bytes of
    intermediates that a call of the program, or the evaluation of one constant, may allocate; None means the memory
    available then. `num_threads`: how many threads work on a call; None means as many as cores that this process may
    use. `cache`: packed constants are mapped from the user's store on the disk, and stored there
    (docs/constants-store.md), unless TENSORIR_CACHE=0. `layouts`: a decision about layouts that was made before,
    `Program.decision` or its `json()`, which is applied instead of a new one (docs/explain.md).
    `ranges`: the program has plans of their own for ranges of sizes, such as few rows, for which other layouts cost
    less; otherwise one plan serves all sizes.

    Raises TensorIRError (VerifyError for an invalid module), with locations and reasons."""
    memory_limit, num_threads = checked_limit(memory_limit), checked_threads(num_threads)
    if data_tiling == "early" and len(names := as_devices(devices)) > 1:
        raise TensorIRError(
            f'data_tiling="early" lays the program out for one device before it is cut into launches, got '
            f'{", ".join(names)}: use data_tiling="late", by which each launch is laid out for its own'
        )
    given = _checked_devices(module, devices)
    if parameters is not None:
        module = bind_parameters(module, parameters)
    if isinstance(layouts, str):
        layouts = read_decision(layouts)
    store = ConstantStore() if cache and is_on() else None
    ctx = PassContext(progress=progress, devices=dict(given), memory_limit=memory_limit, store=store, layouts=layouts)
    start = perf_counter()
    by_stage = stages(data_tiling, next(iter(given)), several=len(given) > 1, ranges=ranges)
    lowering = by_stage["tiles"]
    passes = tuple(p for stage, of_stage in by_stage.items() if stage != "tiles" for p in of_stage)
    with gc_paused(), store or nullcontext():
        verify(module)
        module = numbered(module)
        source = source_of(module)
        compiled = run_passes(module, passes, ctx, verify_each=verify_each, snapshot=snapshot)
        tiles = run_passes(compiled, lowering, ctx, verify_each=verify_each, verify_input=False, snapshot=snapshot)
        took = perf_counter() - start
        made = compiled, tiles, tuple(given.values()), ctx.remarks, took, ctx.seconds
        told = ctx.decision, source
        return Program(*made, memory_limit, num_threads, lower_strided, ctx.constants, *told)


def _checked_devices(module: Module, devices: DevicesLike) -> dict[str, Device]:
    """Returns the devices to compile for. Raises TensorIRError if several devices, or a mapping, lack one that the
    program names."""
    by_name = as_devices(devices)
    if len(by_name) > 1 or isinstance(devices, Mapping):
        for name, loc in named_devices(module):
            if name not in by_name:
                raise TensorIRError(
                    f"the program names the device {name!r}; devices= has only: {', '.join(by_name)}", loc
                )
    return by_name
