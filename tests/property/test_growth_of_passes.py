"""Linear time: every registered pass on programs with many of one thing, ten times as many of it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache

import pytest

from tensorir.api import compile
from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES, pipeline
from tensorir.testing.programs.transformer import transformer
from tests.support.growth import growth
from tests.support.wide_programs import FAMILIES

SMALL, TIMES, LIMIT = 50, 10, 2


@cache
def inputs(family: str, count: int) -> dict[str, tuple[Pass, Module]]:
    """Per pass, by name: it and the module that it sees. For a pass of the pipeline that is what the passes before it
    make of the program of this family, for any other one the program itself."""
    module = FAMILIES[family](count)
    seen: dict[str, tuple[Pass, Module]] = {}
    passes = pipeline("late").passes
    for p in passes:
        seen.setdefault(p.name, (p, module))
        module = run_passes(module, [p], verify_each=False)
    return {name: (kind(), FAMILIES[family](count)) for name, kind in PASSES.items() if name not in seen} | seen


def work(family: str, name: str, count: int, copies: int = 1) -> Callable[[], object]:
    p, module = inputs(family, count)[name]
    modules = [pickle.loads(pickle.dumps(module)) for _ in range(copies)]  # which share nothing
    return lambda: [p.run(m, PassContext()) for m in modules]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", PASSES)
def test_ten_times_as_much_takes_less_than_twenty_times_as_long(name: str, family: str) -> None:
    """Compared with ten small programs, not with one: both sides touch as much memory, so caches slow both alike."""
    assert growth(work(family, name, SMALL, TIMES), work(family, name, SMALL * TIMES), LIMIT) < LIMIT


def test_compiling_a_layer_takes_as_long_in_a_deep_model_as_in_a_shallow_one() -> None:
    few, many, allowed = 6, 48, 1.3
    shallow, deep = transformer(few), transformer(many)
    limit = many / few * allowed
    assert growth(lambda: compile(shallow), lambda: compile(deep), limit) < limit
