"""IREE as a second opinion: arrays of every type in and out; what it refuses is an error; wrong results are found."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES
from tensorir.testing.iree import IreeOptions, child, compile_mlir, iree_available, oracle, run_mlir
from tests.support.mlir_tools import needs_iree

Array = npt.NDArray[Any]
Corruption = Callable[[Array], Any]


TYPES = ("f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "i1")


def values(name: str, shape: tuple[int, ...]) -> Array:
    rng = np.random.default_rng(3)
    return (rng.standard_normal(shape) * 100).astype(DTYPES[name].numpy) if name != "i1" else rng.random(shape) < 0.5


# -- running


@needs_iree
@pytest.mark.parametrize("name", TYPES)
def test_arrays_of_every_type_go_through_unchanged(name: str) -> None:
    types = f"tensor<2x?x{name}>, tensor<{name}>, {name}"
    text = f"""
    func.func @main(%a: tensor<2x?x{name}>, %r: tensor<{name}>, %s: {name}) -> ({types}) {{
      return %a, %r, %s : {types}
    }}"""
    given = [values(name, (2, 5)), values(name, ()), values(name, ())]
    for result, array in zip(run_mlir(text, given), given, strict=True):
        assert (result.dtype, result.shape) == (array.dtype, array.shape)
        assert result.tobytes() == array.tobytes()


@needs_iree
@pytest.mark.parametrize("name", ["u8", "u16", "u32", "u64"])
def test_unsigned_arrays_go_in_as_signless_ones(name: str) -> None:
    signless = name.replace("u", "i")
    text = f"func.func @main(%a: tensor<3x{signless}>) -> tensor<3x{signless}> {{ return %a : tensor<3x{signless}> }}"
    given = np.array([0, 1, -1]).astype(DTYPES[name].numpy)
    (result,) = run_mlir(text, [given])
    assert result.dtype == DTYPES[signless].numpy
    assert result.tobytes() == given.tobytes()


@needs_iree
@pytest.mark.parametrize("tiling", ["off", "early", "late"])
def test_nothing_is_demoted(tiling: oracle.DataTiling) -> None:
    text = """
    func.func @main(%a: tensor<4xf64>, %b: tensor<4xi64>) -> (tensor<4xf64>, tensor<4xi64>) {
      %x = arith.addf %a, %a : tensor<4xf64>
      %y = arith.addi %b, %b : tensor<4xi64>
      return %x, %y : tensor<4xf64>, tensor<4xi64>
    }"""
    a, b = np.full(4, 1 / 3), np.full(4, (1 << 52) + 1)
    x, y = run_mlir(text, [a, b], options=IreeOptions(tiling))
    assert np.array_equal(x, a + a)
    assert np.array_equal(y, b + b)


TWO_FUNCTIONS = """
util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<2x3xf32>
func.func @first() -> tensor<2x3xf32> {
  %w = util.global.load @w : tensor<2x3xf32>
  return %w : tensor<2x3xf32>
}
func.func @second(%a: tensor<4xf32>, %n: index) -> (tensor<4xf32>, index) {
  return %a, %n : tensor<4xf32>, index
}
"""
WEIGHTS = {"model": {"w": np.arange(6, dtype=np.float32).reshape(2, 3)}}


@needs_iree
@pytest.mark.parametrize("isolated", [False, True])
def test_several_functions_and_parameters(isolated: bool) -> None:
    program = compile_mlir(TWO_FUNCTIONS, parameters=WEIGHTS, isolated=isolated)
    assert np.array_equal(program("first", [])[0], WEIGHTS["model"]["w"])
    a, n = program("second", [np.ones(4, np.float32), 7])
    assert np.array_equal(a, np.ones(4, np.float32))
    assert (n.dtype, int(n)) == (np.int64, 7)


@needs_iree
@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        ("second", [np.ones(4, np.float32)], "takes 2 arguments, got 1"),
        ("second", [np.ones(4), 7], r"argument 0 should be tensor<4xf32>, got float64"),
        ("second", [np.ones(3, np.float32), 7], r"argument 0 should be tensor<4xf32>, got shape \(3,\)"),
        ("second", [np.ones((4, 1), np.float32), 7], r"got shape \(4, 1\)"),
        ("second", [np.ones(4, np.float32), [7]], r"argument 1 should be i64, got shape \(1,\)"),
        ("third", [], "no function @third; there are: first, second"),
    ],
)
def test_wrong_calls_are_refused(function: str, args: list[Any], message: str) -> None:
    program = compile_mlir(TWO_FUNCTIONS, parameters=WEIGHTS)
    with pytest.raises(TensorIRError, match=message):
        program(function, args)


@needs_iree
@pytest.mark.parametrize("parameters", [{}, {"model": {}}, {"other": WEIGHTS["model"]}])
def test_parameters_that_are_missing_are_an_error(parameters: dict[str, dict[str, Array]]) -> None:
    with pytest.raises(TensorIRError, match="can't be loaded"):
        compile_mlir(TWO_FUNCTIONS, parameters=parameters)


@needs_iree
@pytest.mark.parametrize("isolated", [False, True])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("func.func @x(", r"^bad\.mlir:1:13: error: IREE: expected"),
        ("\n\nfunc.func @x() -> f32 {\n %a = arith.foo }", r"^bad\.mlir:4:7: error: IREE: custom op 'arith.foo'"),
        ("func.func @x() -> f32 {\n %a = arith.constant 1 : f32\n return %a : f32 }", r"bad\.mlir:2:\d+: error: IREE"),
        ('func.func @x() { "tosa.nope"() : () -> ()\n return }', "IREE: unregistered operation 'tosa.nope'"),
        ("func.func @x(%a: tensor<2xf32>) -> tensor<3xf32> { return %a : tensor<2xf32> }", "IREE: "),
        ("func.func private @y(tensor<2xf32>)\nfunc.func @x() { return }", ""),
    ],
)
def test_what_iree_refuses_is_an_error_with_its_place(text: str, message: str, isolated: bool) -> None:
    if not message:  # accepted: the table is not about a compiler that refuses everything
        assert compile_mlir(text, file="bad.mlir", isolated=isolated)
        return
    with pytest.raises(TensorIRError, match=message):
        compile_mlir(text, file="bad.mlir", isolated=isolated)


@needs_iree
def test_an_error_of_a_later_phase_has_its_place() -> None:
    """Not the parser: the compiler finds no way."""
    text = """
    func.func private @unknown(tensor<2xf32>) -> tensor<2xf32>
    func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
      %0 = call @unknown(%a) : (tensor<2xf32>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    }"""
    with pytest.raises(TensorIRError, match=r"IREE"):
        run_mlir(text, [np.ones(2, np.float32)])


@needs_iree
def test_a_wrong_flag_is_an_error() -> None:
    with pytest.raises(TensorIRError, match="no-such-flag"):
        compile_mlir("func.func @main() { return }", IreeOptions(flags=("--no-such-flag",)))


@pytest.fixture
def another_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes the process of its own run other Python code; afterwards a new one is as it should be."""

    def run(code: str) -> None:
        child.stop_child()
        monkeypatch.setattr(child, "COMMAND", ("-c", code))

    yield run
    child.stop_child()


@needs_iree
def test_a_crash_in_its_own_process_is_an_error(another_child: Callable[[str], None]) -> None:
    """What a segmentation fault of IREE does: the child is ended by a signal."""
    another_child(f"import os; os.kill(os.getpid(), {signal.SIGSEGV.value})")
    with pytest.raises(TensorIRError, match="ended by signal 11"):
        compile_mlir("func.func @main() { return }", isolated=True)
    another_child("import sys; print('no room', file=sys.stderr); sys.exit(3)")
    with pytest.raises(TensorIRError, match=r"ended with 3\n.*no room"):
        run_mlir("func.func @main() { return }", [], isolated=True)


@needs_iree
def test_a_hang_in_its_own_process_is_an_error(another_child: Callable[[str], None]) -> None:
    another_child("import time; time.sleep(60)")
    with pytest.raises(TensorIRError, match=r"took longer than 0\.2 s"):
        compile_mlir("func.func @main() { return }", IreeOptions(timeout=0.2), isolated=True)


@needs_iree
def test_after_a_crash_the_next_call_works(
    another_child: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    another_child("import os; os.abort()")
    with pytest.raises(TensorIRError, match="ended by signal 6"):
        compile_mlir("func.func @main() { return }", isolated=True)
    monkeypatch.undo()
    assert compile_mlir("func.func @main() { return }", isolated=True)


def test_without_iree_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        return None

    monkeypatch.setattr(oracle, "find_spec", nothing)
    assert not iree_available()
    with pytest.raises(TensorIRError, match=r"pip install 'tensorir\[iree\]'"):
        compile_mlir("func.func @main() { return }")


def test_nothing_of_iree_is_imported_to_ask_for_it() -> None:
    source = Path(oracle.__file__).read_text("utf-8")
    assert "\nimport iree" not in source
    assert "from iree" not in source


# -- comparing: the right results agree, wrong ones are found
