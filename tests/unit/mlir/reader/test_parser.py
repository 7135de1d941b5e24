"""Ops, regions and documents of MLIR."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.mlir.reader.document import parse_document
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.parser import OpParser, Parsed
from tensorir.mlir.syntax import (
    ArrayAttr,
    DictAttr,
    Document,
    IntAttr,
    Operation,
    RankedTensor,
    ResourceAttr,
    ScalarType,
    StringAttr,
    TypeAttr,
    UnitAttr,
)

F32, I64 = ScalarType("f32"), ScalarType("i64")


def ops(text: str) -> list[Operation]:
    (block,) = parse_document(text).module.regions[0]
    return block.ops


def test_generic_form() -> None:
    (first, second) = ops(
        """
        %a, %b:2 = "x.y"() <{p = 1}> {q, r = "s"} : () -> (f32, i64, i64) loc("here")
        "x.z"(%a, %b#1, %b#0, %b, %a#0) : (f32, i64, i64, i64, f32) -> ()
        """
    )
    assert first.name == "x.y"
    assert [r.type for r in first.results] == [F32, I64, I64]
    assert [r.name for r in first.results] == ["%a", "%b#0", "%b#1"]
    assert first.attributes == {"p": IntAttr(1, I64), "q": UnitAttr(), "r": StringAttr("s")}
    a, b0, b1 = first.results
    assert second.operands == (a, b1, b0, b0, a)
    assert str(first.loc) == "<string>:2:20"
    assert str(b1.loc) == "<string>:2:13"


def test_results_need_no_names() -> None:
    (op,) = ops('"x.y"() : () -> (f32, f32)')
    assert [r.name for r in op.results] == ["", ""]


def test_regions() -> None:
    (outer, op) = ops(
        """
        %x = "x.x"() : () -> f32
        "x.y"() ({
        ^bb0(%a: f32, %b: i64 loc(unknown)):
          %c = "x.z"(%a, %x) : (f32, f32) -> f32
        }, {
          %c = "x.z"(%x, %x) : (f32, f32) -> f32
        }, {
        ^bb0:
        }, {
        }) : () -> ()
        """
    )
    with_arguments, plain, label_alone, empty = op.regions
    assert [a.type for a in with_arguments[0].args] == [F32, I64]
    assert with_arguments[0].ops[0].operands == (with_arguments[0].args[0], outer.results[0])
    assert plain[0].args == []
    assert plain[0].ops[0].operands == (outer.results[0], outer.results[0])
    assert label_alone[0].ops == []
    assert empty == ()


def test_functions_do_not_see_what_is_around_them() -> None:
    text = '%x = "x.x"() : () -> f32\n"func.func"() ({{ {} }}) : () -> ()'
    ops(text.format('%x = "x.x"() : () -> f32'))
    with pytest.raises(ParseError, match="the value %x is not defined before this use"):
        ops(text.format('"x.y"(%x) : (f32) -> ()'))


def test_a_name_of_an_outer_region_is_taken() -> None:
    with pytest.raises(ParseError, match="2:15: error: the value %x is defined twice, first at 1:1"):
        ops('%x = "x.x"() : () -> f32\n"x.y"() ({ ^a(%x: f32): }) : () -> ()')


@pytest.mark.parametrize("form", ["module", "builtin.module"])
def test_modules(form: str) -> None:
    module = parse_document(f'{form} @m attributes {{a = 1}} {{ "x.y"() : () -> () }} loc(unknown)').module
    assert module.name == "builtin.module"
    assert module.attributes == {"a": IntAttr(1, I64), "sym_name": StringAttr("m")}
    assert [op.name for op in module.regions[0][0].ops] == ["x.y"]


def test_ops_without_a_module_get_one() -> None:
    assert [op.name for op in ops('"x.y"() : () -> () "x.z"() : () -> ()')] == ["x.y", "x.z"]
    assert ops("") == []
    assert ops("module {}") == []
    assert [op.name for op in ops("module {} module {}")] == ["builtin.module", "builtin.module"]


def test_aliases() -> None:
    (op,) = ops("#a = [1, 2]\n#b = {x = #a}\n!t = tensor<2xf32>\n" + '"x.y"() {p = #b, q = !t, r = #a} : () -> ()')
    assert op.attributes["q"] == TypeAttr(RankedTensor((2,), F32))
    assert op.attributes["r"] == ArrayAttr((IntAttr(1, I64), IntAttr(2, I64)))
    assert op.attributes["p"] == DictAttr({"x": op.attributes["r"]})


def test_location_aliases_stand_at_the_end() -> None:
    text = '#loc = loc("a":1:2) "x.y"() : () -> () loc(#loc2) #loc1 = loc("b"(#loc)) #loc2 = loc(fused[#loc, #loc1])'
    assert [op.name for op in ops(text)] == ["x.y"]


def test_resources() -> None:
    document: Document = parse_document(
        '"x.y"() {v = dense_resource<k> : tensor<2xi8>} : () -> ()\n'
        '{-# dialect_resources: { builtin: { k: "0x010000000102" } } #-}'
    )
    value = document.module.regions[0][0].ops[0].attributes["v"]
    assert isinstance(value, ResourceAttr)
    assert str(value.loc) == "<string>:1:14"
    assert bytes(document.resources[value.key]) == b"\1\2"


def test_pretty_forms_come_from_the_assembly() -> None:
    def double(parser: OpParser, name: str) -> Parsed:
        assert name in ("x.double", "x.twice")
        use = parser.use()
        parser.lex.expect(":")
        type = parser.type()
        return Parsed((parser.resolve(use, type),), (type,), name="x.double")

    parser = OpParser(
        Lexer('"x.y"() ({ ^bb0(%a: f32): %b = x.double %a : f32 %c = x.twice %b : f32 }) : () -> ()'),
        {"x.*": double},
        {},
    )
    (region,) = parser.operation().regions
    first, second = region[0].ops
    assert (first.name, second.name) == ("x.double", "x.double")
    assert second.operands == first.results


def test_arguments_may_be_named_outside_of_a_region() -> None:
    parser = OpParser(Lexer("%x: f32 { }"), {}, {})
    use = parser.use()
    parser.lex.expect(":")
    (block,) = parser.region([(use.name, use.start, parser.type())])
    assert [a.name for a in block.args] == ["%x"]
    assert [a.type for a in block.args] == [F32]


def test_lists_of_operands() -> None:
    parser = OpParser(Lexer("%a, %b#1) ()"), {}, {})
    assert [u.name for u in parser.uses(")")] == ["%a", "%b#1"]
    parser.lex.expect("(")
    assert parser.uses(")") == []
