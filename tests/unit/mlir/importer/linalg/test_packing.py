"""linalg.pack and unpack: their attributes, padding, sizes; the way back."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects import packing
from tensorir.interp.interpreter import interpret
from tensorir.ir.diagnostic import ParseError, TensorIRError
from tensorir.mlir import parse
from tests.support.linalg_programs import Array


def _pack(source: str, packed: str, attributes: str, padding: str = "0.0", sizes: str = "") -> str:
    return f"""
func.func @main(%x: tensor<{source}>) -> tensor<{packed}> {{
  %p = arith.constant {padding} : f32{sizes}
  %e = tensor.empty({"%n" if sizes else ""}) : tensor<{packed}>
  %r = linalg.pack %x padding_value(%p : f32) {attributes} into %e : tensor<{source}> -> tensor<{packed}>
  return %r : tensor<{packed}>
}}
"""


def _tiles(x: Array, tiles: tuple[int, int], padding: float = 0) -> Array:
    rows, columns = (-n % t for n, t in zip(x.shape, tiles, strict=True))
    x = np.pad(x, ((0, rows), (0, columns)), constant_values=padding)
    shape = (x.shape[0] // tiles[0], tiles[0], x.shape[1] // tiles[1], tiles[1])
    return x.reshape(shape).transpose(0, 2, 1, 3)


@pytest.mark.parametrize("padding", [0.0, -1.5])
def test_pack_pads_incomplete_tiles(padding: float) -> None:
    x = np.arange(15, dtype=np.float32).reshape(5, 3)
    text = _pack("5x3xf32", "3x2x2x2xf32", "inner_dims_pos = [0, 1] inner_tiles = [2, 2]", str(padding))
    (result,) = interpret(parse(text), "main", (x,))
    np.testing.assert_array_equal(result, _tiles(x, (2, 2), padding))


def test_outer_dims_are_permuted() -> None:
    x = np.arange(24, dtype=np.float32).reshape(4, 6)
    attributes = "outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [3, 2]"
    (result,) = interpret(parse(_pack("4x6xf32", "2x2x3x2xf32", attributes)), "main", (x,))
    np.testing.assert_array_equal(result, _tiles(x, (2, 3)).transpose(1, 0, 3, 2))


def test_one_dim_alone() -> None:
    x = np.arange(24, dtype=np.float32).reshape(4, 6)
    (result,) = interpret(parse(_pack("4x6xf32", "4x2x3xf32", "inner_dims_pos = [1] inner_tiles = [3]")), "main", (x,))
    np.testing.assert_array_equal(result, x.reshape(4, 2, 3))


def test_sizes_of_tiles_may_be_constants_by_name() -> None:
    text = """
func.func @main(%x: tensor<4x6xf32>) -> tensor<4x2x?xf32> {
  %n = arith.constant 3 : index
  %e = tensor.empty(%n) : tensor<4x2x?xf32>
  %r = linalg.pack %x inner_dims_pos = [1] inner_tiles = [%n] into %e : tensor<4x6xf32> -> tensor<4x2x?xf32>
  return %r : tensor<4x2x?xf32>
}
"""
    (op,) = parse(text).functions[0].body.ops
    assert isinstance(op, packing.Pack)
    assert op.inner_tiles == (3,)


DYNAMIC = """
func.func @main(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %p = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %d = tensor.dim %x, %c0 : tensor<?x6xf32>
  %n = arith.ceildivui %d, %c4 : index
  %e = tensor.empty(%n) : tensor<?x2x4x3xf32>
  %r = linalg.pack %x padding_value(%p : f32) inner_dims_pos = [0, 1] inner_tiles = [4, 3] into %e
    : tensor<?x6xf32> -> tensor<?x2x4x3xf32>
  %f = tensor.empty(%d) : tensor<?x6xf32>
  %u = linalg.unpack %r inner_dims_pos = [0, 1] inner_tiles = [4, 3] into %f : tensor<?x2x4x3xf32> -> tensor<?x6xf32>
  return %u : tensor<?x6xf32>
}
"""


def test_dynamic_there_and_back() -> None:
    module = parse(DYNAMIC)
    assert [op.NAME for op in module.functions[0].body.ops] == ["linalg.pack", "linalg.unpack"]
    for rows in (1, 4, 7):
        x = np.arange(rows * 6, dtype=np.float32).reshape(rows, 6)
        np.testing.assert_array_equal(interpret(module, "main", (x,))[0], x)


@pytest.mark.parametrize(
    "text, message",
    [
        (
            DYNAMIC.replace("inner_tiles = [4, 3] into %e", "inner_tiles = [%d, 3] into %e")
            .replace("tensor<?x2x4x3xf32>", "tensor<?x2x?x3xf32>")
            .replace("tensor.empty(%n)", "tensor.empty(%n, %c4)"),
            "linalg.pack: tiles whose sizes are known only at run time are not supported",
        ),
        (
            _pack("5x3xf32", "3x2x2x2xf32", "inner_dims_pos = [0, 0] inner_tiles = [2, 2]"),
            "linalg.pack: inner_dims_pos [0, 0] must be different dims of rank 2, one per tile",
        ),
        (
            _pack("5x3xf32", "5x2x0x2xf32", "inner_dims_pos = [0, 1] inner_tiles = [0, 2]"),
            "linalg.pack: inner_tiles [0, 2] must be at least 1",
        ),
        (
            _pack("5x3xf32", "3x2x2x2xf32", "outer_dims_perm = [0, 2] inner_dims_pos = [0, 1] inner_tiles = [2, 2]"),
            "linalg.pack: outer_dims_perm [0, 2] must be a permutation of 2 dims",
        ),
        (
            _pack("5x3xf32", "2x2x2x2xf32", "inner_dims_pos = [0, 1] inner_tiles = [2, 2]"),
            "linalg.pack: the sizes 3 and 2 must be equal",
        ),
    ],
)
def test_refusals_say_where_and_what(text: str, message: str) -> None:
    with pytest.raises(ParseError) as e:
        parse(text, file="in.mlir")
    assert message in str(e.value)
    assert str(e.value).startswith("in.mlir:")


PADDED_BY = """
func.func @main(%x: tensor<{source}xf32>, %p: f32) -> tensor<{packed}x4x4xf32> {{
  %q = arith.mulf %p, %p : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<{source}xf32>
  %n = tensor.dim %x, %c1 : tensor<{source}xf32>
  %m1 = affine.apply affine_map<(a) -> (a ceildiv 4)>(%m)
  %n1 = affine.apply affine_map<(a) -> (a ceildiv 4)>(%n)
  %e = tensor.empty({sizes}) : tensor<{packed}x4x4xf32>
  %r = linalg.pack %x {padding} inner_dims_pos = [0, 1] inner_tiles = [4, 4] into %e
      : tensor<{source}xf32> -> tensor<{packed}x4x4xf32>
  return %r : tensor<{packed}x4x4xf32>
}}"""


@pytest.mark.parametrize(
    ("source", "packed", "sizes"), [("7x9", "2x3", ""), ("?x9", "?x3", "%m1"), ("?x?", "?x?", "%m1, %n1")]
)
def test_padding_by_a_value_that_is_computed(source: str, packed: str, sizes: str) -> None:
    text = PADDED_BY.format(source=source, packed=packed, sizes=sizes, padding="padding_value(%q : f32)")
    x = np.arange(63, dtype=np.float32).reshape(7, 9)
    (got,) = interpret(parse(text), "main", [x, np.float32(1.5)])
    assert np.array_equal(got, _tiles(x, (4, 4), 2.25))


def test_a_padding_value_of_another_type_is_refused() -> None:
    text = PADDED_BY.format(source="7x9", packed="2x3", sizes="", padding="padding_value(%m : index)")
    with pytest.raises(ParseError, match=r"linalg\.pack: the padding value is index, the source tensor<7x9xf32>"):
        parse(text)


@pytest.mark.parametrize(("source", "packed"), [("7x8", "2x2"), ("8x9", "2x3")])
def test_a_pack_that_has_to_pad_needs_a_value(source: str, packed: str) -> None:
    text = PADDED_BY.format(source=source, packed=packed, sizes="", padding="")
    with pytest.raises(
        ParseError, match=r"t:11:8: error: linalg.pack: dim \d of size \d would .* padding_value is missing"
    ):
        parse(text, file="t")


def test_sizes_that_are_known_when_it_runs_are_checked_then() -> None:
    module = parse(PADDED_BY.format(source="?x8", packed="?x2", sizes="%m1", padding=""), file="t")
    x = np.arange(64, dtype=np.float32).reshape(8, 8)
    (got,) = interpret(module, "main", [x, np.float32(0)])
    assert np.array_equal(got, _tiles(x, (4, 4)))
    for call in (
        lambda: interpret(module, "main", [x[:7], np.float32(0)]),
        lambda: compile(module)(x[:7], np.float32(0)),
        lambda: compile(module, data_tiling="off")(x[:7], np.float32(0)),
    ):
        with pytest.raises(TensorIRError, match=r"t:11:8: error: .*the tensor has sizes \(7, 8\), .* \(8, 8\)"):
            call()
