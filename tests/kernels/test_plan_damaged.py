"""Plans with wrong words: refused at the right place, or run without touching foreign memory.

Each case that is not refused runs in a child process, in a frame that is checked. `make sanitize` runs all of this
under AddressSanitizer."""

from __future__ import annotations

import signal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tensorir.native._kernels import lib
from tensorir.native.plans import Plan, PlanFault
from tests.support.children import SECONDS, in_a_child
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
    Step,
    Symbol,
)

CONSTANT = np.arange(64, dtype=np.float32)
EVIL = (0, 1, -1, 2, -3, 7, 31, 65, 1000, 2**31, 2**40, 2**62, -(2**62), 2**63 - 1, -(2**63))
BATCH = 200


def whole() -> Image:
    """A plan with every kind of word: values, shared buffers, scratch, registers, steps with and without code."""
    start, count, row = Register(0), Register(1), Register(2)
    moves = Program(
        [(Symbol(1), 4)],
        3,
        [
            Step("copy", [count, 4], [Operand(0, "f32", [4, 1], row), Operand(-1, "f32", [4, 1])]),
            Step("fill", [count], [Operand(-2, "i64", [1])], code=[3]),
            Step(
                "gather",
                [count, 4],
                [Operand(1, "f32", [0, 1]), Operand(-2, "i64", [1, 0]), Operand(2, "f32", [4, 1], row)],
                [4, 8],
            ),
        ],
        [(Op.MUL, start, 4)],
        [64, 64],
    )
    tiles = Program(
        [],
        3,
        [
            Step(
                "pack",
                [2, 2, 4, 4],
                [Operand(0, "f32", [16, 4, 4, 1]), Operand(-1, "f32", [32, 16, 4, 1])],
                [7, 4],
                [0],
            ),
            Step(
                "mmt4d",
                [2, 1, 2, 4, 4, 4],
                [
                    Operand(-1, "f32", [32, 0, 16, 4, 0, 1]),
                    Operand(1, "f32", [0, 32, 16, 0, 1, 4]),
                    Operand(-2, "f32", [16, 16, 0, 4, 1, 0]),
                ],
                [0, 1, -1],
            ),
            Step(
                "unpack",
                [2, 1, 4, 4],
                [Operand(-2, "f32", [16, 16, 4, 1]), Operand(2, "f32", [16, 4, 4, 1])],
                [8, 4],
            ),
        ],
        scratch=[256, 256],
    )
    size = Expr(Op.MUL, Symbol(1), 16)
    buffers = [
        Buffer(Kind.ARGUMENT, 0, size),
        Buffer(Kind.CONSTANT, 0, 256),
        Buffer(Kind.RESULT, 0, size),
        Buffer(Kind.ARENA, 0, size, 0, 1),
        Buffer(Kind.SHARED, 3, size, 2, 3),
        Buffer(Kind.ARENA, 0, 64, 2, 2),
    ]
    commands = [Launch(0, [0, 1, 3]), Host(7, [3]), Launch(1, [0, 1, 4]), Launch(0, [4, 1, 2])]
    return Image(buffers, [moves, tiles], commands, symbols=2)


WORDS = whole().words()


def run_checked(words: NDArray[np.int64]) -> None:
    """Whatever the words say, this ends with a fault or without one."""
    try:
        plan = Plan(words, [CONSTANT])
        frame = plan.frame([8] * (int(words[4]) - 1), checked=True, byte_limit=1 << 28, threads=1)
        if max([*frame.argument_bytes, *frame.result_bytes], default=0) > 1 << 20:
            return
        arguments = [np.ones(size, np.uint8) for size in frame.argument_bytes]
        results = [np.ones(size, np.uint8) for size in frame.result_bytes]
        frame.run(arguments, results, host=lambda command: None)
    except PlanFault:
        return


def refused(words: NDArray[np.int64]) -> bool:
    """Whether the plan is not opened; the position is that of a word, or of the end if words are missing."""
    try:
        Plan(words, [CONSTANT])
    except PlanFault as fault:
        assert fault.status == lib.TIR_STATUS_BAD_IMAGE
        assert 0 <= fault.value <= len(words)
        return True
    return False


def changed(*changes: tuple[int, int]) -> NDArray[np.int64]:
    words = WORDS.copy()
    for position, value in changes:
        words[position] = value
    return words


def test_the_plan_itself_runs() -> None:
    assert not refused(WORDS)
    frame = Plan(WORDS, [CONSTANT]).frame([8], checked=True)
    result = np.zeros(32, np.float32)
    frame.run([np.ones(32, np.float32)], [result], host=lambda command: None)
    assert (result == np.tile(CONSTANT[12:16], 8)).all()


@pytest.mark.parametrize("evil", EVIL)
def test_every_single_word_may_be_wrong(evil: int) -> None:
    """Each word in turn, alone and together with each word of the numbers."""
    cases = [words for at in range(len(WORDS)) if not refused(words := changed((at, evil)))]
    cases += [words for at in range(len(WORDS)) if not refused(words := changed((at, int(WORDS[at]) + evil % 5 - 2)))]
    for first in range(0, len(cases), BATCH):
        batch = cases[first : first + BATCH]

        def run_all(batch: list[NDArray[np.int64]] = batch) -> None:
            for words in batch:
                signal.alarm(SECONDS)
                run_checked(words)

        if in_a_child(run_all):
            assert not [
                np.flatnonzero(words != WORDS).tolist() for words in batch if in_a_child(lambda w=words: run_checked(w))
            ]


@given(st.lists(st.tuples(st.integers(0, len(WORDS) - 1), st.one_of(st.sampled_from(EVIL), st.integers(-40, 70)))))
def test_many_words_may_be_wrong(changes: list[tuple[int, int]]) -> None:
    words = changed(*changes)
    if not refused(words):
        assert in_a_child(lambda: run_checked(words)) == ""


@given(st.integers(0, len(WORDS)), st.integers(0, 3))
def test_a_plan_may_be_cut_off(count: int, header: int) -> None:
    """Even if the header says so."""
    words = WORDS[:count].copy()
    if header and count > 2:
        words[2] = count
    if count < len(WORDS):
        assert refused(words)
