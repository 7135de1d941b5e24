"""Law L3 with the store of constants as without it: the globals of a random program are the same, one for each content
and layout, whether their values were computed, stored or found."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.ir.module import Module
from tensorir.runtime.program import Program
from tensorir.testing.strategies import programs
from tensorir.transforms.constants import stored_constants
from tests.property.test_same_bits import with_real_weights
from tests.support.stores import environment


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A store for all programs, so that some constants are found that other programs have stored."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment(folder).items():
            patched.setenv(name, value)
        yield folder


def globals_of(program: Program) -> list[tuple[object, ...]]:
    return [(g.name, g.type, g.value) for g in program.module.globals]


@given(programs(), st.integers(0, 1 << 32), st.sampled_from([1, 64, 300]), st.sampled_from([1, 1 << 26]))
def test_the_store_changes_no_constant(module: Module, seed: int, least: int, at_once: int) -> None:
    """Whether a constant is stored for itself or with others, and in which file, depends on the two numbers."""
    module = with_real_weights(module, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stored_constants, "LEAST", least)
        patched.setattr(stored_constants, "AT_ONCE", at_once)
        without, first, second = compile(module, cache=False), compile(module), compile(module)
    assert globals_of(without) == globals_of(first) == globals_of(second)
    assert without.stats.weights_bytes == first.stats.weights_bytes == second.stats.weights_bytes
    assert [r for p in (first, second) for r in p.remarks if r.rule == "store-constants"] == []
    assert without.stats.constants_mapped == 0
    assert second.stats.constants_packed <= first.stats.constants_packed
