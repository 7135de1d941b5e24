"""Encodings: IREE's attribute, our own for those with views, set and unset."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.views import Transposed
from tests.support.mlir_programs import ops, refusal, result, same

MAPS = (
    "affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>"
)


def encoded(attribute: str) -> str:
    return f"""#e = {attribute}
func.func @f(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {{
  %a = iree_encoding.set_encoding %x : tensor<4x8xf32> -> tensor<4x8xf32, #e>
  %r = iree_encoding.unset_encoding %a : tensor<4x8xf32, #e> -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}}"""


def matmul(index: int = 0, sizes: str = "[4, 16, 8]", types: str = "[f32, f32, f32]", maps: str = MAPS) -> str:
    return (
        f"#iree_encoding.encoding<operand_index = {index} : index, op_type = matmul, element_types = {types}, "
        f"user_indexing_maps = [{maps}], iteration_sizes = {sizes}>"
    )


@pytest.mark.parametrize(("index", "role"), [(0, "lhs"), (1, "rhs"), (2, "result")])
def test_roles(index: int, role: str) -> None:
    made, unset = ops(encoded(matmul(index)))
    assert isinstance(made, SetEncoding)
    assert isinstance(unset, UnsetEncoding)
    assert isinstance(made.encoding, Encoding)
    assert made.encoding.role == role
    x = np.arange(32, dtype=np.float32).reshape(4, 8)
    assert same(result(encoded(matmul(index)), x), x)


@pytest.mark.parametrize(
    ("sizes", "narrow"),
    [
        ("[4, 16, 8]", (4, 16, None)),
        ("[?, 17, 1]", (None, None, None)),
        ("[1, ?, ?]", (1, None, None)),
    ],
)
def test_only_narrow_m_and_n_are_kept(sizes: str, narrow: tuple[int | None, ...]) -> None:
    made = ops(encoded(matmul(sizes=sizes)))[0]
    assert isinstance(made, SetEncoding)
    assert isinstance(made.encoding, Encoding)
    assert made.encoding.contraction.narrow == narrow


def test_sizes_may_be_left_out() -> None:
    text = encoded(matmul()).replace(", iteration_sizes = [4, 16, 8]", "")
    made = ops(text)[0]
    assert isinstance(made, SetEncoding)
    assert isinstance(made.encoding, Encoding)
    assert made.encoding.contraction.narrow == (None, None, None)


def test_encodings_with_views_are_ours() -> None:
    own = (
        "#encoding<rhs, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], "
        "types = [f32, f32, f32], narrow = [?, ?, ?], via = [transpose[1, 0]]>"
    )
    made = ops(encoded(f'{{tensorir.encoding = "{own}"}}'))[0]
    assert isinstance(made, SetEncoding)
    assert isinstance(made.encoding, Encoding)
    assert made.encoding.views == (Transposed((1, 0)),)


def test_dynamic_sizes_and_encoding_dims() -> None:
    e = matmul(sizes="[?, 16, 8]")
    text = f"""#e = {e}
func.func @f(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {{
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x8xf32>
  %a = "iree_encoding.set_encoding"(%x, %d) : (tensor<?x8xf32>, index) -> tensor<?x8xf32, #e>
  %r = "iree_encoding.unset_encoding"(%a, %d) <{{operandSegmentSizes = array<i32: 1, 1, 0>}}>
    : (tensor<?x8xf32, #e>, index) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}}"""
    x = np.ones((3, 8), np.float32)
    assert same(result(text, x), x)


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("#iree_encoding.layout<[]>", "#iree_encoding.layout is not supported"),
        ("#iree_encoding.testing<>", "#iree_encoding.testing is not supported"),
        ("#iree_encoding.specialized<1>", "#iree_encoding.specialized is not supported"),
        (matmul(index=3), "operand_index must be 0, 1 or 2"),
        (matmul().replace("matmul", "conv"), "the op_type conv is not supported"),
        (matmul(types="[f32, f32]"), "three element types"),
        (matmul(types="[f32, f32, i128]"), "i128"),
        (matmul(sizes="[4, 16]"), "one size per iteration dim"),
        (matmul(maps=MAPS.replace("(d0, d2)>", "(d0 + d1, d2)>")), "projected permutations"),
        ('{tensorir.encoding = "#encoding<lhs>"}', "tensorir.encoding: expected"),
        ('{tensorir.encoding = "#encoding<lhs>", other = 1}', "an encoding must be"),
        (
            matmul(maps="affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>", sizes="[4]"),
            "rank",
        ),
    ],
)
def test_refusals(attribute: str, message: str) -> None:
    found = refusal(encoded(attribute))
    assert found.startswith("t.mlir:")
    assert message in found
