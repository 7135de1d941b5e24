"""The laws of data-tiling on one program. Each function of LAWS fails, with a note, for a program that breaks its law.

L1 is a law of several devices (test_devices.py), L4 one of views (test_views.py), L9 one of bits (test_same_bits.py),
and L11 one of relayouts (test_relayouts.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

from attrs import define, field, frozen
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Generic, RowOp
from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice as Answer
from tensorir.encoding.resolver import Declined
from tensorir.interp import bind_arguments
from tensorir.ir.dense import Dense
from tensorir.ir.dims import product, symbol
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, arg, rewritten, with_operands
from tensorir.ir.sizes import size_names, substituted_region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, DataTiling, stages
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions
from tensorir.runtime.program import Program
from tensorir.targets.cpu import CpuResolver
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.device import DevicesLike, as_devices
from tensorir.targets.target import Target
from tensorir.testing.equivalence import Expected
from tensorir.testing.programs.random import arguments
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tensorir.transforms.devices.assign_devices import AssignDevices
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.simplify import rows
from tensorir.transforms.simplify.inline_calls import InlineCalls
from tests.support.counted import assert_counted
from tests.support.levels import after_each_pass, named
from tests.support.reordered import reordered
from tests.support.targets import DEVICES

DEVICE = st.sampled_from(["cpu", "vmvx", *DEVICES])
DECLINED = ("all", "f32", "not f32", "batches", "one batch", "matvec")
TIGHT = 1e-9


@define
class Case:
    """A program, its device or devices, and what else is drawn for the laws. What several laws read is made once."""

    module: Module
    seed: int
    devices: DevicesLike
    declined: str
    _programs: dict[str, Program] = field(factory=dict[str, Program], init=False)
    _expected: Expected | None = field(default=None, init=False)

    def program(self, tiling: str) -> Program:
        if tiling not in self._programs:
            self._programs[tiling] = compile(self.module, self.devices, tiling)
        return self._programs[tiling]

    @property
    def is_spread(self) -> bool:
        """Whether the program is for several devices."""
        return len(as_devices(self.devices)) > 1

    @property
    def placed(self) -> Module:
        """The program; if it is for several devices, with each of its values on one."""
        if not self.is_spread:
            return self.module
        ctx = PassContext(devices=as_devices(self.devices))
        return run_passes(self.module, (InlineCalls(), AssignDevices()), ctx)

    @property
    def ways(self) -> tuple[DataTiling, ...]:
        """Those of data-tiling: early is for one device."""
        return ("late", "off") if self.is_spread else DATA_TILING

    @property
    def expected(self) -> Expected:
        if self._expected is None:
            self._expected = Expected.of(self.module, seed=self.seed)
        return self._expected


@frozen
class Declining:
    """Declines contractions of one kind, and answers for the others as the CPU does."""

    what: str
    accepted: list[ContractionSpace] = field(factory=list[ContractionSpace])

    def tiles_for(self, contraction: ContractionSpace) -> Answer:
        floats = all(t.name == "f32" for t in contraction.types)
        kinds = {
            "all": True,
            "f32": floats,
            "not f32": not floats,
            "batches": bool(contraction.batch),
            "one batch": not contraction.batch,
            "matvec": not (contraction.m and contraction.n),
        }
        if kinds[self.what]:
            return Declined(f"this device declines {self.what}")
        self.accepted.append(contraction)
        return CpuResolver().tiles_for(contraction)


def declining_is_off(case: Case) -> None:
    """L2. On a device that declines all contractions of a program, for whatever reason, all ways of data-tiling give
    the same program with the same bytes. If it accepts some of them, the law is checked on one that accepts none."""
    resolver = Declining(case.declined)
    target = Target("declining", resolver, kernels=CpuKernels())
    devices = dict.fromkeys(as_devices(case.devices), target) if case.is_spread else target
    first, *others = (compile(case.module, devices, way) for way in case.ways)
    if resolver.accepted:
        declining_is_off(Case(case.module, case.seed, case.devices, "all"))
        return
    for other in others:
        assert isomorphic(first.module, other.module)
        assert fingerprint(first.module) == fingerprint(other.module)
        assert _bytes(first) == _bytes(other)


def _bytes(program: Program) -> tuple[int, ...]:
    s = program.stats
    return (s.weights_bytes, s.arena_bytes, s.scratch_bytes, s.read_bytes, s.written_bytes, s.relaid_bytes)


def constants_are_stored_once(case: Case) -> None:
    """L3. Nothing is evaluated when a program is loaded; no two constants have the same type and content; each one is
    read."""
    program = case.program("late")
    assert program.stats.init_dispatches == 0
    found = [(g.type, g.value.array.tobytes()) for g in program.module.globals if isinstance(g.value, Dense)]
    assert len(found) == len(program.module.globals)
    assert len(set(found)) == len(found)
    read = {op.symbol for op in program.module.walk() if isinstance(op, GlobalLoad)}
    assert {g.name for g in program.module.globals} <= read


def late_has_the_fewest_dispatches(case: Case) -> None:
    """L5."""
    found = {way: case.program(way).stats.dispatches for way in case.ways}
    assert found["late"] <= min(found.values()), found


def all_ways_compute_what_the_interpreter_does(case: Case) -> None:
    """L6, on any device."""
    for way in case.ways:
        with named(way, case.module):
            case.expected.assert_given_by(case.program(way))


def counts_are_what_runs(case: Case) -> None:
    """L7, on the devices, or on the CPU if Python runs what one of them does. What is said of the bytes of a call is
    what a walk over all accesses to memory sees."""
    program = case.program("late")
    if not program.plans:
        program = compile(case.module, dict.fromkeys(as_devices(case.devices), "cpu") if case.is_spread else "cpu")
    _, sizes = bind_arguments(program.plans["main"].function.signature, arguments(case.module, case.seed))
    assert_counted(program, dict(sizes))


def every_pass_keeps_the_meaning(case: Case) -> None:
    """L8. A program for several devices is placed first."""
    for name, after in after_each_pass(case.placed, case.devices if case.is_spread else "cpu"):
        if after is not case.module:
            with named(name, after):
                case.expected.assert_given_by(after)


def the_choice_is_the_cheapest(case: Case) -> None:
    """L10. The chosen layouts cost no more than row-major ones, or than any other state of a single op, and the same
    if the ops, or their operands, are written in another order, if sizes have other names, or if ops such as softmax
    are written as what they are made of. Of placements that move equally many bytes, any one may be chosen: layouts are
    compared for the same one."""
    placed = case.placed
    prepared = encoded(placed, case.devices)
    choice = layouts_for(prepared, case.devices)
    assert choice.solution.exact
    best = choice.solution.cost
    assert best <= choice.problem.cost([0] * len(choice.states)) * (1 + TIGHT)
    states = list(choice.solution.states)
    for v, mine in enumerate(choice.states):
        for other in range(len(mine)):
            assert best <= choice.problem.cost([*states[:v], other, *states[v + 1 :]]) * (1 + TIGHT)
    others = reordered(prepared, Random(case.seed)), with_operands_reversed(prepared), renamed(prepared)
    for other in (*others, encoded(decomposed(placed), case.devices)):
        assert abs(layouts_for(other, case.devices).solution.cost - best) <= TIGHT * best


def encoded(module: Module, devices: DevicesLike) -> Module:
    """The program at the end of the stage "encoded" of late."""
    return _at(module, devices, ("input", "encoded"))


def _at(module: Module, devices: DevicesLike, through: Sequence[str]) -> Module:
    given = as_devices(devices)
    by_stage = stages("late", next(iter(given)), several=len(given) > 1)
    passes = [p for stage in through for p in by_stage[stage]]
    return run_passes(module, passes, PassContext(devices=dict(given)), verify_each=False)  # L8 verifies them


def layouts_for(module: Module, devices: DevicesLike) -> Choice:
    """The choice that the late pipeline makes of what `encoded` gives."""
    given = as_devices(devices)
    choice = SpecializeEncodings(device=next(iter(given))).posed(
        _at(module, devices, ("dispatch",)), PassContext(devices=dict(given))
    )
    choice.solve()
    return choice


def with_operands_reversed(module: Module) -> Module:
    """Every elementwise op reads its operands in the opposite order."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
        if not isinstance(op, Generic) or len(operands) < 2:
            return None
        last = len(operands) - 1

        def turned(node: Scalar, inner: tuple[Scalar, ...]) -> Scalar:
            return arg(last - node.index, node.dtype) if node.fn == "arg" else with_operands(node, inner)

        body = ScalarBody(tuple(reversed(op.body.args)), rewritten(op.body.result, turned))
        maps = (*reversed(op.maps[:-1]), op.maps[-1])
        return Generic(tuple(reversed(operands)), maps, body, op.iteration_shape, op.encoding, loc=op.loc)

    return map_regions(module, lambda region: sweep(region, visit))


def renamed(module: Module) -> Module:
    """Every symbol has another name, and they are in the opposite order."""

    def visit(f: Function) -> Function:
        names = size_names(f.body)
        return f.with_region(substituted_region(f.body, {n: symbol(f"z{len(names) - i}") for i, n in enumerate(names)}))

    return module.replace(functions=[visit(f) for f in module.functions])


def decomposed(module: Module) -> Module:
    """Every softmax and norm is what it is made of. Those of rows of one element stay: what they are made of is
    simplified before anything could be raised."""

    def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        if not isinstance(op, RowOp) or op.result.type.encoding is not None:
            return None
        one = product(op.result.type.shape[d] for d in op.dims) == 1
        return None if one else rows.decomposed(op.with_operands(operands))

    return map_regions(module, lambda region: sweep(region, visit))


LAWS: Mapping[str, Callable[[Case], None]] = {
    "L2": declining_is_off,
    "L3": constants_are_stored_once,
    "L5": late_has_the_fewest_dispatches,
    "L6": all_ways_compute_what_the_interpreter_does,
    "L7": counts_are_what_runs,
    "L8": every_pass_keeps_the_meaning,
    "L10": the_choice_is_the_cheapest,
}


def assert_laws(case: Case, names: Iterable[str] = LAWS) -> None:
    """Fails, with the law, if the case breaks one of these."""
    for name in names:
        try:
            LAWS[name](case)
        except Exception as e:
            e.add_note(f"law {name}: {LAWS[name].__doc__}")
            raise
