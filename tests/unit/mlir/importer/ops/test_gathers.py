"""tensor.gather: slices at coordinates."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tensorir.ir.diagnostic import TensorIRError
from tests.support.mlir_programs import Array, refusal, result, run, same


def program(source: str, indices: str, wanted: str, dims: str, unique: str = "") -> str:
    types = f"(tensor<{source}>, tensor<{indices}>) -> tensor<{wanted}>"
    return f"""
    func.func @f(%a: tensor<{source}>, %i: tensor<{indices}>) -> tensor<{wanted}> {{
      %r = tensor.gather %a[%i] gather_dims([{dims}]) {unique} : {types}
      return %r : tensor<{wanted}>
    }}"""


def expected(a: Array, i: Array, dims: tuple[int, ...]) -> Array:
    """With the gathered dims, of size 1."""
    shape = (*i.shape[:-1], *(1 if d in dims else n for d, n in enumerate(a.shape)))
    out = np.empty(shape, a.dtype)
    for at in np.ndindex(i.shape[:-1]):
        out[at] = a[tuple(_one(i[at], dims, d) for d in range(a.ndim))]
    return out


def _one(coordinates: Array, dims: tuple[int, ...], d: int) -> slice:
    if d not in dims:
        return slice(None)
    first = int(coordinates[dims.index(d)])
    return slice(first, first + 1)


CASES = [
    ("4x6xf32", "3x1xindex", "3x1x6xf32", "3x6xf32", (0,)),
    ("4x6xf32", "3x1xi32", "3x4x1xf32", "3x4xf32", (1,)),
    ("4x6xf32", "2x3x2xindex", "2x3x1x1xf32", "2x3xf32", (0, 1)),
    ("4x6x5xf32", "3x2xi64", "3x1x6x1xf32", "3x6xf32", (0, 2)),
    ("4x6x5xf32", "1xindex", "4x1x5xf32", "4x5xf32", (1,)),
    ("?x6xf32", "?x1xindex", "?x1x6xf32", "?x6xf32", (0,)),
    ("?x?xf32", "?x1xindex", "?x?x1xf32", "?x?xf32", (1,)),
]


@pytest.mark.parametrize(("source", "indices", "full", "reduced", "dims"), CASES)
def test_slices_with_and_without_the_gathered_dims(
    source: str, indices: str, full: str, reduced: str, dims: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(0)
    shape = [4 if n == "?" else int(n) for n in re.findall(r"(\d+|\?)x", source)]
    places = [3 if n == "?" else int(n) for n in re.findall(r"(\d+|\?)x", indices)]
    a = rng.integers(0, 100, shape).astype(np.float32)
    i = rng.integers(0, [shape[d] for d in dims], places)
    i = i.astype(np.int32 if indices.endswith("i32") else np.int64)
    wanted = expected(a, i, dims)
    listed = ", ".join(map(str, dims))
    assert same(result(program(source, indices, full, listed), a, i), wanted)
    without = wanted.reshape([n for d, n in enumerate(wanted.shape) if d - (i.ndim - 1) not in dims])
    assert same(result(program(source, indices, reduced, listed, "unique"), a, i), without)


def test_a_coordinate_outside_is_an_error_when_run() -> None:
    text = program("4x6xf32", "3x1xindex", "3x1x6xf32", "0")
    with pytest.raises(TensorIRError, match=r"t\.mlir:3:12: .*index 4"):
        run(text, np.zeros((4, 6), np.float32), np.asarray([[0], [4], [1]]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (program("4x6xf32", "3x1xindex", "3x1x6xf32", ""), "gather_dims [] must be dims of tensor<4x6xf32>"),
        (program("4x6xf32", "3x1xindex", "3x1x6xf32", "2"), "gather_dims [2] must be dims of tensor<4x6xf32>"),
        (program("4x6xf32", "3x2xindex", "3x1x1xf32", "1, 0"), "gather_dims [1, 0] must be dims"),
        (program("4x6xf32", "3x2xindex", "3x1x6xf32", "0"), "the last dim of tensor<3x2xi64> must be 1"),
        (program("4x6xf32", "3x1xf32", "3x1x6xf32", "0"), "the coordinates must be integers, got f32"),
        (program("4x6xf32", "3x1xindex", "3x1x1x6xf32", "0"), "gives rank 3, or 2 without the gathered dims"),
        (program("4x6xf32", "3x1xindex", "3x1x5xf32", "0"), "the sizes 6 and 5 must be equal"),
        (program("4x6xf32", "3x1xindex", "3x1x6xi32", "0"), "its written type tensor<3x1x6xi32>"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    line = refusal(text)
    assert line.startswith("t.mlir:3:12: error: tensor.gather: ")
    assert message in line
