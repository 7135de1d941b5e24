"""Effects of ops, of what they hold and of what they run; where effects are refused."""

from __future__ import annotations

import pytest

from tensorir.dialects.flow import Dispatch
from tensorir.dialects.func import Assert, Call
from tensorir.dialects.linalg import Fill, Transpose
from tensorir.ir.diagnostic import VerifyError
from tensorir.ir.dtype import f32, i1
from tensorir.ir.effects import ANY_EFFECTS, NO_EFFECTS, Effects, EffectsIn
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import index
from tests.support.effect_ops import STATE, Odd, Once, Print, Read, Write

X = Value(STATE, "x")
OUTPUT = Effects(writes=frozenset({"output"}))


def called(callee: str) -> Call:
    return Call((), callee, ())


def calling(name: str, *ops: Op) -> Function:
    return Function(name, Region((), ops, ()))


def printing() -> Region:
    x = Value(STATE)
    return Region((x,), (Print(x, "a"),), (x,))


def test_effects_of_an_op_are_its_own_with_those_of_its_regions() -> None:
    effects = EffectsIn()
    assert effects(Transpose(X, (1, 0))) == NO_EFFECTS
    assert effects(Print(X, "a")) == OUTPUT
    assert effects(Odd(X)) == ANY_EFFECTS
    assert effects(Once((X,), printing())) == OUTPUT
    nested = Once((X,), Region((y := Value(STATE),), (Once((y,), printing()), Read("s")), (y,)))
    assert effects(nested) == OUTPUT | Effects(reads=frozenset({"s"}))
    assert str(effects(nested)) == "reads s and writes output"
    assert str(ANY_EFFECTS) == "reads * and writes * and may end the call"


def test_effects_of_a_call_are_those_of_the_callee() -> None:
    module = Module(
        [
            calling("pure", Fill(0.0, STATE)),
            calling("prints", f := Fill(0.0, STATE), Print(f.result, "a")),
            calling("both", called("pure"), called("prints"), Read("s")),
            calling("even", called("odd")),
            calling("odd", called("even")),
        ]
    )
    effects = EffectsIn(module)
    assert effects(called("both")) == OUTPUT | Effects(reads=frozenset({"s"}))
    assert effects(called("pure")) == NO_EFFECTS
    assert effects(called("even")) == effects(called("odd")) == ANY_EFFECTS
    assert effects(called("nobody")) == ANY_EFFECTS
    assert EffectsIn()(called("pure")) == ANY_EFFECTS


def test_chains_of_calls_may_be_long_and_each_function_is_looked_at_once() -> None:
    looks = 0

    class Counted(Print):
        def effects(self) -> Effects:
            nonlocal looks
            looks += 1
            return super().effects()

    first = Fill(0.0, STATE)
    chain = [calling("f0", first, Counted(first.result, "a"))]
    chain += [calling(f"f{i}", called(f"f{i - 1}"), called(f"f{i - 1}")) for i in range(1, 3000)]
    effects = EffectsIn(Module(chain))
    assert effects(called("f2999")) == OUTPUT
    assert effects(called("f1500")) == OUTPUT
    assert looks == 1


def test_only_what_nobody_can_tell_is_dead() -> None:
    f = Fill(True, TensorType((), i1))
    ops = (Read("s"), Print(X, "a"), Odd(X), Write(X, "s"), f, Assert(f.result, "m"), Transpose(X, (1, 0)))
    after = greedy(Region((X,), ops, ()), index([]))
    assert [o.NAME for o in after.ops] == ["test.print", "test.odd", "test.write", "linalg.fill", "func.assert"]


REFUSED = {
    "a dispatch": Module([Function("main", Region((X,), (Dispatch((X,), printing()),), ()))]),
    "an executable": Module([], [], [Executable("e", "cpu", printing())]),
    "an initializer": Module(
        [], [Global("g", STATE, Region((), (f := Fill(0.0, STATE), Print(f.result, "a")), f.results))]
    ),
    "a region inside of a dispatch": Module(
        [
            Function(
                "main",
                Region(
                    (X,),
                    (Dispatch((X,), Region((y := Value(STATE),), (o := Once((y,), printing()),), o.results)),),
                    (),
                ),
            )
        ]
    ),
}


@pytest.mark.parametrize("where", REFUSED)
def test_effects_are_refused_where_nothing_keeps_an_order(where: str) -> None:
    with pytest.raises(VerifyError, match=r"test\.print: it writes output, which is allowed in functions only"):
        verify(REFUSED[where])


def test_a_call_with_effects_is_refused_where_they_are() -> None:
    x = Value(TensorType((), f32))
    executable = Executable("e", "cpu", Region((x,), (called("prints"),), (x,)))
    module = Module([calling("prints", f := Fill(0.0, STATE), Print(f.result, "a"))], [], [executable])
    with pytest.raises(VerifyError, match=r"func\.call: it writes output.*@e has no order to keep"):
        verify(module)
