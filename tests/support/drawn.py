"""Which ops random programs have, and what the compiler makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hypothesis import HealthCheck, Phase, given, settings

from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.passes.runner import run_passes
from tensorir.pipelines import STAGES, pipeline
from tensorir.testing.strategies import programs

EXAMPLES = 600
COMPILED = 120
"""How many programs are drawn, and how many of them compiled."""


def fixed(examples: int) -> settings:
    """Draws the same examples in every run, and shrinks none."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@cache
def drawn_ops(device: str) -> frozenset[type[Op]]:
    """The op classes in a fixed set of random programs, at each stage of their compilation for `device`, and as tile
    programs for the cpu: only devices with an executor have these."""
    seen: set[type[Op]] = set()
    compiled = 0

    @fixed(EXAMPLES)
    @given(programs())
    def look(module: Module) -> None:
        nonlocal compiled
        compiled += 1
        for stage in STAGES if compiled <= COMPILED else STAGES[:1]:
            here = "cpu" if stage == "tiles" else device
            made = run_passes(module, pipeline("late", here, stage).passes, verify_each=False)
            seen.update(type(op) for op in _ops(made))

    look()
    return frozenset(seen)


def _ops(module: Module) -> Iterator[Op]:
    for symbol in module.all_symbols():
        if symbol.region is not None:
            yield from symbol.region.walk()
