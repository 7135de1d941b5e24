"""Code that nobody wrote with care: a map step refuses it, or runs within its memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorir.ir.dtype import f32, i64
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, const, iteration_index
from tensorir.native import Features
from tensorir.native._kernels import ffi, lib
from tensorir.runtime.bodies import FUNCTION_NUMBERS, body_code

from .guard import Guarded
from .maps import LEVELS
from .steps import make_step

X, Y = arg(0, f32), arg(1, f32)
SUM = cast(apply("add", apply("mul", X, const(2.0, f32)), cast(iteration_index(0), f32)), i64)


def code() -> list[int]:
    found = body_code([ScalarBody((f32, f32), SUM)], [f32, f32], [i64])
    assert not isinstance(found, str), found
    return list(found)


def run(words: list[int], attributes: list[int], features: Features | None = None) -> int:
    """Runs code on two f32 inputs and an i64 result of 300 elements, each before a guard page."""
    memory = [Guarded(300, dtype) for dtype in (np.float32, np.float32, np.int64)]
    operands = [place.flat for place in memory]
    for operand in operands:
        operand[...] = 1
    step, alive = make_step(lib.TIR_STEP_map, (300,), operands, attributes=attributes, code=words, features=features)
    status: int = lib.tir_run_step(step)
    del alive
    assert all(place.slack_untouched() for place in memory)
    return status


def test_the_code_as_it_is_runs() -> None:
    assert run(code(), [1, 0, 5]) == lib.TIR_STATUS_OK


# The first instruction, words 8 and 9, makes a float of the index, which is register 3; 4 is the constant.
REFUSED: dict[str, tuple[int, int, str]] = {
    "an index of a loop that is not there": (5, 1, "BAD_SIZE"),
    "more indices than loops": (0, 2, "BAD_SIZE"),
    "more constants than words": (1, 2, "BAD_SIZE"),
    "a negative count": (2, -1, "BAD_SIZE"),
    "fewer instructions than words": (4, 2, "BAD_SIZE"),
    "elements of 16 bytes": (3, 16, "BAD_SIZE"),
    "an unknown function": (8, 999, "BAD_TYPE"),
    "a function without a machine type": (8, FUNCTION_NUMBERS["add"] | lib.TIR_TYPE_f16 << 16, "BAD_TYPE"),
    "an operand of another width": (9, 0 | 5 << 48, "BAD_TYPE"),
    "an unknown register": (9, 60000 | 5 << 48, "BAD_SIZE"),
    "a result that is an input": (9, 3 | 1 << 48, "BAD_SIZE"),
    "a result that is a constant": (9, 3 | 4 << 48, "BAD_SIZE"),
}


@pytest.mark.parametrize(("place", "word", "status"), REFUSED.values(), ids=REFUSED)
def test_wrong_code_is_refused(place: int, word: int, status: str) -> None:
    words = code()
    assert words[place] != word
    words[place] = word
    assert run(words, [1, 0, 5]) == getattr(lib, f"TIR_STATUS_{status}")


@pytest.mark.parametrize("attributes", [[], [1], [0, 0, 5], [4, 0, 5], [1, 2, 5], [1, -1, 5], [1, 0]], ids=str)
def test_wrong_attributes_are_refused(attributes: list[int]) -> None:
    assert run(code(), attributes) == lib.TIR_STATUS_BAD_SIZE


def test_a_result_that_is_not_written_is_refused() -> None:
    words = code()
    words[-1] = (words[-1] & ~(0xFFFF << 48)) | 5 << 48  # a register instead of the result
    assert run(words, [1, 0, 5]) == lib.TIR_STATUS_BAD_SIZE


def test_code_that_needs_more_registers_than_there_are_is_refused() -> None:
    words = code()
    words[2] = 5000
    assert run(words, [1, 0, 5]) == lib.TIR_STATUS_BAD_SIZE


@pytest.mark.parametrize("level", LEVELS, ids=str)
@settings(deadline=None, max_examples=500)
@given(data=st.data())
def test_damaged_code_never_leaves_its_memory(level: Features, data: st.DataObject) -> None:
    words = code()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        bit = 1 << data.draw(st.integers(0, 63))
        words[place] = data.draw(st.sampled_from([words[place] ^ bit, data.draw(st.integers(0, 70)), -1]))
    words = words[: data.draw(st.sampled_from([len(words), len(words) - 1, 3]))]
    words = [int(ffi.cast("int64_t", word)) for word in words]
    status = run(words, [1, 0, 5], level)
    assert status in (lib.TIR_STATUS_OK, lib.TIR_STATUS_BAD_SIZE, lib.TIR_STATUS_BAD_TYPE, lib.TIR_STATUS_BAD_DIVISION)
