"""Where values lie: views are places in their operand, and values that become a result lie in the result."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.linalg import Broadcast, Transpose
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice
from tensorir.ir.dtype import f32
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import row_major
from tensorir.transforms.tiles.storage import homes, is_view, unviewed, viewed
from tests.support.accesses import BUFFER, Array, positions
from tests.support.executables import executable

X = Value(TensorType((4, 6), f32))
NUMBERS: Array = np.arange(24).reshape(4, 6)

TURNABLE: dict[str, Op] = {
    "transpose": Transpose(X, (1, 0)),
    "split": ExpandShape(X, ((0,), (1, 2)), (4, 2, 3)),
    "merge": CollapseShape(X, ((0, 1),)),
}


@pytest.mark.parametrize("name", TURNABLE)
def test_an_operand_lies_where_its_view_would_find_it(name: str) -> None:
    op = TURNABLE[name]
    shape = op.results[0].type.shape
    view = viewed(op, row_major(BUFFER, (4, 6)), shape)
    in_order = NUMBERS.T if name == "transpose" else NUMBERS
    np.testing.assert_array_equal(positions(view), in_order.reshape(positions(view).shape))
    place = unviewed(op, row_major(BUFFER, shape), (4, 6))
    assert place is not None
    np.testing.assert_array_equal(positions(viewed(op, place, shape)), positions(row_major(BUFFER, shape)))


def test_a_view_that_repeats_or_leaves_out_elements_has_no_place_for_its_operand() -> None:
    repeated, part = Broadcast(X, (0,), (3, 4, 6)), ExtractSlice(X, (1, 0), (2, 3), (1, 2))
    assert positions(viewed(repeated, row_major(BUFFER, (4, 6)), (3, 4, 6))).tolist() == [NUMBERS.tolist()] * 3
    np.testing.assert_array_equal(positions(viewed(part, row_major(BUFFER, (4, 6)), (2, 3))), NUMBERS[1:3, ::2])
    for op in (repeated, part):
        assert is_view(op)
        assert unviewed(op, row_major(BUFFER, op.results[0].type.shape), (4, 6)) is None


def test_an_operand_that_would_need_a_cut_digit_has_no_place() -> None:
    """What lies as three times eight positions can't be read as rows of six."""
    lying = row_major(BUFFER, (8, 3)).transposed((1, 0)).collapsed(((0, 1),))
    assert unviewed(CollapseShape(X, ((0, 1),)), lying, (4, 6)) is None


TYPE = "tensor<4x4xf32>"
MAPS = "(d0, d1) -> (d0, d1)"


def generic(
    name: str, source: str, fn: str = "neg a0", read: str = MAPS, types: tuple[str, str] = ("f32", "f32")
) -> str:
    body = f"(a0: {types[0]}) {{ v0 = {fn}; yield v0 }}"
    given, made = (TYPE.replace("f32", t) for t in types)
    return f"{name} = linalg.generic {source} {{maps = [{read}, {MAPS}], body = {body}}} : ({given}) -> {made}\n"


def softmax(name: str, source: str) -> str:
    return f"{name} = linalg.softmax {source} {{dims = [1]}} : ({TYPE}) -> {TYPE}\n"


def placed(body: str, *yields: str) -> list[bool]:
    """For each op, whether its result lies in the memory of a result of the grid."""
    types = ", ".join(TYPE for _ in yields)
    e = executable(f"%x: {TYPE}", types, f"{body}yield {', '.join(yields)} : {types}")
    given = {y: row_major(Value(y.type), y.type.shape) for y in e.body.yields}
    found = homes(e.body.ops, given, set(e.body.args), lambda value: value.type.shape)
    assert not found.keys() & set(e.body.args), "what exists as a whole stays where it is"
    assert all(found[y] is place for y, place in given.items()), "a result keeps its place"
    return [op.results[0] in found for op in e.body.ops]


def test_a_chain_that_works_in_place_lies_in_the_result() -> None:
    assert placed(generic("%0", "%x") + softmax("%1", "%0") + generic("%2", "%1"), "%2") == [True, True, True]


def test_a_value_with_a_second_reader_has_memory_of_its_own() -> None:
    body = generic("%0", "%x") + softmax("%1", "%0") + generic("%2", "%0")
    assert placed(body, "%1", "%2") == [False, True, True]


def test_a_result_that_is_read_stays_where_it_is() -> None:
    assert placed(generic("%0", "%x") + generic("%1", "%0"), "%0", "%1") == [True, True]


def test_a_value_that_is_read_in_another_order_has_memory_of_its_own() -> None:
    body = generic("%0", "%x") + generic("%1", "%0", read="(d0, d1) -> (d1, d0)")
    assert placed(body, "%1") == [False, True]


def test_other_element_types_have_memory_of_their_own() -> None:
    first = generic("%0", "%x", "cast a0 : i32", types=("f32", "i32"))
    assert placed(first + generic("%1", "%0", "cast a0 : f32", types=("i32", "f32")), "%1") == [False, True]


def test_views_that_no_memory_of_a_result_can_have_are_read_where_their_operand_lies() -> None:
    """Rows of 3 that were split into rows of 2 and transposed have no place in rows of 3."""
    maps = "maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1)], body = (a0: f32) { v0 = neg a0; yield v0 }"
    e = executable(
        "%x: tensor<2x3xf32>",
        "tensor<2x3xf32>",
        f"%0 = linalg.generic %x {{{maps}}} : (tensor<2x3xf32>) -> tensor<2x3xf32>\n"
        "%1 = tensor.collapse_shape %0 {groups = [[0, 1]]} : (tensor<2x3xf32>) -> tensor<6xf32>\n"
        "%2 = tensor.expand_shape %1 {groups = [[0, 1]], shape = [3, 2]} : (tensor<6xf32>) -> tensor<3x2xf32>\n"
        "%3 = linalg.transpose %2 {permutation = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>\n"
        f"%4 = linalg.generic %3 {{{maps}}} : (tensor<2x3xf32>) -> tensor<2x3xf32>\n"
        "yield %4 : tensor<2x3xf32>",
    )
    (y,) = e.body.yields
    found = homes(e.body.ops, {y: row_major(Value(y.type), y.type.shape)}, set(e.body.args), lambda v: v.type.shape)
    assert found.keys() == {y}


def test_a_view_with_another_reader_of_its_operand_is_read_there() -> None:
    transposed = f"%1 = linalg.transpose %0 {{permutation = [1, 0]}} : ({TYPE}) -> {TYPE}\n"
    body = generic("%0", "%x") + transposed + generic("%2", "%1")
    assert placed(body, "%2") == [True, True, True]
    assert placed(body + generic("%3", "%0"), "%2", "%3") == [False, False, True, True]
