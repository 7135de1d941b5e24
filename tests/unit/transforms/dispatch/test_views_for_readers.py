"""Which views a launch stores, and which it leaves to the launches that read them."""

from __future__ import annotations

import pytest

import tensorir as ti
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.linalg import Transpose
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import arguments
from tensorir.transforms.dispatch.form_dispatches import FormDispatches


def rows(columns: int, *, returned: bool = False, readers: int = 1) -> ti.Module:
    """Rows of `columns` elements, split into rows of two, transposed, and read as one row."""
    module = ti.ModuleBuilder()
    f = module.function("main")
    transposed = f.arg("x", (2, columns), ti.f32).softmax(1).reshape(columns, 2).T
    row = transposed.reshape(2 * columns)
    results = [row.softmax(0), *([row.mean(0)] if readers == 2 else [])]
    f.returns(*results, *([transposed] if returned else []))
    return module.build()


def transposing(module: ti.Module) -> list[int]:
    """The numbers of the launches that transpose."""
    formed = run_passes(module, (FormDispatches(),))
    launches = [op for op in formed.functions[0].body.ops if isinstance(op, Dispatch)]
    return [i for i, d in enumerate(launches) if any(isinstance(op, Transpose) for op in d.body.ops)]


def test_what_can_be_stored_in_place_is() -> None:
    """Rows of 4 are pairs of rows of 2: the first launch writes them transposed."""
    assert transposing(rows(4)) == [0]


def test_what_can_only_be_read_in_place_is_left_to_the_reader() -> None:
    assert transposing(rows(3)) == [1]


def test_each_reader_reads_in_place() -> None:
    assert transposing(rows(3, readers=2)) == [1, 2]


def test_what_is_returned_is_stored() -> None:
    assert transposing(rows(3, returned=True)) == [0]


@pytest.mark.parametrize("columns", [3, 4])
@pytest.mark.parametrize("readers", [1, 2])
def test_nothing_is_copied(columns: int, readers: int) -> None:
    module = rows(columns, readers=readers)
    for tiling in ("late", "early", "off"):
        program = ti.compile(module, data_tiling=tiling)
        assert program.stats.relaid_bytes == program.stats.copied_bytes == 0
        assert_equivalent(module, program, arguments(module, 0))


def test_a_transfer_may_read_in_place() -> None:
    """It then transposes on the way."""
    builder = ti.ModuleBuilder()
    f = builder.function("main")
    with f.on("a"):
        transposed = f.arg("x", (2, 3), ti.f32).softmax(1).reshape(3, 2).T
    with f.on("b"):
        f.returns(transposed.to("b").reshape(6).softmax(0))
    module = builder.build()
    program = ti.compile(module, {"a": "cpu", "b": "vmvx"})
    assert program.stats.transfers == 1
    assert_equivalent(module, program, arguments(module, 0))


def test_a_result_that_is_reshaped_takes_no_launch_of_its_own() -> None:
    """Units write 8 columns of both rows, which are no part of one row of 48."""
    module = ti.ModuleBuilder()
    f = module.function("main")
    x = f.arg("x", (3, 16), ti.f32)
    f.returns(x.exp().reshape(24, 2).T.exp().reshape(48))
    built = module.build()
    program = ti.compile(built, data_tiling="off")
    assert (program.stats.dispatches, program.stats.copied_bytes, program.stats.relaid_bytes) == (1, 0, 0)
    assert_equivalent(built, program, arguments(built, 0))


def test_views_of_views_are_stored_where_both_can_be_read() -> None:
    """Columns of 3, as one row, as columns of 2: only in memory of the unit is that row one."""
    module = ti.ModuleBuilder()
    f = module.function("main")
    f.returns(f.arg("x", (3, 2), ti.f32).exp().T.reshape(3, 2).T.exp())
    built = module.build()
    program = ti.compile(built, data_tiling="off")
    assert (program.stats.dispatches, program.stats.copied_bytes, program.stats.relaid_bytes) == (1, 0, 0)
    assert program.stats.steps == 2
    assert_equivalent(built, program, arguments(built, 0))
