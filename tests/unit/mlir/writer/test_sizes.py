"""Sizes as index arithmetic: each computed once, from what the arguments say."""

from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.writer.sizes import SizeValues
from tensorir.text import parse_dim


def lines(shapes: list[list[str]], *wanted: str) -> tuple[list[str], list[str]]:
    """The ops for sizes of a function whose arguments have these shapes, and their names."""
    out: list[str] = []

    def let(text: str) -> str:
        out.append(text)
        return f"%{len(out) - 1}"

    args = [Value(TensorType(tuple(map(parse_dim, shape)), f32)) for shape in shapes]
    sizes = SizeValues(args, [f"%a{i}" for i in range(len(args))], lambda v: "T", let)
    return out, [sizes.static_or_value(parse_dim(w)) for w in wanted]


def test_static_sizes_need_nothing() -> None:
    assert lines([["S"]], "4", "7") == ([], ["4", "7"])


def test_a_dim_of_an_argument_is_that_dim() -> None:
    ops, names = lines([["2", "ceildiv(S, 8)"], ["S"]], "ceildiv(S, 8)", "S", "S")
    assert ops == [
        "arith.constant 1 : index",
        "tensor.dim %a0, %0 : T",
        "arith.constant 0 : index",
        "tensor.dim %a1, %2 : T",
    ]
    assert names == ["%1", "%3", "%3"]


@pytest.mark.parametrize(
    ("size", "ops"),
    [
        ("3*S", ["arith.constant 3 : index", "arith.muli %1, %2 : index"]),
        ("S + 2", ["arith.constant 2 : index", "arith.addi %1, %2 : index"]),
        ("S*S", ["arith.muli %1, %1 : index"]),
        ("ceildiv(S, 4)", ["arith.constant 4 : index", "arith.ceildivsi %1, %2 : index"]),
        ("floordiv(S, 4)", ["arith.constant 4 : index", "arith.floordivsi %1, %2 : index"]),
        ("mod(S, 4)", ["arith.constant 4 : index", "arith.remsi %1, %2 : index"]),
    ],
)
def test_arithmetic(size: str, ops: list[str]) -> None:
    made, names = lines([["S"]], size)
    assert made[2:] == ops
    assert names == [f"%{len(made) - 1}"]


def test_mod_of_what_may_be_negative_is_no_remainder() -> None:
    made, _ = lines([["S"]], "mod(S - 3, 4)")
    assert [op.split()[0] for op in made[2:]] == [
        "arith.constant",
        "arith.addi",
        "arith.constant",
        "arith.floordivsi",
        "arith.muli",
        "arith.subi",
    ]


def test_a_size_that_no_argument_has_is_refused() -> None:
    with pytest.raises(TensorIRError, match="the size T is that of no argument"):
        lines([["S"]], "T")
