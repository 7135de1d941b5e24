"""What a compiled program gives back: results that belong to the caller, the default function, statistics of a call."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from attrs.exceptions import FrozenInstanceError

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32

X = np.arange(12, dtype=np.float32).reshape(3, 4)
W = np.ones((4, 4), np.float32)


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_results_belong_to_the_caller(device: str) -> None:
    """An argument, a weight, a view of an argument and one value twice come back as arrays of their own."""
    m = ModuleBuilder()
    w = m.weight("w", W)
    f = m.function("main")
    x = f.arg("x", (3, 4), f32)
    doubled = x + x
    f.returns(x, w, x.T, doubled, doubled)
    program = compile(m.build(), (device,))
    results = program(X)
    for result, expected in zip(results, (X, W, X.T, X + X, X + X), strict=True):
        np.testing.assert_array_equal(result, expected)
        assert result.flags.c_contiguous and result.flags.writeable
        result[...] = -1
    np.testing.assert_array_equal(X, np.arange(12, dtype=np.float32).reshape(3, 4))
    np.testing.assert_array_equal(program(X)[1], W)


def two_functions(*names: str) -> ModuleBuilder:
    m = ModuleBuilder()
    for i, name in enumerate(names):
        f = m.function(name)
        f.returns(f.arg("x", (2,), f32) + float(i))
    return m


def test_main_is_the_default_function_and_others_are_called_by_name() -> None:
    program = compile(two_functions("other", "main").build())
    x = np.zeros(2, np.float32)
    assert [program(x)[0], program(x, function="other")[0]] == [1, 0]


def test_without_a_main_the_function_must_be_named() -> None:
    program = compile(two_functions("one", "two").build())
    with pytest.raises(TensorIRError, match=r"@one, @two"):
        program(np.zeros(2, np.float32))


def test_statistics_are_those_of_the_last_call() -> None:
    m = ModuleBuilder()
    w = m.weight("w", W)
    f = m.function("main")
    f.returns(f.arg("x", (3, 4), f32) @ w)
    program = compile(m.build(), ("cpu",))
    assert program.stats.weights_bytes == W.nbytes
    known = program.stats
    assert known.kernels != {} and known.steps == 1 and known.read_bytes >= X.nbytes
    program(X)
    assert program.stats == known
    with pytest.raises(FrozenInstanceError):
        known.steps = 0  # type: ignore[misc]  # on purpose


def test_statistics_follow_the_sizes_of_calls() -> None:
    """Calls that repeat the one before take a shorter way, which says their sizes too."""
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (symbol("S"), 4), f32) + 1.0)
    program = compile(m.build(), num_threads=1)
    assert program.stats.read_bytes == 0
    small, large = np.ones((3, 4), np.float32), np.ones((30, 4), np.float32)
    for x in (small, small, large, large, small, small):
        program(x)
        assert (program.stats.read_bytes, program.stats.written_bytes) == (x.nbytes, x.nbytes)
        assert program.counts(x) == program.counts(sizes={"S": len(x)})
    program(large, num_threads=2)
    assert program.stats.read_bytes == large.nbytes
    program(small)
    assert program.stats.read_bytes == small.nbytes
    with pytest.raises(TensorIRError, match="@main: expected S, got no sizes"):
        program.counts()
    with pytest.raises(TensorIRError, match="no function @other"):
        program.counts(function="other")


def test_statistics_where_python_runs_the_ops() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    w = m.weight("w", W)
    f.returns((f.arg("x", (3, 4), f32) @ w) @ w)
    program = compile(m.build(), "reference")
    assert (program.stats.kernels, program.stats.transient_bytes) == ({}, 0)
    program(X)
    assert program.stats.transient_bytes >= X.nbytes
    with pytest.raises(UnsupportedError, match="there is no plan"):
        program.counts(X)


def test_a_program_that_nobody_holds_is_freed_at_once() -> None:
    """Also after calls with arguments that are not row-major: without a cycle that only the collector ends."""
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (symbol("S"), 4), f32) @ m.weight("w", W))
    program = compile(m.build())
    x = np.ones((40, 4), np.float32)
    for given in (x, x, x[::2], x[::-1], np.asfortranarray(x)):
        program(given)
    held = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert held() is None
    finally:
        gc.enable()
