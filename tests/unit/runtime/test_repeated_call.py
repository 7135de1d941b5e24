"""Calls like the one before: which are repeated, and that all others are bound anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir import ModuleBuilder, compile, f32, symbol
from tensorir.ir.diagnostic import TensorIRError
from tensorir.runtime.calls import CallableProgram
from tensorir.runtime.program import Program

Array = npt.NDArray[Any]
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def program() -> Program:
    """@double: its argument twice, in one array; @both: the argument squared, and twice; [m, n]."""
    module = ModuleBuilder()
    f = module.function("double")
    x = f.arg("x", (symbol("m"), symbol("n")), f32)
    f.returns(x + x)
    f = module.function("both")
    x = f.arg("x", (symbol("m"), symbol("n")), f32)
    f.returns(x * x, x + x)
    return compile(module.build(), num_threads=1)


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The functions whose arguments were bound since the test began, one for each such call."""
    found: list[str | None] = []
    real = CallableProgram.call

    def call(self: CallableProgram, args: Any, function: str | None = None, **rest: Any) -> tuple[Array, ...]:
        found.append(function)
        return real(self, args, function, **rest)

    monkeypatch.setattr(CallableProgram, "call", call)
    return found


def test_each_function_repeats_its_own_last_call(bound: list[str | None]) -> None:
    run = program()
    for i in range(3):
        x = X + i
        assert np.array_equal(run(x, function="double"), x + x)
        squared, twice = run(x, function="both")
        assert np.array_equal(squared, x * x)
        assert np.array_equal(twice, x + x)
    assert bound == ["double", "both"]


def test_statistics_are_those_of_the_repeated_call(bound: list[str | None]) -> None:
    run = program()
    run(X, function="double")
    double = run.stats.written_bytes
    run(X, function="both")
    both = run.stats.written_bytes
    run(X, function="double")
    assert (len(bound), run.stats.written_bytes, both) == (2, double, 2 * double)


def test_results_of_repeated_calls_own_their_memory(bound: list[str | None]) -> None:
    run = program()
    results = [run(X + i, function="double") for i in range(4)]
    assert len(bound) == 1
    assert all(r.base is None and r.flags.carray for r in results)
    for i, r in enumerate(results):
        assert np.array_equal(r, 2 * (X + i))


def test_an_equal_type_that_is_another_object_is_repeated(bound: list[str | None]) -> None:
    """Arrays from files and from other processes may have one."""
    run = program()
    run(X, function="double")
    other = np.ndarray(X.shape, np.dtype("f4", metadata={"of": "a file"}), X.tobytes())
    assert other.dtype is not X.dtype
    assert np.array_equal(run(other, function="double"), X + X)
    assert len(bound) == 1


def odd_arrays() -> dict[str, Any]:
    raw = np.zeros(X.nbytes + 1, np.uint8)
    misaligned = np.frombuffer(raw.data, np.float32, X.size, offset=1).reshape(X.shape)
    misaligned[...] = X
    return {
        "another shape": np.ones((3, 2), np.float32),
        "columns first": np.asfortranarray(X),
        "backwards": X[::-1],
        "misaligned": misaligned,
        "other byte order": X.astype(X.dtype.newbyteorder()),
        "list": list(X),
        "subclass": X.view(np.memmap),
    }


@pytest.mark.parametrize("name", odd_arrays())
def test_other_arrays_are_bound_anew(name: str, bound: list[str | None]) -> None:
    run, given = program(), odd_arrays()[name]
    run(X, function="double")
    expected = np.asarray(given, np.float32) * 2
    assert np.array_equal(run(given, function="double"), expected)
    assert len(bound) == 2


@pytest.mark.parametrize("args", [(), (X, X), (X.astype(np.float64),), (X[0],)])
def test_a_wrong_call_behind_a_right_one_raises_the_usual_error(args: tuple[Array, ...]) -> None:
    run = program()
    with pytest.raises(TensorIRError) as first:
        run(*args, function="double")
    run(X, function="double")
    with pytest.raises(TensorIRError) as second:
        run(*args, function="double")
    assert str(first.value) == str(second.value)
    assert np.array_equal(run(X, function="double"), X + X)


BIG = np.arange(64 * 96, dtype=np.float32).reshape(64, 96)
LYING: dict[str, Array] = {
    "transposed": BIG.T,
    "columns of a larger array": BIG[:, 3:50],
    "rows backwards": BIG[::-1],
    "one row again and again": np.broadcast_to(BIG[3], (40, 96)),
    "every second column": BIG[:, ::2],
    "few bytes": BIG[:3, :4],
    "byte order": BIG.astype(BIG.dtype.newbyteorder()),
}
"""The first four are read in place, the others are copied."""


@pytest.mark.parametrize("name", LYING)
def test_arrays_that_lie_alike_are_repeated(name: str, bound: list[str | None]) -> None:
    """Also where another array lies alike."""
    run, given = program(), LYING[name]
    (argument,) = run.counts(given, function="both").arguments
    assert bool(argument.copied) == (name in ("every second column", "few bytes", "byte order"))
    other = np.ndarray(
        given.shape,
        given.dtype,
        np.zeros(BIG.nbytes, np.uint8),
        0 if name != "rows backwards" else 63 * 96 * 4,
        given.strides,
    )
    if name != "one row again and again":
        other[...] = given + 1
    for x in (given, other, given):
        squared, twice = run(x, function="both")
        assert np.array_equal(squared, x * x) and np.array_equal(twice, x + x)
        assert run.stats.copied_arguments == ({argument.name: argument.bytes} if argument.copied else {})
    assert len(bound) == 1


@pytest.mark.parametrize("name", LYING)
def test_arrays_that_lie_otherwise_are_bound_anew(name: str, bound: list[str | None]) -> None:
    run, given = program(), LYING[name]
    others = [np.array(given, np.float32, order="C"), np.array(given.T, np.float32, order="C").T, given[:-1]]
    others += [given[::-1], given[:, ::-1], given.view(np.memmap)]
    run(given, function="double")
    for i, other in enumerate(others):
        alike = (other.strides, other.shape, other.dtype) == (given.strides, given.shape, given.dtype)
        if alike and other.__class__ is np.ndarray:
            continue
        calls = len(bound)
        assert np.array_equal(run(other, function="double"), other + other), i
        assert len(bound) == calls + 1
        run(given, function="double")


def test_an_unaligned_array_does_not_repeat_an_aligned_one(bound: list[str | None]) -> None:
    run = program()
    raw = np.zeros(BIG.nbytes + 1, np.uint8)
    odd = np.ndarray(BIG.T.shape, np.float32, raw.data, 1, BIG.T.strides)
    odd[...] = BIG.T
    for x in (BIG.T, odd, odd, BIG.T):
        assert np.array_equal(run(x, function="double"), x + x)
    assert len(bound) == 3
    with pytest.raises(TensorIRError, match="takes 1 arguments"):
        run(BIG.T, BIG.T, function="double")
