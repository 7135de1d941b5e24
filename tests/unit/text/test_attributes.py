from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pytest

from tensorir.dialects.linalg import Contract, Fill, Softmax
from tensorir.dialects.registry import OPS
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, f32
from tensorir.ir.op import Op, op, operand_list
from tensorir.ir.scalar import ScalarBody, ScalarValue, arg
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.ir.value import Value
from tensorir.text.attributes import (
    MISFIT,
    SymbolRef,
    attribute_value,
    coerced,
    described,
    same_value,
    schema,
    value_text,
)
from tensorir.text.lexer import Lexer

VALUES: list[tuple[str, Any]] = [
    ("none", None),
    ("true", True),
    ("false", False),
    ("-3", -3),
    ("1.0", 1.0),
    ("-inf", -math.inf),
    ("-0.0", -0.0),
    ('"a \\"b\\""', 'a "b"'),
    ("@main", SymbolRef("main")),
    ('@"odd one"', SymbolRef("odd one")),
    ("[]", ()),
    ("[[], [1, [2]], 3]", ((), (1, (2,)), 3)),
    ("f32", f32),
    ("tensor<2xf32>", TensorType((2,), f32)),
    ("16*S", 16 * symbol("S")),
    ('$"none"', symbol("none")),
    ("-1*S", -1 * symbol("S")),
    ("(d0) -> (d0)", identity(1)),
    ("() -> ()", identity(0)),
    ("(a0: f32) { yield a0 }", ScalarBody((f32,), arg(0, f32))),
    ("dense<1.0> : tensor<2xf32>", Dense(np.ones(2, np.float32))),
    ("#layout<inner_dims = [], inner_tiles = [], outer_perm = [0]>", Layout((), (), (0,))),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[t for t, _ in VALUES])
def test_round_trip(text: str, value: object) -> None:
    lex = Lexer(text)
    found = attribute_value(lex)
    assert lex.kind == "end"
    assert same_value(found, value)
    assert value_text(value) == text


def test_nan_is_read() -> None:
    assert math.isnan(attribute_value(Lexer("nan")))
    assert value_text(math.nan) == "nan"


class Strange:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (object, "#opaque<\"<class 'object'>\">"),
        (Strange(), '#opaque<"Strange">'),
        ({"a": 1}, "#opaque<\"{'a': 1}\">"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        ([1, 2], "[1, 2]"),
        (10**5000, hex(10**5000)),
        (TensorType((2,), "f32"), "#opaque<"),  # type: ignore[arg-type]  # on purpose
        (Layout(None, (), ()), "#opaque<"),  # type: ignore[arg-type]  # on purpose
        (TypeEncoding(), "#opaque<"),
    ],
    ids=range(10),
)
def test_odd_values_print(value: object, text: str) -> None:
    assert value_text(value).startswith(text)


def test_lists_in_lists_without_end_print() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert value_text(endless).startswith("[" * 65 + "#opaque<")


@pytest.mark.parametrize(
    ("value", "hint", "result"),
    [
        (1, int, 1),
        (True, int, MISFIT),
        (1, float, 1.0),
        (True, float, MISFIT),
        (1, ScalarValue, 1),
        (True, ScalarValue, True),
        (1, float | None, 1.0),
        (None, float | None, None),
        (1, Dim, 1),
        (symbol("S"), Dim, symbol("S")),
        (1.0, Dim, MISFIT),
        ((1, 2), tuple[int, ...], (1, 2)),
        ((1, symbol("S")), tuple[Dim, ...], (1, symbol("S"))),
        ((1, 2), tuple[int, int, int], MISFIT),
        ((1, 2.0), tuple[int, ...], MISFIT),
        (1, tuple[int, ...], MISFIT),
        ("add", Literal["add", "max"], "add"),
        ("avg", Literal["add", "max"], MISFIT),
        (f32, DType, f32),
        (SymbolRef("a"), str, MISFIT),
        ("anything", Any, "anything"),
    ],
)
def test_coerced(value: object, hint: object, result: object) -> None:
    found = coerced(value, hint)
    assert found is result or same_value(found, result)


def test_described() -> None:
    assert described(tuple[Dim, ...]) == "a list, each entry a size"
    assert described(tuple[int, float]) == "a list of 2: an int, a float"
    assert described(TypeEncoding | None) == "an encoding or layout or none"
    assert described(Literal["nk", "kn"]) == 'one of "nk", "kn"'


def test_same_value_tells_types_and_signs_apart() -> None:
    assert same_value(math.nan, float("nan"))
    assert not same_value(0.0, -0.0)
    assert not same_value(0, False)
    assert not same_value(0, 0.0)


def test_schema() -> None:
    assert schema(Contract).before == ("lhs", "rhs")
    assert schema(Contract).many == "init"
    assert schema(Softmax).defaults == {"extent": None, "encoding": None}
    assert schema(Fill).hints == {"value": ScalarValue, "type": TensorType}


@pytest.mark.parametrize("cls", OPS.values(), ids=list(OPS))
def test_every_op_has_a_text(cls: type[Op]) -> None:
    for hint in schema(cls).hints.values():
        assert "tensorir" not in described(hint)


def test_two_lists_of_operands_have_no_text() -> None:
    @op("test.two_lists")
    class TwoLists(Op):
        a: tuple[Value, ...] = operand_list()
        b: tuple[Value, ...] = operand_list()

    # The class is local, its annotations are resolved in this module.
    with pytest.raises(TypeError, match=r"test\.two_lists has more than one list of operands: a, b"):
        schema(TwoLists)
