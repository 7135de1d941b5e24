"""Large constants at the end of a file."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.resources import Resources, read_metadata


def read(text: str) -> Resources:
    lex = Lexer(text)
    resources = Resources(text)
    read_metadata(lex, resources)
    lex.expect_end()
    return resources


def test_data_comes_without_its_header() -> None:
    resources = read('{-# dialect_resources: { builtin: { a: "0x400000000000803F", "b-c": "0x10000000" } } #-}')
    assert list(resources) == ["a", "b-c"]
    assert np.frombuffer(resources["a"], "<f4").tolist() == [1]
    assert resources.size("a") == 4
    assert bytes(resources["b-c"]) == b""
    assert len(resources) == 2
    assert "a" in resources
    assert "d" not in resources


def test_what_others_keep_is_left_out() -> None:
    text = """{-#
      external_resources: { mlir_reproducer: { pipeline: "x", threads: true, n: 1 } },
      dialect_resources: { other: { a: "0x00" }, builtin: { a: "0x04000000FF" }, },
    #-}"""
    assert {k: bytes(v) for k, v in read(text).items()} == {"a": b"\xff"}


def test_an_unknown_key_is_none() -> None:
    with pytest.raises(KeyError):
        read("{-# #-}")["a"]
