"""The laws of states: a session gives the bits that it gives with two arrays for each state, and what the interpreter
gives for states that are handed from call to call."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from attrs import evolve
from hypothesis import assume, given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.tensor import ExtractSlice, InsertSlice
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.session import Session
from tensorir.runtime.states_in_place import StatesInPlace
from tensorir.testing.programs.random import arguments
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.tile_programs import same_bits

Array = npt.NDArray[Any]
CALLS = 3


@st.composite
def kept(draw: st.DrawFn) -> tuple[Module, int]:
    """A random program of which one or two arguments are states: their new values are made somewhere in it, or are the
    old ones with a part of such a value put into them."""
    module, seed = draw(programs()), draw(st.integers(0, 1 << 30))
    main = module.lookup(Function, "main")
    data = dict(zip(main.body.args, arguments(module, seed), strict=True))
    static = [a for a in main.body.args if a.type.is_static and a.type.rank and 0 not in a.type.shape]
    assume(static)
    states = draw(st.lists(st.sampled_from(static), min_size=1, max_size=2, unique=True))
    made = [r for op in main.body.ops for r in op.results]
    added: list[Op] = []
    new: list[Value] = []
    for state in states:
        value = draw(st.sampled_from([v for v in (*main.body.args, *made) if v.type == state.type]))
        if value not in states and draw(st.booleans()):
            new.append(value)
            continue
        sizes = tuple(draw(st.integers(1, n)) for n in state.type.shape if isinstance(n, int))
        places = [
            tuple(
                draw(st.integers(0, n - s)) for n, s in zip(state.type.shape, sizes, strict=True) if isinstance(n, int)
            )
            for _ in range(2)
        ]
        ones = (1,) * len(sizes)
        part = ExtractSlice(value, places[0], sizes, ones)
        added += [part, InsertSlice(part.result, state, places[1], ones)]
        new.append(added[-1].result)
    names = tuple(f"state{i}" for i in range(len(states)))
    args = (*(a for a in main.body.args if a not in states), *states)
    body = Region(args, (*main.body.ops, *added), (*main.body.yields, *new))
    first = [Global(n, s.type, Dense(data[s]), mutable=True) for n, s in zip(names, states, strict=True)]
    functions = [evolve(main, body=body, states=names) if f is main else f for f in module.functions]
    result = module.replace(functions=functions, globals=[*module.globals, *first])
    verify(result)
    return result, seed


def given_arguments(module: Module, seed: int) -> list[Array]:
    main = module.lookup(Function, "main")
    return list(arguments(module, seed))[: len(main.body.args) - len(main.states)]


def run(session: Session, module: Module, seed: int) -> list[Array]:
    """All results of some calls, and the states at the end."""
    found: list[Array] = []
    for i in range(CALLS):
        found += session.call(given_arguments(module, seed + i), "main")
    return [*found, *(session[name] for name in session.program.states)]


IN_PLACE = StatesInPlace._chain  # pyright: ignore[reportPrivateUsage]  # the decision, which the law turns off


def two_arrays(self: StatesInPlace, old: int, new: int) -> list[tuple[int, int]] | str:
    """Only states that keep their values have one array."""
    made = any(new in c.buffers for c in self.commands)
    return "each state has two arrays" if made else IN_PLACE(self, old, new)


@given(case=kept(), tiling=st.sampled_from(DATA_TILING))
def test_a_state_in_place_has_the_same_bits(case: tuple[Module, int], tiling: str) -> None:
    module, seed = case
    note(print_module(module))
    program = compile(module, "cpu", tiling, cache=False)
    with patch.object(StatesInPlace, "_chain", two_arrays):
        apart = compile(module, "cpu", tiling, cache=False)
    same_bits(run(program.session(), module, seed), run(apart.session(), module, seed))


@given(case=kept())
def test_a_session_is_what_the_functions_say(case: tuple[Module, int]) -> None:
    """On the device whose ops the interpreter runs: the session itself adds nothing."""
    module, seed = case
    note(print_module(module))
    main = module.lookup(Function, "main")
    states = [module.lookup(Global, name).value for name in main.states]
    values: list[Array] = [np.array(s.array) for s in states if isinstance(s, Dense)]
    expected: list[Array] = []
    for i in range(CALLS):
        results = interpret(module, "main", [*given_arguments(module, seed + i), *values])
        expected += results[: len(results) - len(values)]
        values = list(results[len(results) - len(values) :])
    session = compile(module, "reference", "off", cache=False).session()
    same_bits(run(session, module, seed), [*expected, *values])
