from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.linalg import Fill, Transpose
from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import Constant
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dims import DimExpr, Divided, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text import parse, print_module, print_op, print_region

T = TensorType((2, 3), f32)
U = TensorType((3, 2), f32)


def main(region: Region) -> Module:
    return Module((Function("main", region),))


def test_print_op_and_region() -> None:
    x = Value(T, "x")
    t = Transpose(x, (1, 0))
    assert print_op(t) == "%0 = linalg.transpose %x {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>"
    assert print_region(Region((x,), (t,), (t.result,))) == (
        "(%x: tensor<2x3xf32>) {\n"
        "  %0 = linalg.transpose %x {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>\n"
        "  yield %0 : tensor<3x2xf32>\n"
        "}"
    )


def test_defaults_are_left_out_but_equal_numbers_of_other_types_are_not() -> None:
    load = GlobalLoad("w", T)
    assert "device" not in print_op(Dispatch((load.result,), Region((), (), ())))
    assert print_op(Fill(0.0, T)).startswith("%0 = linalg.fill {value = 0.0, ")
    assert print_op(Fill(-0.0, T)).startswith("%0 = linalg.fill {value = -0.0, ")
    assert print_op(Fill(0, T)).startswith("%0 = linalg.fill {value = 0, ")


def test_locations() -> None:
    x = Value(T, "x")
    t = Transpose(x, (1, 0), loc=Location("a.py", 3, 4))
    text = print_module(main(Region((x,), (t,), (t.result,))), locations=True)
    assert text.splitlines()[1].endswith('-> tensor<3x2xf32> loc("a.py":3:4)')
    assert text.endswith('} loc("<unknown>")\n')
    assert print_module(parse(text, OPS), locations=True) == text


def invalid_modules() -> list[Module]:
    x, y, far = Value(T, "x"), Value(U), Value(T, "far")
    t = Transpose(x, (1, 0))
    odd: Any = cast("Any", object())
    deep = DimExpr((((Divided("ceildiv", symbol("S"), 2),), 1),))
    for _ in range(20_000):
        deep = DimExpr((((Divided("ceildiv", deep, 2),), 1),))
    return [
        main(Region((), (t,), (t.result,))),  # an undefined operand
        main(Region((x,), (), (far, y))),  # undefined yields
        main(Region((x, x), (t, t), (t.result,))),  # values defined twice
        main(Region((x,), (Transpose(t.result, (1, 0)), t), ())),  # a use before the definition
        main(Region((x,), (Transpose(x, (0, 1), results=(Value(U),)),), ())),  # a wrong result type
        main(Region((x,), (Transpose(x, (0, 1), results=()),), ())),  # no result
        main(Region((x,), (Transpose(x, odd, results=(Value(T),)),), ())),
        main(Region((x,), (Transpose(x, (1, 0), odd, results=(Value(T),)),), ())),
        main(Region((Value(odd),), (), ())),
        main(Region((Value(TensorType((odd,), f32)),), (), ())),
        main(Region((Value(TensorType((deep,), f32)),), (), ())),
        main(Region((Value(T, odd), Value(T, "a b\n"), Value(T, "12")), (), ())),
        main(Region((), (GlobalLoad("nowhere", T),), ())),
        main(Region((), (GlobalLoad(odd, T),), ())),
        Module((Function("a", Region((), (), ())), Function("a", Region((), (), ())))),
        Module((Function("odd \0 name", Region((), (), ())),)),
        Module((), (Global("g", T, Dense(np.zeros(3))),)),
        Module((), (Global("g", T, odd),)),
        Module((), (Global("g", T, Region((x,), (), ())),)),
        Module((), (), (Executable("e", 'a "target"', Region((), (), ())),)),
        main(Region((), (Constant(Dense(np.zeros((0, 2))), loc=Location('"\n', -1, 7)),), ())),
    ]


@pytest.mark.parametrize("number", range(len(invalid_modules())))
def test_printing_is_total(number: int) -> None:
    module = invalid_modules()[number]
    text = print_module(module, locations=True)
    assert text == print_module(module, locations=True)
    text.encode()
    try:
        parse(text, OPS)
    except ParseError as e:
        assert e.diagnostics[0].loc.line >= 1


def test_undefined_values_are_told_apart() -> None:
    x, far = Value(T, "x"), Value(T, "x")
    text = print_module(main(Region((x,), (), (x, far))))
    assert "return %x, %undefined_x : tensor<2x3xf32>, tensor<2x3xf32>" in text
    with pytest.raises(ParseError, match="%undefined_x is not defined in this region"):
        parse(text, OPS)


def test_printing_is_not_limited_by_nesting() -> None:
    region = Region((), (), ())
    for _ in range(3_000):
        region = Region((), (Dispatch((), region),), ())
    assert print_region(region).count("flow.dispatch") == 3_000
