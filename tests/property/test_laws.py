"""The laws of data-tiling on random programs: what each function of `tests.support.laws.LAWS` says."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from tensorir.dialects.registry import OPS
from tensorir.ir.module import Module
from tensorir.testing.strategies import programs
from tensorir.text import parse, print_module
from tests.support.laws import DECLINED, DEVICE, Case, assert_laws

PROGRAMS = Path(__file__).parents[1] / "support" / "programs"


def found(name: str) -> Module:
    """A program that a random one was reduced to, and that a law once failed for."""
    return parse((PROGRAMS / f"{name}.tir").read_text("utf-8"), OPS, file=name)


@example(found("constant_computed_and_returned"), 0, "cpu", "all")
@example(found("broadcast_that_is_a_view"), 0, "cpu", "all")
@example(found("constant_product_that_grows"), 0, "cpu", "all")
@example(found("zeros_behind_a_transposed_copy"), 0, "cpu", "not f32")
@example(found("tiles_of_which_many_are_padding"), 0, "cpu", "all")
@example(found("constant_that_only_initializers_read"), 0, "cpu", "f32")
@example(found("equal_weights"), 0, "cpu", "all")
@example(found("positions_of_32_bits"), 0, "cpu", "all")
@example(found("products_equal_once_packed"), 0, "tiles-3x5x7-nk", "all")
@example(found("slice_of_whole_tiles"), 0, "tiles-3x5x7-nk", "all")
@example(found("slice_inserted_elsewhere"), 0, "tiles-3x5x7-nk-swapped", "all")
@example(found("norms_of_the_same_rows"), 0, "tiles-3x5x7-nk", "all")
@example(found("operands_in_the_opposite_order"), 0, "tiles-8x4x2-kn-swapped", "f32")
@example(found("unpack_read_twice"), 0, "cpu", "all")
@example(found("constants_beside_moves"), 0, "cpu", "one batch")
@example(found("transposed_through_a_digit_of_one"), 0, "cpu", "all")
@example(found("norms_of_repeated_elements"), 0, "cpu-avx2", "not f32")
@example(found("norm_of_repeated_rows"), 0, "tiles-16x16x1-nk", "matvec")
@example(found("norms_of_constants"), 0, "cpu", "one batch")
@example(found("sum_of_a_constant_shared"), 0, "tiles-3x5x7-nk-swapped", "all")
@example(found("product_of_a_slice_of_a_constant"), 0, "cpu", "all")
@example(found("slice_within_a_tile"), 0, "tiles-16x16x1-nk", "f32")
@example(found("fold_in_two_orders"), 0, "cpu-avx2", "matvec")
@example(found("softmax_of_a_repeated_constant"), 0, "cpu-generic", "all")
@settings(max_examples=settings().max_examples * 3 // 2)
@given(programs(), st.integers(0, 1 << 30), DEVICE, st.sampled_from(DECLINED))
def test_laws(module: Module, seed: int, device: str, declined: str) -> None:
    """300 programs in CI, on each of which all laws are checked."""
    note(print_module(module))
    assert_laws(Case(module, seed, device, declined))
