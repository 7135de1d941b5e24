"""What a call will take is known before it: the plan is an upper bound, a limit is kept, and a call that ran out of
memory leaves the program as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Broadcast, Fill, Reduce, Transpose
from tensorir.dialects.tensor import CollapseShape, ExtractSlice
from tensorir.interp import interpret
from tensorir.interp.memory import available_bytes, bytes_text
from tensorir.ir.diagnostic import OutOfMemoryError
from tensorir.ir.dims import evaluate, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.program import Program
from tensorir.runtime.python_runner import PythonRunner
from tensorir.testing.programs.random import arguments as random_arguments
from tensorir.testing.programs.random import programs
from tensorir.text import print_module
from tests.support.graphs import GRAPHS, Graph, dynamic, matmul

Array = npt.NDArray[Any]
SIZES = {"M": 37, "N": 41, "K": 53, "S": 29}


def arguments(module: Module) -> list[Array]:
    types = module.functions[0].body.arg_types
    return [np.ones([evaluate(d, SIZES) for d in t.shape], t.dtype.numpy) for t in types]


def planned(program: Program) -> int:
    """The peak that the last call was checked against."""
    functions = program._functions  # pyright: ignore[reportPrivateUsage]  # what was planned is not public
    runner = (functions.get("main") or next(iter(functions.values()))).usual
    assert isinstance(runner, PythonRunner)
    return list(runner._peaks.values())[-1].bytes  # pyright: ignore[reportPrivateUsage]  # what was planned is not public


@pytest.mark.parametrize("tiling", DATA_TILING)
@pytest.mark.parametrize("name", GRAPHS)
def test_no_call_takes_more_than_planned(name: str, tiling: str) -> None:
    module = GRAPHS[name]()
    program = compile(module, "reference", tiling)
    program.call(arguments(module))
    assert program.stats.transient_bytes <= planned(program)


def test_the_plan_of_one_product_is_its_tiles_and_its_result() -> None:
    program = compile(matmul(), ("reference",))
    program(np.ones((128, 256), np.float32), np.ones((256, 512), np.float32))
    assert planned(program) == 128 * 512 * 4


def test_a_limit_refuses_calls_by_their_sizes() -> None:
    program = compile(dynamic(), memory_limit=1 << 20)
    small = program(np.ones((10, 20), np.float32), np.ones((20, 30), np.float32))
    np.testing.assert_array_equal(small, np.full((10, 30), 20, np.float32))
    with pytest.raises(OutOfMemoryError, match=r"@main: intermediates take .*MB, 1\.05 MB are allowed by memory_limit"):
        program(np.ones((100, 2000), np.float32), np.ones((2000, 300), np.float32))  # units pack panels of this depth
    np.testing.assert_array_equal(program(np.ones((10, 20), np.float32), np.ones((20, 30), np.float32)), small)


LIMITED = """
import json, resource, sys
import numpy as np
from tensorir.api import compile
from tensorir.interp import interpret, memory
from tensorir.ir.diagnostic import OutOfMemoryError
from tests.support.graphs import dynamic

module = dynamic()
program = compile(module)
small = np.ones((64, 64), np.float32)
before = program(small, small)
mapped = memory._words("/proc/self/statm")[0] * 4096
resource.setrlimit(resource.RLIMIT_AS, (mapped + (256 << 20),) * 2)
large = np.ones((9000, 8), np.float32)
found = []
for known in (True, False):
    if not known:  # as if the system said nothing: the allocation itself fails
        memory._left = lambda: iter(())
    for run in (lambda *a: program(*a), lambda *a: interpret(module, "main", a)):
        try:
            run(large, large.T)
            found.append("no error")
        except OutOfMemoryError as e:
            found.append(str(e))
        assert np.array_equal(program(small, small), before)
print(json.dumps(found))
"""


def test_under_a_limit_of_the_process_every_call_ends_in_an_error_or_a_result() -> None:
    command = [sys.executable, "-c", LIMITED]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    planned, interpreted, *ran_out = json.loads(done.stdout)
    assert "@main: intermediates take" in planned
    assert "are available" in planned
    assert "linalg.contract: the result takes 324 MB" in interpreted
    assert "there is not enough memory" in ran_out[0]
    assert "there is not enough memory for tensor<" in ran_out[1]
    assert len(ran_out) == 2


def test_what_is_available_is_asked_of_the_system() -> None:
    assert 0 < available_bytes() < 1 << 60
    assert [bytes_text(n) for n in (0, 999_999, 1_500_000, 12_000_000_000, 10**18)] == [
        "0 bytes",
        "999999 bytes",
        "1.5 MB",
        "12 GB",
        "1000000 TB",
    ]


SCALAR = TensorType((), f32)


def constant(n: int) -> Module:
    """x + w, where the global w is the largest element of an n×n product of constants: little is left of much."""
    made = Graph()
    a, b = (made.b.add(Fill(x, TensorType((n, n), f32), loc=Location("big.tir", 3, 5))).result for x in (1.0, 2.0))
    largest = made.b.add(Reduce(made.matmul(a, b), "max", (0, 1))).result
    g = Graph()
    g.globals.append(Global("w", SCALAR, made.b.finish([largest])))
    return g.done(g.elementwise("add", g.arg(), g.b.add(GlobalLoad("w", SCALAR)).result))


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_the_evaluation_of_constants_keeps_the_limit(device: str) -> None:
    module = constant(300)
    with pytest.raises(OutOfMemoryError, match=r"evaluating a constant: intermediates take .*100000 bytes are allowed"):
        compile(module, (device,), memory_limit=100_000)
    assert compile(module, (device,), memory_limit=2_000_000)(np.float32(1)) == 601


def test_the_interpreter_keeps_the_limit_in_initializers() -> None:
    module = constant(300)
    with pytest.raises(OutOfMemoryError, match=r"^big.tir:3:5: .* 360000 bytes, 100000 bytes are allowed by memory_"):
        interpret(module, "main", [np.float32(1)], memory_limit=100_000)
    assert interpret(module, "main", [np.float32(1)], memory_limit=2_000_000) == (601,)


def turned_and_merged() -> Module:
    """@main(x) = sum(merge(transpose(x + x))): a copy that no op asks for by name."""
    g = Graph()
    x = g.arg(symbol("M"), 300)
    turned = g.b.add(Transpose(g.elementwise("add", x, x), (1, 0))).result
    merged = g.b.add(CollapseShape(turned, ((0, 1),), loc=Location("merge.tir", 2))).result
    return g.done(g.b.add(Reduce(merged, "add", (0,))).result)


def test_a_reshape_that_copies_is_planned_and_counted() -> None:
    module = turned_and_merged()
    program = compile(module, "reference")
    x = np.ones((200, 300), np.float32)
    assert program(x) == 120_000
    assert program.stats.transient_bytes == planned(program) == 2 * x.nbytes
    limited = compile(module, "reference", memory_limit=int(1.5 * x.nbytes))
    with pytest.raises(OutOfMemoryError, match=r"most of it while tensor\.collapse_shape makes"):
        limited(x)


def test_the_layout_of_an_argument_says_whether_its_reshape_copies() -> None:
    g = Graph()
    merged = g.b.add(CollapseShape(g.arg(symbol("M"), 300), ((0, 1),))).result
    program = compile(g.done(g.b.add(Reduce(merged, "add", (0,))).result), "reference")
    for x, copied in ((np.ones((200, 300), np.float32), 0), (np.ones((300, 200), np.float32).T, 240_000)):
        assert program(x) == 60_000
        assert planned(program) == copied + 4
        assert program.stats.transient_bytes <= planned(program)


def test_a_view_that_a_launch_returns_keeps_its_argument_alive() -> None:
    g = Graph()
    x = g.arg(1)
    ones = g.b.add(Fill(1.0, TensorType((2, 2), f32))).result
    doubled = g.elementwise("add", ones, ones)
    corner = g.b.add(ExtractSlice(doubled, (1, 1), (1, 1), (1, 1))).result
    program = compile(g.done(corner, ones, g.elementwise("exp", x)), "reference")
    assert len(program.module.executables) == 4  # one of them is the slice alone
    program(np.ones(1, np.float32))
    assert program.stats.transient_bytes == planned(program) == 16 + 4 + 16


def test_the_interpreter_asks_before_a_reshape_copies() -> None:
    x = Value(TensorType((1 << 10,), f32))
    spread = Broadcast(x, (1,), (1 << 10, 1 << 10))
    merged = CollapseShape(spread.result, ((0, 1),), loc=Location("merge.tir", 2))
    module = Module((Function("main", Region((x,), (spread, merged), (x,))),))
    ones = np.ones(1 << 10, np.float32)
    with pytest.raises(OutOfMemoryError, match=r"^merge.tir:2: error: tensor.collapse_shape: the result takes 4.19 MB"):
        interpret(module, "main", [ones], memory_limit=1 << 20)
    assert len(interpret(module, "main", [ones], memory_limit=1 << 23)) == 1


def strided(arrays: list[Array], how: int) -> list[Array]:
    """The same numbers in memory of another order: contiguous, with the dims turned, or with gaps."""
    if how == 0:
        return arrays
    if how == 1:
        return [np.array(a, order="F") for a in arrays]
    return [np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a for a in arrays]


@given(programs(), st.integers(0, 1 << 16), st.integers(0, 2), st.sampled_from(DATA_TILING))
def test_no_call_of_a_random_program_takes_more_than_planned(module: Module, seed: int, how: int, tiling: str) -> None:
    note(print_module(module))
    program = compile(module, "reference", tiling)
    args = strided(random_arguments(module, seed), how)
    program.call(args, "main")
    assert program.stats.transient_bytes <= planned(program)
