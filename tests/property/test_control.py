"""Random programs with branches and loops: they mean the same after every pass, on every device, and with any
data-tiling."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.testing.programs.control import branch, for_, while_
from tensorir.testing.strategies import programs
from tests.support.laws import (
    DEVICE,
    Case,
    all_ways_compute_what_the_interpreter_does,
    declining_is_off,
    every_pass_keeps_the_meaning,
)

CONTROL = (branch, while_, for_)
EXAMPLES = int(settings().max_examples) * 3 // 2


def with_control(max_ops: int = 8) -> st.SearchStrategy[Module]:
    """Random programs in which about every third step is a branch or a loop. They name no device."""
    return programs(max_ops, steps=CONTROL, weights={**dict.fromkeys((s.name for s in CONTROL), 6), "transfer": 0})


def cases() -> st.SearchStrategy[Case]:
    return st.builds(Case, with_control(), st.integers(0, 1 << 30), DEVICE, st.just("all"))


@given(with_control())
def test_they_are_valid(module: Module) -> None:
    verify(module)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_laws(case: Case) -> None:
    """L2, L6 and L8 on 300 programs in CI."""
    declining_is_off(case)
    all_ways_compute_what_the_interpreter_does(case)
    every_pass_keeps_the_meaning(case)
