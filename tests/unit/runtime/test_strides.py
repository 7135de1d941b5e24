"""How arguments lie: what is known of their strides, and what a call states."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.runtime.strides import Form, strided

Array = npt.NDArray[Any]
BIG = np.arange(24 * 40, dtype=np.float32).reshape(24, 40)
CUBE = np.arange(4 * 6 * 10, dtype=np.float32).reshape(4, 6, 10)

CASES: dict[str, tuple[Array, Form, dict[str, int]]] = {
    "columns of a larger array": (
        BIG[:, :8],
        Form(0, ("any", "one"), False),
        {"0.bytes": (23 * 40 + 8) * 4, "0.stride0": 40},
    ),
    "every second column": (
        BIG[:, ::2],
        Form(0, ("outer", "any"), False),
        {"0.bytes": (23 * 40 + 39) * 4, "0.stride1": 2},
    ),
    "transposed": (BIG.T, Form(0, ("one", "any"), False), {"0.bytes": 24 * 40 * 4, "0.stride1": 40}),
    "backwards": (
        BIG[::-1],
        Form(0, ("any", "one"), True),
        {"0.bytes": 24 * 40 * 4, "0.offset": 23 * 40, "0.stride0": -40},
    ),
    "one row again and again": (
        np.broadcast_to(BIG[0], (5, 40)),
        Form(0, ("zero", "one"), False),
        {"0.bytes": 40 * 4},
    ),
    "outer dims that are neighbours": (
        CUBE[:, :, :4],
        Form(0, ("outer", "any", "one"), False),
        {"0.bytes": (3 * 60 + 5 * 10 + 4) * 4, "0.stride1": 10},
    ),
    "a dim of one position": (
        CUBE[:, 2:3, :4],
        Form(0, ("any", "outer", "one"), False),
        {"0.bytes": (3 * 60 + 4) * 4, "0.stride0": 60},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_forms_and_values(name: str) -> None:
    array, form, values = CASES[name]
    (found,) = strided([array])
    assert found.form == form
    assert found.values() == values
    assert found.bytes == array.size * 4


def test_row_major_arrays_have_no_form() -> None:
    row_major: tuple[Array, ...] = (
        BIG,
        BIG[3:5],
        BIG[:1, :7],
        np.array(1, np.float32),
        np.empty((0, 40), np.float32)[:, ::2],
    )
    assert strided(row_major) == ()
    assert [a.argument for a in strided((BIG, BIG.T, BIG, BIG[:, 1:]))] == [1, 3]
