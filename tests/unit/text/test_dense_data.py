from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.ir.dense import Dense
from tensorir.ir.dtype import DTYPES, DType
from tensorir.text.dense_data import dense_text, dense_type_text, typed_dense
from tensorir.text.lexer import Lexer


def again(data: Dense) -> Dense:
    lex = Lexer(f"{dense_text(data)} : {dense_type_text(data)}")
    found = typed_dense(lex)
    assert lex.kind == "end"
    return found


@given(st.sampled_from(list(DTYPES.values())), st.lists(st.integers(0, 6), max_size=4), st.data())
def test_any_bits_of_any_type(element: DType, shape: list[int], data: st.DataObject) -> None:
    count = int(np.prod(shape, dtype=np.int64))
    raw = data.draw(st.binary(min_size=count * element.itemsize, max_size=count * element.itemsize))
    raw = bytes(b & 1 for b in raw) if element.kind == "bool" else raw
    value = Dense(np.frombuffer(raw, element.numpy).reshape(shape))
    assert again(value) == value


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.float32(1.5), "dense<1.5>"),
        (np.array([1, 2], np.int32), "dense<[1, 2]>"),
        (np.array([[1, 2], [3, 4]], np.float32), "dense<[[1.0, 2.0], [3.0, 4.0]]>"),
        (np.array([[[1], [2]]], np.int8), "dense<[[[1], [2]]]>"),
        (np.full((100, 100), -0.0, np.float32), "dense<-0.0>"),
        (np.array([0.0, -0.0], np.float32), "dense<[0.0, -0.0]>"),
        (np.array([0.1, np.nan, np.inf, -np.inf, 1e-45], np.float32), "dense<[0.1, nan, inf, -inf, 1e-45]>"),
        (np.array([0.1, 3e4], np.float16), "dense<[0.1, 30000.0]>"),
        (np.array([[], []], np.float32), "dense<[]>"),
        (np.array([True, False]), "dense<[true, false]>"),
        (np.array([-8, 7]).astype(DTYPES["i4"].numpy), "dense<[-8, 7]>"),
        (np.array([0.1, 2]).astype(DTYPES["bf16"].numpy), "dense<[0.1, 2.0]>"),
        (np.arange(65, dtype=np.uint8), f'dense<"0x{bytes(range(65)).hex().upper()}">'),
        (np.array([1.0, 2.0, 3.0] * 40, np.float16)[:65], 'dense<"0x003C00400042'),
    ],
)
def test_the_form(array: npt.NDArray[Any], text: str) -> None:
    value = Dense(array)
    assert dense_text(value).startswith(text)
    assert again(value) == value


def test_a_nan_with_a_payload_keeps_its_bits() -> None:
    array = np.array([0x7F800001, 0xFFC00000], np.uint32).view(np.float32)
    assert dense_text(Dense(array)) == 'dense<"0x0100807F0000C0FF">'
    same = np.full(1000, 0x7F800001, np.uint32).view(np.float32)
    assert dense_text(Dense(same)) == 'dense<"0x0100807F">'
    assert again(Dense(same)) == Dense(same)


def test_integers_are_taken_for_floats() -> None:
    assert typed_dense(Lexer("dense<[1, -2]> : tensor<2xf32>")) == Dense(np.array([1, -2], np.float32))


def test_data_is_read_only() -> None:
    for text in ("dense<[1, 2]> : tensor<2xi8>", "dense<1> : tensor<2xi8>", 'dense<"0x0102"> : tensor<2xi8>'):
        assert not typed_dense(Lexer(text)).array.flags.writeable
