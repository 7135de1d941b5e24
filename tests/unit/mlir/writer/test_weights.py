"""Data in MLIR text: numbers where there are few, bytes in hexadecimal where there are many, or only a name."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from tensorir.ir.dense import Dense
from tensorir.ir.types import Type
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.weights import MAX_DENSE_BYTES, Weights, WeightsKind


def text_of(type: Type) -> str:
    return str(type)


def data(
    array: npt.ArrayLike, name: str = "w", dialect: Dialect = "current", kind: WeightsKind = "inline"
) -> tuple[str, str]:
    """The text of an array where it is used, and the section at the end."""
    weights = Weights(dialect, kind, "model")
    return weights.typed_data(Dense(array), name, text_of), "".join(weights.resources())


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([[1, 2], [3, 4]], np.int8), "dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>"),
        (np.array([255, 1], np.uint8), "dense<[-1, 1]> : tensor<2xu8>"),
        (np.array(1.5, np.float32), "dense<1.5> : tensor<f32>"),
        (np.full((100, 100), -0.0, np.float32), "dense<-0.0> : tensor<100x100xf32>"),
        (np.zeros((0, 4), np.float32), "dense<> : tensor<0x4xf32>"),
        (np.array([True, False]), "dense<[true, false]> : tensor<2xi1>"),
        (np.array([0.1, np.inf], ml_dtypes.bfloat16), "dense<[0.10009765625, 0x7F80]> : tensor<2xbf16>"),
        (np.array([0x7FC00123, 0], np.uint32).view(np.float32), "dense<[0x7FC00123, 0.0]> : tensor<2xf32>"),
        (np.array([-3, 2], ml_dtypes.int4), "dense<[-3, 2]> : tensor<2xi4>"),
    ],
)
def test_short_data_is_numbers(array: npt.NDArray[Any], text: str) -> None:
    assert data(array) == (text, "")


def test_long_data_is_bytes_with_their_alignment() -> None:
    array = np.arange(MAX_DENSE_BYTES // 4 + 1, dtype=np.float32)
    used, section = data(array)
    assert used == "dense_resource<w> : tensor<65xf32>"
    hexadecimal = array.astype("<f4").tobytes().hex().upper()
    assert (
        section
        == f'{{-#\n  dialect_resources: {{\n    builtin: {{\n      w: "0x04000000{hexadecimal}"\n    }}\n  }}\n#-}}\n'
    )


def test_one_byte_less_is_still_numbers() -> None:
    assert data(np.arange(MAX_DENSE_BYTES // 4, dtype=np.float32))[1] == ""


def test_keys_are_identifiers_and_different() -> None:
    weights = Weights("current", "inline", "model")
    arrays = [np.arange(100.0) + i for i in range(3)]
    names = ["a b", "a_b", "a_b"]
    used = [weights.typed_data(Dense(a), n, text_of).split(" ")[0] for a, n in zip(arrays, names, strict=True)]
    assert used == ["dense_resource<a_b>", "dense_resource<a_b_1>", "dense_resource<a_b_2>"]
    assert "".join(weights.resources()).count('"0x08000000') == 3


@pytest.mark.parametrize(("dialect", "digits"), [("current", 2 * 600), ("llvm19", 2 * 75)])
def test_many_booleans_are_packed_as_the_version_wants_them(dialect: Dialect, digits: int) -> None:
    used, section = data(np.arange(600) % 3 == 0, dialect=dialect)
    assert used.startswith('dense<"0x')
    assert used.index('">') - len('dense<"0x') == digits
    assert not section


def test_what_is_left_out() -> None:
    external, inline = Weights("current", "external", "model"), Weights("current", "inline", "model")
    long, short = Dense(np.arange(100.0)), Dense(np.arange(3.0))
    assert external.leaves_out(long)
    assert not external.leaves_out(short)
    assert not inline.leaves_out(long)
    assert not external.leaves_out(Dense((np.arange(600) % 7).astype(ml_dtypes.int4)))
