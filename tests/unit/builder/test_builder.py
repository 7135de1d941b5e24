"""The builder against NumPy, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import dtype_of, f32, f64, i1, i32

Array = npt.NDArray[Any]
S = symbol("S")
RNG = np.random.default_rng(0)
A = RNG.standard_normal((3, 4))
B = RNG.standard_normal((4, 5))
V = RNG.standard_normal(4)
C = RNG.standard_normal((2, 3, 4))


def call(make: Callable[..., Tensor], *arrays: Array) -> Array:
    """The result of a function of tensors, interpreted."""
    m = ModuleBuilder()
    f = m.function("main")
    args = [f.arg(f"x{i}", a.shape, dtype_of(a.dtype)) for i, a in enumerate(arrays)]
    f.returns(make(*args))
    return interpret(m.build(), "main", arrays)[0]


Case = tuple[Callable[..., Any], Callable[..., Any], tuple[Array, ...]]


def one(make: Callable[[Any], Any], numpy: Callable[[Any], Any], arrays: tuple[Array, ...]) -> Case:
    return make, numpy, arrays


def two(make: Callable[[Any, Any], Any], numpy: Callable[[Any, Any], Any], arrays: tuple[Array, ...]) -> Case:
    return make, numpy, arrays


def three(
    make: Callable[[Any, Any, Any], Any], numpy: Callable[[Any, Any, Any], Any], arrays: tuple[Array, ...]
) -> Case:
    return make, numpy, arrays


SAME: dict[str, Case] = {
    "operators": two(lambda a, b: (a + b) * 2 - b / a, lambda a, b: (a + b) * 2 - b / a, (A, A + 3)),
    "numbers on the left": one(lambda a: 1 / (2 - a) + 3 * a, lambda a: 1 / (2 - a) + 3 * a, (A,)),
    "broadcast of a row": two(lambda a, v: a - v, lambda a, v: a - v, (A, V)),
    "broadcast of a column": two(lambda a, v: a * v, lambda a, v: a * v, (A, A[:, :1])),
    "broadcast of both": two(lambda a, v: a + v, lambda a, v: a + v, (A[:1], A[:, :1])),
    "broadcast of one element": two(lambda a, v: a + v, lambda a, v: a + v, (A, A[:1, :1])),
    "broadcast of a scalar": two(lambda a, v: a + v, lambda a, v: a + v, (A, np.array(2.0))),
    "higher rank": two(lambda a, v: a + v, lambda a, v: a + v, (C, A[:, :1])),
    "negative": one(lambda a: -a, lambda a: -a, (A,)),
    "comparison and where": one(lambda a: (a > 0).where(a, -1), lambda a: np.where(a > 0, a, -1), (A,)),
    "relu": one(lambda a: a.relu(), lambda a: np.maximum(a, 0), (A,)),
    "rsqrt": one(lambda a: (a * a + 1).rsqrt(), lambda a: 1 / np.sqrt(a * a + 1), (A,)),
    "cast": one(lambda a: (a * 10).cast(i32), lambda a: np.trunc(a * 10).astype(np.int32), (A,)),
    "matmul": two(lambda a, b: a @ b, lambda a, b: a @ b, (A, B)),
    "matmul with a vector": two(lambda a, v: a @ v, lambda a, v: a @ v, (A, V)),
    "vector with a matrix": two(lambda v, b: v @ b, lambda v, b: v @ b, (V, B)),
    "dot": two(lambda v, w: v @ w, lambda v, w: v @ w, (V, V)),
    "batched matmul": two(lambda a, b: a @ b, lambda a, b: a @ b, (C, np.stack([B, B]))),
    "linear": three(lambda x, w, b: x.linear(w, b), lambda x, w, b: x @ w.T + b, (C, B.T, B[0])),
    "contract": two(lambda a, b: a.contract(b, "ij,jk->ki"), lambda a, b: (a @ b).T, (A, B)),
    "reshape splits": one(lambda a: a.reshape(3, 2, 2), lambda a: a.reshape(3, 2, 2), (A,)),
    "reshape merges": one(lambda c: c.reshape(6, -1), lambda c: c.reshape(6, 4), (C,)),
    "reshape regroups": one(lambda c: c.reshape(4, 6), lambda c: c.reshape(4, 6), (C,)),
    "reshape with ones": one(lambda a: a.reshape(1, 3, 1, 4, 1), lambda a: a.reshape(1, 3, 1, 4, 1), (A,)),
    "reshape without ones": one(lambda a: a.reshape(4, 3), lambda a: a.reshape(4, 3), (A[None, :, None],)),
    "reshape to a scalar": one(lambda a: a[:1, :1].reshape(), lambda a: a[0, 0], (A,)),
    "reshape from a scalar": one(lambda a: a.reshape(1, 1), lambda a: a.reshape(1, 1), (np.array(3.0),)),
    "transpose": one(lambda c: c.transpose(2, 0, 1), lambda c: c.transpose(2, 0, 1), (C,)),
    "T": one(lambda c: c.T, lambda c: c.T, (C,)),
    "slices": one(lambda a: a[1:, ::2], lambda a: a[1:, ::2], (A,)),
    "negative bounds": one(lambda a: a[-2:, :-1], lambda a: a[-2:, :-1], (A,)),
    "bounds beyond the end": one(lambda a: a[1:99], lambda a: a[1:99], (A,)),
    "integers": one(lambda c: c[1, ..., -1], lambda c: c[1, ..., -1], (C,)),
    "one element": one(lambda a: a[1, 2], lambda a: a[1, 2], (A,)),
    "concat": one(lambda a: a.concat(a, axis=1), lambda a: np.hstack([a, a]), (A,)),
    "insert": one(
        lambda a: a.insert(a[:1, :2], 2, 1), lambda a: np.block([[a[:2]], [a[2, 0], a[0, :2], a[2, 3:]]]), (A,)
    ),
    "pad": one(lambda a: a.pad((1, 0), (0, 2), 7), lambda a: np.pad(a, ((1, 0), (0, 2)), constant_values=7), (A,)),
    "gather": two(lambda a, i: a.gather(i), lambda a, i: a[i], (A, np.array([[2, 0], [1, 1]]))),
    "sum": one(lambda a: a.sum(0), lambda a: a.sum(0), (A,)),
    "sum of all": one(lambda a: a.sum(), lambda a: a.sum(), (A,)),
    "max keeps dims": one(lambda a: a.max(-1, keepdims=True), lambda a: a.max(-1, keepdims=True), (A,)),
    "mean": one(lambda c: c.mean((0, 2)), lambda c: c.mean((0, 2)), (C,)),
    "minus its mean": one(lambda a: a - a.mean(-1, keepdims=True), lambda a: a - a.mean(-1, keepdims=True), (A,)),
    "softmax": one(lambda a: a.softmax(0), lambda a: np.exp(a) / np.exp(a).sum(0), (A,)),
    "broadcast_to": one(lambda v: v.broadcast_to((2, 4)), lambda v: np.broadcast_to(v, (2, 4)), (V,)),
}


@pytest.mark.parametrize("what", SAME)
def test_tensors_compute_what_numpy_computes(what: str) -> None:
    make, numpy, arrays = SAME[what]
    got, expected = call(make, *arrays), np.asarray(numpy(*arrays))
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_symbolic_sizes_flow_through() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (S, 6), f64)
    y = x.reshape(S, 2, 3).transpose(1, 0, 2).reshape(2, 3 * S)
    f.returns(y, x.mean(0), x[: S - 1])
    assert y.shape == (2, 3 * S)
    array = RNG.standard_normal((5, 6))
    got = interpret(m.build(), "main", [array])
    np.testing.assert_array_equal(got[0], array.reshape(5, 2, 3).transpose(1, 0, 2).reshape(2, 15))
    np.testing.assert_allclose(got[1], array.mean(0))
    np.testing.assert_array_equal(got[2], array[:4])


def test_one_operator_is_one_op() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (3, 4), f32) + m.weight("b", np.zeros(4, np.float32)))
    ops = m.build().functions[0].body.ops
    assert [type(o).__name__ for o in ops] == ["GlobalLoad", "Generic"]
    assert isinstance(ops[1], Generic)


def test_a_reshape_takes_the_shortest_way() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (2, 3, 4), f32).reshape(2, 12), f.arg("y", (12,), f32).reshape(3, 4))
    assert [type(o) for o in m.build().functions[0].body.ops] == [CollapseShape, ExpandShape]


def test_a_weight_is_loaded_once_and_its_array_not_copied() -> None:
    m = ModuleBuilder()
    data = np.ones((4, 4), np.float32)
    data.flags.writeable = False
    w = m.weight("w", data)
    f = m.function("main")
    x = f.arg("x", (4, 4), f32)
    f.returns((x @ w) @ w)
    module = m.build()
    assert len(module.functions[0].body.ops) == 3
    value = module.globals[0].value
    assert isinstance(value, Dense)
    assert np.shares_memory(value.array, data)


def test_ops_remember_the_callers_line() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (2, 3), f32)
    f.returns(x.gelu())
    (op,) = m.build().functions[0].body.ops
    assert Path(op.loc.file).name == "test_builder.py"


def other() -> tuple[ModuleBuilder, FunctionBuilder, Tensor]:
    m = ModuleBuilder()
    f = m.function("other")
    return m, f, f.arg("x", (2, 3), f32)


def bad_name() -> None:
    m = ModuleBuilder()
    m.weight("w", np.zeros(2))
    m.function("w")


def after_return() -> None:
    _, f, x = other()
    f.returns(x)
    x.exp()


REFUSED: dict[str, tuple[Callable[[Tensor], object], str]] = {
    "shapes that do not broadcast": (
        lambda x: x + x[:, :2],
        "shapes [2, 3], [2, 2] do not broadcast: 3 and 2 in dim -1",
    ),
    "types that differ": (lambda x: x + x.cast(f64), "+: operand types differ: f32, f64; cast one"),
    "exp of integers": (lambda x: x.cast(i32).exp(), "exp takes float operands, got i32"),
    "matmul that does not fit": (lambda x: x @ x, "matmul: [2, 3] and [2, 3] do not fit"),
    "einsum without an arrow": (lambda x: x.contract(x, "ij,jk"), "is not a contraction"),
    "einsum of another rank": (lambda x: x.contract(x, "i,ij->j"), "the left side needs 2 different letters"),
    "einsum with an unknown letter": (lambda x: x.contract(x, "ij,ij->k"), "must be different ones of the operands"),
    "reshape to another number": (lambda x: x.reshape(4, 2), "can't reshape [2, 3] (6 elements) to [4, 2]"),
    "reshape with two -1": (lambda x: x.reshape(-1, -1), "only one size may be -1"),
    "reshape that does not divide": (lambda x: x.reshape(4, -1), "no size for -1"),
    "an axis that is not there": (lambda x: x.sum(2), "axis 2 does not exist in rank 2"),
    "an axis twice": (lambda x: x.sum((0, -2)), "an axis occurs twice"),
    "an index outside": (lambda x: x[2], "index 2 is outside of the size 2 of dim 0"),
    "too many indices": (lambda x: x[0, 0, 0], "3 indices for rank 2"),
    "a backward slice": (lambda x: x[::-1], "a step of -1 is not supported"),
    "a constant out of range": (lambda x: (x > 0).where(x.cast(i32), 1 << 40), "does not fit into i32"),
    "a tensor of another function": (lambda x: x + other()[2], "an operand is a tensor of @other, used in @main"),
    "a name twice": (lambda x: bad_name(), "the name 'w' is taken"),
    "an argument twice": (lambda x: x.function.arg("x", (1,), f32), "has an argument 'x' already"),
    "an op after the return": (lambda x: after_return(), "@other has returned already"),
    "no return": (lambda x: other()[0].build(), "@other does not return"),
    "where without i1": (lambda x: x.where(x, x), "the condition must be i1, got f32"),
    "gather by floats": (lambda x: x.gather(x), "indices must be integers, got f32"),
    "scale of another size": (lambda x: x.layer_norm(x[0][:2], x[0]), "scale is tensor<2xf32>, should be [3] of f32"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_misuse_is_refused_at_the_callers_line(what: str) -> None:
    make, message = REFUSED[what]
    f = ModuleBuilder().function("main")
    x = f.arg("x", (2, 3), f32)
    with pytest.raises(TensorIRError) as e:
        make(x)
    assert message in str(e.value)
    assert "test_builder.py:" in str(e.value)


def test_comparisons_are_i1() -> None:
    f = ModuleBuilder().function("main")
    assert (f.arg("x", (2,), f32) > 0).dtype is i1


def test_a_state_has_the_value_that_it_was_given_last() -> None:
    m = ModuleBuilder()
    s = m.state("s", np.zeros(4, np.float32))
    f = m.function("main")
    before = f.state(s)
    x = f.arg("x", (4,), f32)
    f.update(s, f.state(s) + x)
    f.update(s, f.state(s) * x)
    f.returns(before)
    module = m.build()
    (made,) = module.functions
    assert made.states == ("s",)
    assert [a.hint for a in made.body.args] == ["x", "s"]
    old, new = interpret(module, "main", (np.full(4, 3, np.float32), np.ones(4, np.float32)))
    assert old.tolist() == [1] * 4
    assert new.tolist() == [12] * 4


def test_a_state_keeps_its_type() -> None:
    m = ModuleBuilder()
    s = m.state("s", np.zeros(4, np.float32))
    f = m.function("main")
    x = f.arg("x", (3,), f32)
    with pytest.raises(TensorIRError, match=r"the state @s is tensor<4xf32>, its new value tensor<3xf32>"):
        f.update(s, x)
    with pytest.raises(TensorIRError, match="the name 's' is taken"):
        m.state("s", np.zeros(1, np.float32))
