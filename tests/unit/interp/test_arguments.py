"""What a call may be given: arrays of the element type, and where integers have no sign, of the same bits."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import tensorir as ti
from tensorir import mlir
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import isomorphic
from tensorir.text import parse, print_module

SIGNLESS = "func.func @main(%a: tensor<4x{0}>) -> tensor<4x{0}> {{ return %a : tensor<4x{0}> }}"
UNSIGNED = {"i64": np.uint64, "i32": np.uint32, "i16": np.uint16, "i8": np.uint8, "i4": ml_dtypes.uint4}


@pytest.mark.parametrize("dtype", UNSIGNED)
def test_an_unsigned_array_is_a_view_where_integers_have_no_sign(dtype: str) -> None:
    module = mlir.parse(SIGNLESS.format(dtype))
    given = np.asarray([0, 1, 9, 15]).astype(UNSIGNED[dtype])
    for got in (interpret(module, "main", [given])[0], ti.compile(module)(given)):
        assert np.asarray(got).tobytes() == given.tobytes()
    swapped = given.astype(given.dtype.newbyteorder())
    assert np.array_equal(interpret(module, "main", [swapped])[0], interpret(module, "main", [given])[0])


def test_no_other_array_is_converted() -> None:
    module = mlir.parse(SIGNLESS.format("i8"))
    for dtype in (np.uint16, np.int16, np.float32, np.bool_):
        with pytest.raises(TensorIRError, match=r"should be i8 \(int8\).*convert it with .astype\('int8'\)$"):
            interpret(module, "main", [np.zeros(4, dtype)])


def test_a_signed_argument_takes_no_unsigned_array() -> None:
    text = "func @main(%a: tensor<4xi8>) -> (tensor<4xi8>) {\n  return %a : tensor<4xi8>\n}\n"
    signed = parse(text, OPS)
    for module in (signed, mlir.parse(SIGNLESS.format("si8")), mlir.parse(SIGNLESS.format("i8").replace("i8", "ui8"))):
        given = np.zeros(4, np.int8 if "u8" in str(module.functions[0].body.arg_types[0]) else np.uint8)
        with pytest.raises(TensorIRError, match="convert it with"):
            interpret(module, "main", [given])
    with pytest.raises(TensorIRError, match=r"or keep its bits with .view\('int8'\)"):
        interpret(signed, "main", [np.zeros(4, np.uint8)])


def test_text_says_that_integers_have_no_sign() -> None:
    module = mlir.parse(SIGNLESS.format("i8"))
    text = print_module(module)
    assert text.startswith("func signless @main(")
    assert isomorphic(parse(text, OPS), module)
    assert not isomorphic(parse(text.replace("signless ", ""), OPS), module)
    assert not mlir.parse(SIGNLESS.format("f32")).functions[0].signless
    assert not mlir.parse(SIGNLESS.format("i1")).functions[0].signless
