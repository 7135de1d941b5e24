"""linalg on tensors with IREE's encodings: results have the encoding of outs."""

from __future__ import annotations

import numpy as np

from tensorir.dialects import encode, linalg
from tensorir.encoding.encoding import Encoding
from tensorir.interp.interpreter import interpret
from tensorir.mlir import parse

_TEXT = """
#m0 = affine_map<(d0, d1, d2) -> (d0, d2)>
#m1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#m2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#lhs = #iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [ELEMENTS],
  user_indexing_maps = [#m0, #m1, #m2], iteration_sizes = [?, ?, ?]>
#rhs = #iree_encoding.encoding<operand_index = 1 : index, op_type = matmul, element_types = [ELEMENTS],
  user_indexing_maps = [#m0, #m1, #m2], iteration_sizes = [?, ?, ?]>
#out = #iree_encoding.encoding<operand_index = 2 : index, op_type = matmul, element_types = [ELEMENTS],
  user_indexing_maps = [#m0, #m1, #m2], iteration_sizes = [?, ?, ?]>
func.func @main(%a: tensor<32x48xIN>, %b: tensor<48x64xIN>) -> tensor<32x64xOUT> {
  %zero = arith.constant ZERO : OUT
  %0 = iree_encoding.set_encoding %a : tensor<32x48xIN> -> tensor<32x48xIN, #lhs>
  %1 = iree_encoding.set_encoding %b : tensor<48x64xIN> -> tensor<48x64xIN, #rhs>
  %2 = tensor.empty() : tensor<32x64xOUT, #out>
  %3 = linalg.fill ins(%zero : OUT) outs(%2 : tensor<32x64xOUT, #out>) -> tensor<32x64xOUT, #out>
  %4 = linalg.matmul CAST ins(%0, %1 : tensor<32x48xIN, #lhs>, tensor<48x64xIN, #rhs>)
    outs(%3 : tensor<32x64xOUT, #out>) -> tensor<32x64xOUT, #out>
  %5 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
    iterator_types = ["parallel", "parallel"]} ins(%4 : tensor<32x64xOUT, #out>) outs(%2 : tensor<32x64xOUT, #out>) {
  ^bb0(%x: OUT, %o: OUT):
    %y = ADD %x, %x : OUT
    linalg.yield %y : OUT
  } -> tensor<32x64xOUT, #out>
  %6 = iree_encoding.unset_encoding %5 : tensor<32x64xOUT, #out> -> tensor<32x64xOUT>
  return %6 : tensor<32x64xOUT>
}
"""


def _text(source: str, target: str, cast: str = "") -> str:
    words = {"ELEMENTS": f"{source}, {source}, {target}", "IN": source, "OUT": target, "CAST": cast}
    words |= {"ZERO": "0.0", "ADD": "arith.addf"} if target[0] == "f" else {"ZERO": "0", "ADD": "arith.addi"}
    text = _TEXT
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def test_contraction_and_elementwise_ops_keep_the_encoding() -> None:
    module = parse(_text("f32", "f32"))
    kinds = [encode.SetEncoding, encode.SetEncoding, linalg.Contract, linalg.Generic, encode.UnsetEncoding]
    ops = module.functions[0].body.ops
    assert [type(op) for op in ops] == kinds
    contract, double = ops[2], ops[3]
    assert isinstance(contract, linalg.Contract)
    assert contract.init == ()  # a fill of zeros, also where it has an encoding
    assert isinstance(contract.encoding, Encoding)
    assert contract.encoding.role == "result"
    assert double.result.type.encoding == contract.encoding
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(32, 48)).astype(np.float32), rng.normal(size=(48, 64)).astype(np.float32)
    np.testing.assert_allclose(interpret(module, "main", (a, b))[0], 2 * (a @ b), rtol=1e-4, atol=1e-4)


def test_unsigned_elements_keep_the_encoding_of_their_operand() -> None:
    module = parse(_text("i8", "i32", "{cast = #linalg.type_fn<cast_unsigned>}"))
    (contract,) = (op for op in module.functions[0].body.ops if isinstance(op, linalg.Contract))
    assert contract.lhs.type.dtype.name == "u8"
    assert isinstance(contract.lhs.type.encoding, Encoding)
    assert contract.lhs.type.encoding.role == "lhs"
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, s).astype(np.int8) for s in ((32, 48), (48, 64)))
    expected = 2 * (a.view(np.uint8).astype(np.int32) @ b.view(np.uint8).astype(np.int32))
    np.testing.assert_array_equal(interpret(module, "main", (a, b))[0], expected)
