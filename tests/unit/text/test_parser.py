from __future__ import annotations

import pytest

from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.linalg import Contract, Transpose
from tensorir.dialects.registry import OPS
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import ParseError, VerifyError
from tensorir.ir.dims import symbol
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.location import Location
from tensorir.ir.module import Function
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.text import parse, print_module

T = "tensor<4x5xf32>"

PROGRAM = """
global @w : tensor<2x3xf32> = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> loc("weights.bin")
global @turned : tensor<3x2xf32> = {
  %0 = global.load {symbol = @w, type = tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %1 = linalg.transpose %0 {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  yield %1 : tensor<3x2xf32>
}

executable @kernel target("cpu") (%a: tensor<[S]x3xf32>, %b: tensor<3x2xf32>) -> (tensor<[S]x2xf32>) {
  %c = linalg.contract %a, %b {maps = [(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)], dtype = f32}
       : (tensor<[S]x3xf32>, tensor<3x2xf32>) -> tensor<[S]x2xf32>
  yield %c : tensor<[S]x2xf32>
}

func @main(%x: tensor<[S]x3xf32>) -> (tensor<[S]x2xf32>) {
  %w = global.load {symbol = @turned, type = tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %y = flow.launch %x, %w {executable = @kernel, types = [tensor<[S]x2xf32>]}
       : (tensor<[S]x3xf32>, tensor<3x2xf32>) -> (tensor<[S]x2xf32>)
  return %y : tensor<[S]x2xf32>
}
"""


def test_a_whole_module() -> None:
    module = parse(PROGRAM, OPS, file="p.tir")
    verify(module)
    weights, turned = module.globals
    assert isinstance(weights.value, Dense)
    assert weights.value.array.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert weights.loc == Location("weights.bin")
    assert isinstance(turned.value, Region)
    (load, transpose) = turned.value.ops
    assert isinstance(load, GlobalLoad)
    assert load.symbol == "w"
    assert isinstance(transpose, Transpose)
    assert transpose.permutation == (1, 0)
    assert transpose.loc == Location("p.tir", 5, 3)
    (kernel,) = module.executables
    assert kernel.target == "cpu"
    (contract,) = kernel.body.ops
    assert isinstance(contract, Contract)
    assert contract.init == ()
    assert contract.lhs is kernel.body.args[0]
    (main,) = module.functions
    assert main.symbols == ("S",)
    assert main.body.args[0].type.shape == (symbol("S"), 3)
    assert [v.hint for v in (*main.body.args, *main.body.yields)] == ["x", "y"]


def test_round_trip() -> None:
    module = parse(PROGRAM, OPS)
    text = print_module(module)
    again = parse(text, OPS)
    assert isomorphic(module, again)
    assert fingerprint(module) == fingerprint(again)
    assert print_module(again) == text


def test_an_empty_text_is_an_empty_module() -> None:
    for text in ("", "// nothing\n", "\r\n"):
        assert not list(parse(text, OPS).all_symbols())


def test_locations_are_read_or_taken_from_the_text() -> None:
    text = PROGRAM.replace("-> tensor<3x2xf32>\n  %y", '-> tensor<3x2xf32> loc("n \\"1\\"":3)\n  %y')
    main = parse(text, OPS, file="f").lookup(Function, "main")
    assert [o.loc for o in main.body.ops] == [Location('n "1"', 3), Location("f", 17, 3)]
    assert main.loc == Location("f", 15, 1)


def test_regions_of_an_op() -> None:
    module = parse(
        f"func @main(%x: {T}) -> ({T}) {{\n"
        f'  %y = flow.dispatch %x : ({T}) -> {T} (%x: {T}) {{\n    yield %x : {T}\n  }} loc("here")\n'
        f"  return %y : {T}\n}}",
        OPS,
    )
    (dispatch,) = module.functions[0].body.ops
    assert isinstance(dispatch, Dispatch)
    assert dispatch.loc == Location("here")
    assert dispatch.body.args[0] is not module.functions[0].body.args[0]


def nested(depth: int) -> str:
    head = f"%y = flow.dispatch %x : ({T}) -> {T} (%x: {T}) {{\n"
    inside = head * depth + f"yield %x : {T}\n}}\n" + f"yield %y : {T}\n}}\n" * (depth - 1)
    return f"func @main(%x: {T}) -> ({T}) {{\n{inside}return %y : {T}\n}}"


def test_deep_nesting() -> None:
    module = parse(nested(255), OPS)
    with pytest.raises(VerifyError, match="a launch can't launch"):
        verify(module)  # dispatches nest in the text, not in a program
    text = print_module(module)
    assert isomorphic(parse(text, OPS), module)
    assert fingerprint(parse(text, OPS)) == fingerprint(module)
    for depth in (256, 50_000):
        with pytest.raises(ParseError, match="regions are nested deeper than 256"):
            parse(nested(depth), OPS)


def test_what_only_the_verifier_refuses_is_read() -> None:
    module = parse("global @w : tensor<2xf32> = dense<[1, 2, 3]> : tensor<3xi32>", OPS)
    text = print_module(module)
    assert "dense<[1, 2, 3]> : tensor<3xi32>" in text
    assert print_module(parse(text, OPS)) == text
    with pytest.raises(VerifyError):
        verify(module)
