"""Pretty forms that are none: each text has a ¦ where the error points, and a part of the message."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.mlir.reader.assembly import ASSEMBLY
from tensorir.mlir.reader.document import parse_document

T = "tensor<4x4xf32>"
ARGUMENTS = f"%a: {T}, %s: f32, %i: index, %n: i32, %c: i1, %m: memref<4xf32>, %u: tensor<*xf32>, %v: !hal.buffer_view"
INS_OUTS = f"ins(%a : {T}) outs(%a : {T})"
ID = "affine_map<(i, j) -> (i, j)>"


def body(text: str) -> str:
    return f"func.func @f({ARGUMENTS}) {{\n  %0 = {text}\n  return\n}}"


def effect(text: str) -> str:
    return f"func.func @f({ARGUMENTS}) {{\n  {text}\n}}"


MALFORMED = [
    # func
    ("func.func ¦f()", "expected a symbol (@name), found 'f'"),
    ("func.func @f ¦{", "expected '(' before the arguments"),
    ("func.func @f(%a¦) { return }", "expected ':' and the argument's type"),
    ("func.func @f(%a: f32, ¦f32)", "either all arguments have names, or none has"),
    ("func.func @f(f32, ¦%a: f32)", "either all arguments have names, or none has"),
    ("func.func @f(¦%a#1: f32)", "'%a#1' is one of several results"),
    ("func.func @f(%a: f32, ¦%a: f32) { return }", "the value %a is defined twice"),
    ("func.func @f(¦...)", "functions of any number of arguments"),
    ("func.func @f(f32) ¦{ return }", "a function with a body needs names for its arguments"),
    ("func.func @f(f32) -> (f32, ¦) { return }", "expected a type, found ')'"),
    ("func.func @f() attributes ¦f32", "expected '{' after 'attributes', found 'f32'"),
    ('func.func @f() ¦attributes {sym_name = "g"}', "'sym_name' is written in the function's head"),
    ("func.func @f() ¦attributes {arg_attrs = []}", "'arg_attrs' is written in the function's head"),
    (body("call @g(%n) : ¦() -> i32"), "1 operands, but 0 types"),
    (body("call @g(¦%s) : (i32) -> i32"), "%s is a f32, here it is meant as a i32"),
    (body("call ¦g() : () -> i32"), "expected a symbol (@name), found 'g'"),
    (effect("return %s\n¦").replace("¦\n", "¦"), "expected ':' and the operands' types, found '}'"),
    (effect("return %s : ¦f32, f32"), "1 operands, but 2 types"),
    # util, ml_program
    ("util.func @f(%a: f32) -> ¦%b", "'%b' is not an argument here"),
    ("util.func @f(f32) -> (¦%a as f32)", "'%a' is not an argument here"),
    ("util.func @f(%a: f32) -> %a as ¦", "expected a type, found the end of the text"),
    (body("util.call @g(%n) : (i32) -> (¦%s)"), "'%s' is not an argument here"),
    ('util.global private @g = ¦#flow.parameter.named<"a"::"b">', "expected a value with its type"),
    ("util.global private @g¦", "expected ':' and the global's type, or '=' and its value"),
    (body("util.global.load @g ¦i32"), "expected ':' and the global's type, found 'i32'"),
    (effect("util.global.store ¦@g, %s : f32"), "expected a value (%name), found '@g'"),
    (body("util.assume.int ¦: index"), "expected a value (%name), found ':'"),
    (body("util.assume.int %i ¦: index"), "expected '<'"),
    ("ml_program.global private mutable @g(dense<0> : tensor<i64>)¦", "expected ':' and the global's type"),
    (effect("ml_program.global_store @g ¦%s : f32"), "expected '=' and the value"),
    # arith, math
    (body("arith.constant\n  ¦return"), "expected an attribute, found 'return'"),
    (body('arith.constant ¦"text"'), "expected a number, dense<…> or dense_resource<…>, with its type"),
    (body("arith.constant ¦1 : f32"), "an integer where a f32 is meant"),
    (body("arith.addf %s ¦: f32"), "expected ',' and another operand, found ':'"),
    (body("arith.addf %s, ¦%n : f32"), "%n is a i32, here it is meant as a f32"),
    (body("arith.addf %s, ¦%q : f32"), "the value %q is not defined before this use"),
    (body("arith.addf %s, %s ¦overflow<nsw> : f32"), "unexpected 'overflow' after the operands (there are fastmath)"),
    (body("arith.addf %s, %s fastmath<¦faast> : f32"), "unknown fast-math flag 'faast'; did you mean fast"),
    (body("arith.addi %n, %n overflow<¦fast> : i32"), "unknown overflow flag 'fast'"),
    (body("arith.andi %n, %n ¦exact : i32"), "unexpected 'exact' after the operands"),
    (body("arith.cmpi ¦lt, %n, %n : i32"), "unknown predicate 'lt'; did you mean"),
    (body("arith.cmpf olt ¦%s, %s : f32"), "expected ',' after the predicate, found '%s'"),
    (body("arith.cmpf olt, %m, %m : ¦memref<4xf32>"), "expected a scalar or a ranked tensor, found memref<4xf32>"),
    (body("arith.select ¦%s, %s, %s : f32"), "%s is a f32, here it is meant as a i1"),
    (body("arith.select %c, %s, %s : i1,\n  ¦return"), "expected a type, found 'return'"),
    (body("arith.truncf %s : f32 ¦f16"), "expected 'to' and the type of the result, found 'f16'"),
    (body("arith.addui_extended %n, %n : i32\n  ¦return"), "expected ',' and the type of the overflow, found 'return'"),
    (body("math.fpowi %s, %n : f32\n  ¦return"), "expected ',' and the type of the exponent, found 'return'"),
    (body("math.clampf %s ¦[%s, %s] : f32"), "expected 'to' and the range, found '['"),
    (body("¦math.sine %s : f32"), "unknown op 'math.sine'; did you mean math.sin"),
    # tensor
    (body("tensor.empty ¦: tensor<4xf32>"), "expected '(' before the dynamic sizes, found ':'"),
    (body("tensor.empty(¦%n) : tensor<?xf32>"), "%n is a i32, here it is meant as a index"),
    (body(f"tensor.dim %a, ¦%n : {T}"), "%n is a i32, here it is meant as a index"),
    (body("tensor.extract %s[] : ¦f32"), "expected a ranked tensor type, found f32"),
    (body(f"tensor.extract %a ¦: {T}"), "expected '[' before the indices, found ':'"),
    (body(f"tensor.extract %a[¦0] : {T}"), "expected ']' after operands, found '0'"),
    (body(f"tensor.insert ¦%n into %a[%i, %i] : {T}"), "%n is a i32, here it is meant as a f32"),
    (
        body(f"tensor.collapse_shape %a ¦[0, 1] : {T} into tensor<16xf32>"),
        "expected groups of dims, as in [[0, 1], [2]]",
    ),
    (body(f"tensor.expand_shape %a [[0], [1]] output_shape [¦x] : {T} into {T}"), "expected an integer or a value"),
    (body(f"tensor.expand_shape %a [[0], [1]] : {T} ¦to {T}"), "expected 'into' and the type of the result"),
    (body(f"tensor.reshape %a(%a) : ({T}, {T}) ¦: {T}"), "expected '->' in a function type"),
    (body(f"tensor.reshape %a(%a) : ¦({T}, {T}) -> ({T}, {T})"), "expected one result, found 2"),
    (body(f"tensor.concat dim(¦%i) %a, %a : ({T}, {T}) -> {T}"), "expected an integer, found '%i'"),
    (body(f"tensor.concat dim(0) %a, %a : ¦({T}) -> {T}"), "2 operands, but 1 types"),
    (body(f"tensor.splat ¦%n : {T}"), "%n is a i32, here it is meant as a f32"),
    (body(f"tensor.gather %a[%a] gather_dims ¦: ({T}, {T}) -> {T}"), "expected '(', found ':'"),
    (
        body(f"tensor.extract_slice %a¦[0, 0] [1] [1, 1] : {T} to {T}"),
        "offsets, sizes and strides are lists of one length",
    ),
    (body(f"tensor.extract_slice %a[0, 0] [4, 4] ¦: {T} to {T}"), "expected '[', found ':'"),
    (body(f"tensor.extract_slice %a[¦9223372036854775808, 0] [4, 4] [1, 1] : {T} to {T}"), "has to fit i64"),
    (body(f"tensor.insert_slice %a ¦[0, 0] [4, 4] [1, 1] : {T} into {T}"), "expected 'into' and the tensor, found '['"),
    (body(f"tensor.pad %a low[0, 0] ¦{{ }} : {T} to {T}"), "expected 'high' and how much to pad after each dim"),
    (body(f"tensor.pad %a low[0, 0] high[0, 0] ¦: {T} to {T}"), "expected '{' before a region, found ':'"),
    (body(f"tensor.generate %i {{ ^bb0(%x: index): tensor.yield %s : f32 ¦: {T}"), "expected an op, found ':'"),
    # linalg
    (body(f"linalg.generic ¦ins(%a : {T}) outs(%a : {T}) {{ }}"), "expected '{' and indexing_maps, iterator_types"),
    (body(f"linalg.generic ¦{{indexing_maps = []}} {INS_OUTS} {{ }}"), "linalg.generic lacks iterator_types"),
    (body(f"linalg.generic {{indexing_maps = [{ID}], iterator_types = []}} ¦-> {T}"), "expected 'outs', found '->'"),
    (
        body(f"linalg.generic {{indexing_maps = [{ID}], iterator_types = []}} {INS_OUTS} attrs = {{}} ¦-> {T}"),
        "expected '{' before a region, found '->'",
    ),
    (
        body(
            f"linalg.generic {{indexing_maps = [{ID}], iterator_types = []}} {INS_OUTS} attrs = ¦{{indexing_maps}} {{}}"
        ),
        "the attribute 'indexing_maps' is given twice, or does not belong here",
    ),
    (body(f"linalg.matmul ins(%a, %a : ¦{T}) outs(%a : {T}) -> {T}"), "2 operands, but 1 types"),
    (body(f"linalg.matmul ins(%a, %a : {T}, {T}) ¦-> {T}"), "expected 'outs', found '->'"),
    (body(f"linalg.matmul {INS_OUTS}\n  ¦return"), "linalg.matmul has 0 results for 1 tensors in outs(…)"),
    (body(f"linalg.matmul {INS_OUTS} ¦-> ({T}, {T})"), "linalg.matmul has 2 results for 1 tensors in outs(…)"),
    (body(f"linalg.matmul indexing_maps = [¦4] {INS_OUTS} -> {T}"), "expected an affine map, found '4'"),
    (body(f"linalg.matmul ¦{{indexing_maps = []}} {INS_OUTS} -> {T}"), "the attribute 'indexing_maps' is given twice"),
    (
        body(f"linalg.matvec ¦indexing_maps = [{ID}] {INS_OUTS} -> {T}"),
        "the maps of linalg.matvec follow from its name",
    ),
    (body(f"linalg.fill ins(¦%n : f32) outs(%a : {T}) -> {T}"), "%n is a i32, here it is meant as a f32"),
    (body(f"linalg.fill ins(%s : f32) ¦outs() -> {T}"), "expected at least one value in outs(…)"),
    (body(f"linalg.elementwise <¦plus> {INS_OUTS} -> {T}"), "unknown kind of linalg.elementwise 'plus'"),
    (body(f"linalg.elementwise ¦{INS_OUTS} -> {T}"), "expected '<' before the kind, found 'ins'"),
    (body(f"linalg.elementwise kind = ¦<add> {INS_OUTS} -> {T}"), "expected #linalg.elementwise_kind<…>, found '<'"),
    (body(f"linalg.map {{ ¦}} {INS_OUTS}"), "expected the name of an op, found '}'"),
    (body(f"linalg.map {INS_OUTS} ¦{{ }}").replace("¦{ }", "{} ¦{ }"), "expected '(' before the region's arguments"),
    (body(f"linalg.map ¦ins(%a : {T}) outs(%a, %a : {T}, {T}) {{ }}"), "linalg.map has one value in outs(…)"),
    (body(f"linalg.reduce {INS_OUTS} ¦{{ }}"), "expected 'dimensions' and the dims that are reduced, found '{'"),
    (
        body(f"linalg.reduce {{ arith.addf }} ins(%a, %a : {T}, {T}) outs(%a : {T}) ¦dimensions = [0]"),
        "the form with one op is for one input",
    ),
    (body(f"linalg.transpose {INS_OUTS} ¦dimensions = [1]"), "expected 'permutation', found 'dimensions'"),
    (body(f"linalg.broadcast {INS_OUTS} dimensions = ¦1"), "expected '[', found '1'"),
    (body(f"linalg.broadcast ¦ins(%a, %a : {T}, {T}) outs(%a : {T}) dimensions = [1]"), "expected one value in ins(…)"),
    (body(f"linalg.softmax ¦axis(1) {INS_OUTS} -> {T}"), "expected 'dimension', found 'axis'"),
    (body("linalg.index ¦%i : index"), "expected the number of an iteration dim, found '%i'"),
    (body("linalg.index 0 : ¦i32"), "expected 'index', found 'i32'"),
    (body(f"linalg.pack %a ¦inner_tiles = [2] into %a : {T} -> {T}"), "expected 'inner_dims_pos', found 'inner_tiles'"),
    (
        body(f"linalg.pack %a inner_dims_pos = [0] inner_tiles = [2] ¦: {T} -> {T}"),
        "expected 'into' and the destination",
    ),
    (body("linalg.pack %a padding_value(%s¦) inner_dims_pos = [0]"), "expected ':' and the padding's type"),
    (body(f"tensor.unpack %a inner_dims_pos = [0] inner_tiles = [2] into ¦%s : {T} -> {T}"), "%s is a f32, here"),
    # around linalg
    (body("affine.apply ¦affine_map<(d0) -> (d0)>()"), "the map takes 1 dims and 0 symbols, given are 0 and 0"),
    (
        body("affine.apply ¦affine_map<(d0) -> (d0, d0)>(%i)"),
        "affine.apply takes a map with one result, this one has 2",
    ),
    (effect("cf.assert %c, ¦message"), "expected the message, found 'message'"),
    (body("hal.tensor.import %v : !hal.buffer_view ¦: f32"), "expected '->' and the type of the result"),
    (body("hal.tensor.import wait(¦%v) => %v : !hal.buffer_view -> f32"), "%v is a !hal.buffer_view, here it is meant"),
    (body('hal.fence.create device(%v : !hal.buffer_view) flags(¦"Many") : !hal.fence'), 'known here are "None"'),
    (body(f"flow.tensor.transfer %a : {T} ¦#hal.device.promise<@d>"), "expected 'to' and the device"),
    (body(f"flow.tensor.tie_shape %a : {T}{{¦%n}}"), "%n is a i32, here it is meant as a index"),
    (
        body(f"iree_encoding.set_encoding %a encoding_dims ¦: {T} -> {T}"),
        "expected '{' after encoding_dims, found ':'",
    ),
    (body("iree_encoding.unset_encoding %u : ¦tensor<*xf32> -> tensor<*xf32>"), "expected a ranked tensor type"),
    # refused by name
    (effect("¦scf.parallel (%i) = () { }"), "scf.parallel is not supported: scf.if, scf.for and scf.while are"),
    (effect("¦cf.switch %n : i32, [default: ^a]"), "cf.switch is not supported: cf.br, cf.cond_br and cf.assert are"),
    (effect("cf.br ¦bb1"), "expected a block's label, found 'bb1'"),
    (effect("cf.br ^a(%n : i32\n  ¦cf.br ^a"), "expected ')' after what a block gets"),
    (effect("cf.cond_br ¦%n, ^a, ^b"), "%n is a i32, here it is meant as a i1"),
    (effect("cf.cond_br %c ¦^a, ^b"), "expected ',' before the first block"),
    (effect("cf.cond_br %c, ^a ¦^b"), "expected ',' before the second block"),
    (body("¦torch.aten.mm %a, %a : !torch.tensor"), "torch.aten.mm is not supported: run torch-mlir's pipeline"),
    (body("¦tosa.add %a, %a"), "tosa.add is not supported: lower it to linalg on tensors first"),
    (body("¦onnx.MatMul"), "onnx.MatMul is not supported: lower it to linalg on tensors first"),
    (body("¦iree_linalg_ext.attention {}"), "iree_linalg_ext.attention is not supported: write it as linalg ops"),
    (body("¦memref.alloc() : memref<4xf32>"), "memref.alloc is not supported: ops on memory"),
    (body("¦vector.splat %s : vector<4xf32>"), "vector.splat is not supported: vectors"),
    (
        body(f"¦linalg.winograd_filter_transform fmr(F_2_3) {INS_OUTS} -> {T}"),
        "write the convolution that it belongs to",
    ),
    (body(f"¦flow.dispatch @x(%a) : ({T}) -> {T}"), "flow.dispatch is not supported: this reader takes programs as"),
]


@pytest.mark.parametrize(("marked", "message"), MALFORMED, ids=[f"{i}" for i in range(len(MALFORMED))])
def test_malformed_text_is_refused_where_it_is_wrong(marked: str, message: str) -> None:
    before, after = marked.split("¦")
    with pytest.raises(ParseError) as caught:
        parse_document(before + after, file="f.mlir", first_line=5)
    (diagnostic,) = caught.value.diagnostics
    assert message in diagnostic.message
    assert diagnostic.loc == Location("f.mlir", before.count("\n") + 5, len(before) - before.rfind("\n"))


@pytest.mark.parametrize("op", sorted(n for n in ASSEMBLY if not n.endswith("*")))
def test_every_form_refuses_nothing_at_all_and_rubbish(op: str) -> None:
    for rest in ("", " )", " %x", ' "', " [[[[", " {a = } ", " : f32", " %x : f32 -> -> f32"):
        with pytest.raises(ParseError):
            parse_document(f"{op}{rest}\n\n ]")
