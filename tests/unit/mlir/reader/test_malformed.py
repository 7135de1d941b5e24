"""What is no MLIR, or none that is read: each text has a ¦ where the error points, and a part of the message."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.mlir.reader.document import parse_document

T = "tensor<2x3xf32>"


def attribute(text: str) -> str:
    return f'"a.b"() {{x = {text}}} : () -> ()'


def of_type(text: str) -> str:
    return f'%0 = "a.b"() : () -> {text}'


def dense(elements: str, type: str = "tensor<2xi8>") -> str:
    return attribute(f"dense<{elements}> : {type}")


def mapped(text: str) -> str:
    return f"#map = affine_map<{text}>"


def located(text: str) -> str:
    return f'"a.b"() : () -> () loc({text})'


def region(text: str) -> str:
    return f'"a.b"() ({{\n  {text}\n}}) : () -> ()'


def resources(text: str) -> str:
    return f"{{-#\n  dialect_resources: {{ builtin: {{ {text} }} }}\n#-}}"


MALFORMED = [
    # tokens
    ("¦é", r"unexpected character '\xe9'"),
    ("¦\0", r"unexpected character '\x00'"),
    ("¦. a", "unexpected character '.'"),
    ("¦% = 1", "expected a value's name after '%'"),
    ("func.func ¦@ main", "expected a symbol's name after '@'"),
    ("¦! = f32", "expected a type's name after '!'"),
    ("¦# = 1", "expected an attribute's name after '#'"),
    (region("¦^ (%a: f32):"), "expected a block's name after '^'"),
    ('¦"a.b() : () -> ()', "this string is not closed on its line"),
    ('¦"a.b\n"() : () -> ()', "this string is not closed on its line"),
    ('func.func @¦"main', "this string is not closed on its line"),
    (attribute(r'¦"\q"'), "unknown escape in a string"),
    (attribute(r'¦"\4"'), "unknown escape in a string"),
    (attribute(r'¦"\FF"'), "a string of bytes that are not UTF-8 is not supported"),
    ("¦/ no comment", "expected an op, found '/'"),
    # types
    (of_type("¦f33"), "expected a type, found 'f33'; did you mean"),
    (of_type("¦f32x"), "expected a type, found 'f32x'"),
    (of_type("¦"), "expected a type, found the end of the text"),
    (of_type("¦123"), "expected a type, found '123'"),
    (of_type("¦i0"), "expected a type, found 'i0'"),
    (of_type("¦i1025"), "integers of more than 1024 bits are not supported"),
    (of_type(f"¦i{'9' * 100_000}"), "integers of more than 1024 bits are not supported"),
    (of_type("tensor¦"), "expected '<' after 'tensor', found the end of the text"),
    (of_type("tensor<¦>"), "expected a type, found '>'"),
    (of_type("tensor<2x¦3>"), "expected 'x' after a size, in a tensor type, found '3'"),
    (of_type("tensor<¦2 f32>"), "expected 'x' after a size"),
    (of_type("tensor<2x¦-3xf32>"), "expected a type, found '-'"),
    (of_type("tensor<2xf32¦"), "expected '>' after a tensor type, found the end of the text"),
    (of_type("tensor<2xf32,¦>"), "expected an attribute, found '>'"),
    (of_type("tensor<¦281474976710656xf32>"), "this size is not below 2**48"),
    (of_type(f"tensor<¦{'9' * 100_000}xf32>"), "this size is not below 2**48"),
    (of_type("tensor<" + "2x" * 64 + "¦2xf32>"), "a rank over 64 is not supported"),
    (of_type(f"tensor<2x¦{T}>"), f"a tensor's element can't be a {T}"),
    (of_type("tensor<2x¦() -> ()>"), "a tensor's element can't be a () -> ()"),
    (of_type("memref¦"), "expected '<', found the end of the text"),
    (of_type("¦memref<>"), "expected something between the brackets of memref<>"),
    (of_type("memref¦<2xf32"), "this '<' is not closed"),
    (of_type("memref<2xf32, (¦]>"), "expected ')' for the '(' at 5:36, found ']'"),
    (of_type("vector<" + "[" * 255 + "¦" + "[" * 100_000), "brackets are nested deeper than 256"),
    (of_type("¦!t"), "the type alias !t is not defined before this use"),
    ("!types = f32\n" + of_type("¦!type"), "the type alias !type is not defined before this use; did you mean !types?"),
    ("!t = ¦!t", "the type alias !t is not defined before this use"),
    ("!t = f32\n¦!t = f32", "the alias !t is defined twice"),
    ("¦!a.b = f32", "the alias !a.b has a '.'"),
    ("!t = (f32, f32) ¦f32", "expected '->' in a function type"),
    (of_type("(" * 129 + "¦" + "(" * 100_000), "this is nested deeper than 256"),
    # attributes
    (attribute("¦"), "expected an attribute, found '}'"),
    (attribute("¦trua"), "expected an attribute, found 'trua'; did you mean true?"),
    (attribute("¦%0"), "expected an attribute, found '%0'"),
    (attribute("[1, 2¦"), "expected ']' after the items of an array, found '}'"),
    (attribute("[1,, 2]").replace(",,", ",¦,"), "expected an attribute, found ','"),
    (attribute("{a = 1 ¦b = 2}"), "expected '}' after attributes, found 'b'"),
    (attribute("{a = 1, ¦a = 2}"), "the attribute 'a' is given twice"),
    (attribute("{¦1 = 2}"), "expected the name of an attribute, found '1'"),
    (attribute("@a::¦b"), "expected a symbol (@name), found 'b'"),
    (attribute("-¦x"), "expected a number, found 'x'"),
    (attribute("1 : ¦"), "expected a type, found '}'"),
    (attribute("¦256 : i8"), "256 does not fit i8"),
    (attribute("¦-129 : i8"), "-129 does not fit i8"),
    (attribute("¦-1 : ui8"), "-1 does not fit ui8"),
    (attribute("¦200 : si8"), "200 does not fit si8"),
    (attribute("¦2 : i1"), "2 does not fit i1"),
    (attribute("¦18446744073709551616"), "18446744073709551616 does not fit i64"),
    (attribute(f"¦{'1' * 100_000}"), "an integer of more than 400 digits is not supported"),
    (attribute("¦1 : f32"), "an integer where a f32 is meant: write 1.0"),
    (attribute("¦1.0 : i32"), "a float where a i32 is meant"),
    (attribute(f"1 : ¦{T}"), f"a number can't be a {T}"),
    (attribute("¦0x1FFFFFFFF : f32"), "0x1FFFFFFFF is not the bits of a f32"),
    (attribute("¦-0x1 : f32"), "-0x1 is not the bits of a f32"),
    (attribute("¦0x1 : f80"), "the bits of a f80 are not supported"),
    (attribute("#a.b<(¦>"), "expected ')' for the '(' at 5:19, found '>'"),
    ("#a = #a.b<(¦}", "expected ')' for the '(' at 5:11, found '}'"),
    (attribute("¦#x"), "the alias #x is not defined before this use"),
    ("#maps = 1\n" + attribute("¦#map"), "the alias #map is not defined before this use; did you mean #maps?"),
    ("#a = [¦#a]", "the alias #a is not defined before this use"),
    ("#a = [¦#b]\n#b = [#a]", "the alias #b is not defined before this use"),
    ("#a = 1\n¦#a = 2", "the alias #a is defined twice"),
    ("¦#a.b = 2", "the alias #a.b has a '.'"),
    (
        "#a0 = [1, 1]\n"
        + "\n".join(f"#a{i} = [#a{i - 1}, #a{i - 1}]" for i in range(1, 15))
        + "\n¦#a15 = [#a14, #a14]"
        + "\n#a16 = [#a15, #a15]",
        "this alias stands for more than 100000 types and attributes",
    ),
    (attribute("[" * 256 + "¦" + "[" * 100_000), "this is nested deeper than 256"),
    (
        "#a0 = 1\n" + "\n".join(f"#a{i} = [#a{i - 1}]" for i in range(1, 257)) + "\n#a = [¦#a256]",
        "with what this alias stands for, this is nested deeper than 256",
    ),
    (
        "!a0 = f32\n" + "\n".join(f"!a{i} = () -> (!a{i - 1})" for i in range(1, 129)) + "\n!a = () -> (¦!a128)",
        "with what this alias stands for, this is nested deeper than 256",
    ),
    (attribute("array<¦tensor<2xi8>: 1>"), "an array of tensor<2xi8> is not supported"),
    (attribute("array<i8: ¦x>"), "expected a number, found 'x'"),
    (attribute("array<i8: 1, ¦300>"), "300 does not fit i8"),
    (attribute("array<i8: 1¦"), "expected '>' after an array's elements"),
    (attribute("¦sparse<0, 1> : tensor<2xi8>"), "sparse<…> is not supported"),
    (attribute("dense_resource<¦1> : tensor<2xi8>"), "expected the key of a resource, found '1'"),
    (attribute("dense_resource<a> : ¦i8"), "a resource of type i8 is not supported"),
    (
        attribute("#iree_encoding.encoding<operand_index = 0 : index, ¦operand_index = 1 : index>"),
        "the parameter 'operand_index' is given twice",
    ),
    (
        attribute("#iree_encoding.encoding<operand_index = 0 : index ¦op_type = matmul>"),
        "expected ',' between parameters",
    ),
    (attribute("#iree_encoding.encoding<iteration_sizes = [1 ¦2]>"), "expected ',' between the items of an array"),
    # affine maps
    (mapped("¦d0 -> d0"), "expected '(' before the dims of an affine map"),
    (mapped("(d0, ¦d0) -> (d0)"), "the dim 'd0' is named twice"),
    (mapped("(d0) -> (¦d1)"), "'d1' is not a dim of this map"),
    (mapped("(row) -> (¦rov)"), "'rov' is not a dim of this map; did you mean row?"),
    (mapped("(d0) -> (d0¦"), "expected ')' after the results of an affine map"),
    (mapped("(d0, d1) -> (d0 ¦* d1)"), "a product of two dims is not affine"),
    (mapped("(d0, d1) -> (d0 ¦mod d1)"), "a dim on the right of 'mod' is not affine"),
    (mapped("(d0) -> (d0 ¦floordiv 0)"), "'floordiv' by 0: the right side has to be positive"),
    (mapped("(d0) -> (d0 ¦ceildiv -2)"), "'ceildiv' by -2: the right side has to be positive"),
    (mapped("(d0) -> (d0 + ¦)"), "expected an affine expression, found ')'"),
    (mapped("(d0) -> (¦9223372036854775808)"), "an integer in an affine map has to fit 64 bits"),
    (mapped("(d0) -> (d0 * 4611686018427387904 ¦* 2)"), "numbers over 64 bits"),
    (mapped("(d0) -> (" + "(" * 64 + "¦" + "(" * 100_000), "this is nested deeper than 64"),
    (mapped("(d0) -> (d0" + " + 1" * 512 + " ¦+ 1)"), "more than 512 operators"),
    (mapped("(" + ", ".join(f"d{i}" for i in range(64)) + ", ¦d64) -> ()"), "more than 64 dims"),
    # dense data
    (attribute("dense¦"), "expected '<' after 'dense', found '}'"),
    (attribute("dense<1¦"), "expected elements up to a '>', found '}'"),
    (attribute("dense<1> ¦tensor<2xi8>"), "expected ':' and the type of the elements"),
    (dense("1", "¦i8"), "dense elements of type i8 are not supported"),
    (dense("1", "¦tensor<?xi8>"), "dense elements need a type of static sizes"),
    (dense("1", "¦tensor<2xi7>"), "dense elements of type i7 are not supported"),
    (dense("(1.0, 2.0)", "¦tensor<2xcomplex<f32>>"), "dense elements of type complex<f32> are not supported"),
    (dense("1", "¦tensor<" + "281474976710655x" * 60 + "i8>"), "is too large for an array"),
    (dense("¦", "tensor<2xi8>"), "there are no elements here, tensor<2xi8> has 2"),
    (dense("¦[1]"), "it begins 1 levels deep and has 1 elements"),
    (dense("¦[1, 2, 3]"), "it begins 1 levels deep and has 3 elements"),
    (dense("¦[[1], [2]]"), "it begins 2 levels deep and has 2 elements"),
    (dense("¦[1, [2]]"), "the list of elements has not the shape of tensor<2xi8>"),
    (dense("¦[1, 2"), "the list of elements has not the shape of tensor<2xi8>"),
    (dense("¦[1, 2]]"), "the list of elements has not the shape of tensor<2xi8>"),
    (dense("¦[]"), "the list of elements has not the shape of tensor<2xi8>"),
    (dense("¦[1]", "tensor<i8>"), "the list of elements has not the shape of tensor<i8>"),
    (dense("¦" + "[" * 100_000), "it begins 100000 levels deep"),
    (dense("¦1, 2"), "expected one element, or a list in brackets"),
    (dense("[1, ¦300]"), "'300' is not an element of type i8"),
    (dense("[1, ¦x]"), "'x' is not an element of type i8"),
    (dense("[1, ¦2.0]"), "'2.0' is not an element of type i8"),
    (dense("[¦true, 1]"), "'true' is not an element of type i8"),
    (dense("[true, ¦2]", "tensor<2xi1>"), "'2' is not an element of type i1"),
    (dense("[1, ¦2 3]"), "'2 3' is not an element of type i8"),
    (dense(f"[1, ¦{'9' * 100_000}]"), "is not an element of type i8"),
    (dense("[1.0, ¦2]", "tensor<2xf32>"), "an integer where a f32 is meant: write 2.0"),
    (dense("[1.0, ¦nan]", "tensor<2xf32>"), "'nan' is not an element of type f32"),
    (dense("[1.0, ¦1_0.0]", "tensor<2xf32>"), "'1_0.0' is not an element of type f32"),
    (dense("[1.0, ¦1e5]", "tensor<2xf32>"), "'1e5' is not an element of type f32"),
    (dense("¦0x1FFFFFFFF", "tensor<2xf32>"), "'0x1FFFFFFFF' is not an element of type f32"),
    (dense('¦"0x010"'), 'expected "0x" and two hexadecimal digits for each byte'),
    (dense('¦"0102"'), 'expected "0x" and two hexadecimal digits for each byte'),
    (dense('¦"0x01 2"'), 'expected "0x" and two hexadecimal digits for each byte'),
    (dense('¦"0x01GG"'), 'expected "0x" and two hexadecimal digits for each byte'),
    (dense('¦"0x010203"'), "there are 3 bytes here, tensor<2xi8> has 2"),
    (dense('¦"0x"'), "there are 0 bytes here, tensor<2xi8> has 2"),
    (dense('¦"0x' + "00" * 100_000 + '"', "tensor<2xf32>"), "there are 100000 bytes here"),
    # locations
    (located("¦"), "expected a location, found ')'"),
    (located("¦here"), "expected a location, found 'here'"),
    (located('"a":¦x'), "expected a line number, found 'x'"),
    (located('"a":1:2 to ¦x'), "expected ':' in the end of a location's range"),
    (located("callsite(unknown ¦unknown)"), "expected 'at' in a callsite location"),
    (located("fused[unknown¦"), "expected ']' after a fused location"),
    (located("¦#nowhere"), "the location #nowhere is nowhere defined"),
    (located('"a"(' * 257 + "¦" + '"a"(' * 1000), "this is nested deeper than 256"),
    # ops
    ("¦12", "expected an op, found '12'"),
    ("¦}", "expected an op, found '}'"),
    ("¦a.b", "unknown op 'a.b'. Any op can be written in generic form"),
    ("¦arith.adf %0, %0 : f32", "unknown op 'arith.adf'; did you mean arith.addf"),
    ('¦""() : () -> ()', "this is not the name of an op: ''"),
    (r'¦"a\0Ab"() : () -> ()', r"this is not the name of an op: 'a\nb'"),
    ('¦"' + "a" * 100_000 + '"() : () -> ()', "this is not the name of an op: 'aaa"),
    ('"a.b"¦', "expected '(' after the name of an op in generic form"),
    ('"a.b"(¦', "expected ')' after operands"),
    ('"a.b"() ¦', "expected ':' and the op's type"),
    ('"a.b"() : ¦f32', "expected '(' before types"),
    ('"a.b"() : () ¦f32', "expected '->' in an op's type"),
    ('"a.b"() <{x = 1} ¦: () -> ()', "expected '>' after properties"),
    ('"a.b"() <{x = 1}> ¦{x = 2} : () -> ()', "the attribute 'x' is also given as a property"),
    ('"a.b"() (¦) : () -> ()', "expected '{' before a region"),
    ('%0 ¦"a.b"() : () -> ()', "expected '=' after the names of results"),
    ('%0, ¦= "a.b"() : () -> ()', "expected the name of a result"),
    ('%0:¦x = "a.b"() : () -> ()', "expected how many results have this name"),
    ('%0:¦0 = "a.b"() : () -> ()', "1 to 10000 results of one name"),
    (f'%0:¦{"9" * 100_000} = "a.b"() : () -> ()', "1 to 10000 results of one name"),
    ('¦%0#1 = "a.b"() : () -> f32', "a result's name has no '#'"),
    ('¦%0, %1 = "a.b"() : () -> f32', "'a.b' has 1 results, here are names for 2"),
    ('¦%0:2 = "a.b"() : () -> ()', "'a.b' has 0 results, here are names for 2"),
    ('"a.b"(¦%0) : (f32) -> ()', "the value %0 is not defined before this use"),
    ('%0 = "a.b"(¦%0) : (f32) -> f32', "the value %0 is not defined before this use"),
    ('"a.b"(¦%x) : (f32) -> ()\n%x = "a.b"() : () -> f32', "the value %x is not defined before this use"),
    ('%abc = "a.b"() : () -> f32\n"a.b"(¦%abd) : (f32) -> ()', "before this use; did you mean %abc?"),
    ('%0:2 = "a.b"() : () -> (f32, f32)\n"a.b"(¦%0#2) : (f32) -> ()', "the value %0#2 is not defined before this use"),
    ('%0 = "a.b"() : () -> f32\n"a.b"(¦%0) : (f16) -> ()', "%0 is a f32, here it is meant as a f16"),
    ('%0 = "a.b"() : () -> f32\n"a.b"(%0) : ¦() -> ()', "'a.b' has 1 operands and 0 types for them"),
    ('%0 = "a.b"() : () -> f32\n¦%0 = "a.b"() : () -> f32', "the value %0 is defined twice, first at 5:1"),
    ('"a.b"() [^bb1] : ¦() -> ()', "'a.b' is no branch, or its operands are not those of 1 blocks"),
    ('"a.b"() [^bb1 ¦^bb2] : () -> ()', "expected ',' between the blocks that may follow"),
    # regions
    (region("^bb0:\n¦^bb1:"), "only functions may have several blocks: ^bb1 begins another one in 'a.b'"),
    (region('"a.b"() : () -> ()\n¦^bb1:'), "only functions may have several blocks"),
    (
        '"a.b"() ({\n  cf.br ^bb1\n¦}) : () -> ()',
        "'a.b' has a branch in its region: only functions may have several blocks",
    ),
    (region("^bb0(¦a: f32):"), "expected the name of a block's argument"),
    (region("^bb0(%a ¦f32):"), "expected ':' before the type of a block's argument"),
    (region("^bb0(%a: f32, ¦%a: f32):"), "the value %a is defined twice"),
    (region('^bb0(%a: f32)\n¦"a.b"() : () -> ()'), "expected ':' after a block's label"),
    ('"a.b"() ({ "a.b"() : () -> ()¦', "expected '}' after a region, found the end of the text"),
    (region('%0 = "a.b"() : () -> f32') + '\n"a.b"(¦%0) : (f32) -> ()', "the value %0 is not defined before this use"),
    (
        '%0 = "a.b"() : () -> f32\n"func.func"() ({ "a.b"(¦%0) : (f32) -> () }) : () -> ()',
        "not defined before this use",
    ),
    ('"a.b"() ({' * 42 + '"a.b"() ({¦' + '"a.b"() ({' * 1000, "this is nested deeper than 256"),
    ("module ¦x {}", "expected '{' before a region, found 'x'"),
    ("module {¦", "expected '}' after a region, found the end of the text"),
    # resources
    ("{-# ¦resources: {} #-}", "unknown section 'resources' of the file's metadata; did you mean"),
    ("{-# dialect_resources: ¦1 #-}", "expected '{' before a section"),
    ("{-# dialect_resources: {}¦", "expected '#-}' after the file's metadata"),
    (resources("a: ¦1"), "expected the hex digits of a resource (\"0x…\"), found '1'"),
    (resources('a: ¦"01"'), "expected the hex digits of a resource"),
    (resources('a: ¦"0x040000000"'), "a resource has two hex digits for each byte"),
    (resources('a: ¦"0x0400"'), "and four bytes before its data"),
    (resources('a: ¦"0x04000000GG"'), "a resource has hex digits alone"),
    (resources('a: "0x04000000", ¦a: "0x04000000"'), "the resource 'a' is given twice"),
]


def test_the_table_is_long() -> None:
    assert len(MALFORMED) >= 100


@pytest.mark.parametrize(("marked", "message"), MALFORMED, ids=[f"{i}" for i in range(len(MALFORMED))])
def test_malformed_text_is_refused_where_it_is_wrong(marked: str, message: str) -> None:
    before, text_after = marked.split("¦")
    with pytest.raises(ParseError) as caught:
        parse_document(before + text_after, file="f.mlir", first_line=5)
    (diagnostic,) = caught.value.diagnostics
    assert message in diagnostic.message
    place = Location("f.mlir", before.count("\n") + 5, len(before) - before.rfind("\n"))
    assert diagnostic.loc == place
    assert diagnostic.notes[1].endswith("^")
    assert len(str(caught.value)) < 2000


NESTS = [
    ("", '"a.b"() ({ '),
    ("", '"a.b"() ({}, { '),
    ("", "module { "),
    ("", 'func.func @f() { "a.b"() ({ '),
    ("#a = ", "[1, "),
    ("#a = ", "{a = "),
    ("#a = ", "[{a = "),
    ("#a = ", "(f32, "),
    ("#a = ", "() -> ("),
    ("#a = ", "() -> (f32, (f32) -> ("),
    ("#a = ", "tensor<f32, "),
    ("#a = ", "dense<1> : tensor<i8, "),
    ("#a = ", "dense_resource<a> : tensor<i8, "),
    ("#a = ", "1 : tensor<i8, "),
    ("#a = ", "-1.0 : tensor<i8, "),
    ("#a = ", '"a" : tensor<i8, '),
    ("#a = ", "#b.c<d> : tensor<i8, "),
    ("#a = ", "array<tensor<i8, "),
    ("#a = ", "#iree_encoding.encoding<a = "),
    ("#a = ", "#iree_encoding.layout<[[[#iree_encoding.layout<"),
    ("#a = #iree_encoding.layout<", "["),
    ("#a = ", "vector<"),
    ("#a = #b.c<", "<[{("),
    ("#a = affine_map<(d0) -> (", "("),
    ("#a = affine_map<(d0) -> (", "-(1 + 2 * ("),
    ("#a = loc(", 'callsite("a" at '),
    ("#a = loc(", '"a"('),
    ("#a = loc(", "fused["),
]


@pytest.mark.parametrize(("before", "unit"), NESTS)
def test_nesting_has_a_limit_and_stack_to_spare(before: str, unit: str) -> None:
    def called_from(depth: int) -> None:
        if depth:
            called_from(depth - 1)
        else:
            parse_document(before + unit * 2000)

    with pytest.raises(ParseError, match="nested deeper than"):
        called_from(150)
