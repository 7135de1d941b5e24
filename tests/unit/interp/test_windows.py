"""Operands over an iteration space against the map applied to one point at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.dialects.linalg import Generic
from tensorir.interp.windows import aligned, index_along
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, mod
from tensorir.ir.dtype import f64
from tensorir.ir.scalar import ScalarBody, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Array = npt.NDArray[Any]
D0, D1, D2 = (iteration_dim(i) for i in range(3))
OP = Generic((Value(TensorType((2,), f64), "x"),), (identity(1),) * 2, ScalarBody((f64,), arg(0, f64)))


def by_points(array: Array, map: AffineMap, sizes: tuple[int, ...]) -> Array:
    out = np.empty(sizes, array.dtype)
    for point in np.ndindex(*sizes):
        index = map.apply(point)
        assert all(0 <= i < n for i, n in zip(index, array.shape, strict=True))
        out[point] = array[index]
    return out


@st.composite
def expressions(draw: st.DrawFn) -> Dim:
    """Linear with small coefficients of either sign, or divided."""
    total: Dim = draw(st.integers(0, 3))
    for d in (D0, D1, D2):
        total = total + draw(st.sampled_from([0, 0, 1, 2, -1])) * d
    fn = draw(st.sampled_from([None, None, None, floordiv, ceildiv, mod]))
    return total if fn is None else fn(total, draw(st.integers(1, 3)))


@given(
    st.lists(expressions(), max_size=3).map(lambda r: AffineMap(3, tuple(r))),
    st.tuples(*[st.integers(0, 3)] * 3),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.booleans(),
)
def test_any_map_reads_what_it_says_or_is_refused(
    map: AffineMap, sizes: tuple[int, ...], shape: list[int], turned: bool
) -> None:
    shape = shape[: len(map.results)]
    array: Array = np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape)
    array = array[..., ::-1] if turned and array.ndim else array
    reads = [map.apply(p) for p in np.ndindex(*sizes)]
    inside = all(0 <= i < n for index in reads for i, n in zip(index, shape, strict=True))
    plain = map.is_projected_permutation and any(sizes[d] != shape[i] for i, d in enumerate(map.positions()))
    if plain:
        return  # such a dim has the size of the tensor's: the verifier and inference see to that
    if not inside:
        with pytest.raises(TensorIRError, match=r"linalg.generic: inputs\[0\]: .* reads position"):
            aligned(OP, 0, array, map, sizes)
        return
    seen = np.broadcast_to(aligned(OP, 0, array, map, sizes), sizes)
    np.testing.assert_array_equal(seen, by_points(array, map, sizes))


def test_windows_and_diagonals_are_views() -> None:
    x = np.arange(36.0).reshape(6, 6)
    window = AffineMap(3, (D0, 2 * D1 + D2))
    for map, sizes in ((window, (6, 2, 3)), (select(1, (0, 0)), (6,)), (AffineMap(1, (5 - D0, 3)), (6,))):
        seen = aligned(OP, 0, x, map, sizes)
        assert np.shares_memory(seen, x)
        assert not seen.flags.writeable
        np.testing.assert_array_equal(seen, by_points(x, map, sizes))


def test_an_index_outside_names_operand_dim_and_position() -> None:
    with pytest.raises(TensorIRError, match=r"\(d0\) -> \(d0 \+ 1\) reads position 4 of dim 0, which has the size 4"):
        aligned(OP, 0, np.zeros(4), AffineMap(1, (D0 + 1,)), (4,))
    with pytest.raises(TensorIRError, match=r"reads position -1 of dim 0"):
        aligned(OP, 0, np.zeros(4), AffineMap(1, (D0 - 1,)), (2,))
    with pytest.raises(TensorIRError, match=r"reads position 4 of dim 0"):
        aligned(OP, 0, np.zeros(4), AffineMap(1, (floordiv(D0, 2) + 3,)), (5,))
    with pytest.raises(TensorIRError, match="divides by zero"):
        aligned(OP, 0, np.zeros(4), AffineMap(2, (floordiv(D0, D1),)), (2, 2))


def test_positions_along_a_dim() -> None:
    assert index_along(1, (2, 3)).tolist() == [[0, 1, 2]]
