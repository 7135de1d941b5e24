"""Constant data of MLIR: lists, splats and hex, for every element type."""

from __future__ import annotations

import random
import struct
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.numbers import DTYPES
from tensorir.mlir.reader.parser import OpParser
from tensorir.mlir.syntax import DenseAttr, RankedTensor, ScalarType


def read(text: str) -> npt.NDArray[Any]:
    parser = OpParser(Lexer(text), {}, {})
    attribute = parser.attribute()
    parser.lex.expect_end()
    assert isinstance(attribute, DenseAttr)
    assert attribute.array.shape == attribute.type.shape
    return attribute.array


@pytest.mark.parametrize(
    ("text", "dtype", "values"),
    [
        ("[1, -2, 255, 0x7F, -0x80] : tensor<5xi8>", np.int8, [1, -2, -1, 127, -128]),
        ("[1, 255] : tensor<2xui8>", np.uint8, [1, 255]),
        ("[18446744073709551615, -9223372036854775808] : tensor<2xi64>", np.int64, [-1, -(2**63)]),
        ("[18446744073709551615] : tensor<1xui64>", np.uint64, [2**64 - 1]),
        ("[- 3, 4] : tensor<2xindex>", np.int64, [-3, 4]),
        ("[7, -8, 15] : tensor<3xi4>", ml_dtypes.int4, [7, -8, -1]),
        ("[15] : tensor<1xui4>", ml_dtypes.uint4, [15]),
        ("[true, false, 1, 0, -1] : tensor<5xi1>", np.bool_, [True, False, True, False, True]),
        ("[1.5, -2.0e-1, 3.] : tensor<3xf32>", np.float32, [1.5, -0.2, 3]),
        ("[0x7F800000, 1.0] : tensor<2xf32>", np.float32, [np.inf, 1]),
        ("[0.1] : tensor<1xf64>", np.float64, [0.1]),
        ("[65504.0, 1.0e10] : tensor<2xf16>", np.float16, [65504, np.inf]),
        ("[0x3F80, -1.5] : tensor<2xbf16>", ml_dtypes.bfloat16, [1, -1.5]),
        ("[1.3, 448.0] : tensor<2xf8E4M3FN>", ml_dtypes.float8_e4m3fn, [1.25, 448]),
        ("[[1, 2], [3, 4], [5, 6]] : tensor<3x2xi32>", np.int32, [[1, 2], [3, 4], [5, 6]]),
        ("[\n 1, // one > two\n 2 // ]\n] : tensor<2xi32>", np.int32, [1, 2]),
        ("[[], []] : tensor<2x0xi32>", np.int32, np.zeros((2, 0))),
        ("[] : tensor<0x3xi32>", np.int32, np.zeros((0, 3))),
        (" : tensor<0xf32>", np.float32, np.zeros(0)),
        ("2 : vector<2xi64>", np.int64, [2, 2]),
        ('"0x0000803F000000C0" : tensor<2xf32>', np.float32, [1, -2]),
        ('"0x803f00C0" : tensor<2x1xbf16>', ml_dtypes.bfloat16, [[1], [-2]]),
        ('"0x0000803F" : tensor<2xf32>', np.float32, [1, 1]),
        ('"0x0F01" : tensor<2xi4>', ml_dtypes.int4, [-1, 1]),
        ('"0xFF07" : tensor<2xui4>', ml_dtypes.uint4, [15, 7]),
        ('"0x010001" : tensor<3xi1>', np.bool_, [True, False, True]),
        ('"0x01" : tensor<3xi1>', np.bool_, [True, True, True]),
        ('"0x0D02" : tensor<10xi1>', np.bool_, [1, 0, 1, 1, 0, 0, 0, 0, 0, 1]),
        ('"0xFFFFFFFFFFFFFFFF" : tensor<index>', np.int64, -1),
        ('"" : tensor<2xi8>', None, None),
    ],
)
def test_elements(text: str, dtype: Any, values: Any) -> None:
    elements, type = text.rsplit(" : ", 1)
    if dtype is None:
        with pytest.raises(ValueError, match='expected "0x"'):
            read(f"dense<{elements}> : {type}")
        return
    array = read(f"dense<{elements}> : {type}")
    assert array.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(array, np.array(values).astype(dtype))


def test_a_splat_takes_no_memory() -> None:
    array = read("dense<1.5> : tensor<1000000x1000000x100xf32>")
    assert array.strides == (0, 0, 0)
    assert array[5, 7, 9] == 1.5
    assert read('dense<"0x01000000"> : tensor<1000000x1000000xi32>')[3, 4] == 1
    assert read("dense<7> : tensor<i32>").shape == ()


def test_a_type_may_be_an_alias() -> None:
    parser = OpParser(Lexer("!t = tensor<2xi8> dense<[1, 2]> : !t"), {}, {})
    parser.define_type()
    attribute = parser.attribute()
    assert isinstance(attribute, DenseAttr)
    assert attribute.type == RankedTensor((2,), ScalarType("i8"))


def test_decimal_text_is_read_exactly() -> None:
    """As MLIR does it: the nearest double, then the nearest number of the type."""
    rng = random.Random(1)
    values = [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(2000)]
    texts = [f"{v:.{rng.choice((3, 8, 17, 30))}e}" for v in values if v == v and abs(v) != np.inf]
    array = read(f"dense<[{', '.join(texts)}]> : tensor<{len(texts)}xf64>")
    np.testing.assert_array_equal(array, [float(t) for t in texts])
    single = read(f"dense<[{', '.join(texts)}]> : tensor<{len(texts)}xf32>")
    with np.errstate(over="ignore", under="ignore"):
        np.testing.assert_array_equal(single, np.array([float(t) for t in texts]).astype(np.float32))


@pytest.mark.parametrize("name", [n for n in DTYPES if n != "i1"])
def test_hex_holds_the_bits_of_every_type(name: str) -> None:
    dtype = DTYPES[name]
    bits = np.arange(200, dtype=np.uint64) % (16 if "4" in dtype.name and "int" in dtype.name else 256)
    bits = bits % 4 if dtype.name == "int2" else bits
    raw = bits.astype(f"<u{dtype.itemsize}")
    array = read(f'dense<"0x{raw.tobytes().hex()}"> : tensor<200x{name}>')
    assert array.dtype == dtype
    back = array.astype(np.int64) % (1 << 4) if dtype.name in ("int4", "uint4") else array.view(raw.dtype)
    if dtype.name == "int2":
        back = array.astype(np.int64) % 4
    np.testing.assert_array_equal(back, raw)
