"""Law L10: the chosen layouts cost no more than any others, and do not depend on how the program is written."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st
from pytest import approx

from tensorir.dialects.linalg import Generic
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, arg, rewritten, with_operands
from tensorir.ir.value import Value
from tensorir.passes.decisions import unheard
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES, pipeline
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tensorir.transforms.layouts.choice import Choice, chosen
from tensorir.transforms.layouts.given import Given
from tests.support.reordered import reordered
from tests.support.targets import DEVICES

DEVICE = st.sampled_from(["cpu", "vmvx", *DEVICES])
TIGHT = 1e-9


def prepared(module: Module) -> Module:
    return run_passes(module, pipeline("late", to="encoded").passes)


def choice_for(module: Module, name: str) -> Choice:
    """The choice that the late pipeline makes."""
    device = Device(name)
    formed = run_passes(module, [PASSES[p]() for p in ("form-dispatches", "hoist-constants")])
    note(print_module(formed))
    return chosen(formed, Given(Answers(device), name, unheard), device.costs)


@given(module=programs(), device=DEVICE)
def test_nothing_costs_less_than_what_is_chosen(module: Module, device: str) -> None:
    """Not row-major everywhere, and no other state of a single op."""
    choice = choice_for(prepared(module), device)
    assert choice.solution.exact
    best = choice.solution.cost
    assert best <= choice.problem.cost([0] * len(choice.states)) * (1 + TIGHT)
    states = list(choice.solution.states)
    for v, mine in enumerate(choice.states):
        for other in range(len(mine)):
            assert best <= choice.problem.cost([*states[:v], other, *states[v + 1 :]]) * (1 + TIGHT)


@given(module=programs(), device=DEVICE, data=st.data())
def test_the_order_of_the_text_does_not_matter(module: Module, device: str, data: st.DataObject) -> None:
    module = prepared(module)
    costs = [choice_for(m, device).solution.cost for m in (module, reordered(module, data))]
    assert costs[0] == approx(costs[1])


@given(module=programs(), device=DEVICE)
def test_the_order_of_operands_does_not_matter(module: Module, device: str) -> None:
    module = prepared(module)
    costs = [choice_for(m, device).solution.cost for m in (module, with_operands_reversed(module))]
    assert costs[0] == approx(costs[1])


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
