"""Which values need not be stored for their readers."""

from __future__ import annotations

import pytest

from tensorir.analysis.absorption import MOST_WIDENED_ROWS, absorbed_values, widened_values
from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.linalg import Generic
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32, i8, i64
from tensorir.ir.module import Module


def widened(read: str) -> Module:
    """A widened weight, and what reads it."""
    m = ModuleBuilder()
    weight = m.weight("w", [[1, 2], [3, 4]])
    f = m.function("main")
    x, i = f.arg("x", (2, 2), f32), f.arg("i", (3,), i64)
    w: Tensor = f.load(weight).cast(i8).cast(f32)
    results = {
        "right side": lambda: x @ w,
        "left side": lambda: w @ x,
        "sum": lambda: x + w,
        "constants": lambda: w.sum(0),
        "view and product": lambda: x @ w.transpose(1, 0),
        "rows": lambda: w.gather(i),
        "returned": lambda: w,
        "product and rows": lambda: x @ w + w.gather(i)[:2],
        "softmax of a sum of both": lambda: (x + w).softmax(-1),
    }
    f.returns(results[read]())
    return m.build()


def is_absorbed(read: str) -> bool:
    body = widened(read).functions[0].body
    wide = next(op for op in body.ops if isinstance(op, Generic) and op.result.type.dtype == f32)
    return wide.result in absorbed_values(body)


def test_products_and_elementwise_ops_absorb() -> None:
    assert all(map(is_absorbed, ("right side", "left side", "sum", "view and product", "softmax of a sum of both")))


def test_ops_on_constants_absorb_because_they_run_ahead_of_time() -> None:
    assert is_absorbed("constants")


def test_a_gather_or_a_result_does_not() -> None:
    assert not any(map(is_absorbed, ("rows", "returned", "product and rows")))


def computed(read: str, rows: Dim = 8) -> Module:
    """A matrix that comes with the call, what is computed of it, and what reads that."""
    m = ModuleBuilder()
    f = m.function("main")
    narrow, wide = f.arg("w", (64, 32), i8), f.arg("v", (64, 32), f32)
    x, scale, i = f.arg("x", (rows, 64), f32), f.arg("s", (32,), f32), f.arg("i", (3,), i64)
    w = narrow.cast(f32)
    results = {
        "right side": lambda: x @ w,
        "right side, scaled": lambda: x @ (w * scale),
        "right side of what is transposed and scaled": lambda: (
            x @ (w.transpose(1, 0).reshape(32, 64) * 2.0).transpose(1, 0)
        ),
        "left side": lambda: w.transpose(1, 0) @ x.transpose(1, 0),
        "as wide as what it is made of": lambda: x @ (wide * 2.0),
        "scaled by as many numbers": lambda: x @ (w * wide),
        "two products": lambda: (x @ w) + (x @ w).exp(),
        "both sides": lambda: w.transpose(1, 0) @ w,
        "rows": lambda: w.gather(i),
        "returned": lambda: w,
        "an exponential": lambda: x @ w.exp(),
    }
    f.returns(results[read]())
    return m.build()


def is_widened(read: str, rows: Dim = 8) -> bool:
    """Whether the only product computes all that is elementwise before it."""
    body = computed(read, rows).functions[0].body
    made = [op.result for op in body.ops if isinstance(op, Generic) and op.result.type.shape != (rows, 32)]
    found = widened_values(body)
    assert found <= set(made) and len(found) in (0, len(made))
    return bool(found)


@pytest.mark.parametrize(
    "read",
    ["right side", "right side, scaled", "right side of what is transposed and scaled", "left side"],
)
def test_a_product_widens_what_it_alone_reads(read: str) -> None:
    assert is_widened(read)


WIDE = ["as wide as what it is made of", "scaled by as many numbers", "two products", "both sides", "rows", "returned"]


@pytest.mark.parametrize("read", [*WIDE, "an exponential"])
def test_what_is_no_narrower_or_read_again_is_stored(read: str) -> None:
    assert not is_widened(read)


def test_many_rows_would_widen_it_many_times() -> None:
    assert is_widened("right side", MOST_WIDENED_ROWS) and is_widened("left side", MOST_WIDENED_ROWS)
    assert not is_widened("right side", MOST_WIDENED_ROWS + 1) and not is_widened("left side", MOST_WIDENED_ROWS + 1)
    assert is_widened("right side", symbol("M"))
