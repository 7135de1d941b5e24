"""Which values need not be stored for their readers."""

from __future__ import annotations

from tensorir.analysis.absorption import absorbed_values
from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.dialects.linalg import Generic
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
