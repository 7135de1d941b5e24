"""The pretty forms: everything in the corpus is read, into the attributes of the generic form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.mlir.reader.document import parse_document
from tensorir.mlir.syntax import (
    DYNAMIC,
    I1,
    I32,
    I64,
    INDEX,
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    DenseArrayAttr,
    DialectAttr,
    DictAttr,
    FunctionType,
    IntAttr,
    Operation,
    RankedTensor,
    ScalarType,
    StringAttr,
    SymbolRef,
    TypeAttr,
    UnitAttr,
)
from tensorir.text.split import split_input
from tests.support.growth import growth
from tests.support.mlir_trees import difference, same_attribute

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(CORPUS.glob("*.mlir"))
I8, F32 = ScalarType("i8"), ScalarType("f32")
SQUARE = RankedTensor((4, 4), F32)


def parts(file: Path) -> list[tuple[int, str]]:
    return split_input(file.read_text("utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_corpus_is_read(file: Path) -> None:
    for line, text in parts(file):
        assert parse_document(text, file.name, line).module.regions[0][0].ops


def ops(text: str, arguments: str = "") -> list[Operation]:
    """The ops of a function with this body, its end left out."""
    document = parse_document(f"func.func @f({arguments}) {{\n{text}\nreturn\n}}")
    return document.module.regions[0][0].ops[0].regions[0][0].ops[:-1]


def attributes(text: str, arguments: str = "") -> dict[str, Attribute]:
    """The attributes of the last op of a function's body."""
    return ops(text, arguments)[-1].attributes


def texts(attribute: Attribute) -> list[str]:
    assert isinstance(attribute, ArrayAttr)
    return [item.text for item in attribute.items if isinstance(item, DialectAttr)]


def i64s(*values: int) -> DenseArrayAttr:
    return DenseArrayAttr(I64, values)


def sizes(*counts: int) -> DenseArrayAttr:
    return DenseArrayAttr(I32, counts)


A = "%a: tensor<4x4xf32>, %s: f32, %i: index, %n: i32"
T = "tensor<4x4xf32>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arith.addf %s, %s : f32", {"fastmath": DialectAttr("arith.fastmath", "none")}),
        ("arith.addf %s, %s fastmath<nnan, ninf> : f32", {"fastmath": DialectAttr("arith.fastmath", "nnan,ninf")}),
        ("arith.addi %n, %n : i32", {"overflowFlags": DialectAttr("arith.overflow", "none")}),
        ("arith.addi %n, %n overflow<nsw> : i32", {"overflowFlags": DialectAttr("arith.overflow", "nsw")}),
        ("arith.divsi %n, %n exact : i32", {"isExact": UnitAttr()}),
        ("arith.extui %n nneg : i32 to i64", {"nonNeg": UnitAttr()}),
        ("arith.extf %s : f32 to f64", {}),
        ("arith.truncf %s downward : f32 to f16", {"roundingmode": IntAttr(1, I32)}),
        ("arith.cmpi uge, %n, %n : i32", {"predicate": IntAttr(9, I64)}),
        (
            "arith.cmpf olt, %s, %s : f32",
            {"predicate": IntAttr(4, I64), "fastmath": DialectAttr("arith.fastmath", "none")},
        ),
        ("arith.constant -3 : i8", {"value": IntAttr(-3, I8)}),
        ("arith.constant {x.y} true", {"value": IntAttr(1, I1), "x.y": UnitAttr()}),
        ("math.ipowi %n, %n : i32", {}),
        ("tensor.concat dim(1) %a, %a : (T, T) -> tensor<4x8xf32>", {"dim": IntAttr(1, I64)}),
        (
            "tensor.extract_slice %a[0, %i] [%i, 2] [1, 1] : T to tensor<?x2xf32>",
            {
                "static_offsets": i64s(0, DYNAMIC),
                "static_sizes": i64s(DYNAMIC, 2),
                "static_strides": i64s(1, 1),
                "operandSegmentSizes": sizes(1, 1, 1, 0),
            },
        ),
        (
            "tensor.insert_slice %a into %a[-1, 0] [4, 4] [1, 1] {x.y} : T into T",
            {
                "static_offsets": i64s(-1, 0),
                "static_sizes": i64s(4, 4),
                "static_strides": i64s(1, 1),
                "operandSegmentSizes": sizes(1, 1, 0, 0, 0),
                "x.y": UnitAttr(),
            },
        ),
        (
            "tensor.expand_shape %a [[0, 1], [2]] output_shape [2, %i, 4] : T into tensor<2x?x4xf32>",
            {
                "reassociation": ArrayAttr(
                    (ArrayAttr((IntAttr(0, I64), IntAttr(1, I64))), ArrayAttr((IntAttr(2, I64),)))
                ),
                "static_output_shape": i64s(2, DYNAMIC, 4),
            },
        ),
        (
            "tensor.expand_shape %a [] : T into tensor<4x4xf32>",
            {"reassociation": ArrayAttr(()), "static_output_shape": i64s(4, 4)},
        ),
        ("tensor.expand_shape %a [] : T into tensor<?x4xf32>", {"reassociation": ArrayAttr(())}),
        ("linalg.softmax dimension(1) ins(%a : T) outs(%a : T) -> T", {"dimension": IntAttr(1, I64)}),
        ("linalg.transpose ins(%a : T) outs(%a : T) permutation = [1, 0]", {"permutation": i64s(1, 0)}),
        (
            "linalg.nonexistent {x.y} ins(%a : T) outs(%a : T) -> T",
            {"x.y": UnitAttr(), "operandSegmentSizes": sizes(1, 1)},
        ),
        (
            "linalg.nonexistent ins(%a, %s : T, f32) outs(%a : T) {x.y} -> T",
            {"x.y": UnitAttr(), "operandSegmentSizes": sizes(2, 1)},
        ),
        (
            "linalg.pack %a padding_value(%s : f32) inner_dims_pos = [0] inner_tiles = [%i] into %a : T -> T",
            {
                "inner_dims_pos": i64s(0),
                "static_inner_tiles": i64s(DYNAMIC),
                "operandSegmentSizes": sizes(1, 1, 1, 1),
            },
        ),
        (
            'hal.tensor.export %a "x" : T -> !hal.buffer_view',
            {"name": StringAttr("x"), "source_encoding": TypeAttr(SQUARE)},
        ),
        ("flow.tensor.transfer %a : T to #hal.device.promise<@d>", {"target": DialectAttr("hal.device.promise", "@d")}),
        ("util.global.load immutable @g : i32", {"global": SymbolRef(("g",)), "is_immutable": UnitAttr()}),
    ],
)
def test_attributes_are_those_of_the_generic_form(text: str, expected: dict[str, Attribute]) -> None:
    found = attributes(f"%r = {text.replace('T', T)}", A)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert same_attribute(found[name], value), (name, found[name])


def test_named_ops_have_the_maps_that_they_stand_for() -> None:
    given = attributes(
        "%0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, "
        "affine_map<(m, n, k) -> (m, n)>] ins(%a, %a : T, T) outs(%a : T) -> T".replace("T", T),
        A,
    )
    plain = attributes("%0 = linalg.matmul ins(%a, %a : T, T) outs(%a : T) -> T".replace("T", T), A)
    assert maps(given) == ["(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d1, d2)", "(d0, d1, d2) -> (d0, d1)"]
    assert maps(plain) == ["(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d2, d1)", "(d0, d1, d2) -> (d0, d1)"]
    spelled = "%0 = linalg.elementwise kind=#linalg.elementwise_kind<exp> ins(%a : T) outs(%a : T) -> T"
    assert same_attribute(attributes(spelled.replace("T", T), A)["kind"], DialectAttr("linalg.elementwise_kind", "exp"))
    added = attributes("%0 = linalg.elementwise <add> ins(%a, %a : T, T) outs(%a : T) -> T".replace("T", T), A)
    assert maps(added) == ["(d0, d1) -> (d0, d1)"] * 3
    assert same_attribute(added["kind"], DialectAttr("linalg.elementwise_kind", "add"))


def maps(found: dict[str, Attribute]) -> list[str]:
    listed = found["indexing_maps"]
    assert isinstance(listed, ArrayAttr)
    return [str(item.map) for item in listed.items if isinstance(item, AffineMapAttr)]


def test_generic_ops_have_their_iterators_as_an_enum() -> None:
    (op,) = ops(
        '%0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", '
        f'"reduction"], doc = "d"}} outs(%a : {T}) attrs = {{x.y}} {{ ^bb0(%x: f32): linalg.yield %x : f32 }} -> {T}',
        A,
    )
    assert texts(op.attributes["iterator_types"]) == ["parallel", "reduction"]
    assert op.attributes["operandSegmentSizes"] == sizes(0, 1)
    assert op.attributes.keys() == {"indexing_maps", "iterator_types", "doc", "x.y", "operandSegmentSizes"}
    assert [o.name for o in op.regions[0][0].ops] == ["linalg.yield"]


def test_short_forms_stand_for_regions() -> None:
    body = "%0 = linalg.reduce { arith.subf {x.y} } ins(%a : T) outs(%v : V) dimensions = [1]"
    (op,) = ops(body.replace("T", T).replace("V", "tensor<4xf32>"), "%a: tensor<4x4xf32>, %v: tensor<4xf32>")
    (block,) = op.regions[0]
    payload, end = block.ops
    assert payload.name == "arith.subf"
    assert payload.operands == (block.args[1], block.args[0]), "the accumulator comes first"
    assert payload.attributes.keys() == {"fastmath", "x.y"}
    assert end.operands == payload.results
    (op,) = ops("%0 = linalg.map { arith.subf } ins(%a, %a : T, T) outs(%a : T)".replace("T", T), A)
    (block,) = op.regions[0]
    assert block.ops[0].operands == tuple(block.args[:2])
    assert len(block.args) == 3


def test_functions_state_their_types_and_attributes() -> None:
    text = (
        "func.func private @f(%a: f32 {x.y}, %b: i32) -> (f32 {x.z}, i32) attributes {x.w} { return %a, %b : f32, i32 }"
    )
    (function,) = parse_document(text).module.regions[0][0].ops
    assert function.attributes == {
        "sym_visibility": StringAttr("private"),
        "sym_name": StringAttr("f"),
        "function_type": TypeAttr(FunctionType((F32, I32), (F32, I32))),
        "arg_attrs": ArrayAttr((DictAttr({"x.y": UnitAttr()}), DictAttr({}))),
        "res_attrs": ArrayAttr((DictAttr({"x.z": UnitAttr()}), DictAttr({}))),
        "x.w": UnitAttr(),
    }
    (block,) = function.regions[0]
    assert block.ops[0].name == "func.return"
    assert block.ops[0].operands == tuple(block.args)


def test_a_declaration_has_a_region_without_a_block() -> None:
    (function,) = parse_document("func.func private @f(f32)").module.regions[0][0].ops
    assert function.regions == ((),)


def test_tied_results_take_the_type_of_their_argument() -> None:
    (function,) = parse_document("util.func private @f(%a: f32, %b: i32) -> (%b, %a as i8)").module.regions[0][0].ops
    assert function.attributes["function_type"] == TypeAttr(FunctionType((F32, I32), (I32, I8)))
    assert function.attributes["tied_operands"] == ArrayAttr((IntAttr(1, INDEX), IntAttr(0, INDEX)))


def test_parameters_are_globals_of_the_type_behind_them() -> None:
    text = 'util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<4x4xf32>'
    (op,) = parse_document(text).module.regions[0][0].ops
    assert op.attributes["type"] == TypeAttr(SQUARE)
    assert same_attribute(op.attributes["initial_value"], DialectAttr("flow.parameter.named", '"model"::"w"'))


def test_operands_stand_in_the_order_of_the_generic_form() -> None:
    found = ops("%0 = tensor.pad %a low[%i, 0] high[0, %j] { ^bb0(%x: index, %y: index): tensor.yield %s : f32 } : "
                "tensor<4x4xf32> to tensor<?x?xf32>\n"
                "%1 = iree_encoding.unset_encoding %a encoding_dims{%i} : tensor<4x4xf32> -> tensor<?x4xf32>{%j}",
                "%a: tensor<4x4xf32>, %i: index, %j: index, %s: f32")  # fmt: skip  # one line per op
    assert [v.name for v in found[0].operands] == ["%a", "%i", "%j"]
    assert [v.name for v in found[1].operands] == ["%a", "%j", "%i"]
    assert found[1].attributes["operandSegmentSizes"] == sizes(1, 1, 1)


def test_comparison_of_trees_sees_differences() -> None:
    text = "%0 = arith.addf %a, %b : f32\n%1 = arith.mulf %0, %a : f32"
    base = ops(text, "%a: f32, %b: f32")

    def against(changed: str, arguments: str = "%x: f32, %b: f32") -> str:
        document = parse_document(f"func.func @f({arguments}) {{\n{changed}\nreturn\n}}").module
        return difference(parse_document(f"func.func @f(%a: f32, %b: f32) {{\n{text}\nreturn\n}}").module, document)

    assert len(base) == 2
    assert against("%5 = arith.addf %x, %b : f32\n%6 = arith.mulf %5, %x : f32") == ""
    assert "operands" in against("%0 = arith.addf %b, %x : f32\n%1 = arith.mulf %0, %x : f32")
    assert "fastmath" in against("%0 = arith.addf %x, %b fastmath<fast> : f32\n%1 = arith.mulf %0, %x : f32")
    assert "arith.subf" in against("%0 = arith.subf %x, %b : f32\n%1 = arith.mulf %0, %x : f32")
    assert "attributes" in against("%0 = arith.addf %x, %b {y.z} : f32\n%1 = arith.mulf %0, %x : f32")
    assert "arith.mulf and func.return" in against("%0 = arith.addf %x, %b : f32")
    assert "operands" in against("%0 = arith.addf %x, %b : f32\n%1 = arith.mulf %0, %x : f32", "%b: f32, %x: f32")
    assert "f32" in against("", "%x: f64, %b: f32")


def test_reading_grows_with_the_text() -> None:
    def text(count: int) -> str:
        lines = "\n".join(f"%{i + 1} = arith.addf %{i}, %{i} : tensor<4x?xf32>" for i in range(count))
        return f"func.func @f(%0: tensor<4x?xf32>) {{\n{lines}\nreturn\n}}"

    small, large = text(300), text(3000)
    assert growth(lambda: parse_document(small), lambda: parse_document(large), 15) < 15
