"""Arguments that are not row-major: what is read where it lies is not copied, and a copy that is needed is seen."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from json import loads
from pathlib import Path
from pickle import dumps
from pickle import loads as unpickled
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tensorir as ti
from tensorir.ir.diagnostic import TensorIRError
from tensorir.runtime.arguments_in_place import MAX_VARIANTS
from tensorir.runtime.program import Program
from tests.support.tile_programs import same_bits

Array = npt.NDArray[Any]
ROWS, COLUMNS = 256, 512
BIG = np.random.default_rng(0).standard_normal((2 * ROWS, 2 * COLUMNS)).astype(np.float32)

LAID_OUT: dict[str, Array] = {
    "columns of a larger array": BIG[:ROWS, 7 : 7 + COLUMNS],
    "every second row": BIG[::2, :COLUMNS],
    "transposed": BIG.reshape(-1)[: ROWS * COLUMNS].reshape(COLUMNS, ROWS).T,
    "backwards": BIG[::-2, :COLUMNS],
    "one row again and again": np.broadcast_to(BIG[0, :COLUMNS], (ROWS, COLUMNS)),
    "one column again and again": np.broadcast_to(BIG[:ROWS, :1], (ROWS, COLUMNS)),
}
"""What docs/how-a-launch-runs.md says is read where it lies."""


def unaligned(array: Array) -> Array:
    raw = np.zeros(array.nbytes + 1, np.uint8)
    made = np.frombuffer(raw.data, array.dtype, array.size, offset=1).reshape(array.shape)
    made[...] = array
    return made


COPIED: dict[str, tuple[Array, str]] = {
    "every second column": (BIG[:ROWS, ::2], "side by side"),
    "backwards along rows": (BIG[:ROWS, COLUMNS::-1][:, :COLUMNS], "side by side"),
    "every second element of a row, again and again": (np.broadcast_to(BIG[0, ::2], (ROWS, COLUMNS)), "side by side"),
    "few bytes": (BIG[:15, :16], "fewer than"),
    "unaligned": (unaligned(BIG[:ROWS, :COLUMNS]), "not aligned"),
    "unaligned and transposed": (unaligned(BIG[:COLUMNS, :ROWS]).T, "not aligned"),
    "byte order": (BIG[:ROWS, :COLUMNS].astype(BIG.dtype.newbyteorder()), "other order"),
    "byte order and every second row": (BIG[::2, :COLUMNS].astype(BIG.dtype.newbyteorder())[::2], "other order"),
}
"""What is copied, and a part of the reason."""


def summed() -> Program:
    """Row sums of an elementwise result: the results are small, so copies would be most of what is allocated."""
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (ti.symbol("M"), ti.symbol("N")), ti.f32)
    f.returns((x * x).sum(1))
    return ti.compile(m.build(), num_threads=1)


def multiplied() -> Program:
    m = ti.ModuleBuilder()
    w = m.weight("w", BIG[:COLUMNS, :64].copy())
    f = m.function("main")
    x = f.arg("x", (ti.symbol("M"), COLUMNS), ti.f32)
    f.returns((x @ w).gelu(), x.softmax(-1))
    return ti.compile(m.build(), num_threads=1)


def reshaped() -> Program:
    """A softmax along rows of which each is one and a half rows of the argument."""
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (384, 512), ti.f32)
    y = f.arg("y", (256, 3), ti.f32)
    f.returns(x.reshape((256, 768)).softmax(-1)[:, :3] + y)
    return ti.compile(m.build(), num_threads=1)


def allocated(run: Callable[[], object]) -> int:
    """The most bytes of arrays that a call allocated at once."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", LAID_OUT)
def test_what_is_read_in_place_is_not_copied(name: str) -> None:
    program, x = summed(), LAID_OUT[name]
    same_bits([program(x)], [program(x.copy())])
    program(x)
    assert (program.stats.read_in_place, program.stats.copied_arguments) == (("x",), {})
    assert allocated(lambda: program(x)) < x.size * x.itemsize // 4


@pytest.mark.parametrize("name", COPIED)
def test_what_is_copied_is_seen_with_the_reason(name: str) -> None:
    program, (x, why) = summed(), COPIED[name]
    usable = np.array(x, np.float32, order="C")
    wanted = program(usable)
    for _ in range(3):  # the first call, and repeated ones
        same_bits([program(x)], [wanted])
        assert (program.stats.read_in_place, program.stats.copied_arguments) == ((), {"x": x.size * 4})
    (argument,) = program.counts(x).arguments
    assert why in argument.copied
    profile = program.profile(x, repeat=1)
    (copy,) = profile.copies
    assert copy.counts == argument and copy.ns > 0
    assert f"argument 0 (%x) is copied to row-major memory: {argument.copied}" in str(profile)
    same_bits([program(usable)], [wanted])
    assert program.stats.copied_arguments == {}


@pytest.mark.parametrize("name", LAID_OUT)
def test_products_and_rows_have_the_bits_of_copies(name: str) -> None:
    program, x = multiplied(), LAID_OUT[name]
    same_bits(program(x), program(x.copy()))
    (argument,) = program.counts(x).arguments
    assert (argument.name, argument.bytes, argument.copied) == ("x", x.size * 4, "")
    assert program.counts(x.copy()).arguments == ()


def test_a_call_with_row_major_arrays_is_not_one_with_others() -> None:
    """Neither kind of call changes what is known of the other."""
    program, x = summed(), LAID_OUT["transposed"]
    wanted = program(x.copy())
    for a, read in ((x, ("x",)), (x.copy(), ()), (x, ("x",)), (x.copy(), ()), (x.copy(), ())):
        same_bits([program(a)], [wanted])
        assert program.stats.read_in_place == read


def test_a_launch_that_needs_row_major_memory_gets_a_copy_that_is_seen() -> None:
    program = reshaped()
    x, y = BIG[:384, 1:513], BIG[:256, :3]
    same_bits([program(x, y)], [program(x.copy(), y.copy())])
    program(x, y)
    assert (program.stats.read_in_place, program.stats.copied_arguments) == (("y",), {"x": x.size * 4})
    profile = program.profile(x, y, repeat=2)
    (copy,) = profile.copies
    assert copy.counts.name == "x" and copy.counts.copied and copy.bytes == 2 * x.size * 4
    assert 0 < copy.ns < profile.ns
    (row,) = [line for line in str(profile).splitlines() if line.startswith("copy")]
    assert "%x" in row and f"{copy.bytes / 1e6:.3f}" in row
    assert f"argument 0 (%x) is copied to row-major memory: {copy.counts.copied}" in str(profile)
    assert "argument 1 (%y) is not row-major, and read where it lies" in str(profile)
    (event,) = [e for e in loads(profile.trace())["traceEvents"] if e.get("cat") == "copy"]
    assert event["args"] == {"why": copy.counts.copied, "bytes": x.size * 4}
    assert allocated(lambda: program(x, y)) >= x.size * 4


def test_a_saved_program_copies_and_says_why(tmp_path: Path) -> None:
    program, x = summed(), LAID_OUT["transposed"]
    program.save(tmp_path / "p.tirx")
    loaded = ti.load(tmp_path / "p.tirx")
    same_bits([loaded(x)], [program(x)])
    assert loaded.stats.copied_arguments == {"x": x.size * 4}
    assert "row-major" in loaded.counts(x).arguments[0].copied


def test_a_pickled_program_reads_in_place() -> None:
    program, x = summed(), LAID_OUT["transposed"]
    again: Program = unpickled(dumps(program))
    same_bits([again(x)], [program(x)])
    assert again.stats.read_in_place == ("x",)


def test_results_may_not_lie_in_an_argument_that_is_read_in_place() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (ROWS, ROWS), ti.f32)
    f.returns(x + x)
    program = ti.compile(m.build())
    square = BIG[:ROWS, :ROWS].copy()
    with pytest.raises(TensorIRError, match="shares memory"):
        program(square.T, out=square)
    out = np.empty_like(square)
    same_bits([program(square.T, out=out)], [square.T + square.T])
    assert program.stats.read_in_place == ("x",)


def test_an_argument_that_is_returned() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (ROWS, COLUMNS), ti.f32)
    f.returns(x, x.transpose((1, 0)))
    program = ti.compile(m.build())
    given = LAID_OUT["every second row"]
    same, turned = program(given)
    same_bits([same, turned], [given.copy(), given.T.copy()])
    assert same.flags.c_contiguous and same.flags.owndata and not np.shares_memory(same, given)


def test_many_forms_and_threads_at_once() -> None:
    """More forms than a function keeps plans for, in turns and in several threads."""
    m = ti.ModuleBuilder()
    f = m.function("main")
    names = "abcd"
    a, b, c, d = (f.arg(n, (16, 20), ti.f32) for n in names)
    f.returns(a * b - c * d)
    program = ti.compile(m.build())
    x = BIG[:16, :20].copy()
    forms = [x, np.asfortranarray(x), BIG[:16, :20]]
    calls = [(forms[i % 3], forms[i // 3 % 3], forms[i // 9 % 3], x) for i in range(27)]
    assert len(calls) > 2 * MAX_VARIANTS
    wanted = x * x - x * x
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(program.call, calls * 2):
            same_bits(got, [wanted])
