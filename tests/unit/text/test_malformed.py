"""What is no program: each text has a ¦ where the error must point, and says a part of the message."""

from __future__ import annotations

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.text import parse

T = "tensor<4x5xf32>"
U = "tensor<5x4xf32>"


def func(body: str) -> str:
    return f"func @main(%x: {T}, %y: {T}) -> ({T}) {{\n  {body}\n  return %x : {T}\n}}\n"


def transpose(attributes: str) -> str:
    return func(f"%t = linalg.transpose %x {attributes} : ({T}) -> {U}")


def value(text: str) -> str:
    return transpose(f"{{encoding = none, permutation = {text}}}")


def data(type: str, text: str) -> str:
    return f"global @g : {type} = {text}"


def body(text: str) -> str:
    maps = "[(i, j) -> (i, j), (i, j) -> (i, j)]"
    return func(f"%t = linalg.generic %x {{maps = {maps}, body = {text}}} : ({T}) -> {T}")


LAYOUT = "inner_dims = [0], inner_tiles = [8], outer_perm = [0, 1]"
MAPS = "maps = [(i, j) -> (i), (i, j) -> (j), (i, j) -> (i)]"

MALFORMED = [
    # tokens
    ("¦/ no comment", r"unexpected character '/'"),
    ("¦\0", r"unexpected character '\x00'"),
    ("// a comment with ¦\0", r"unexpected character '\x00'"),
    ("¦é", r"unexpected character '\xe9'"),
    ("func ¦@ main", "expected a symbol's name after '@'"),
    ('func ¦@"main', "is not closed on its line"),
    (value('¦"[1, 0]'), "is not closed on its line"),
    (value(r'"a¦\q"'), r"unknown escape; known: \" \\ \n \t \u{hex}"),
    (value(r'"¦\u{110000}"'), "unknown escape"),
    # modules
    ("¦funk @main() -> () { return }", "expected func, global or executable, found 'funk'; did you mean func?"),
    ("func @main¦", "expected '(' before the arguments, found the end of the text"),
    ("func @main() ¦{ return }", "expected '->' and the result types, found '{'"),
    ("func @main() -> (¦f32) { return }", "expected a type (tensor<…>), found 'f32'"),
    ("func @main() -> () { ¦yield }", "this region ends with return, not yield"),
    ("func @main() -> () { return ¦", "expected '}' after return, found the end of the text"),
    ("func @a() -> () { return }\nfunc ¦@a() -> () { return }", "the symbol @a is already defined on line 1"),
    (f"func @main(%x: {T}, ¦%x: {T}) -> () {{ return }}", "%x is already defined in this region"),
    (f"func @main(%x: {T}, ¦) -> () {{ return }}", "expected an argument (%name: type), found ')'"),
    (f"func @main¦(%x: {T}) -> ({T}) {{ return }}", "1 result types, but return has 0 values"),
    (f"func @main(%x: {T}) -> (¦{U}) {{ return %x : {T} }}", f"the result type is {U}, but return gives {T}"),
    (f"func @main(%x: {T}) -> ({T}) {{ return %x : ¦{U} }}", f"%x is {T}, not {U}"),
    ('executable @e ¦targett("cpu")', "expected 'target', found 'targett'"),
    ("executable @e target(¦cpu) () -> () { yield }", "expected the name of a target, a string, found 'cpu'"),
    (f"global @g : {T} = ¦1.0", "expected dense<…>, parameter<…> or an initializer {…}, found '1.0'"),
    (f"global @g : {T}¦", "expected '=' and the value of the global, found the end of the text"),
    (f"global @g : {T} = parameter¦(1)", "expected '<', found '('"),
    (f'global @g : {T} = parameter<¦scope, "key">', "expected the scope of a parameter, a string, found 'scope'"),
    (f'global @g : {T} = parameter<"scope"¦>', "expected ',', found '>'"),
    (f'global @g : {T} = parameter<"scope", ¦7>', "expected the key of a parameter, a string, found '7'"),
    ("func ¦privat @main() -> () { return }", "expected a symbol's name (@name), found 'privat'"),
    (f"func @main(%x: {T} on ¦cpu) -> () {{ return }}", "expected the name of a device, a string, found 'cpu'"),
    (f'func @main(%x: {T} ¦at "cpu") -> () {{ return }}', "expected ',' or ')', found 'at'"),
    (f"func @main(%x: {T}) -> ({T} on ¦) {{ return %x : {T} }}", "expected the name of a device, a string, found ')'"),
    (f'executable @e target("cpu") (%x: {T} ¦on "cpu") -> () {{ yield }}', "expected ',' or ')', found 'on'"),
    # ops
    (func("%t = ¦linalg.foo %x"), "unknown op 'linalg.foo'"),
    (func("%t = ¦linalg.transpos %x"), "unknown op 'linalg.transpos'; did you mean linalg.transpose"),
    (func("¦12"), "expected an op or return, found '12'"),
    (func("%t ¦linalg.transpose %x"), "expected ',' or '=', found 'linalg.transpose'"),
    (func("%t = linalg.transpose ¦%z"), "%z is not defined in this region"),
    (func("%t = linalg.transpose %x, ¦{}"), "expected a value (%name), found '{'"),
    (func(f"%t = ¦linalg.transpose %x, %y {{permutation = [1, 0]}} : ({T}, {T}) -> {U}"), "takes the operands source"),
    (func(f"%t = ¦linalg.transpose {{permutation = [1, 0]}} : () -> {U}"), "takes the operands source; got 0"),
    (func("%t = ¦linalg.contract %x"), "linalg.contract takes the operands lhs, rhs, init…; got 1"),
    (func("%t = linalg.transpose %x {permutation = [1, 0]} ¦-> "), "expected ':' and the types, found '->'"),
    (func(f"%t = linalg.transpose %x {{permutation = [1, 0]}} : (¦{U}) -> {T}"), f"%x is {T}, not {U}"),
    (func(f"%t = linalg.transpose %x {{permutation = [1, 0]}} : (¦) -> {U}"), "expected a type (tensor<…>), found ')'"),
    (func(f"%t = linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> ¦{T}"), f"gives {U}, not {T}"),
    (func(f"¦%t, %u = linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> {U}"), "2 names for 1 results"),
    (func(f"¦linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> {U}"), "0 names for 1 results"),
    (func(f"%t = linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> ¦()").replace("%t = ", ""), "has the results"),
    (func(f"¦%x = linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> {U}"), "%x is already defined"),
    (func(f"%t = ¦linalg.transpose %x {{permutation = [1, 1]}} : ({T}) -> {U}"), "is not a permutation of 2 dims"),
    (func(f"%t = linalg.transpose %x {{permutation = [1, 0]}} : ({T}) -> {U} loc(¦7)"), "expected the name of a file"),
    # attributes
    (func(f"%t = ¦linalg.transpose %x : ({T}) -> {U}"), "needs the attribute 'permutation'"),
    (transpose("{¦perm = [1, 0]}"), "has no attribute 'perm' (it has permutation, encoding)"),
    (transpose("{¦permutations = [1, 0]}"), "did you mean permutation?"),
    (transpose("{permutation = [1, 0], ¦permutation = [1, 0]}"), "the attribute 'permutation' is given twice"),
    (transpose("{permutation ¦[1, 0]}"), "expected '=', found '['"),
    (transpose("{permutation = [1, 0] ¦x"), "expected ',' or '}', found 'x'"),
    (value("¦7"), "'permutation' of linalg.transpose must be a list, each entry an int"),
    (value("¦[1.0, 0]"), "must be a list, each entry an int"),
    (value("¦[true, false]"), "must be a list, each entry an int"),
    (value("¦none"), "must be a list, each entry an int"),
    (value("[1, ¦]"), "expected a value, found ']'"),
    (value("[1 ¦0]"), "expected ']' or ',', found '0'"),
    (value("[" * 256 + "¦[" * 1 + "[" * 100_000), "lists are nested deeper than 256"),
    (value("¦" + "9" * 5000), "this integer is 2**64 or more"),
    (value("¦1e999"), "does not fit into 64 bits; infinity is written inf"),
    (value('¦#opaque<"x">'), "unknown #opaque"),
    (transpose("{permutation = [1, 0], encoding = ¦f32}"), "must be an encoding or layout or none"),
    (func(f'%t = global.load {{symbol = ¦"w", type = {T}}} : () -> {T}'), "'symbol' must be a symbol (@name)"),
    (func(f"%t = global.load {{symbol = ¦@w, type = {T}}} : () -> {T}"), "there is no symbol @w in the module"),
    (func(f"%t = global.load {{symbol = ¦@mian, type = {T}}} : () -> {T}"), "did you mean main?"),
    (func(f'%t = linalg.reduce %x {{kind = ¦"avg", dims = [0]}} : ({T}) -> {T}'), 'must be one of "add", "mul", "max"'),
    # types
    ("func @main(%x: tensor<¦?x3xf32>) -> () { return }", "write [N] instead of ?"),
    ("func @main(%x: tensor<¦2>) -> () { return }", "expected 'x' and an element type after the sizes"),
    ("func @main(%x: tensor<2x¦f31>) -> () { return }", "expected an element type, found 'f31'; did you mean f32"),
    ("func @main(%x: tensor<[S]¦f32>) -> () { return }", "expected 'x' after the size"),
    ("func @main(%x: tensor<[S¦, T]xf32>) -> () { return }", "expected ']', found ','"),
    ("func @main(%x: tensor<¦281474976710656xf32>) -> () { return }", "outside 0 ≤ size < 2**48"),
    ("func @main(%x: tensor<[¦-1]xf32>) -> () { return }", "outside 0 ≤ size < 2**48"),
    (f"func @main(%x: tensor<{'1x' * 64}¦1xf32>) -> () {{ return }}", "the rank is over the limit of 64"),
    ("func @main(%x: tensor<[¦ceildiv(S, 0)]xf32>) -> () { return }", "ceildiv by zero"),
    ("func @main(%x: tensor<[2*¦(S + 1)]xf32>) -> () { return }", "no grouping parentheses"),
    ("func @main(%x: tensor<[¦f32]xf32>) -> () { return }", "expected a size, found 'f32'"),
    ("func @main(%x: tensor<2xf32 ¦%y", "expected '>' at the end of a type"),
    (
        "func @main(%x: tensor<2xf32, ¦f32>) -> () { return }",
        "or the name of one, found 'f32'",
    ),
    # encodings and layouts
    (f"func @main(%x: tensor<2x2xf32, ¦#layot<{LAYOUT}>>) -> ()", "unknown #layot; did you mean #layout?"),
    (f"#a = #layout<{LAYOUT}>\n¦#a = #layout<{LAYOUT}>", "#a is already defined"),
    (f"¦#layout = #layout<{LAYOUT}>", "#layout is a form, not a name: write #name = #layout<…>"),
    (f"¦#tiles = #layout<{LAYOUT}>", "#tiles is a form, not a name"),
    (f"#a ¦#layout<{LAYOUT}>", "expected '=' and the encoding or layout that the name stands for"),
    ("#a = ¦#b", "unknown #b: no line #b = … stands before it"),
    ("#a = ¦tensor<2xf32>", "expected #encoding<…>, #layout<…> or the name of one, found 'tensor'"),
    (f"func @main(%x: tensor<2x2xf32, ¦#later>) -> () {{ return }}\n#later = #layout<{LAYOUT}>", "unknown #later"),
    (f"func @main(%x: tensor<2x2xf32, #layout<¦{LAYOUT[6:]}>>) -> ()", "expected 'inner_dims'"),
    (
        f"func @main(%x: tensor<2x2xf32, ¦#layout<{LAYOUT.replace('[0, 1]', '[0, 2]')}>>) -> ()",
        "not a permutation of 0 … 1",
    ),
    (f"func @main(%x: tensor<2x2xf32, ¦#layout<{LAYOUT.replace('[8]', '[8, 8]')}>>) -> ()", "one tile each"),
    (f"func @main(%x: tensor<2x2xf32, ¦#layout<{LAYOUT.replace('[8]', '[0]')}>>) -> ()", "tiles at least 1"),
    (
        f"func @main(%x: tensor<2xf32, #encoding<¦left, {MAPS}>>) -> ()",
        "expected one of lhs, rhs, result, found 'left'",
    ),
    (f"func @main(%x: tensor<2xf32, #encoding<lhs, {MAPS[:-1]}¦, (i) -> ()]>>) -> ()", "expected ']', found ','"),
    (
        f"func @main(%x: tensor<2xf32, ¦#encoding<lhs, {MAPS}, types = [f32, f32, f32], narrow = [?]>>) -> ()",
        "equally many",
    ),
    # affine maps
    (value("(i, j) -> (¦k)"), "k is not a dim of this map"),
    (value("(i, i) ¦-> (i)"), "two iteration dims have the same name"),
    (value("(¦f32) -> ()"), "'f32' can't name an iteration dim"),
    # scalar bodies
    (body("(a: f32) { v = ¦foo a; yield v }"), "unknown function 'foo'"),
    (body("(a: f32) { v = ¦mull a, a; yield v }"), "did you mean mul"),
    (body("(a: f32) { v = ¦add a; yield v }"), "add takes 2 operands, got 1"),
    (body("(a: f32) { v = add a, ¦b; yield v }"), "b is not defined"),
    (body("(a: f32) { ¦a = neg a; yield a }"), "a is defined twice"),
    (body("(a: f32) { v = neg a ¦yield v }"), "expected ';' after a step, found 'yield'"),
    (body("(a: f32) { v = ¦const 300 : u8; yield v }"), "the constant 300 does not fit into u8"),
    (body("(a: f32) { v = ¦const inf : i32; yield v }"), "the constant inf does not fit into i32"),
    (body("(a: f32) { v = index ¦a; yield v }"), "expected the number of an iteration dim, found 'a'"),
    (body("(a: f32) { v = bitcast a ¦; yield v }"), "expected ':', found ';'"),
    (body("(a: f32) { v = ¦bitcast a : f64; yield v }"), "bitcast: f32 has 32 bits, f64 has 64"),
    (body("(a: f32) { v = ¦inedx 0; yield v }"), "did you mean index"),
    # data
    (data("tensor<2xf32>", "¦dense<[1.0, 2.0, 3.0]>"), "the data has the shape [3], the type is tensor<2xf32>"),
    (data("tensor<2x2xf32>", "dense<[[1.0, 2.0], [1.0¦]]>"), "this list has 1 entries, another one 2"),
    (data("tensor<2x2xf32>", "dense<[[1.0, 2.0], ¦1.0]>"), "expected '[', found '1.0'"),
    (data("tensor<2x2xf32>", "dense<[1.0, ¦[1.0]]>"), "lists are nested deeper than 1 here"),
    (data("tensor<2xf32>", "dense<" + "[" * 64 + "¦[" + "[" * 100_000), "nested deeper than 64"),
    (data("tensor<2xu8>", "dense<[1, ¦256]>"), "256 is not in the range of u8"),
    (data("tensor<2xi8>", "dense<[1, ¦-129]>"), "-129 is not in the range of i8"),
    (data("tensor<2xi8>", "dense<[1, ¦1.5]>"), "1.5 is not in the range of i8"),
    (data("tensor<2xi1>", "dense<[true, ¦1]>"), "an element of i1 is true or false"),
    (data("tensor<2xf32>", "dense<[1.0, ¦true]>"), "an element of f32 is a number"),
    (data("tensor<2xf16>", "dense<[1.0, ¦1e10]>"), "10000000000.0 is too large for f16"),
    (data("tensor<2xf32>", 'dense<¦"0x0">'), 'expected "0x" and two hexadecimal digits for each byte'),
    (data("tensor<2xf32>", '¦dense<"0x0000803F0000">'), "the data has 6 bytes, tensor<2xf32> needs 8"),
    (data("tensor<2xi1>", '¦dense<"0x0002">'), "must be 00 or 01"),
    (data("¦tensor<[S]xf32>", "dense<1.0>"), "data needs static sizes"),
    (data("tensor<1000000x1000000xf32>", "¦dense<1.0>"), "4000000000000 bytes, over the limit of 2**31"),
    (data(f"tensor<{'4294967296x' * 8}f32>", "¦dense<1.0>"), "over the limit of 2**31"),
    (data(f"tensor<{'4294967296x' * 8}0xf32>", "¦dense<[]>"), "can't be allocated"),
]


@pytest.mark.parametrize(("marked", "message"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed(marked: str, message: str) -> None:
    before, _, after = marked.partition("¦")
    assert "¦" in marked
    with pytest.raises(ParseError) as caught:
        parse(before + after, OPS, file="f.tir")
    (found,) = caught.value.diagnostics
    assert message in found.message
    expected = Location("f.tir", before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    assert found.loc == expected
    assert str(caught.value).startswith(f"{expected}: error: ")


@pytest.mark.parametrize(("marked", "message"), MALFORMED, ids=range(len(MALFORMED)))
def test_caret_stands_below_the_place(marked: str, message: str) -> None:
    before, _, after = marked.partition("¦")
    with pytest.raises(ParseError) as caught:
        parse(before + after, OPS)
    line, caret = caught.value.diagnostics[0].notes
    rest = after.split("\n")[0][:20]
    assert (
        "".join(c if c.isprintable() else "\ufffd" for c in rest).rstrip()
        == line[len(caret) - 1 :][: len(rest)].rstrip()
    )


def test_truncated_programs_are_refused() -> None:
    text = body("(a: f32) { v = add a, a; yield v }") + data("tensor<2x2xf32>", "dense<[[1.0, 2.0], [3.0, 4.0]]>")
    parse(text, OPS)
    whole = text.index("global")
    for end in range(1, len(text)):
        if not text[:end].strip() or end in (whole - 1, whole):
            continue
        with pytest.raises(ParseError):
            parse(text[:end], OPS)


@pytest.mark.parametrize("mark", ["[", "(", "{", "<", "#layout<", "ceildiv(", "dense<[", "func @f() -> () {"])
def test_a_hundred_thousand_brackets(mark: str) -> None:
    for front in ("", func("¦").split("¦")[0], value("¦").split("¦")[0], "global @g : tensor<[", "global @g : tensor<"):
        with pytest.raises(ParseError):
            parse(front + mark * 100_000, OPS)


def test_long_lines_show_a_window() -> None:
    with pytest.raises(ParseError) as caught:
        parse("// " + "x" * 100_000 + "\n" + "[" + " " * 100_000 + "é", OPS)
    assert len(str(caught.value)) < 500
    with pytest.raises(ParseError) as caught:
        parse(" " * 100_000 + "é" + "x" * 100_000, OPS)
    assert len(str(caught.value)) < 500
