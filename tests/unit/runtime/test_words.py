"""The words of a plan read back: the parts that were written, and every unit with its registers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.runtime.plan import KINDS, plan_function, plan_image
from tensorir.runtime.words import LAUNCH, OperandWords, ProgramWords, read_plan, units_of
from tests.support.executables import lowered
from tests.support.plan_images import Buffer, Host, Image, Kind, Launch, Op, Operand, Program, Register, Step

ADD, SUB, MUL, FLOORDIV, CEILDIV, MOD, MIN, MAX = range(8)


def test_parts_come_back_as_they_were_written() -> None:
    operands = [Operand(0, "f32", [1], Register(0)), Operand(-1, "f32", [2])]
    program = Program([(100, 16)], 1, [Step("copy", [Register(1)], operands)], [(Op.ADD, Register(0), 3)], scratch=[64])
    image = Image(
        [Buffer(Kind.ARGUMENT, 0, 400), Buffer(Kind.ARENA, 0, 64, 0, 1), Buffer(Kind.SHARED, 1, 64, 1, 2)],
        [program, Program([], 0, [])],
        [Launch(0, [0]), Host(7, [1, 2]), Launch(1, [])],
    )
    plan = read_plan(image.words())
    assert [(b.kind, b.index, b.first, b.last) for b in plan.buffers] == [(0, 0, 0, 0), (3, 0, 0, 1), (4, 1, 1, 2)]
    assert [(c.kind == LAUNCH, c.target, c.buffers) for c in plan.commands] == [
        (True, 0, (0,)),
        (False, 7, (1, 2)),
        (True, 1, ()),
    ]
    first, second = plan.programs
    assert second == ProgramWords((), (), (), ())
    ((operation, register, _),) = first.operations
    assert (operation, register, len(first.scratch)) == (ADD, -1, 1)
    (step,) = first.steps
    assert step.sizes == (-2,)
    assert [o.buffer for o in step.operands] == [0, -1]
    assert step.operands[0] == OperandWords(0, step.operands[1].type, -1, step.operands[0].strides)


def test_a_plan_is_what_its_words_say() -> None:
    made = lowered(
        "%x: tensor<[S]x30xf32>",
        "tensor<[S]x30xf32>",
        "%0 = linalg.softmax %x {dims = [1]} : (tensor<[S]x30xf32>) -> tensor<[S]x30xf32>\n"
        "yield %0 : tensor<[S]x30xf32>",
    )
    plan = plan_function(made.module, made.module.functions[0], made.source)
    read = read_plan(plan_image(plan).words)
    assert [(KINDS[b.kind], b.index, b.first, b.last) for b in read.buffers] == [
        (b.kind, b.index, b.first, b.last) for b in plan.buffers
    ]
    assert [c.buffers for c in read.commands] == [c.buffers for c in plan.commands]
    assert [len(p.steps) for p in read.programs] == [len(made.steps)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=3))
def test_units_cover_each_granule_once(grid: list[tuple[int, int]]) -> None:
    values = np.array([n for pair in grid for n in pair], np.int64)
    program = ProgramWords(tuple((2 * d, 2 * d + 1) for d in range(len(grid))), (), (), ())
    covered = np.zeros([extent for extent, _ in grid], np.int64)
    for units in units_of(program, values):
        for u in range(units.count):
            at = [(int(units[-1 - 2 * d][u]), int(units[-2 - 2 * d][u])) for d in range(len(grid))]
            assert all(start + count <= extent for (start, count), (extent, _) in zip(at, grid, strict=True))
            covered[tuple(slice(start, start + count) for start, count in at)] += 1
    assert np.all(covered == 1)


@pytest.mark.parametrize("count", [(1 << 14) - 1, 1 << 14, (1 << 14) + 1, 40_000])
def test_many_units_are_walked_in_parts(count: int) -> None:
    program = ProgramWords(((0, 1),), ((MUL, -1, 2), (MIN, -3, 3)), (), ())
    values = np.array([count, 1, 3, 1000], np.int64)
    parts = list(units_of(program, values))
    assert sum(part.count for part in parts) == count
    starts = np.concatenate([part[-1] for part in parts])
    np.testing.assert_array_equal(starts, np.arange(count))
    np.testing.assert_array_equal(np.concatenate([part[-4] for part in parts]), np.minimum(3 * starts, 1000))
    assert parts[0][2] == 3


@pytest.mark.parametrize("operation", [FLOORDIV, CEILDIV, MOD])
@pytest.mark.parametrize("divisor", [0, -1])
def test_a_divisor_is_positive(operation: int, divisor: int) -> None:
    program = ProgramWords(((0, 1),), ((operation, -1, 2),), (), ())
    with pytest.raises(ZeroDivisionError):
        list(units_of(program, np.array([4, 1, divisor], np.int64)))
    assert list(units_of(program, np.array([0, 1, divisor], np.int64))) == [], "there is no unit that divides"


def test_division_rounds_as_its_name_says() -> None:
    program = ProgramWords(((0, 1),), tuple((operation, -1, 2) for operation in (FLOORDIV, CEILDIV, MOD)), (), ())
    (units,) = units_of(program, np.array([7, 1, 3], np.int64))
    assert [units[r].tolist() for r in (-3, -4, -5)] == [
        [0, 0, 0, 1, 1, 1, 2],
        [0, 1, 1, 1, 2, 2, 2],
        [0, 1, 2, 0, 1, 2, 0],
    ]
