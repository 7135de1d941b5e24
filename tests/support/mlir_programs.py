"""MLIR text run, and refused, in one line of a test."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.interp import interpret
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.mlir import parse

Array = npt.NDArray[Any]


def run(text: str, *args: npt.ArrayLike, name: str = "") -> tuple[Array, ...]:
    """The results of the function `name`, or of the last one, for `args`."""
    module = parse(text, file="t.mlir")
    return interpret(module, name or module.functions[-1].name, args)


def result(text: str, *args: npt.ArrayLike, name: str = "") -> Array:
    """The only result."""
    (array,) = run(text, *args, name=name)
    return array


def function(text: str) -> Function:
    """The last function that `text` is."""
    return parse(text, file="t.mlir").functions[-1]


def ops(text: str) -> tuple[Op, ...]:
    """The ops of the last function."""
    return function(text).body.ops


def argument_types(text: str) -> list[str]:
    """The types of the last function's arguments, as text."""
    return [str(t) for t in function(text).body.arg_types]


def refusal(text: str) -> str:
    """The first line of the error that `text` ends in: `t.mlir:line:col: error: …`."""
    with pytest.raises(ParseError) as caught:
        parse(text, file="t.mlir")
    return str(caught.value).splitlines()[0]


def same(a: Array, b: npt.ArrayLike) -> bool:
    """Equal in type, shape and elements; NaN equals NaN."""
    b = np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def module(text: str) -> Module:
    """`text` as a module."""
    return parse(text, file="t.mlir")
