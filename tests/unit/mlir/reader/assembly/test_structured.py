"""Where the attributes of linalg's structured ops may stand."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.document import parse_document
from tests.support.mlir_trees import difference

T = "tensor<4x4xf32>"
MAPS = "indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>]"
KINDS = 'iterator_types = ["parallel", "parallel"]'
REST = f"ins(%a : {T}) outs(%a : {T}) {{ ^b(%x: f32, %y: f32): linalg.yield %x : f32 }} -> {T}"
INS_OUTS = f"ins(%a, %a : {T}, {T}) outs(%a : {T}) -> {T}"


def program(text: str, before: str = "") -> str:
    return f"{before}\nfunc.func @f(%a: {T}) {{\n  %r = {text}\n  return\n}}"


PLAIN = program(f"linalg.generic {{{MAPS}, {KINDS}}} {REST}")
NOTED = program(f"linalg.generic {{{MAPS}, {KINDS}, note = 1 : i32}} {REST}")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (program(f"linalg.generic #trait {REST}", f"#trait = {{{MAPS}, {KINDS}}}"), PLAIN),
        (program(f"linalg.generic #trait {{note = 1 : i32}} {REST}", f"#trait = {{{MAPS}, {KINDS}}}"), NOTED),
        (program(f"linalg.generic {{{MAPS}, {KINDS}}} {{note = 1 : i32}} {REST}"), NOTED),
        (
            program(f"linalg.matmul <{{note = 1 : i32}}> {INS_OUTS}"),
            program(f"linalg.matmul {{note = 1 : i32}} {INS_OUTS}"),
        ),
        (
            program(f"linalg.matmul <{{note = 1 : i32}}> {{more}} {INS_OUTS}"),
            program(f"linalg.matmul {{note = 1 : i32, more}} {INS_OUTS}"),
        ),
    ],
)
def test_dictionaries_before_the_operands_are_one(text: str, same: str) -> None:
    assert difference(parse_document(text, "a").module, parse_document(same, "b").module) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"linalg.generic #other {REST}", "3:23: error: expected '{' and indexing_maps, iterator_types"),
        (f"linalg.generic {REST}", "3:23: error: expected '{' and indexing_maps, iterator_types, found 'ins'"),
        (f"linalg.generic {{{KINDS}}} {REST}", "3:23: error: linalg.generic lacks indexing_maps"),
        (f"linalg.generic #trait {{a}} {{a}} {REST}", "3:34: error: expected 'outs'"),
        (f"linalg.generic #trait {{noted}} {REST}", "3:30: error: the attribute 'noted' is given twice"),
        (f"linalg.generic #trait {{{KINDS}}} {REST}", "3:30: error: the attribute 'iterator_types' is given twice"),
        (f"linalg.matmul <{{note}}> {{note}} {INS_OUTS}", "3:31: error: the attribute 'note' is given twice"),
        (f"linalg.matmul <{{note}} {INS_OUTS}", "error: expected '>' after properties"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    before = f"#other = 3 : i32 #trait = {{{MAPS}, {KINDS}, noted}}"
    with pytest.raises(ParseError) as caught:
        parse_document(program(text, before), "t")
    assert message in str(caught.value).splitlines()[0]
