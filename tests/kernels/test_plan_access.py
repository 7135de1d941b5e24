"""Frames that are checked refuse a step exactly if one of its positions lies outside of its buffer."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorir.native._kernels import lib
from tensorir.native.plans import Plan, PlanFault
from tests.support.plan_images import Buffer, Image, Kind, Launch, Operand, Program, Step

Array = NDArray[Any]


@frozen
class Case:
    """A step, and for each operand the bytes of its buffer."""

    step: Step
    bytes: Sequence[int]


SIZES = {"f32": 4, "i64": 8, "i8": 1}
STRIDES = st.integers(-5, 9)


def run(case: Case) -> PlanFault | None:
    """The fault of the only step; all operands but the last are arguments."""
    last = len(case.bytes) - 1
    buffers = [
        Buffer(Kind.RESULT if i == last else Kind.ARGUMENT, 0 if i == last else i, n) for i, n in enumerate(case.bytes)
    ]
    image = Image(buffers, [Program([], last + 1, [case.step])], [Launch(0, list(range(last + 1)))])
    frame = Plan(image.words()).frame(checked=True)
    arrays = [np.zeros(size, np.uint8) for size in case.bytes]
    try:
        frame.run(arrays[:-1], arrays[-1:])
    except PlanFault as fault:
        return fault
    return None


def positions(sizes: Sequence[int]) -> Array:
    """Every position of the loops: [loops, positions]."""
    return np.indices(sizes, np.int64).reshape(len(sizes), prod(sizes))


def elements(operand: Operand, at: Array) -> Array:
    """Which elements an operand has at these positions."""
    return int(operand.offset) + np.array(operand.strides, np.int64) @ at  # pyright: ignore[reportArgumentType]  # offsets and strides are numbers here


def touched(case: Case, number: int) -> Array:
    """The elements that an operand may need."""
    step = case.step
    operand = step.operands[number]
    sizes = np.array(step.loops, np.int64)
    at = positions([int(size) for size in sizes])
    result = number == len(step.operands) - 1
    attributes = [int(a) for a in step.attributes]  # pyright: ignore[reportArgumentType]  # they are numbers here
    if step.kind in ("pack", "unpack") and number == (step.kind == "unpack"):
        o0, o1, t0, t1 = at[-4:]
        at = at[:, (o0 * sizes[-2] + t0 < attributes[0]) & (o1 * sizes[-1] + t1 < attributes[1])]
    if step.kind in ("softmax", "reduce"):
        rows = attributes[0]
        row = np.zeros(at.shape[1], np.int64)
        for loop in range(len(sizes) - rows, len(sizes)):
            row = row * sizes[loop] + at[loop]
        if not result and attributes[1] >= 0:
            at = at[:, row < attributes[1]]
        if result and step.kind == "reduce":
            at = positions([1 if loop >= len(sizes) - rows else int(n) for loop, n in enumerate(sizes)])
    found = elements(operand, at)
    if step.kind == "gather" and number == 0:
        for stride, size in zip(attributes[::2], attributes[1::2], strict=True):
            found = (found[:, None] + stride * np.arange(size)).reshape(-1)
    return found


def expected(case: Case) -> int | None:
    """The first operand that leaves its buffer."""
    for number, operand in enumerate(case.step.operands):
        room = case.bytes[number] // SIZES[operand.type]
        found = touched(case, number)
        if found.size and (found.min() < 0 or found.max() >= room):
            return number
    return None


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    least = {"pack": 4, "unpack": 4}.get(kind, 0)
    loops = draw(st.lists(st.integers(0, 4), min_size=least, max_size=5))
    types = {"copy": ["i8", "i8"], "gather": ["f32", "i64", "i8", "f32"]}.get(kind, ["f32", "f32"])
    attributes: list[int] = []
    if kind in ("pack", "unpack"):
        attributes = [draw(st.integers(0, 20)), draw(st.integers(0, 20))]
    elif kind in ("softmax", "reduce"):
        attributes = [draw(st.integers(0, len(loops))), draw(st.integers(-1, 30))]
        attributes += [0] if kind == "reduce" else []
    elif kind == "gather":
        attributes = [draw(STRIDES), draw(st.integers(0, 4)), draw(STRIDES), draw(st.integers(1, 4))]
    code = [0] if kind in ("pack", "fill") else []
    operands: list[Operand] = []
    for number, name in enumerate(types):
        strides = draw(st.lists(STRIDES, min_size=len(loops), max_size=len(loops)))
        if kind == "reduce" and number == 1:  # one result for the whole row
            strides[len(loops) - attributes[0] :] = [0] * attributes[0]
        operands.append(Operand(number, name, strides, draw(st.integers(0, 40))))
    tight = Case(Step(kind, loops, operands, attributes, code), [0] * len(operands))
    # Buffers that end at the last element, or a byte or an element before or behind it.
    ends: list[int] = []
    for number, operand in enumerate(operands):
        found = touched(tight, number)
        size = SIZES[operand.type]
        end = (int(found.max()) + 1 if found.size else 0) * size
        ends.append(max(0, end + draw(st.sampled_from([0, 0, 0, 100, -1, 1, -size, size]))))
    return Case(tight.step, ends)


KINDS = ["copy", "pack", "unpack", "softmax", "reduce", "gather"]


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_step_is_refused_if_it_would_leave_a_buffer(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    fault = run(case)
    operand = expected(case)
    if operand is None:
        assert fault is None or fault.status != lib.TIR_STATUS_BAD_ACCESS
    else:
        assert fault is not None
        assert (fault.status, fault.command, fault.unit, fault.step) == (lib.TIR_STATUS_BAD_ACCESS, 0, 0, 0)
        assert fault.operand == operand


EDGES = [
    # A row of 3 × 4 of which 6 positions are valid: the last one is (1, 1), at 10 + 1.
    (Step("softmax", [3, 4], [Operand(0, "f32", [10, 1]), Operand(1, "f32", [1, 3])], [2, 6]), 0, 12),
    (Step("softmax", [3, 4], [Operand(0, "f32", [1, 10], 4), Operand(1, "f32", [1, 3])], [2, 6]), 0, 35),
    (Step("softmax", [3, 4], [Operand(0, "f32", [-1, 1], 1), Operand(1, "f32", [1, 3])], [2, 6]), 0, 5),
    # Tiles of 4 rows over 6 of them: the last one is (1, 1), at 40 + 10, and 3 columns.
    (
        Step("pack", [2, 1, 4, 4], [Operand(0, "i8", [40, 4, 10, 1]), Operand(1, "i8", [16, 16, 4, 1])], [6, 3], [0]),
        0,
        53,
    ),
    (Step("copy", [3], [Operand(0, "i8", [-1], 2), Operand(1, "i8", [1])]), 0, 3),
]


@pytest.mark.parametrize(("step", "operand", "elements"), EDGES)
def test_the_last_element_and_the_first(step: Step, operand: int, elements: int) -> None:
    """One element fewer, or one place further to the left, is refused."""
    size = SIZES[step.operands[operand].type]
    room = [200, 200]
    room[operand] = elements * size
    fault = run(Case(step, room))
    assert fault is None or fault.status != lib.TIR_STATUS_BAD_ACCESS
    room[operand] -= size
    fault = run(Case(step, room))
    assert fault is not None
    assert (fault.status, fault.operand) == (lib.TIR_STATUS_BAD_ACCESS, operand)
    lowest = elements_of(step, operand)
    moved = evolve(step.operands[operand], offset=int(step.operands[operand].offset) - lowest - 1)  # pyright: ignore[reportArgumentType]  # the offset is a number here
    operands = [moved if i == operand else o for i, o in enumerate(step.operands)]
    fault = run(Case(evolve(step, operands=operands), [200, 200]))
    assert fault is not None
    assert (fault.status, fault.operand) == (lib.TIR_STATUS_BAD_ACCESS, operand)


def elements_of(step: Step, operand: int) -> int:
    """The lowest element that an operand needs."""
    return int(touched(Case(step, [0, 0]), operand).min())


@pytest.mark.parametrize("k1", [0, 1, 3])
def test_a_product_over_nothing_still_writes(k1: int) -> None:
    """Its result must lie in its buffer; what it reads is nothing then."""
    operands = [
        Operand(0, "f32", [8 * k1, 0, 8, 2, 0, 1]),
        Operand(1, "f32", [0, 8 * k1, 8, 0, 1, 4]),
        Operand(2, "f32", [32, 16, 0, 4, 1, 0]),
    ]
    step = Step("mmt4d", [3, 2, k1, 4, 4, 2], operands, [0, 1, -1])
    good = [4 * 3 * 8 * k1, 4 * 2 * 8 * k1, 4 * 96]
    assert run(Case(step, good)) is None
    for number in range(3):
        if good[number] == 0:
            continue
        less = [size - (i == number) for i, size in enumerate(good)]
        fault = run(Case(step, less))
        assert fault is not None
        assert (fault.status, fault.operand) == (lib.TIR_STATUS_BAD_ACCESS, number)


@pytest.mark.parametrize("far", [2**62, -(2**62), 2**63 - 1, -(2**63)])
def test_places_that_cannot_be_computed_are_refused(far: int) -> None:
    for operand in (Operand(0, "i8", [far]), Operand(0, "i8", [1], far)):
        fault = run(Case(Step("copy", [9], [operand, Operand(1, "i8", [1])]), [64, 64]))
        assert fault is not None
        assert (fault.status, fault.operand) == (lib.TIR_STATUS_BAD_ACCESS, 0)


def test_scratch_and_other_buffers_have_ends_too() -> None:
    """A step may not run from one piece of scratch into the next."""
    for size, right in ((16, True), (17, False)):
        steps = [Step("copy", [size], [Operand(0, "i8", [1]), Operand(-1, "i8", [1])])]
        program = Program([], 2, steps, scratch=[16, 64])
        buffers = [Buffer(Kind.ARGUMENT, 0, 64), Buffer(Kind.RESULT, 0, 64)]
        frame = Plan(Image(buffers, [program], [Launch(0, [0, 1])]).words()).frame(checked=True)
        arrays = [np.zeros(64, np.uint8)], [np.zeros(64, np.uint8)]
        if right:
            frame.run(*arrays)
            continue
        with pytest.raises(PlanFault) as caught:
            frame.run(*arrays)
        assert (caught.value.status, caught.value.operand) == (lib.TIR_STATUS_BAD_ACCESS, 1)
