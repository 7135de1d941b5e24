"""States in functions: what the verifier refuses, and what makes programs equal."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.func import Call
from tensorir.dialects.linalg import Generic
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import diagnose

T = TensorType((2,), f32)


def state(name: str = "n", value: float = 0.0) -> Global:
    return Global(name, T, Dense(np.full(2, value, np.float32)), mutable=True)


def doubling(*states: str) -> Function:
    """Doubles each state, and returns the first one too."""
    args = tuple(Value(T, name) for name in states)
    body = ScalarBody((f32,), apply("add", arg(0, f32), arg(0, f32)))
    ops = tuple(Generic((a,), (identity(1), identity(1)), body, (2,)) for a in args)
    return Function("f", Region(args, ops, (args[0], *(op.result for op in ops))), states=states)


def wrong(module: Module) -> str:
    return "\n".join(d.message for d in diagnose(module))


def test_a_function_takes_and_returns_its_states() -> None:
    f = doubling("n", "m")
    assert not wrong(Module([f], [state(), state("m")]))
    assert f.state_args == f.body.args
    assert f.state_yields == f.body.yields[1:]
    own = f.signature.without_states
    assert (own.arg_types, own.result_types, own.states) == ((), (T,), ())
    assert f.signature.state_types == (T, T)


def test_what_is_refused() -> None:
    f = doubling("n")
    assert "the state @n: there is no such global" in wrong(Module([f]))
    assert "the state @n: it is not mutable" in wrong(Module([f], [evolve(state(), mutable=False)]))
    assert "is given twice" in wrong(Module([evolve(doubling("n", "m"), states=("n", "n"))], [state()]))
    assert "only 1 arguments" in wrong(Module([evolve(f, states=("n", "m"))], [state(), state("m")]))
    assert "is private and has states" in wrong(Module([evolve(f, private=True)], [state()]))
    longer = Global("n", TensorType((3,), f32), Dense(np.zeros(3, np.float32)), mutable=True)
    assert "the state @n is tensor<3xf32>, its argument tensor<2xf32>" in wrong(Module([f], [longer]))
    assert "its result tensor<2xf32>" in wrong(Module([f], [longer]))
    dynamic = evolve(state(), type=TensorType((symbol("S"),), f32))
    assert "a state has static sizes" in wrong(Module([], [dynamic]))


def test_nothing_loads_or_calls_a_state() -> None:
    load = GlobalLoad("n", T)
    reader = Function("main", Region((), (load,), load.results))
    assert "a function takes and returns it, and nothing loads it" in wrong(Module([reader], [state()]))
    x = Value(T, "x")
    call = Call((x,), "f", (T, T))
    caller = Function("main", Region((x,), (call,), call.results))
    assert "so only a session calls it" in wrong(Module([caller, doubling("n")], [state()]))


def test_states_are_part_of_what_a_program_is() -> None:
    f = doubling("n")
    module = Module([f], [state()])
    assert isomorphic(module, Module([doubling("n")], [state()]))
    for other in (
        Module([evolve(f, states=())], [evolve(state(), mutable=False)]),
        Module([f], [state(value=1.0)]),
        Module([doubling("m")], [state("m")]),
    ):
        assert not isomorphic(module, other)
        assert fingerprint(module) != fingerprint(other)
