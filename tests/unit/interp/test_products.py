"""Products in blocks: the same as in one call, exactly, where numbers are whole; and interrupted between two blocks."""

from __future__ import annotations

import signal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.interp import products
from tensorir.interp.products import matmul

SIZE = st.integers(0, 9)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "FLOPS", dict.fromkeys("fiu", 100))
    monkeypatch.setattr(products, "ROWS", 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint64])
def test_blocks_give_the_product(dtype: Any) -> None:
    @given(SIZE, SIZE, SIZE, SIZE, st.integers(0, 1 << 30))
    def check(batch: int, m: int, n: int, k: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        a, b = (rng.integers(0, 100, s).astype(dtype) for s in ((batch, m, k), (batch, k, n)))
        made = matmul(a, b)
        assert made.dtype == dtype
        np.testing.assert_array_equal(made, np.matmul(a, b))

    check()


def test_an_interrupt_arrives_between_two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    real = np.matmul

    def counted(a: Any, b: Any, **options: Any) -> Any:
        calls.append(a.shape)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return real(a, b, **options)

    monkeypatch.setattr(products.np, "matmul", counted)
    with pytest.raises(KeyboardInterrupt):
        matmul(np.ones((2, 9, 9)), np.ones((2, 9, 9)))
    assert len(calls) == 3
    assert all(rows <= 3 for rows, _ in calls)


def test_a_long_sum_is_one_block_for_each_element() -> None:
    a = np.arange(2000.0).reshape(1, 2, 1000)
    np.testing.assert_array_equal(matmul(a, a.swapaxes(1, 2)), a @ a.swapaxes(1, 2))


def test_products_that_underflow_add_up_to_a_positive_zero() -> None:
    """As kernels have it, whatever their padding."""
    a, b = np.full((1, 2, 1), 1e-300), np.full((1, 1, 3), -1e-300)
    assert not np.signbit(matmul(a, b)).any()
