"""symbol-dce: chains of second names. What is reached is shown in tests/filetests/symbol-dce."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.tensor import Concat
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.types import TensorType
from tensorir.passes.pass_ import PassContext
from tensorir.transforms.simplify.symbol_dce import SymbolDce

TYPE = TensorType((2,), f32)


def second_name(name: str, of: str) -> Global:
    b = RegionBuilder()
    return Global(name, TYPE, b.finish([b.add(GlobalLoad(of, TYPE)).result]))


def data(name: str) -> Global:
    return Global(name, TYPE, Dense(np.arange(2, dtype=np.float32)))


def reads(*names: str) -> Function:
    b = RegionBuilder()
    return Function("main", b.finish([b.add(GlobalLoad(n, TYPE)).result for n in names]))


def run(module: Module) -> Module:
    return SymbolDce().run(module, PassContext())


def loaded(module: Module) -> list[str]:
    return [o.symbol for o in module.walk() if isinstance(o, GlobalLoad)]


@pytest.mark.parametrize("length", [0, 1, 5, 3000])  # deeper than Python's stack
def test_a_chain_of_names_ends_at_the_data(length: int) -> None:
    names = ["w", *(f"name{i}" for i in range(length))]
    chain = [second_name(b, a) for a, b in pairwise(names)]
    after = run(Module((reads(names[-1], names[length // 2]),), [*chain[::-1], data("w")]))
    assert [g.name for g in after.globals] == ["w"]
    assert loaded(after) == ["w", "w"]


def test_an_initializer_that_computes_is_not_a_name() -> None:
    b = RegionBuilder()
    w = b.add(GlobalLoad("w", TYPE)).result
    twice = Global("twice", TensorType((4,), f32), b.finish([b.add(Concat((w, w), 0)).result]))
    r = RegionBuilder()
    main = Function("main", r.finish([r.add(GlobalLoad("twice", twice.type)).result]))
    assert [g.name for g in run(Module((main,), [data("w"), twice])).globals] == ["w", "twice"]


def test_names_of_each_other_are_left_for_evaluation_to_report() -> None:
    after = run(Module((reads("a"),), [second_name("a", "b"), second_name("b", "a")]))
    assert loaded(after)[-1] in ("a", "b")
    assert after.globals


def test_without_a_public_function_nothing_is_reached() -> None:
    after = run(Module((Function("inside", reads("w").body, private=True),), [data("w")]))
    assert not after.functions
    assert not after.globals
