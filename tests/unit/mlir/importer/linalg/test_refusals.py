"""What linalg can say and the core can't, or what is no program: one error at its place, naming the op."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tensorir.interp.interpreter import interpret
from tensorir.ir.diagnostic import ParseError, TensorIRError
from tensorir.mlir import parse
from tests.support.generic_text import generic
from tests.support.linalg_programs import one_op

_ADD = "%s = arith.addf %o0, %i0 : f32; linalg.yield %s : f32"
_LOOP = (
    "%k = arith.constant 1 : index; %s = scf.for %i = %k to %k step %k iter_args(%a = %i0) -> (f32) "
    "{ scf.yield %a : f32 }; linalg.yield %s : f32"
)

REFUSED: dict[str, tuple[str, str]] = {
    "loop in a body": (generic("x", ["4xf32"], ["4xf32"], ["d0", "d0"], "p", _LOOP).text, "scf.for"),
    "scan": (
        generic(
            "x",
            ["4xf32"],
            ["4xf32", "xf32"],
            ["d0", "d0", ""],
            "r",
            "%s = arith.addf %i0, %o1 : f32; linalg.yield %s, %s : f32, f32",
        ).text,
        "linalg.generic: result 0 keeps every step of a reduction (a scan), which is not supported",
    ),
    "parallel dim that the result lacks": (
        generic("x", ["4x3xf32"], ["4xf32"], ["d0, d1", "d0"], "pp", _ADD).text,
        "linalg.generic: the parallel dim d1 is not in the map (d0, d1) -> (d0) of result 0",
    ),
    "scattered result": (
        generic("x", ["2x3xf32"], ["4xf32"], ["d0, d1", "d0 + d1"], "rr", _ADD).text,
        "linalg.generic: the map (d0, d1) -> (d0 + d1) of result 0 must give each dim at most once",
    ),
    "unit dim that is none": (
        generic("x", ["4x3xf32"], ["4x3xf32"], ["d0, d1", "d0, 0"], "pr", _ADD).text,
        "linalg.generic: the map (d0, d1) -> (d0, 0) of result 0 gives 0 for dim 1 of tensor<4x3xf32>",
    ),
    "sizes that differ": (
        generic("x", ["4xf32"], ["5xf32"], ["d0", "d0"], "p", _ADD).text,
        "linalg.generic: the sizes 5 and 4 must be equal",
    ),
    "window that leaves its image": (
        one_op("conv_1d", ["9xf32", "3xf32"], "8xf32").text,
        "linalg.conv_1d: reads index 9 of dim 0 of operand 0, whose size is 9",
    ),
    "dim of no size": (
        generic("x", ["4xf32"], ["2xf32"], ["d0 * 2 + d1", "d0"], "pr", _ADD).text,
        "linalg.generic: no operand gives the size of d1",
    ),
    "map of another rank": (
        generic("x", ["4x3xf32"], ["4xf32"], ["d0", "d0"], "p", _ADD).text,
        "linalg.generic: the map (d0) -> (d0) of operand 0 has 1 results for tensor<4x3xf32>",
    ),
    "missing map": (
        generic("x", ["4xf32"], ["4xf32"], ["d0"], "p", _ADD).text,
        "linalg.generic: 1 maps for 1 ins and 1 outs",
    ),
    "too few yields": (
        generic("x", ["4xf32"], ["4xf32", "4xf32"], ["d0"] * 3, "p", "linalg.yield %i0 : f32").text,
        "linalg.yield: must yield f32, f32, yields f32",
    ),
    "index of no dim": (
        generic(
            "x",
            [],
            ["4xi64"],
            ["d0"],
            "p",
            "%i = linalg.index 1 : index; %t = arith.index_cast %i : index to i64; linalg.yield %t : i64",
        ).text,
        "linalg.index: dim 1 does not exist, there are 1 iteration dims",
    ),
    "op that is no function of elements": (
        generic(
            "x", ["4xf32"], ["4xf32"], ["d0", "d0"], "p", "%e = tensor.empty() : tensor<4xf32>; linalg.yield %i0 : f32"
        ).text,
        "tensor.empty: is not supported in the body of a structured op",
    ),
    "type of an element": (
        generic("x", ["4xf32"], ["4xf32"], ["d0", "d0"], "p", _ADD).text.replace("^bb0(%i0: f32", "^bb0(%i0: f64"),
        "",
    ),
    "position read from the accumulator": (
        generic(
            "x",
            ["4xi64"],
            ["xi64"],
            ["d0", ""],
            "r",
            "%i = arith.index_cast %o0 : i64 to index; %e = tensor.extract %c0[%i] : tensor<8xi64>;"
            "linalg.yield %e : i64",
            captured=["8xi64"],
        ).text,
        "tensor.extract: a position that depends on the accumulator of a reduction is not supported",
    ),
    "whole product of i64": (
        generic(
            "x",
            ["4xi64"],
            ["4xi64"],
            ["d0", "d0"],
            "p",
            "%l, %h = arith.mulsi_extended %i0, %i0 : i64; linalg.yield %h : i64",
        ).text,
        "arith.mulsi_extended: the whole product of two i64 is not supported",
    ),
    "exp of integers": (
        one_op("elementwise", ["4xi8"], "4xi8", keyword=" <exp>").text,
        "linalg.elementwise: is not supported on i8",
    ),
    "stride 0": (
        one_op(
            "conv_1d_nwc_wcf",
            ["1x9x1xf32", "3x1x1xf32"],
            "1x4x1xf32",
            attributes="{strides = dense<0> : tensor<1xi64>}",
        ).text,
        "linalg.conv_1d_nwc_wcf: strides must be 1 numbers of at least 1, got [0]",
    ),
    "strides of another rank": (
        one_op(
            "conv_1d_nwc_wcf",
            ["1x9x1xf32", "3x1x1xf32"],
            "1x4x1xf32",
            attributes="{strides = dense<1> : tensor<2xi64>}",
        ).text,
        "linalg.conv_1d_nwc_wcf: strides must be 1 numbers of at least 1, got [1, 1]",
    ),
    "three operands": (
        one_op("matmul", ["4x4xf32", "4x4xf32", "4x4xf32"], "4x4xf32").text,
        "linalg.matmul: 3 maps for 3 ins and 1 outs",
    ),
    "winograd": (
        one_op("winograd_filter_transform", ["4x4x4x4xf32"], "4x4x4x4xf32").text,
        "linalg.winograd_filter_transform is not supported",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_one_error_at_its_place(what: str) -> None:
    text, message = REFUSED[what]
    with pytest.raises(ParseError) as e:
        parse(text, file="in.mlir")
    first = str(e.value).splitlines()[0]
    assert re.match(r"in\.mlir:\d+:\d+: error: ", first), first
    assert message in first


def test_the_place_is_that_of_the_op_in_the_body() -> None:
    text = REFUSED["index of no dim"][0]
    line = next(i for i, t in enumerate(text.splitlines(), 1) if "linalg.index" in t)
    with pytest.raises(ParseError, match=rf"in\.mlir:{line}:"):
        parse(text, file="in.mlir")


def test_an_index_outside_is_an_error_when_it_runs() -> None:
    case = generic(
        "x",
        ["2xi64"],
        ["2x3xf32"],
        ["d0", "d0, d1"],
        "pp",
        "%i = arith.index_cast %i0 : i64 to index; %j = linalg.index 1 : index;"
        "%e = tensor.extract %c0[%i, %j] : tensor<8x3xf32>; linalg.yield %e : f32",
        captured=["8x3xf32"],
    )
    for index in (8, -1):
        with pytest.raises(TensorIRError):
            interpret(parse(case.text), "main", (np.array([0, index]), np.zeros((8, 3), np.float32)))


def test_a_window_outside_is_an_error_when_it_runs() -> None:
    case = generic("x", ["?xf32", "3xf32"], ["?xf32"], ["d0 + d1", "d1", "d0"], "pr", _ADD, inits=[None], sizes=(6, 5))
    with pytest.raises(TensorIRError):
        interpret(parse(case.text), "main", case.arrays())
