"""One expression, two worlds: on arrays it is NumPy, on tensors it means the same or is refused at its line."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import dtype_of, f32, f64

RNG = np.random.default_rng(7)
ARRAYS = {
    "x": RNG.standard_normal((3, 4), np.float32),
    "y": RNG.standard_normal((3, 4), np.float32),
    "w": RNG.standard_normal((4, 5), np.float32),
    "v": RNG.standard_normal(4, np.float32),
    "d": RNG.standard_normal((3, 4)),
    "c": RNG.standard_normal((2, 3, 4), np.float32),
    "i": RNG.integers(-9, 10, (3, 4), np.int32),
    "j": RNG.integers(1, 5, (3, 4), np.int32),
    "s": RNG.integers(-100, 100, (3, 4), np.int8),
    "u": RNG.integers(0, 200, (3, 4), np.uint8),
    "b": RNG.integers(0, 2, (3, 4)).astype(np.bool_),
    "e": RNG.integers(0, 2, (3, 4)).astype(np.bool_),
    "z": np.array(2.5, np.float32),
}
ONES = np.ones((3, 4), np.float32)
Expression = Callable[[Any], Any]


def combined(p: Any, q: Any, r: Any) -> Any:
    return p + q * r


def added_in_place(a: Any, b: Any) -> None:
    a += b


SAME: dict[str, Expression] = {
    # arithmetic, with numbers and arrays on either side
    "x + y": lambda a: a.x + a.y,
    "x - 1": lambda a: a.x - 1,
    "1 - x": lambda a: 1 - a.x,
    "2.5 * x": lambda a: 2.5 * a.x,
    "x / 3": lambda a: a.x / 3,
    "1 / x": lambda a: 1 / a.x,
    "x * True": lambda a: a.x * True,
    "x ** 2": lambda a: a.x**2,
    "2 ** x": lambda a: 2**a.x,
    "abs(x) ** 0.5": lambda a: abs(a.x) ** 0.5,
    "-x": lambda a: -a.x,
    "+x": lambda a: +a.x,
    "abs(x)": lambda a: abs(a.x),
    "x + x + x by sum": lambda a: sum([a.x, a.x, a.x]),
    "array * x": lambda a: ONES * a.x,
    "x * array": lambda a: a.x * ONES,
    "array - x": lambda a: ONES - a.x,
    "row array + x": lambda a: np.ones(4, np.float32) + a.x,
    "np.float32 * x": lambda a: np.float32(3) * a.x,
    "x * np.float32": lambda a: a.x * np.float32(3),
    "d / np.sqrt(64)": lambda a: a.d / np.sqrt(64),
    "i + 5": lambda a: a.i + 5,
    "i * j": lambda a: a.i * a.j,
    "i // j": lambda a: a.i // a.j,
    "i % j": lambda a: a.i % a.j,
    "i // 3": lambda a: a.i // 3,
    "-7 // j": lambda a: -7 // a.j,
    "-7 % j": lambda a: -7 % a.j,
    "divmod(i, j)[1]": lambda a: divmod(a.i, a.j)[1],
    "i ** 2": lambda a: a.i**2,
    "i ** j": lambda a: a.i**a.j,
    "s + s": lambda a: a.s + a.s,
    "s * s": lambda a: a.s * a.s,
    "u + u": lambda a: a.u + a.u,
    "u - u * 2": lambda a: a.u - a.u * 2,
    "-u": lambda a: -a.u,
    "i + True": lambda a: a.i + True,
    # bits and truth values
    "i & j": lambda a: a.i & a.j,
    "i | 6": lambda a: a.i | 6,
    "6 ^ i": lambda a: 6 ^ a.i,
    "~i": lambda a: ~a.i,
    "~u": lambda a: ~a.u,
    "i << 2": lambda a: a.i << 2,
    "i >> 1": lambda a: a.i >> 1,
    "u >> 1": lambda a: a.u >> 1,
    "b & e": lambda a: a.b & a.e,
    "b | e": lambda a: a.b | a.e,
    "b ^ e": lambda a: a.b ^ a.e,
    "~b": lambda a: ~a.b,
    "b + e": lambda a: a.b + a.e,
    "b * e": lambda a: a.b * a.e,
    "b & True": lambda a: a.b & True,
    # comparisons
    "x < y": lambda a: a.x < a.y,
    "0 < x": lambda a: operator.lt(0, a.x),
    "x >= 0.5": lambda a: a.x >= 0.5,
    "x == y": lambda a: a.x == a.y,
    "x == x": lambda a: a.x == operator.pos(a.x),
    "x != y": lambda a: a.x != a.y,
    "i == 3": lambda a: a.i == 3,
    "array <= x": lambda a: a.x >= ONES,
    "(0 < x) & (x < 1)": lambda a: (a.x > 0) & (a.x < 1),
    "b == e": lambda a: a.b == a.e,
    # NumPy's functions of elements
    "np.exp(x)": lambda a: np.exp(a.x),
    "np.tanh(x)": lambda a: np.tanh(a.x),
    "np.sqrt(np.abs(x))": lambda a: np.sqrt(np.abs(a.x)),
    "np.log1p(abs)": lambda a: np.log1p(np.abs(a.x)),
    "np.sin(x)": lambda a: np.sin(a.x),
    "np.arctan(x)": lambda a: np.arctan(a.x),
    "np.floor(x)": lambda a: np.floor(a.x),
    "np.rint(x * 3)": lambda a: np.rint(a.x * 3),
    "np.add(x, y)": lambda a: np.add(a.x, a.y),
    "np.maximum(x, 0)": lambda a: np.maximum(a.x, 0),
    "np.minimum(array, x)": lambda a: np.minimum(ONES, a.x),
    "np.arctan2(x, y)": lambda a: np.arctan2(a.x, a.y),
    "np.matmul(x, w)": lambda a: np.matmul(a.x, a.w),
    "np.negative(i)": lambda a: np.negative(a.i),
    # products
    "x @ w": lambda a: a.x @ a.w,
    "x @ v": lambda a: a.x @ a.v,
    "v @ w": lambda a: a.v @ a.w,
    "v @ v": lambda a: a.v @ a.v,
    "x @ array": lambda a: a.x @ np.ones((4, 2), np.float32),
    "array @ x": lambda a: np.ones((2, 3), np.float32) @ a.x,
    "c @ w": lambda a: a.c @ a.w,
    "c @ v": lambda a: a.c @ a.v,
    "x.T @ y": lambda a: a.x.T @ a.y,
    "3-d rhs": lambda a: a.x @ a.c.transpose(0, 2, 1),
    "i @ j.T": lambda a: a.i @ a.j.T,
    # indices and shapes
    "x[1]": lambda a: a.x[1],
    "x[np.int64(1)]": lambda a: a.x[np.int64(1)],
    "x[-1, 1:]": lambda a: a.x[-1, 1:],
    "x[:, ::2]": lambda a: a.x[:, ::2],
    "x[np.int32(1):np.int64(3)]": lambda a: a.x[np.int32(1) : np.int64(3)],
    "x[-99:99]": lambda a: a.x[-99:99],
    "x[2:1]": lambda a: a.x[2:1],
    "x[None]": lambda a: a.x[None],
    "x[:, None]": lambda a: a.x[:, None],
    "x[1, None, 1:, None]": lambda a: a.x[1, None, 1:, None],
    "x[..., None, 0]": lambda a: a.x[..., None, 0],
    "x[...]": lambda a: a.x[...],
    "z[...]": lambda a: a.z[...],
    "z[()]": lambda a: a.z[()],
    "z[None]": lambda a: a.z[None],
    "rows by a loop": lambda a: sum(r * k for k, r in enumerate(a.x)),
    "rows unpacked": lambda a: combined(*a.x),
    "len(x)": lambda a: a.x * len(a.x),
    "reversed(x)": lambda a: next(iter(reversed(a.x))),
    "reshape(4, 3)": lambda a: a.x.reshape(4, 3),
    "reshape((4, 3))": lambda a: a.x.reshape((4, 3)),
    "reshape([2, -1])": lambda a: a.x.reshape([2, -1]),
    "reshape(-1)": lambda a: a.x.reshape(-1),
    "reshape(np.int64(12))": lambda a: a.x.reshape(np.int64(12)),
    "transpose(1, 0)": lambda a: a.x.transpose(1, 0),
    "transpose((1, 0))": lambda a: a.x.transpose((1, 0)),
    "c.transpose(-1, 0, 1)": lambda a: a.c.transpose(-1, 0, 1),
    "x.T": lambda a: a.x.T,
    # along axes
    "x.sum()": lambda a: a.x.sum(),
    "x.sum(axis=-1)": lambda a: a.x.sum(axis=-1),
    "x.sum((0, 1), keepdims=True)": lambda a: a.x.sum((0, 1), keepdims=True),
    "x.sum(np.int64(1))": lambda a: a.x.sum(np.int64(1)),
    "i.sum()": lambda a: a.i.sum(),
    "s.sum(0)": lambda a: a.s.sum(0),
    "u.sum(0)": lambda a: a.u.sum(0),
    "b.sum()": lambda a: a.b.sum(),
    "s.max(1)": lambda a: a.s.max(1),
    "x.min(0, keepdims=True)": lambda a: a.x.min(0, keepdims=True),
    "x.mean(0)": lambda a: a.x.mean(0),
    "i.mean()": lambda a: a.i.mean(),
    "b.mean(1)": lambda a: a.b.mean(1),
}
"""Expressions that equal NumPy: values, shape and element type."""

REFUSED: dict[str, tuple[Expression, str]] = {
    "1 < x < 5": (lambda a: 1 < a.x < 5, "(1 < x) & (x < 5)"),
    "x and y": (lambda a: a.x and a.y, "no truth value"),
    "x or y": (lambda a: a.x or a.y, "no truth value"),
    "not x": (lambda a: not a.x, "no truth value"),
    "if x": (lambda a: 1 if a.x else 2, "no truth value"),
    "bool(z)": (lambda a: bool(a.z), "no truth value"),
    "max(x, y)": (lambda a: max(a.x, a.y), "x.maximum(y)"),
    "min(x, 0)": (lambda a: min(a.x, 0), "no truth value"),
    "any(x)": (lambda a: any(a.x), "no truth value"),
    "sorted(x)": (lambda a: sorted(list[Any](a.x)), "no truth value"),
    "x in [y]": (lambda a: a.x in [a.y], "no truth value"),
    "1 in x": (lambda a: 1 in a.x, "(x == item).max()"),
    "int(z)": (lambda a: int(a.z), "not a number"),
    "float(z)": (lambda a: float(a.z), "not a number"),
    "complex(z)": (lambda a: complex(a.z), "not a number"),
    "math.sqrt(z)": (lambda a: math.sqrt(a.z), "not a number"),
    "range(z)": (lambda a: range(a.z), "not an integer"),
    "operator.index(i)": (lambda a: operator.index(a.i), "not an integer"),
    "np.asarray(x)": (lambda a: np.asarray(a.x), "no elements"),
    "x[0] = 1": (lambda a: operator.setitem(a.x, 0, 1), "immutable"),
    "del x[0]": (lambda a: operator.delitem(a.x, 0), "immutable"),
    "len(z)": (lambda a: len(a.z), "no length"),
    "for in z": (lambda a: list(a.z), "can't be iterated"),
    "round(x, 2)": (lambda a: round(a.x, 2), "number of digits"),
    "x[True]": (lambda a: a.x[True], "True is not an index"),
    "x[np.True_]": (lambda a: a.x[np.True_], "is not an index"),
    "x[1.0]": (lambda a: a.x[1.0], "an index must be"),
    "x['a']": (lambda a: a.x["a"], "an index must be"),
    "x[[0, 1]]": (lambda a: a.x[[0, 1]], "gather(indices)"),
    "x[array]": (lambda a: a.x[np.array([0, 1])], "gather(indices)"),
    "x[b]": (lambda a: a.x[a.b], "gather(indices)"),
    "x[1:2.0]": (lambda a: a.x[1:2.0], "a bound of a slice must be"),
    "x[::1.0]": (lambda a: a.x[::1.0], "a step must be"),
    "x[i:]": (lambda a: a.x[a.i :], "not an integer"),
    "x + d": (lambda a: a.x + a.d, "operand types differ: f32, f64"),
    "x @ d.T": (lambda a: a.x @ a.d.T, "operand types differ: f32, f64"),
    "x + f64 array": (lambda a: a.x + np.ones((3, 4)), "operand types differ: f32, f64"),
    "f64 array @ x": (lambda a: np.ones((2, 3)) @ a.x, "operand types differ: f64, f32"),
    "x * np.float64": (lambda a: a.x * np.float64(3), "NumPy's f64"),
    "x + i": (lambda a: a.x + a.i, "operand types differ"),
    "i + s": (lambda a: a.i + a.s, "operand types differ"),
    "b + i": (lambda a: a.b + a.i, "operand types differ"),
    "i + 0.5": (lambda a: a.i + 0.5, "makes f64 in NumPy"),
    "i * 2.0": (lambda a: a.i * 2.0, "makes f64 in NumPy"),
    "b + 1": (lambda a: a.b + 1, "makes i64 in NumPy"),
    "s + 300": (lambda a: a.s + 300, "does not fit into i8"),
    "i / j": (lambda a: a.i / a.j, "use //"),
    "i / 2": (lambda a: a.i / 2, "use //"),
    "x // y": (lambda a: a.x // a.y, "np.floor"),
    "x % y": (lambda a: a.x % a.y, "np.floor"),
    "b - e": (lambda a: a.b - a.e, "use ^"),
    "-b": (lambda a: -a.b, "use ~"),
    "~x": (lambda a: ~a.x, "~ is not defined"),
    "x & y": (lambda a: a.x & a.y, "& is not defined"),
    "i ** -1": (lambda a: a.i**-1, "is not an integer"),
    "x + None": (lambda a: a.x + None, "expected a tensor"),
    "x == None": (lambda a: a.x == None, "expected a tensor"),  # noqa: E711  # this is the mistake
    "x == 'a'": (lambda a: a.x == "a", "expected a tensor"),
    "x + 1j": (lambda a: a.x + 1j, "expected a tensor"),
    "x + 10**400": (lambda a: a.x + 10**400, "does not fit"),
    "x @ 3": (lambda a: a.x @ 3, "expected a tensor"),
    "3 @ x": (lambda a: 3 @ a.x, "expected a tensor"),
    "x @ z": (lambda a: a.x @ a.z, "no scalars"),
    "np.exp(i)": (lambda a: np.exp(a.i), "takes float operands"),
    "np.sum(x)": (lambda a: np.sum(a.x), "np.sum does not take tensors"),
    "np.concatenate": (lambda a: np.concatenate([a.x, a.y]), "np.concatenate does not take tensors"),
    "np.add.reduce(x)": (lambda a: np.add.reduce(a.x), "np.add on tensors takes no reduce"),
    "np.exp(x, out=)": (lambda a: np.exp(a.x, out=ONES), "takes no out"),
    "np.logaddexp(x, y)": (lambda a: np.logaddexp(a.x, a.y), "np.logaddexp does not take tensors"),
    "array += x": (lambda a: added_in_place(a.array, a.x), "takes no out"),
    "reshape(3.0, 4)": (lambda a: a.x.reshape(3.0, 4), "must be an integer"),
    "reshape('M')": (lambda a: a.x.reshape("M"), 'symbol("M")'),
    "reshape(None)": (lambda a: a.x.reshape(None), "must be an integer"),
    "reshape(-2, 6)": (lambda a: a.x.reshape(-2, 6), "is negative"),
    "sum(axis=1.0)": (lambda a: a.x.sum(axis=1.0), "an axis must be an integer"),
    "sum(axis=True)": (lambda a: a.x.sum(axis=True), "an axis must be an integer"),
    "sum('a')": (lambda a: a.x.sum("a"), "an axis must be an integer"),
    "transpose(1, 0.0)": (lambda a: a.x.transpose(1, 0.0), "an axis must be an integer"),
    "transpose(0, 0)": (lambda a: a.x.transpose(0, 0), "an axis occurs twice"),
    "x[1:1].max(0)": (lambda a: a.x[1:1].max(0), "of size 0 has no value"),
}
"""Expressions that a program under construction can't mean, or where NumPy would change the element type."""

MISUSED: dict[str, tuple[Expression, str]] = {
    "size 'M'": (lambda f: f.arg("q", ("M", 4), f32), 'write symbol("M")'),
    "size None": (lambda f: f.arg("q", (None, 4), f32), "shape[0] must be an integer"),
    "size 3.0": (lambda f: f.arg("q", (3.0, 4), f32), "shape[0] must be an integer"),
    "size True": (lambda f: f.arg("q", (True, 4), f32), "shape[0] must be an integer"),
    "size -1": (lambda f: f.arg("q", (4, -1), f32), "shape[1] is -1: a size must not be negative"),
    "dtype 'f32'": (lambda f: f.arg("q", (4,), "f32"), "write tensorir.f32"),
    "dtype 'float'": (lambda f: f.arg("q", (4,), "float"), "is not given by name"),
    "dtype None": (lambda f: f.arg("q", (4,), None), "an element type is needed"),
    "dtype complex": (lambda f: f.arg("q", (4,), np.complex64), "is not an element type"),
    "name 3": (lambda f: f.arg(3, (4,), f32), "must be a string"),
    "full of text": (lambda f: f.full((2,), "1", f32), "expected a number"),
    "constant of text": (lambda f: f.constant("one"), "is not an array of numbers"),
    "ragged constant": (lambda f: f.constant([[1], [2, 3]]), "is not an array of numbers"),
    "cast to a name": (lambda f: f.full((2,), 1, f32).cast("i8"), "write tensorir.i8"),
    "returns a list": (lambda f: f.returns([f.full((2,), 1, f32)]), "pass results one by one"),
    "returns a number": (lambda f: f.returns(3.0), "not a tensor"),
    "where of two numbers": (lambda f: (f.full((2,), 1, f32) > 0).where(1, 0), "two numbers have no element type"),
    "a loop over a symbolic dim": (
        lambda f: list(f.arg("q", (symbol("M"), 4), f32)),
        "a loop over dim 0 would run M times",
    ),
    "len of M rows": (lambda f: len(f.arg("q", (symbol("M"), 4), f32)), "the size of dim 0 is M"),
}


class Names:
    """The operands of an expression as attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def tensors() -> tuple[ModuleBuilder, FunctionBuilder, Names]:
    m = ModuleBuilder()
    f = m.function("main")
    names = {n: f.arg(n, a.shape, dtype_of(a.dtype)) for n, a in ARRAYS.items()}
    return m, f, Names({**names, "array": ONES.copy()})


def equal_to_numpy(make: Expression) -> None:
    """`make` gives on tensors what it gives on arrays: shape, element type and values."""
    m, f, names = tensors()
    f.returns(make(names))
    (got,) = interpret(m.build(), "main", list(ARRAYS.values()))
    with np.errstate(all="ignore"):
        expected = np.asarray(make(Names(ARRAYS)))
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("what", SAME)
def test_an_expression_means_what_it_means_in_numpy(what: str) -> None:
    equal_to_numpy(SAME[what])


def refused_here(run: Callable[[], object], message: str) -> None:
    """`run` ends in a TensorIRError that points into this file."""
    with pytest.raises(TensorIRError) as e:
        run()
    assert message in str(e.value)
    assert "test_as_numpy.py:" in str(e.value).splitlines()[0]


@pytest.mark.parametrize("what", REFUSED)
def test_an_expression_is_refused_at_its_line(what: str) -> None:
    make, message = REFUSED[what]
    names = tensors()[2]
    refused_here(lambda: make(names), message)


@pytest.mark.parametrize("what", MISUSED)
def test_what_is_given_to_a_function_is_checked_at_once(what: str) -> None:
    make, message = MISUSED[what]
    refused_here(lambda: make(tensors()[1]), message)


ALONE: dict[str, Expression] = {
    "w + w": lambda w: w + w,
    "2 * w": lambda w: 2 * w,
    "-w": lambda w: -w,
    "w == 1": lambda w: w == 1,
    "if w": lambda w: 1 if w else 2,
    "w @ array": lambda w: w @ ONES,
}


@pytest.mark.parametrize("what", ALONE)
def test_weights_alone_belong_to_no_function(what: str) -> None:
    weight = ModuleBuilder().weight("w", ONES)
    refused_here(lambda: ALONE[what](weight), "the weight @w")


def test_a_weight_may_stand_on_either_side_of_a_tensor() -> None:
    m = ModuleBuilder()
    w = m.weight("w", ONES)
    f = m.function("main")
    x = f.arg("x", (3, 4), f32)
    f.returns(w - x, x - w, w @ x.T, w == x)
    got = interpret(m.build(), "main", [ARRAYS["x"]])
    expected = (ONES - ARRAYS["x"], ARRAYS["x"] - ONES, ONES @ ARRAYS["x"].T, ARRAYS["x"] == ONES)
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-5, atol=1e-6)


def test_sizes_and_types_of_numpy_are_taken() -> None:
    f = ModuleBuilder().function("main")
    x = f.arg("x", np.int64(3), f32)
    assert x.shape == (3,)
    assert f.arg("y", (np.int32(2), 4), np.float64).dtype is f64  # pyright: ignore[reportArgumentType]  # a dtype of NumPy
    assert x.cast(np.dtype("float64")).dtype is f64  # pyright: ignore[reportArgumentType]  # a dtype of NumPy


def test_tensors_are_told_apart_by_identity_in_sets() -> None:
    names = tensors()[2].__dict__
    assert len({names[n] for n in ARRAYS}) == len(ARRAYS)
