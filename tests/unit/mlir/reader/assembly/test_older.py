"""Spellings of older versions are read as today's, in pretty and in generic form."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.assembly.renamed import RENAMED
from tensorir.mlir.reader.document import parse_document
from tests.support.mlir_trees import difference

T = "tensor<2x3xf32>"
ARGUMENTS = f"%a: {T}, %b: {T}, %x: f32, %n: index, %c: tensor<6xf32>"

PAIRS = [
    (f"arith.maxf %a, %b : {T}", f"arith.maximumf %a, %b : {T}"),
    ("arith.minf %x, %x fastmath<fast> : f32", "arith.minimumf %x, %x fastmath<fast> : f32"),
    (f"math.abs %a : {T}", f"math.absf %a : {T}"),
    (f"linalg.init_tensor [2, 3] {{note}} : {T}", f"tensor.empty() {{note}} : {T}"),
    ("linalg.init_tensor [%n, 3] : tensor<?x3xf32>", "tensor.empty(%n) : tensor<?x3xf32>"),
    ("linalg.init_tensor [] : tensor<f32>", "tensor.empty() : tensor<f32>"),
    (
        f"linalg.pad_tensor %a low[1, 0] high[0, 2] {{ ^b(%i: index, %j: index): tensor.yield %x : f32 }} : {T} to "
        "tensor<3x5xf32>",
        f"tensor.pad %a low[1, 0] high[0, 2] {{ ^b(%i: index, %j: index): tensor.yield %x : f32 }} : {T} to "
        "tensor<3x5xf32>",
    ),
    (
        f"linalg.tensor_collapse_shape %a [[0, 1]] : {T} into tensor<6xf32>",
        f"tensor.collapse_shape %a [[0, 1]] : {T} into tensor<6xf32>",
    ),
    (
        f"linalg.tensor_expand_shape %c [[0, 1]] : tensor<6xf32> into {T}",
        f"tensor.expand_shape %c [[0, 1]] : tensor<6xf32> into {T}",
    ),
    (f'"arith.maxf"(%a, %b) : ({T}, {T}) -> {T}', f'"arith.maximumf"(%a, %b) : ({T}, {T}) -> {T}'),
    (
        '"linalg.init_tensor"(%n) {static_sizes = [-1, 3]} : (index) -> tensor<?x3xf32>',
        '"tensor.empty"(%n) : (index) -> tensor<?x3xf32>',
    ),
    (
        f"linalg.map {{ arith.maxf }} ins(%a, %b : {T}, {T}) outs(%a : {T})",
        f"linalg.map {{ arith.maximumf }} ins(%a, %b : {T}, {T}) outs(%a : {T})",
    ),
    (
        f"linalg.reduce {{ arith.minf }} ins(%a : {T}) outs(%d : tensor<2xf32>) dimensions = [1]",
        f"linalg.reduce {{ arith.minimumf }} ins(%a : {T}) outs(%d : tensor<2xf32>) dimensions = [1]",
    ),
]


def program(text: str) -> str:
    return f"func.func @f({ARGUMENTS}, %d: tensor<2xf32>) {{\n  %r = {text}\n  return\n}}"


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_the_older_spelling_is_the_same_tree(old: str, new: str) -> None:
    assert difference(parse_document(program(old), "old").module, parse_document(program(new), "new").module) == ""


def test_every_renamed_op_is_tried() -> None:
    assert all(any(name in old for old, _ in PAIRS) for name in RENAMED)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"linalg.init_tensor [2, 4] : {T}", f"<string>:2:27: error: the sizes are not those of {T}"),
        (f"linalg.init_tensor [2, %n] : {T}", f"<string>:2:27: error: the sizes are not those of {T}"),
        ("linalg.init_tensor [2] : f32", "<string>:2:33: error: expected a ranked tensor type"),
    ],
)
def test_sizes_that_contradict_the_type_are_refused(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_document(program(text), "<string>")
    assert str(caught.value).startswith(message)
