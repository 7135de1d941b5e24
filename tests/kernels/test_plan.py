"""Plans in C: values, units, memory, faults, pauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.native import plans
from tensorir.native._kernels import ffi, lib
from tensorir.native.plans import Frame, Plan, PlanFault, PlanMemoryError
from tests.support.plan_images import (
    Buffer,
    Expr,
    Host,
    Image,
    Kind,
    Launch,
    Op,
    Operand,
    Program,
    Register,
    Size,
    Step,
    Symbol,
)

START, COUNT = Register(0), Register(1)


def opened(image: Image, constants: Sequence[Any] = ()) -> Plan:
    return Plan(image.words(), constants)


def copy_program(elements: Size, block: Size, kind: str = "f32") -> Program:
    """Units of `block` elements, each of which copies its own from binding 0 to binding 1."""
    operands = [Operand(0, kind, [1], START), Operand(1, kind, [1], START)]
    return Program([(elements, block)], 2, [Step("copy", [COUNT], operands)])


def chain(commands: int, elements: Size, block: Size = 16) -> Image:
    """An argument copied on and on, through two buffers of the arena, to the result."""
    size = Expr(Op.MUL, elements, 4)
    buffers = [Buffer(Kind.ARGUMENT, 0, size), Buffer(Kind.RESULT, 0, size)]
    places = [0]
    for command in range(commands - 1):
        buffers.append(Buffer(Kind.ARENA, 0, size, command, command + 1))
        places.append(len(buffers) - 1)
    places.append(1)
    launches = [Launch(0, [places[c], places[c + 1]]) for c in range(commands)]
    return Image(buffers, [copy_program(elements, block)], launches, symbols=2)


def ran(frame: Frame, values: Any) -> Any:
    result = np.zeros_like(values)
    frame.run([values], [result])
    return result


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("commands", [1, 2, 7])
def test_a_chain_of_copies(commands: int, threads: int) -> None:
    plan = opened(chain(commands, Symbol(1)))
    for elements in (0, 1, 15, 16, 17, 1000):
        frame = plan.frame([elements], threads)
        values = np.arange(elements, dtype=np.float32)
        for _ in range(3):
            assert (ran(frame, values) == values).all()
        live = 2 if commands > 2 else commands - 1
        assert frame.arena_bytes == live * (-(-elements * 4 // 64) * 64 + 64)


SMALL = st.integers(-8, 8)
EXPRESSIONS = st.recursive(
    st.one_of(st.integers(-(2**63), 2**63 - 1), SMALL, st.integers(1, 2).map(Symbol)),
    lambda inner: st.builds(Expr, st.sampled_from(Op), inner, inner),
    max_leaves=12,
)


def value_of(size: Any, symbols: Sequence[int]) -> int:
    """In Python. OverflowError if C can't compute it."""
    if isinstance(size, int):
        return size
    if isinstance(size, Symbol):
        return symbols[size.number]
    a, b = value_of(size.a, symbols), value_of(size.b, symbols)
    if size.op in (Op.FLOORDIV, Op.CEILDIV, Op.MOD) and b <= 0:
        raise OverflowError
    value = {
        Op.ADD: lambda: a + b,
        Op.SUB: lambda: a - b,
        Op.MUL: lambda: a * b,
        Op.FLOORDIV: lambda: a // b,
        Op.CEILDIV: lambda: -(-a // b),
        Op.MOD: lambda: a % b,
        Op.MIN: lambda: min(a, b),
        Op.MAX: lambda: max(a, b),
    }[size.op]()
    if not -(2**63) <= value < 2**63:
        raise OverflowError
    return value


@given(st.lists(EXPRESSIONS, max_size=4), SMALL, st.integers(-(2**63), 2**63 - 1), st.integers(1, 9))
def test_values_are_pythons(expressions: list[Any], first: int, second: int, threads: int) -> None:
    image = Image([], [], [], symbols=3, expressions=[e for e in expressions if isinstance(e, Expr)])
    plan = opened(image)
    symbols = [threads, first, second]
    try:
        expected = [(image.number_of(e), value_of(e, symbols)) for e in image.expressions]
    except OverflowError:
        with pytest.raises(PlanFault) as caught:
            plan.frame([first, second], threads)
        assert caught.value.status == lib.TIR_STATUS_BAD_SIZE
        return
    frame = plan.frame([first, second], threads)
    assert [(number, frame.value(number)) for number, _ in expected] == expected
    assert [frame.value(image.number_of(Symbol(s))) for s in range(3)] == symbols


def test_the_first_value_that_fails_is_named() -> None:
    wrong = Expr(Op.MOD, 5, Symbol(1))
    image = Image([], [], [], symbols=2, expressions=[Expr(Op.ADD, 1, 2), wrong])
    plan = opened(image)
    with pytest.raises(PlanFault) as caught:
        plan.frame([0])
    assert caught.value.value == image.number_of(wrong)
    assert str(caught.value).endswith(f"(value {image.number_of(wrong)})")
    assert plan.frame([3]).value(image.number_of(wrong)) == 2


# ---- units ---------------------------------------------------------------------


def counting(extents: Sequence[int], blocks: Sequence[int]) -> Image:
    """Each unit copies its box of indices from a constant to the result, so what no unit does stays zero."""
    dims = len(extents)
    strides = [int(np.prod(extents[d + 1 :])) for d in range(dims)]
    operations: list[tuple[Op, Size, Size]] = []
    offset: Size = 0
    for d in range(dims):
        operations.append((Op.MUL, Register(2 * d), strides[d]))
        operations.append((Op.ADD, offset, Register(2 * dims + len(operations) - 1)))
        offset = Register(2 * dims + len(operations) - 1)
    loops = [Register(2 * d + 1) for d in range(dims)]
    operands = [Operand(b, "i64", strides, offset) for b in (0, 1)]
    program = Program(list(zip(extents, blocks, strict=True)), 2, [Step("copy", loops, operands)], operations)
    size = 8 * int(np.prod(extents))
    buffers = [Buffer(Kind.ARGUMENT, 0, size), Buffer(Kind.RESULT, 0, size)]
    return Image(buffers, [program], [Launch(0, [0, 1])])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=4), st.integers(1, 8), st.booleans())
def test_each_unit_runs_once(grid: list[tuple[int, int]], threads: int, checked: bool) -> None:
    """Every index is covered, and the counters say how many units did it: none runs twice."""
    extents = [extent for extent, _ in grid]
    blocks = [block for _, block in grid]
    frame = opened(counting(extents, blocks)).frame([], threads, checked=checked)
    frame.profile(True)
    values = np.arange(1, int(np.prod(extents)) + 1)
    for _ in range(3):
        assert (ran(frame, values) == values).all()
    units = int(np.prod([-(-extent // block) for extent, block in grid]))
    assert [count for _, count in frame.command_counters()] == [3 * units]
    assert len(frame.worker_ns()) == threads
    assert sum(frame.worker_ns()) > 0 or units == 0


def test_units_of_one_piece_follow_each_other_in_all_dimensions() -> None:
    """So many that several units are claimed at once."""
    frame = opened(counting([30, 7, 20], [1, 2, 1])).frame([], 2)
    values = np.arange(1, 30 * 7 * 20 + 1)
    for _ in range(5):
        assert (ran(frame, values) == values).all()


def test_registers_that_overflow_are_a_fault_of_their_unit() -> None:
    program = copy_program(100, 1)
    program = Program(program.grid, 2, program.steps, [(Op.SUB, START, 1), (Op.FLOORDIV, 7, START)])
    image = Image([Buffer(Kind.ARGUMENT, 0, 400), Buffer(Kind.RESULT, 0, 400)], [program], [Launch(0, [0, 1])])
    for threads in (1, 4):
        frame = opened(image).frame([], threads)
        with pytest.raises(PlanFault) as caught:
            frame.run([np.zeros(100, np.float32)], [np.zeros(100, np.float32)])
        fault = caught.value
        assert (fault.status, fault.command, fault.unit, fault.step) == (lib.TIR_STATUS_BAD_SIZE, 0, 0, -1)
        assert fault.value == 1


def gather_image(elements: int) -> Image:
    """Each unit looks up one element of a table of ten."""
    operands = [Operand(0, "f32", [0]), Operand(1, "i64", [1], START), Operand(2, "f32", [1], START)]
    step = Step("gather", [COUNT], operands, [1, 10])
    buffers = [Buffer(Kind.ARGUMENT, 0, 40), Buffer(Kind.ARGUMENT, 1, 8 * elements)]
    buffers.append(Buffer(Kind.RESULT, 0, 4 * elements))
    nothing = Program([], 0, [])
    return Image(buffers, [nothing, Program([(elements, 1)], 3, [step])], [Launch(0, []), Launch(1, [0, 1, 2])])


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_fault_of_the_lowest_unit_is_reported(threads: int, checked: bool) -> None:
    """The same one for any number of threads, and the frame works again afterwards."""
    frame = opened(gather_image(300)).frame([], threads, checked=checked)
    table, indices = np.arange(10, dtype=np.float32), np.arange(300) % 10
    wrong = indices.copy()
    wrong[[70, 71, 150, 299]] = [10, -1, 77, 88]
    result = np.zeros(300, np.float32)
    for _ in range(20):
        with pytest.raises(PlanFault, match="index is outside") as caught:
            frame.run([table, wrong], [result])
        fault = caught.value
        assert (fault.status, fault.command, fault.unit) == (lib.TIR_STATUS_BAD_INDEX, 1, 70)
        assert (fault.step, fault.operand, fault.value) == (0, 1, 10)
        frame.run([table, indices], [result])
        assert (result == table[indices]).all()


def test_the_lowest_unit_is_reported_though_it_fails_last() -> None:
    """Unit 0 has much to do before it fails; on another thread unit 1 has failed by then."""
    much = Step("fill", [Register(3), 1 << 14], [Operand(3, "f32", [0, 0])], code=[0])
    gather = Step("gather", [COUNT], [Operand(0, "f32", [0]), Operand(1, "i64", [1], START),
                                      Operand(2, "f32", [1], START)], [1, 10])  # fmt: skip  # one line per step
    program = Program([(2, 1)], 4, [much, gather], [(Op.MUL, START, -5_000), (Op.ADD, Register(2), 5_000)])
    buffers = [Buffer(Kind.ARGUMENT, 0, 40), Buffer(Kind.ARGUMENT, 1, 16), Buffer(Kind.RESULT, 0, 8)]
    image = Image([*buffers, Buffer(Kind.RESULT, 1, 4)], [program], [Launch(0, [0, 1, 2, 3])])
    frame = opened(image).frame([], 2)
    for _ in range(3):
        with pytest.raises(PlanFault, match="index is outside") as caught:
            frame.run(
                [np.zeros(10, np.float32), np.array([77, 88])], [np.zeros(2, np.float32), np.zeros(1, np.float32)]
            )
        assert (caught.value.unit, caught.value.value) == (0, 77)


def test_a_call_begins_at_its_first_unit_after_an_error() -> None:
    """Also for a caller in C, who does not rewind the frame."""
    plan = opened(gather_image(300))
    frame = plan.frame([], 1)
    table, indices, result = np.arange(10, dtype=np.float32), np.arange(300) % 10, np.zeros(300, np.float32)
    frame.run([table, indices], [result])  # sets the addresses
    fault = ffi.new("tir_fault *")
    inside = frame._frame  # pyright: ignore[reportPrivateUsage]  # a caller in C has it

    def run() -> int:
        return lib.tir_frame_run(inside, frame.argument_pointers, frame.result_pointers, -1, fault)

    indices[200] = 10
    assert (run(), fault.command, fault.unit) == (lib.TIR_STATUS_BAD_INDEX, 1, 200)
    indices[200], result[:] = 0, -1
    assert run() == lib.TIR_STATUS_OK
    assert (result == table[indices]).all()


# ---- memory --------------------------------------------------------------------


def test_dead_buffers_are_used_again() -> None:
    """Ten buffers, of which two live at once."""
    frame = opened(chain(11, 100)).frame([0])
    assert frame.arena_bytes == 2 * (448 + 64)


def test_too_much_memory_is_a_memory_error() -> None:
    plan = opened(chain(2, Symbol(1)))
    for elements in (2**40, 2**58, 2**61 - 1):
        with pytest.raises(MemoryError):
            plan.frame([elements])
    needed = 4 * 2**20
    with pytest.raises(PlanMemoryError, match="there is not enough memory"):
        plan.frame([2**20], byte_limit=needed)
    plan.frame([2**20], byte_limit=needed + 2**20)
    values = np.arange(16, dtype=np.float32)
    assert (ran(plan.frame([16]), values) == values).all()


def test_sizes_that_cannot_be() -> None:
    image = chain(2, Symbol(1), Symbol(1))
    plan = opened(image)
    for elements, value in ((-1, Expr(Op.MUL, Symbol(1), 4)), (2**62, Expr(Op.MUL, Symbol(1), 4)), (0, Symbol(1))):
        with pytest.raises(PlanFault) as caught:
            plan.frame([elements])
        assert caught.value.status == lib.TIR_STATUS_BAD_SIZE
        expected = {image.number_of(value), image.number_of(Symbol(1))}
        assert caught.value.value in expected
    with pytest.raises(PlanFault) as caught:
        plan.frame([1, 2])
    assert caught.value.value == -1
    for threads in (0, -1, 1025):
        with pytest.raises(PlanFault) as caught:
            plan.frame([1], threads)
        assert caught.value.value == image.number_of(Symbol(0))


def test_constants_are_at_least_as_long_as_their_buffers() -> None:
    buffers = [Buffer(Kind.CONSTANT, 0, Expr(Op.MUL, Symbol(1), 4)), Buffer(Kind.RESULT, 0, 40)]
    plan = opened(
        Image(buffers, [copy_program(10, 4)], [Launch(0, [0, 1])], symbols=2), [np.arange(10, dtype=np.float32)]
    )
    result = np.zeros(10, np.float32)
    plan.frame([10]).run([], [result])
    assert (result == np.arange(10)).all()
    with pytest.raises(PlanFault):
        plan.frame([11])


def test_scratch_is_each_threads_own() -> None:
    """Every unit copies through scratch; the second piece begins behind the first."""
    steps: list[Step] = [
        Step("copy", [COUNT], [Operand(0, "f32", [1], START), Operand(-1, "f32", [1])]),
        Step("copy", [COUNT], [Operand(-1, "f32", [1]), Operand(-2, "f32", [1])]),
        Step("fill", [25], [Operand(-1, "f32", [1])], code=[0]),
        Step("copy", [COUNT], [Operand(-2, "f32", [1]), Operand(1, "f32", [1], START)]),
    ]
    program = Program([(5000, 16)], 2, steps, scratch=[100, 64])
    buffers = [Buffer(Kind.ARGUMENT, 0, 20000), Buffer(Kind.RESULT, 0, 20000)]
    plan = opened(Image(buffers, [program], [Launch(0, [0, 1])]))
    values = np.arange(5000, dtype=np.float32)
    for checked in (False, True):
        frame = plan.frame([], 4, checked=checked)
        assert frame.scratch_bytes == 128 + 64 + 64 + 64
        for _ in range(10):
            assert (ran(frame, values) == values).all()


# ---- the caller's commands, pauses ------------------------------------------------


def test_commands_of_the_caller() -> None:
    """They run between C's, see the buffers that they bind, and an error in one leaves the frame usable."""
    size = 40
    buffers = [
        Buffer(Kind.ARGUMENT, 0, size),
        Buffer(Kind.RESULT, 0, size),
        Buffer(Kind.ARENA, 0, size, 0, 1),
        Buffer(Kind.ARENA, 0, size, 1, 2),
    ]
    image = Image(buffers, [copy_program(10, 4)], [Launch(0, [0, 2]), Host(5, [2, 3]), Launch(0, [3, 1])])
    frame = opened(image).frame()

    def double(command: int) -> None:
        assert command == 1
        source, target = (np.frombuffer(frame.buffer(b), np.float32) for b in (2, 3))
        target[:] = 2 * source

    def fails(command: int) -> None:
        raise KeyError(command)

    values, result = np.arange(10, dtype=np.float32), np.zeros(10, np.float32)
    for _ in range(2):
        frame.run([values], [result], double)
        assert (result == 2 * values).all()
        with pytest.raises(KeyError):
            frame.run([values], [result], fails)
        with pytest.raises(ValueError, match="command 1 is the caller's"):
            frame.run([values], [result])


@pytest.mark.parametrize("threads", [1, 3])
def test_a_run_that_pauses_goes_on(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is always over: the run stops behind every piece, and does each unit once all the same."""
    calls = 0
    real = lib.tir_frame_run

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(lib, name)

        def tir_frame_run(self, *arguments: Any) -> int:
            nonlocal calls
            calls += 1
            return real(*arguments)

    monkeypatch.setattr(plans, "lib", Counting())
    elements = 64 * 50
    frame = opened(chain(3, elements, 1)).frame([0], threads)
    frame.profile(True)
    values = np.arange(elements, dtype=np.float32)
    result = np.zeros_like(values)
    frame.run([values], [result], pause_ns=0)
    assert (result == values).all()
    assert calls > (3 * 64 if threads == 1 else 0)  # others may do everything while the caller has no core
    assert [units for _, units in frame.command_counters()] == [elements] * 3
