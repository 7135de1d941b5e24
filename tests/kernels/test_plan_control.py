"""Copies, jumps and branches of a plan."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import pytest

from tensorir.native._kernels import lib
from tensorir.native.plans import Plan, PlanFault
from tests.support.plan_images import Branch, Buffer, Command, Copy, Host, Image, Jump, Kind

ARGUMENT, RESULT, CONDITION = range(3)


def plan(commands: Sequence[Command], condition_bytes: int = 1, result_bytes: int = 8) -> Plan:
    """Over an argument and a result, and a condition that lives all the time."""
    last = len(commands) - 1
    buffers = [
        Buffer(Kind.ARGUMENT, 0, 8),
        Buffer(Kind.RESULT, 0, result_bytes),
        Buffer(Kind.ARENA, 0, condition_bytes, 0, last),
    ]
    return Plan(Image(buffers, [], commands).words(), ())


def test_a_copy_moves_all_bytes() -> None:
    result = np.zeros(8, np.uint8)
    plan([Copy([ARGUMENT, RESULT])]).frame().run([np.arange(8, dtype=np.uint8)], [result])
    assert (result == np.arange(8)).all()


@pytest.mark.parametrize("condition", [True, False])
def test_a_branch_runs_one_of_two_parts(condition: bool) -> None:
    """The condition is what the caller has written."""
    seen: list[int] = []
    made = plan([Host(0, [CONDITION]), Branch(4, [CONDITION]), Host(2), Jump(5), Host(4), Host(5)])
    frame = made.frame()

    def host(command: int) -> None:
        seen.append(command)
        if command == 0:
            frame.buffer(CONDITION)[:] = bytes([condition])

    frame.run([np.zeros(8, np.uint8)], [np.zeros(8, np.uint8)], host)
    assert seen == [0, 2 if condition else 4, 5]


@pytest.mark.parametrize("iterations", [0, 1, 5])
def test_a_loop_runs_until_its_condition_is_false(iterations: int) -> None:
    """Also in the next run of the same frame."""
    made = plan([Host(0, [CONDITION]), Branch(4, [CONDITION]), Host(2), Jump(0)])
    frame = made.frame()
    for _ in range(2):
        ran = 0

        def host(command: int) -> None:
            nonlocal ran
            if command == 2:
                ran += 1
            else:
                frame.buffer(CONDITION)[:] = bytes([ran < iterations])

        frame.run([np.zeros(8, np.uint8)], [np.zeros(8, np.uint8)], host)
        assert ran == iterations


ENDLESS = """
from tests.kernels.test_plan_control import plan
from tests.support.plan_images import Jump

frame = plan([Jump(0)]).frame()
try:
    print("ready", flush=True)
    frame.run([bytearray(8)], [bytearray(8)])
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_a_loop_that_does_not_end_can_be_interrupted() -> None:
    """It launches nothing, so only its jumps let the caller look at signals."""
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.3)  # it is in the loop by then
            child.send_signal(signal.SIGINT)
            assert child.communicate(timeout=60)[0] == "interrupted\n"
        finally:
            child.kill()


@pytest.mark.parametrize(
    "commands",
    [
        [Jump(2)],
        [Jump(-1)],
        [Jump(0, [CONDITION])],
        [Branch(0, [])],
        [Branch(2, [CONDITION])],
        [Copy([RESULT])],
        [Copy([RESULT, ARGUMENT])],
        [Copy([RESULT, 3])],
    ],
    ids=str,
)
def test_wrong_words_are_refused(commands: Sequence[Command]) -> None:
    with pytest.raises(PlanFault) as e:
        plan(commands)
    assert e.value.status == lib.TIR_STATUS_BAD_IMAGE


@pytest.mark.parametrize(
    ("made", "operand"),
    [
        (plan([Copy([ARGUMENT, RESULT])], result_bytes=7), 1),
        (plan([Branch(1, [CONDITION])], condition_bytes=0), 0),
    ],
)
def test_what_does_not_fit_is_a_fault(made: Plan, operand: int) -> None:
    """Without a check of every access too: a plan from a file may say so."""
    frame = made.frame()
    with pytest.raises(PlanFault) as e:
        frame.run([np.zeros(8, np.uint8)], [np.zeros(8, np.uint8)])
    assert (e.value.status, e.value.command, e.value.operand) == (lib.TIR_STATUS_BAD_ACCESS, 0, operand)
