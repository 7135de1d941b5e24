"""Trees as generic text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.mlir.generic import generic_text
from tensorir.mlir.reader.document import parse_document
from tensorir.mlir.syntax import Document
from tensorir.text.split import split_input
from tests.support.mlir_trees import difference

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*.mlir"))


def _again(document: Document) -> Document:
    return parse_document(generic_text(document), document.file)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_generic_text_is_read_as_the_same_tree(file: Path) -> None:
    for line, text in split_input(file.read_text("utf-8")):
        document = parse_document(text, file.name, line)
        if "dense_resource" in text:  # their data comes into the ops, and only then is there a fixed point
            if not document.resources:
                continue
            document = _again(document)
        assert difference(document.module, _again(document).module) == ""


def test_a_resource_without_data_is_named() -> None:
    text = "func.func @f() {\n  %0 = arith.constant dense_resource<w> : tensor<3xf32>\n  return\n}"
    with pytest.raises(TensorIRError, match=r"m.mlir:2:\d+: error: dense_resource<w> has no data in this file"):
        generic_text(parse_document(text, "m.mlir"))


def test_named_products_get_their_region() -> None:
    text = """
    func.func @f(%a: tensor<4x8xi8>, %b: tensor<8x4xi8>, %c: tensor<4x4xi32>) -> tensor<4x4xi32> {
      %d = linalg.matmul ins(%a, %b : tensor<4x8xi8>, tensor<8x4xi8>) outs(%c : tensor<4x4xi32>) -> tensor<4x4xi32>
      return %d : tensor<4x4xi32>
    }"""
    out = generic_text(parse_document(text))
    body = [line.split('"')[1] for line in out.splitlines() if '"arith.' in line]
    assert body == ["arith.extsi", "arith.extsi", "arith.muli", "arith.addi"]


def test_resources_are_written_in_place() -> None:
    text = """
    func.func @f() -> tensor<3xf32> {
      %0 = arith.constant dense_resource<w> : tensor<3xf32>
      return %0 : tensor<3xf32>
    }
    {-# dialect_resources: { builtin: { w: "0x040000000000803F0000004000004040" } } #-}"""
    assert 'dense<"0x0000803f0000004000004040"> : tensor<3xf32>' in generic_text(parse_document(text))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0x7F800000 : f32", "0x7F800000 : f32"),
        ("0xFC00 : f16", "0xFC00 : f16"),
        ("0x7C : f8E5M2", "0x7C : f8E5M2"),
        ("1.0e-400 : f80", "0.0 : f80"),
        ("0.1 : f64", "0.1 : f64"),
    ],
)
def test_floats_of_every_type(number: str, text: str) -> None:
    given = f'"func.func"() ({{}}) {{x = {number}, sym_name = "f"}} : () -> ()'
    assert f'"x" = {text}' in generic_text(parse_document(given))


def test_large_data_is_hex() -> None:
    values = np.arange(40, dtype=np.float32) / 3
    text = f"""func.func @f() -> tensor<40xf32> {{
      %0 = arith.constant dense<{[float(v) for v in values]}> : tensor<40xf32>
      return %0 : tensor<40xf32>
    }}"""
    assert values.tobytes().hex() in generic_text(parse_document(text))
