"""In which layouts a fold reads its inputs."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import Fold
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, iteration_dim, symbol
from tensorir.ir.dtype import DType, f32, i32
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.layouts.forms import packed_forms, why_no_form, why_row_major

S = symbol("S")
BOTH = Layout((0, 1), (4, 8), (0, 1))


def folded(
    x: tuple[Dim, ...], *rest: AffineMap, to: tuple[int, ...] = (0,), fn: str = "max", dtype: DType = f32
) -> Fold:
    """Folds x along all dims but `to`, together with operands that are read through `rest`."""
    maps = (identity(len(x)), *rest, select(len(x), to))
    shapes = [tuple(x[d] for d in m.positions()) if m.is_projected_permutation else (40,) for m in maps]
    values = tuple(Value(TensorType(shape, dtype)) for shape in shapes)
    body = apply(fn, arg(len(values) - 1, dtype), arg(0, dtype))
    return Fold(values, maps, (ScalarBody((dtype,) * len(values), body),))


def test_inputs_are_stored_alike_and_results_row_major() -> None:
    op = folded((16, 20), select(2, (1, 0)), select(2, (1,)), to=(0,))
    turned, columns = Layout((1, 0), (4, 8), (1, 0)), Layout((0,), (8,), (0,))
    expected = Form((BOTH, turned, columns, None))
    assert packed_forms(op, [[BOTH], [], [], []], []) == [expected]
    assert packed_forms(op, [[], [turned], [columns], []], []) == [expected]


@pytest.mark.parametrize(
    ("shape", "to", "why"),
    [
        ((16, 20), (0,), ""),
        ((S, 20), (0,), ""),
        ((16, 8 * S), (0,), ""),
        ((16, S), (0,), "how much of a tile of d1 is padding is known only at run time"),
        ((S, 16), (1,), "how much of a tile of d0 is padding is known only at run time"),
    ],
)
def test_padding_along_what_is_folded_must_be_known(shape: tuple[Dim, ...], to: tuple[int, ...], why: str) -> None:
    op = folded(shape, to=to)
    assert packed_forms(op, [[BOTH], []], []) == ([] if why else [Form((BOTH, None))])
    assert why_row_major(op, 0, BOTH) == (why or "all else costs more")


def test_folds_that_read_row_major_alone() -> None:
    window = AffineMap(2, (iteration_dim(0) + iteration_dim(1),))
    assert "is not a projected permutation" in why_no_form(folded((16, 20), window))
    assert "padding may hold a zero" in why_no_form(folded((16, 20), fn="div", dtype=i32))
    assert why_no_form(folded((16, 20), fn="div")) == ""
    rows, columns = select(2, (0,)), select(2, (1,))
    maps = (rows, columns, rows)
    values = tuple(Value(TensorType((size,), f32)) for size in (16, 20, 16))
    apart = Fold(values, maps, (ScalarBody((f32,) * 3, apply("max", arg(2, f32), arg(1, f32))),))
    assert why_no_form(apart) == "no operand has all of its dims"
