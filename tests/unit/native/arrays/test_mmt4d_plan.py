"""What a call of mmt4d is told beside its pointers."""

from __future__ import annotations

from typing import Any

import pytest

from tensorir.native._kernels import lib
from tensorir.native.arrays.mmt4d_plan import Mmt4dPlan, plan_mmt4d
from tensorir.native.table import Features

F32 = ("f32", "f32", "f32")
LHS, RHS, OUT = (2, 3, 4, 5), (6, 3, 5, 7), (2, 6, 4, 7)


def contiguous(shape: tuple[int, ...], item: int = 4) -> tuple[int, ...]:
    strides = [item]
    for size in shape[:0:-1]:
        strides.append(strides[-1] * size)
    return tuple(strides[::-1])


def plan(
    lhs: tuple[int, ...] = LHS, rhs: tuple[int, ...] = RHS, out: tuple[int, ...] = OUT, **options: Any
) -> Mmt4dPlan:
    strides = options.pop("strides", {})
    given = tuple(strides.get(name, contiguous(s)) for name, s in (("lhs", lhs), ("rhs", rhs), ("out", out)))
    order, accumulate = options.pop("order", "kn"), options.pop("accumulate", False)
    return plan_mmt4d(F32, (lhs, rhs, out), given, order, accumulate, Features.NONE)


def test_sizes_and_strides_are_those_of_the_arrays() -> None:
    p = plan().params
    assert (p.batch, p.m1, p.n1, p.k1, p.m0, p.n0, p.k0) == (1, 2, 6, 3, 4, 7, 5)
    assert (p.lhs_stride, p.rhs_stride, p.out_stride_m, p.out_stride_n) == (60, 105, 168, 28)
    assert p.flags == 0
    assert plan(accumulate=True).params.flags == lib.TIR_FLAG_ACCUMULATE


def test_a_batch_has_strides_of_its_own() -> None:
    p = plan((9, *LHS), (9, *RHS), (9, *OUT)).params
    assert p.batch == 9
    assert (p.lhs_batch_stride, p.rhs_batch_stride, p.out_batch_stride) == (120, 630, 336)


def test_the_right_side_may_be_given_by_columns() -> None:
    p = plan(rhs=(6, 3, 7, 5), order="nk").params
    assert (p.n0, p.k0) == (7, 5)


def test_inputs_that_c_can_not_walk_are_copied_first() -> None:
    turned = plan(strides={"lhs": (240, 80, 4, 16)})
    assert (turned.copy_lhs, turned.copy_rhs) == (True, False)
    assert turned.params.lhs_stride == 60, "the strides are those of the copy"
    apart = plan(strides={"rhs": (4200, 140, 28, 4)})
    assert (apart.copy_lhs, apart.copy_rhs) == (False, False), "rows of tiles may be apart"
    assert apart.params.rhs_stride == 1050


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lhs": (2, 3, 4)}, r"lhs: expected rank 4, or 5 with a batch, got shape \(2, 3, 4\)"),
        ({"rhs": (1, *RHS)}, r"rhs: expected rank 4 as of lhs"),
        ({"rhs": (6, 8, 5, 7)}, r"rhs: expected K1 = 3 in \[N1\]\[K1\]\[K0\]\[N0\], got 8"),
        ({"out": (2, 6, 4, 9)}, r"out: expected N0 = 7 in \[M1\]\[N1\]\[M0\]\[N0\], got 9"),
        ({"lhs": (2, 3, 0, 5), "out": (2, 6, 0, 7)}, "expected tile sizes of at least 1"),
        ({"order": "mn"}, r"rhs_order: expected one of \['kn', 'nk'\], got 'mn'"),
        ({"strides": {"out": (672, 112, 4, 16)}}, r"out: expected contiguous \[M0\]\[N0\] tiles"),
        ({"strides": {"out": (0, 112, 28, 4)}}, "out: expected elements apart in memory"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(**change)


def test_equal_calls_share_a_plan() -> None:
    assert plan() is plan()
    assert plan(accumulate=True) is not plan()
