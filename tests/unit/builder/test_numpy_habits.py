"""What people write on arrays out of habit, beyond `test_as_numpy.py`: it means the same here, or it is refused at its
line with the way out."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from tensorir.ir.diagnostic import TensorIRError
from tests.unit.builder.test_as_numpy import Expression, equal_to_numpy, tensors

SAME: dict[str, Expression] = {
    # numbers at the edges of a type
    "x * nan": lambda a: a.x * float("nan"),
    "x * inf": lambda a: a.x * float("inf"),
    "x + 1e39": lambda a: a.x + 1e39,
    "i + -2**31": lambda a: a.i + -(2**31),
    "u + 255": lambda a: a.u + 255,
    "u - 1": lambda a: a.u - 1,
    "s // -1": lambda a: a.s // -1,
    "i % -3": lambda a: a.i % -3,
    "s * s * s": lambda a: a.s * a.s * a.s,
    "s << 7": lambda a: a.s << 7,
    "i << 31": lambda a: a.i << 31,
    "i << 32": lambda a: a.i << 32,
    "i >> 40": lambda a: a.i >> 40,
    "u << 9": lambda a: a.u << 9,
    "1 << j": lambda a: 1 << a.j,
    "abs(s)": lambda a: abs(a.s),
    "abs(b)": lambda a: abs(a.b),
    # powers
    "x ** -1": lambda a: a.x**-1,
    "x ** 0": lambda a: a.x**0,
    "x ** True": lambda a: a.x**True,
    "i ** 0": lambda a: a.i**0,
    "s ** 3": lambda a: a.s**3,
    "2 ** j": lambda a: 2**a.j,
    "divmod(7, j)[0]": lambda a: divmod(7, a.j)[0],
    # truth values
    "i & True": lambda a: a.i & True,
    "b < e": lambda a: a.b < a.e,
    "b == True": lambda a: a.b == True,  # noqa: E712  # this is the habit
    "b @ e.T": lambda a: a.b @ a.e.T,
    "u @ u.T": lambda a: a.u @ a.u.T,
    "b.max()": lambda a: a.b.max(),
    "b.min(0)": lambda a: a.b.min(0),
    # functions
    "np.power": lambda a: np.power(np.abs(a.x), a.y),
    "np.mod": lambda a: np.mod(a.i, a.j),
    "np.floor_divide": lambda a: np.floor_divide(a.i, a.j),
    "np.fmax": lambda a: np.fmax(a.x, a.y),
    "np.copysign": lambda a: np.copysign(a.x, a.y),
    "np.floor(i)": lambda a: np.floor(a.i),
    "np.left_shift": lambda a: np.left_shift(a.i, 2),
    # scalars and empty tensors
    "z + x": lambda a: a.z + a.x,
    "z.sum()": lambda a: a.z.sum(),
    "z.T": lambda a: a.z.T,
    "z.reshape(1, 1)": lambda a: a.z.reshape(1, 1),
    "z.reshape(())": lambda a: a.z.reshape(()),
    "x[1:1] + y[1:1]": lambda a: a.x[1:1] + a.y[1:1],
    "x[1:1].sum(0)": lambda a: a.x[1:1].sum(0),
    "x[1:1] @ w": lambda a: a.x[1:1] @ a.w,
    "x[:, 1:1] @ w[1:1]": lambda a: a.x[:, 1:1] @ a.w[1:1],
    "x[1:1].mean(1)": lambda a: a.x[1:1].mean(1),
    "x[1:1].reshape(-1)": lambda a: a.x[1:1].reshape(-1),
    "x[1:1].reshape(2, 0)": lambda a: a.x[1:1].reshape(2, 0),
    # indices and shapes
    "x[0][1]": lambda a: a.x[0][1],
    "c[0, ..., 1]": lambda a: a.c[0, ..., 1],
    "x[10**30:]": lambda a: a.x[10**30 :],
    "x[-10**30:]": lambda a: a.x[-(10**30) :],
    "x[::100]": lambda a: a.x[::100],
    "x[0:2, None, 1]": lambda a: a.x[0:2, None, 1],
    "x[:, :1] * y": lambda a: a.x[:, :1] * a.y,
    "c * v": lambda a: a.c * a.v,
    "reshape(1, 3, 1, 4, 1)": lambda a: a.x.reshape(1, 3, 1, 4, 1),
    "transpose(None)": lambda a: a.x.transpose(None),
    "c.transpose()": lambda a: a.c.transpose(),
    "sum(())": lambda a: a.x.sum(()),
    "sum(None)": lambda a: a.x.sum(None),
    "c.mean((0, -1), keepdims=True)": lambda a: a.c.mean((0, -1), keepdims=True),
    "zip of rows": lambda a: sum(p * q for p, q in zip(a.x, a.y, strict=True)),
    "copy.copy(x)": lambda a: copy.copy(a.x),
}
"""Expressions that equal NumPy: values, shape and element type."""

REFUSED: dict[str, tuple[Expression, str]] = {
    "i + 2**31": (lambda a: a.i + 2**31, "2147483648 does not fit into i32"),
    "u < -1": (lambda a: a.u < -1, "-1 does not fit into u8"),
    "i == 1.5": (lambda a: a.i == 1.5, "makes f64 in NumPy"),
    "b / e": (lambda a: a.b / a.e, "/ is not defined for elements of i1"),
    "b ** e": (lambda a: a.b**a.e, "** is not defined for elements of i1"),
    "pow(i, 2, 5)": (lambda a: pow(a.i, 2, 5), "no third operand"),
    "np.rint(i)": (lambda a: np.rint(a.i), "np.rint of elements of i32 makes f64 in NumPy"),
    "np.rint(b)": (lambda a: np.rint(a.b), "np.rint of elements of i1"),
    "np.stack": (lambda a: np.stack([a.x, a.y]), "np.stack does not take tensors"),
    "np.add.outer": (lambda a: np.add.outer(a.v, a.v), "takes no outer"),
    "x @ x": (
        lambda a: a.x @ a.x,
        "matmul: [3, 4] and [3, 4] do not fit: the last dim of the left is 4, the right has 3",
    ),
    "v @ x": (lambda a: a.v @ a.x, "matmul: [4] and [3, 4] do not fit"),
    "x @ v[1:]": (lambda a: a.x @ a.v[1:], "matmul: [3, 4] and [3] do not fit: the last dim of the left is 4"),
    "c @ c": (lambda a: a.c @ a.c, "matmul: [2, 3, 4] and [2, 3, 4] do not fit"),
    "array @ x": (lambda a: np.ones((3, 4), np.float32) @ a.x, "matmul: [3, 4] and [3, 4] do not fit"),
    "x[::-1]": (lambda a: a.x[::-1], "a step of -1 is not supported"),
    "x[::0]": (lambda a: a.x[::0], "a step of 0 is not supported"),
    "x[3]": (lambda a: a.x[3], "index 3 is outside of the size 3"),
    "reshape(5)": (lambda a: a.x.reshape(5), "can't reshape [3, 4] (12 elements) to [5]"),
    "sum(5)": (lambda a: a.x.sum(5), "axis 5 does not exist in rank 2"),
    "np.multiply(x, list)": (lambda a: np.multiply(a.x, [1.0, 2.0, 3.0, 4.0]), "operand types differ: f32, f64"),
    "f'{z:.2f}'": (lambda a: f"{a.z:.2f}", "it has no digits for '.2f'"),
    "x.astype": (lambda a: a.x.astype(np.float64), "a tensor has no astype: write x.cast(dtype)"),
    "x.ravel()": (lambda a: a.x.ravel(), "a tensor has no ravel: write x.reshape(-1)"),
    "x.ndim": (lambda a: a.x.ndim, "a tensor has no ndim: write len(x.shape)"),
    "b.any()": (lambda a: a.b.any(), "a tensor has no any: write x.max()"),
}
"""Expressions that a program under construction can't mean, or that are written in another way here."""


@pytest.mark.parametrize("what", SAME)
def test_a_habit_means_what_it_means_in_numpy(what: str) -> None:
    equal_to_numpy(SAME[what])


@pytest.mark.parametrize("what", REFUSED)
def test_a_habit_is_refused_at_its_line(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(TensorIRError) as e:
        make(tensors()[2])
    assert message in str(e.value)
    assert "test_numpy_habits.py:" in str(e.value).splitlines()[0]


def test_what_a_tensor_lacks_is_no_attribute_for_those_who_ask() -> None:
    x: Any = tensors()[2].__dict__["x"]
    assert not hasattr(x, "astype")
    assert not hasattr(x, "__cuda_array_interface__")
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'reshpe'"):
        x.reshpe(3)
    assert f"{x}" == str(x)
