"""Programs over several devices: what they compute, where, and that the kinds of devices decide nothing early."""

from __future__ import annotations

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.analysis.devices import devices_of, named_devices
from tensorir.api import compile
from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Executable, Function, Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import stages
from tensorir.targets.costs import typical_bytes
from tensorir.targets.device import as_devices
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.programs.random import arguments
from tensorir.text import print_module
from tensorir.transforms.devices.assign_devices import AssignDevices
from tensorir.transforms.simplify.inline_calls import InlineCalls
from tests.support.device_programs import MIX, NAMES, spread_programs
from tests.support.laws import DECLINED, Case, assert_laws
from tests.support.opencl import needs_opencl

OPENCL = "opencl{part=0/2}", "opencl{part=1/2}"


@settings(max_examples=max(10, settings().max_examples // 5))
@given(module=spread_programs(NAMES), mix=MIX, tiling=st.sampled_from(["late", "off"]), seed=st.integers(0, 3))
def test_programs_over_any_devices_compute_what_they_mean(
    module: Module, mix: dict[str, str], tiling: str, seed: int
) -> None:
    """L6. Each launch has the device that its values have, and only transfers lead from one device to another."""
    note(print_module(module))
    made: dict[str, Module] = {}
    program = compile(module, mix, tiling, snapshot=lambda p, m: made.update({p.name: m}), verify_each=True)
    args = arguments(module, seed)
    assert_agrees(module, "main", args, program.call(args, "main"))
    for f in made["outline-executables"].functions:
        _check_devices(made["outline-executables"], f, next(iter(mix)))


@settings(max_examples=settings().max_examples * 3 // 2)
@given(spread_programs(NAMES), st.integers(0, 1 << 30), MIX, st.sampled_from(DECLINED))
def test_laws_over_mixes_of_devices(module: Module, seed: int, mix: dict[str, str], declined: str) -> None:
    """300 programs in CI, on each of which all laws are checked."""
    note(print_module(module))
    assert_laws(Case(module, seed, mix, declined))


@needs_opencl
@settings(max_examples=10)
@given(spread_programs(NAMES, 5), st.integers(0, 3), st.sampled_from([*OPENCL, "cpu", "blas"]))
def test_laws_over_parts_of_an_opencl_device(module: Module, seed: int, third: str) -> None:
    """Few programs, because its driver takes long to compile."""
    note(print_module(module))
    assert_laws(Case(module, seed, dict(zip(NAMES, (*OPENCL, third), strict=True)), "all"), ("L3", "L5", "L6"))


def _check_devices(module: Module, f: Function, default: str) -> None:
    place = {a: d for a, d in zip(f.body.args, f.arg_devices, strict=False) if d}
    for op in f.body.ops:
        if not isinstance(op, Launch):
            continue
        executable = module.lookup(Executable, op.executable)
        moves = [o for o in executable.body.ops if isinstance(o, Transfer)]
        sources = {place[v] for v in op.operands if v in place}
        if moves:
            assert [m.device for m in moves] == [executable.target]
            assert executable.target not in sources
        else:
            assert sources <= {executable.target}
        place.update(dict.fromkeys(op.results, executable.target))
    for y, wanted in zip(f.body.yields, f.result_devices, strict=False):
        assert not wanted or place.get(y, wanted) == wanted


@settings(max_examples=max(10, settings().max_examples // 5))
@given(module=spread_programs(NAMES), mixes=st.lists(MIX, min_size=2, max_size=2))
def test_the_kinds_of_devices_decide_nothing_before_layouts_are_chosen(
    module: Module, mixes: list[dict[str, str]]
) -> None:
    """L1."""
    first, second = (_dispatched(module, mix) for mix in mixes)
    assert first == second


def _dispatched(module: Module, mix: dict[str, str]) -> list[str]:
    """Fingerprints of all that there is before specialize-encodings."""
    by_stage = stages("late", next(iter(mix)), several=True)
    passes: list[Pass] = [p for stage in ("input", "encoded", "dispatch") for p in by_stage[stage]]
    made = run_passes(module, passes, PassContext(devices=as_devices(mix)), verify_each=False)
    regions = [s.region for s in made.all_symbols() if s.region is not None]
    named = [op.device for op in made.walk() if isinstance(op, Dispatch)]
    return [*map(fingerprint, regions), *named]


@settings(max_examples=max(10, settings().max_examples // 3))
@given(module=spread_programs(NAMES))
def test_what_is_assigned_is_placed_and_settled(module: Module) -> None:
    """The laws of assign-devices."""
    note(print_module(module))
    module = run_passes(module, (InlineCalls(),))
    once = run_passes(module, (AssignDevices(),))  # verifies that it is placed
    names = {name for name, _ in named_devices(module)}
    assert {name for name, _ in named_devices(once)} <= names
    for f in once.functions:
        known = devices_of(f.body, f.arg_devices)
        moves = [(op.source, op.device) for op in f.body.ops if isinstance(op, Transfer)]
        assert len(set(moves)) == len(moves)
        assert all(known[source] not in ("", device) for source, device in moves)
        assert all(
            a == b or "" in (a, b) for a, b in zip(f.result_devices, map(known.get, f.body.yields), strict=False)
        )
    again = run_passes(once, (AssignDevices(),))
    assert _moved(again) == _moved(once)


def _moved(module: Module) -> list[tuple[int, str]]:
    """The bytes of each transfer, and where it leads. On which side of a view it stands may change."""
    return sorted((typical_bytes(op.source.type), op.device) for op in module.walk() if isinstance(op, Transfer))
