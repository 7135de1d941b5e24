"""Copies of functions for ranges of sizes."""

from __future__ import annotations

import numpy as np

import tensorir as ti
from tensorir.builder.module import ModuleBuilder
from tensorir.interp import interpret
from tensorir.ir.module import Module
from tensorir.ir.size_range import SizeRange
from tensorir.ir.verify import verify
from tensorir.passes.numbering import numbered
from tensorir.passes.runner import run_passes
from tensorir.transforms.dispatch.form_dispatches import FormDispatches
from tensorir.transforms.layouts.for_sizes import with_ranges

FEW, MANY = SizeRange("M", 0, 8, 1), SizeRange("M", 1000, None, 1024)


def module(name: str = "main") -> Module:
    m = ModuleBuilder()
    f = m.function(name)
    f.returns((f.arg("x", (ti.symbol("M"), 4), ti.f32) @ f.arg("w", (4, 4), ti.f32)).exp())
    return run_passes(numbered(m.build()), (FormDispatches(),))


def test_copies_compute_the_same_and_share_no_op() -> None:
    made = with_ranges(module(), {"main": [FEW, MANY]})
    verify(made)
    assert [(f.name, f.of, f.sizes) for f in made.functions] == [
        ("main", "", None),
        ("main.to_8", "main", FEW),
        ("main.from_1000", "main", MANY),
    ]
    assert len({*made.walk()}) == len(list(made.walk())) == 3 * len(list(module().walk()))
    x, w = np.ones((3, 4), np.float32), np.ones((4, 4), np.float32)
    for f in made.functions:
        np.testing.assert_array_equal(interpret(made, f.name, (x, w)), interpret(made, "main", (x, w)))


def test_ids_tell_which_copy_an_op_is_in() -> None:
    made = with_ranges(module(), {"main": [FEW]})
    plain, few = ([op.loc.op for op in f.body.walk()] for f in made.functions)
    assert few == [f"{id}~to_8" for id in plain]


def test_a_name_that_is_taken() -> None:
    both = Module((*module().functions, *module("main.to_8").functions))
    assert [f.name for f in with_ranges(both, {"main": [FEW]}).functions] == ["main", "main.to_8_1", "main.to_8"]


def test_without_ranges_nothing_changes() -> None:
    given = module()
    assert with_ranges(given, {}) is given
