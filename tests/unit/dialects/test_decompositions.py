"""What named ops are in simpler ones: equal to what they stand for, in every form that an op can have."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.verify import verify
from tensorir.text import parse

SIZE = 6

ARGS = (
    "%x: tensor<4x[S]x8xf32>, %h: tensor<4x8xf16>, %v: tensor<8xf32>, %w: tensor<[S]xf32>, %r: tensor<[S]x8xf32>, "
    "%t: tensor<2x3x4x4xf32>, %u: tensor<[S]x2x3x4x2xf32>"
)
X, H = "(tensor<4x[S]x8xf32>) -> tensor<4x[S]x8xf32>", "(tensor<4x8xf16>) -> tensor<4x8xf16>"
NORM = "(tensor<4x[S]x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x[S]x8xf32>"
COLUMN = "(tensor<4x[S]x8xf32>, tensor<[S]xf32>, tensor<[S]xf32>) -> tensor<4x[S]x8xf32>"
PLANE = "(tensor<4x[S]x8xf32>, tensor<[S]x8xf32>, tensor<[S]x8xf32>) -> tensor<4x[S]x8xf32>"
TILES = "(tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) -> tensor<2x2x4x4x"
BATCH = "(tensor<[S]x2x3x4x2xf32>, tensor<[S]x2x3x4x2xf32>) -> tensor<[S]x2x2x4x4xf32>"
MAPS = "[(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d1, d2), (d0, d1, d2) -> (d0, d1)]"

CASES = [
    f"linalg.softmax %x {{dims = [2]}} : {X}",
    f"linalg.softmax %x {{dims = [1, 2]}} : {X}",
    f"linalg.softmax %x {{dims = [2, 0]}} : {X}",
    f"linalg.softmax %x {{dims = [2], extent = 5}} : {X}",
    f"linalg.softmax %x {{dims = [2], extent = 0}} : {X}",
    f"linalg.softmax %x {{dims = [1, 2], extent = 7*S}} : {X}",
    f"linalg.softmax %x {{dims = [2, 1], extent = 7*S}} : {X}",
    f"linalg.softmax %h {{dims = [1]}} : {H}",
    f"linalg.layer_norm %x, %v, %v {{dims = [2], epsilon = 0.5}} : {NORM}",
    f"linalg.layer_norm %x, %w, %w {{dims = [1], epsilon = 1e-05}} : {COLUMN}",
    f"linalg.layer_norm %x, %r, %r {{dims = [1, 2], epsilon = 1.0}} : {PLANE}",
    f"linalg.layer_norm %x, %r, %r {{dims = [1, 2], epsilon = 1.0, extent = 5*S}} : {PLANE}",
    f"linalg.zero_padding %x {{dims = [1], extent = floordiv(S, 2)}} : {X}",
    f"linalg.zero_padding %x {{dims = [1, 2], extent = 3}} : {X}",
    'linalg.reduce %h {kind = "add", dims = [1]} : (tensor<4x8xf16>) -> tensor<4xf16>',
    'linalg.reduce %x {kind = "max", dims = [2, 0]} : (tensor<4x[S]x8xf32>) -> tensor<[S]xf32>',
    f"linalg.contract %h, %h {{maps = {MAPS}, dtype = f16}} : (tensor<4x8xf16>, tensor<4x8xf16>) -> tensor<4x4xf16>",
    f'linalg.mmt4d %t, %t {{dtype = f32, rhs_order = "kn"}} : {TILES}f32>',
    f"linalg.mmt4d %t, %t {{dtype = f16}} : {TILES}f16>",
    f"linalg.batch_mmt4d %u, %u {{dtype = f32}} : {BATCH}",
    'device.transfer %x {device = "there"} : (tensor<4x[S]x8xf32>) -> tensor<4x[S]x8xf32>',
]


def the_op(text: str) -> tuple[Function, Op]:
    results = text.rpartition("-> ")[2]
    function = parse(f"func @main({ARGS}) -> ({results}) {{ %0 = {text} return %0 : {results} }}", OPS).functions[0]
    return function, function.body.ops[0]


def decomposed(op: Op) -> Decomposition:
    parts = op.decomposition()
    assert parts is not None
    return parts


def depth(op: Op) -> int:
    """How often an op can be decomposed; RecursionError if there is no end."""
    parts = op.decomposition()
    return 0 if parts is None else 1 + max((depth(o) for o in parts.body.ops), default=0)


@pytest.mark.parametrize("text", CASES)
def test_it_is_the_same(text: str) -> None:
    function, op = the_op(text)
    parts = decomposed(op)
    body = Module((Function("body", parts.body),))
    verify(body)
    assert depth(op) <= 2
    rng = np.random.default_rng(0)
    sizes = {"S": SIZE}
    shapes = [tuple(evaluate(d, sizes) for d in a.type.shape) for a in function.body.args]
    given = [rng.standard_normal(s).astype(a.type.dtype.numpy) for s, a in zip(shapes, function.body.args, strict=True)]
    (expected,) = interpret(Module((function,)), "main", given)
    operands = [given[function.body.args.index(v)] for v in op.operands]
    counts = [np.array(evaluate(d, sizes), np.int64) for d in parts.sizes]
    (made,) = interpret(body, "body", [*operands, *counts])
    assert made.dtype == expected.dtype
    slack = 2e-3 if made.dtype == np.float16 else 1e-5
    np.testing.assert_allclose(made.astype(np.float64), expected.astype(np.float64), rtol=slack, atol=slack)


def test_only_symbolic_sizes_are_arguments() -> None:
    _, op = the_op(CASES[5])
    assert [str(d) for d in decomposed(op).sizes] == ["7*S"]
    _, op = the_op(CASES[6])
    assert [str(d) for d in decomposed(op).sizes] == ["7*S", "S"]
    _, op = the_op(CASES[3])
    assert decomposed(op).sizes == ()
