"""Delta debugging, on lists and on programs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import tensorir as ti
from tensorir.dialects.linalg import Generic, Softmax
from tensorir.testing.programs.random import programs
from tensorir.tools.shrink import ddmin, keep, shrink


@given(st.lists(st.integers(0, 9)), st.sets(st.integers(0, 9), min_size=1))
def test_ddmin_is_minimal(items: list[int], wanted: set[int]) -> None:
    def fails(kept: list[int]) -> bool:
        return wanted <= set(kept)

    if fails(items):
        kept = ddmin(items, fails)
        assert fails(kept)
        assert sorted(kept) == sorted(wanted)


def test_ddmin_can_leave_out_everything() -> None:
    assert ddmin([1, 2, 3], lambda kept: True) == []


def test_ddmin_takes_few_runs() -> None:
    runs: list[int] = []

    def fails(kept: list[int]) -> bool:
        runs.append(len(kept))
        return 700 in kept

    assert ddmin(range(1000), fails) == [700]
    assert len(runs) < 60


def _module() -> ti.Module:
    m = ti.ModuleBuilder()
    f = m.function("other")
    f.returns(f.arg("a", (3,), ti.i32) + 1)
    f = m.function("main")
    x, w = f.arg("x", (ti.symbol("M"), 8), ti.f32), m.weight("w", np.full((8, 4), 0.5, np.float32))
    h = (x @ w).exp()
    f.returns(h.softmax(-1) * 2.0, h)
    return m.build()


def test_only_what_fails_is_left() -> None:
    def fails(module: ti.Module) -> bool:
        return any(isinstance(o, Softmax) for f in module.functions for o in f.body.ops)

    small = shrink(_module(), fails)
    (function,) = small.functions
    assert function.name == "main"
    assert [o.NAME for o in function.body.ops] == ["linalg.softmax"]
    assert len(function.body.args) == 1
    assert small.globals == ()
    ti.verify(small)


def test_scalar_bodies_get_smaller() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (4,), ti.f32)
    f.returns((x * 2.0 + 1.0).tanh())

    def fails(module: ti.Module) -> bool:
        generics = [o for o in module.functions[0].body.ops if isinstance(o, Generic)]
        return any(n.fn == "mul" for o in generics for n in o.body.nodes())

    (op,) = shrink(m.build(), fails).functions[0].body.ops
    assert isinstance(op, Generic)
    assert [n.fn for n in op.body.nodes()] == ["arg", "const", "mul"]


@given(programs(), st.data())
def test_any_ops_can_be_kept(module: ti.Module, data: st.DataObject) -> None:
    main = module.lookup(ti.Function, "main")
    ops = [o for o in main.body.ops if data.draw(st.booleans())]
    kept = keep(main.body, ops)
    assert kept.ops == tuple(ops)
    others = [f for f in module.functions if f is not main]
    ti.verify(module.replace(functions=[ti.Function("main", kept), *others]))
