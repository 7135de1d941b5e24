"""Sizes that only a call knows are valid for the executor exactly where they are for the interpreter.

Each case has an op over symbolic sizes, the sizes of arguments, and whether the call is valid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.runtime.saved.load import load
from tensorir.text import parse

GENERIC = "linalg.generic %x {{maps = [{map}, {result}], body = (a: f32) {{ yield a }}, shape = [{shape}]}}"
ONE, TWO = "(i) -> (i)", "(i, j) -> (i, j)"


def window(map: str, shape: str) -> str:
    return GENERIC.format(map=map, shape=shape, result=TWO if "," in shape else ONE)


SHAPES = {
    "[S]": (window("(i) -> (i + 1)", "S"), "[S]"),
    "[S], both": (window("(i, j) -> (2*i + 3)", "S, R"), "[S]x[R]"),
    "backwards": (window("(i) -> (-2*i + 4)", "S"), "[S]"),
    "backwards, both": (window("(i, j) -> (-2*i + 4)", "S, R"), "[S]x[R]"),
    "quotient": (window("(i) -> (floordiv(i, 8))", "8*S"), "[8*S]"),
    "cut quotient": (window("(i) -> (floordiv(i, 8))", "S"), "[S]"),
    "remainder": (window("(i) -> (mod(i, 8))", "8*S"), "[8*S]"),
    "cut remainder": (window("(i) -> (mod(i, 8))", "S"), "[S]"),
    "slice": ("tensor.extract_slice %x {offsets = [3], sizes = [S], strides = [1]}", "[S]"),
    "strided slice": ("tensor.extract_slice %x {offsets = [3], sizes = [S], strides = [2]}", "[S]"),
    "moving slice": ("tensor.extract_slice %x {offsets = [S + -2], sizes = [R], strides = [1]}", "[R]"),
    "insertion": ("tensor.insert_slice %y, %x {offsets = [3], strides = [1]}", "[T]"),
    "strided insertion": ("tensor.insert_slice %y, %x {offsets = [3], strides = [2]}", "[T]"),
    "padding": ("tensor.pad %x {low = [S + -2], high = [R + -1], value = 7.0}", "[S + R + T + -3]"),
    "cast": ("tensor.cast %x {shape = [S]}", "[S]"),
    "softmax": ("linalg.softmax %x {dims = [0], extent = S + -2}", "[T]"),
    "zeros": ("linalg.zero_padding %x {dims = [0], extent = S + -2}", "[T]"),
    "sum": ('linalg.reduce %x {dims = [0], kind = "add", extent = S + -2}', ""),
}

CASES = [
    ("[S]", (5, 4, 0), True),
    ("[S]", (4, 4, 0), False),
    ("[S]", (0, 0, 0), True),
    ("[S], both", (6, 2, 2), True),
    ("[S], both", (5, 2, 2), False),
    ("[S], both", (5, 2, 0), True),
    ("[S], both", (1, 0, 2), True),
    ("backwards", (5, 3, 0), True),
    ("backwards", (5, 4, 0), False),
    ("backwards", (4, 3, 0), False),
    ("backwards", (4, 0, 0), True),
    ("backwards, both", (5, 4, 0), True),
    ("backwards, both", (5, 4, 1), False),
    ("quotient", (3, 3, 0), True),
    ("quotient", (2, 3, 0), False),
    ("quotient", (0, 0, 0), True),
    ("cut quotient", (2, 16, 0), True),
    ("cut quotient", (2, 17, 0), False),
    ("remainder", (8, 2, 0), True),
    ("remainder", (7, 1, 0), False),
    ("remainder", (7, 0, 0), True),
    ("cut remainder", (3, 3, 0), True),
    ("cut remainder", (3, 4, 0), False),
    ("cut remainder", (8, 9, 0), True),
    ("slice", (5, 2, 0), True),
    ("slice", (5, 3, 0), False),
    ("slice", (3, 0, 0), True),
    ("slice", (2, 0, 0), False),
    ("strided slice", (6, 2, 0), True),
    ("strided slice", (5, 2, 0), False),
    ("strided slice", (3, 0, 0), True),
    ("strided slice", (2, 0, 0), False),
    ("moving slice", (3, 5, 0), True),
    ("moving slice", (3, 6, 0), False),
    ("moving slice", (3, 1, 0), False),
    ("insertion", (3, 0, 0), True),
    ("insertion", (2, 0, 0), False),
    ("strided insertion", (6, 2, 0), True),
    ("strided insertion", (5, 2, 0), False),
    ("strided insertion", (3, 0, 0), True),
    ("strided insertion", (2, 0, 0), False),
    ("padding", (3, 2, 1), True),
    ("padding", (3, 1, 2), False),
    ("padding", (3, 3, 0), False),
    ("cast", (3, 3, 0), True),
    ("cast", (3, 2, 0), False),
    ("cast", (2, 3, 0), False),
    ("softmax", (6, 2, 0), True),
    ("softmax", (6, 8, 0), True),
    ("softmax", (6, 9, 0), False),
    ("softmax", (6, 1, 0), False),
    ("zeros", (6, 8, 0), True),
    ("zeros", (6, 9, 0), False),
    ("zeros", (6, 1, 0), False),
    ("sum", (6, 8, 0), True),
    ("sum", (6, 9, 0), False),
    ("sum", (6, 1, 0), False),
]


def module(name: str) -> Module:
    """@main of an op on %x of size T; %y and %z bind S and R. What is "cut" has no steps, and can't be saved."""
    text, shape = SHAPES[name]
    result = f"tensor<{shape}x f32>".replace("x f32", "xf32" if shape else "f32")
    types = "(tensor<[S]xf32>, tensor<[T]xf32>)" if "%y" in text else "(tensor<[T]xf32>)"
    signature = "%x: tensor<[T]xf32>, %y: tensor<[S]xf32>, %z: tensor<[R]xf32>"
    main = (
        f"func @main({signature}) -> ({result}) {{\n  %0 = {text} : {types} -> {result}\n  return %0 : {result}\n}}\n"
    )
    return parse(main, OPS)


@pytest.mark.parametrize(("name", "sizes", "valid"), CASES)
def test_calls_are_refused_where_the_interpreter_refuses_them(
    name: str, sizes: tuple[int, int, int], valid: bool, tmp_path: Path
) -> None:
    args = [np.arange(1, n + 1, dtype=np.float32) for n in sizes]
    source = module(name)
    program = compile(source, "cpu")
    runs = [lambda: program(*args), lambda: compile(source, "reference")(*args)]
    if not name.startswith("cut"):
        program.save(tmp_path / "saved.tirx")
        runs.append(lambda: load(tmp_path / "saved.tirx")(*args))
    if not valid:
        with pytest.raises(TensorIRError) as refused:
            interpret(source, "main", args)
        for run in runs[:2]:
            with pytest.raises(TensorIRError) as e:
                run()
            assert str(e.value) == str(refused.value)
        for run in runs[2:]:
            with pytest.raises(TensorIRError):
                run()
        return
    (expected,) = interpret(source, "main", args)
    for run in runs:
        np.testing.assert_allclose(run(), expected, rtol=1e-6)
