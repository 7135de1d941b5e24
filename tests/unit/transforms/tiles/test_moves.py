"""Ops that move elements: what they put where, also at the ends of units, and what they refuse."""

from __future__ import annotations

import pytest

from tests.support.executables import lowered

CONCAT = ("%x: tensor<5x[S]xf32>, %y: tensor<5x3xf32>", "tensor<5x[S + 3]xf32>")
ZERO = "%0 = linalg.zero_padding %x {{dims = {dims}, extent = {extent}}} : ({type}) -> {type}\n yield %0 : {type}"


def test_a_concat_is_a_copy_for_each_input() -> None:
    made = lowered(
        *CONCAT,
        "%0 = tensor.concat %x, %y {dim = 1} : (tensor<5x[S]xf32>, tensor<5x3xf32>) -> tensor<5x[S + 3]xf32>\n"
        "yield %0 : tensor<5x[S + 3]xf32>",
    )
    assert made.kinds == ["copy", "copy"]
    for size in (0, 1, 7):
        made.check(S=size)


def test_a_pad_fills_everything_and_then_copies() -> None:
    made = lowered(
        "%x: tensor<4x[S]xf32>",
        "tensor<4x[S + 5]xf32>",
        "%0 = tensor.pad %x {low = [0, 2], high = [0, 3], value = 7.0} : (tensor<4x[S]xf32>) -> tensor<4x[S + 5]xf32>\n"
        "yield %0 : tensor<4x[S + 5]xf32>",
    )
    assert made.kinds == ["fill", "copy"]
    for size in (0, 3):
        made.check(S=size)


MAP = (
    "{name} = linalg.generic {x} {{maps = [(a, b) -> (a, b), (a, b) -> (a, b)], "
    "body = (u: f32) {{ v = add u, u; yield v }}}}"
)


@pytest.mark.parametrize("low", ["[1, 2]", "[0, 2]", "[3, 0]"])
@pytest.mark.parametrize("high", ["[1, 0]", "[2, 3]"])
def test_units_run_along_what_is_padded(low: str, high: str) -> None:
    """Each unit makes its piece where it belongs; the first and the last ones fill the padding, corners included."""
    shape = [n + int(low[i]) + int(high[i]) for n, i in ((7, 1), (5, 4))]
    result = f"tensor<{shape[0]}x{shape[1]}xf32>"
    made = lowered(
        "%x: tensor<7x5xf32>",
        result,
        f"{MAP.format(name='%0', x='%x')} : (tensor<7x5xf32>) -> tensor<7x5xf32>\n"
        f"%1 = tensor.pad %0 {{low = {low}, high = {high}, value = 7.0}} : (tensor<7x5xf32>) -> {result}\n"
        f"yield %1 : {result}",
    )
    assert len(made.grid.totals) == 2 or made.grid.totals == (7,)
    assert set(made.kinds) == {"map", "fill"}
    made.check()


def test_what_is_padded_may_be_wanted_too() -> None:
    made = lowered(
        "%x: tensor<7x5xf32>",
        "tensor<7x5xf32>, tensor<9x5xf32>",
        f"{MAP.format(name='%0', x='%x')} : (tensor<7x5xf32>) -> tensor<7x5xf32>\n"
        "%1 = tensor.pad %0 {low = [1, 0], high = [1, 0]} : (tensor<7x5xf32>) -> tensor<9x5xf32>\n"
        "yield %0, %1 : tensor<7x5xf32>, tensor<9x5xf32>",
    )
    assert made.kinds == ["map", "fill", "fill", "copy"]
    made.check()


def test_what_is_padded_may_be_read_again() -> None:
    """It lies within its padded form, and nothing overwrites it."""
    made = lowered(
        "%x: tensor<7x5xf32>",
        "tensor<9x5xf32>, tensor<7x5xf32>",
        f"{MAP.format(name='%0', x='%x')} : (tensor<7x5xf32>) -> tensor<7x5xf32>\n"
        "%1 = tensor.pad %0 {low = [1, 0], high = [1, 0]} : (tensor<7x5xf32>) -> tensor<9x5xf32>\n"
        f"{MAP.format(name='%2', x='%0')} : (tensor<7x5xf32>) -> tensor<7x5xf32>\n"
        "yield %1, %2 : tensor<9x5xf32>, tensor<7x5xf32>",
    )
    assert made.kinds == ["map", "fill", "fill", "map"]
    made.check()


def test_a_pad_that_is_read_in_its_launch_is_not_cut() -> None:
    made = lowered(
        "%x: tensor<7x5xf32>",
        "tensor<9x5xf32>",
        "%0 = tensor.pad %x {low = [1, 0], high = [1, 0]} : (tensor<7x5xf32>) -> tensor<9x5xf32>\n"
        f"{MAP.format(name='%1', x='%0')} : (tensor<9x5xf32>) -> tensor<9x5xf32>\n"
        "yield %1 : tensor<9x5xf32>",
    )
    assert made.grid.totals == (5,)
    made.check()


@pytest.mark.parametrize("stride", [1, 2])
def test_an_inserted_slice_lies_over_a_copy_of_the_destination(stride: int) -> None:
    made = lowered(
        "%s: tensor<6x2xf32>, %d: tensor<6x9xf32>",
        "tensor<6x9xf32>",
        f"%0 = tensor.insert_slice %s, %d {{offsets = [0, 3], strides = [1, {stride}]}} : "
        "(tensor<6x2xf32>, tensor<6x9xf32>) -> tensor<6x9xf32>\nyield %0 : tensor<6x9xf32>",
    )
    assert made.kinds == ["copy", "copy"]
    made.check()


@pytest.mark.parametrize("extent", range(13))
def test_what_lies_behind_an_extent_is_zero(extent: int) -> None:
    body = ZERO.format(dims="[1, 2]", extent=extent, type="tensor<3x4x3xf32>")
    made = lowered("%x: tensor<3x4x3xf32>", "tensor<3x4x3xf32>", body)
    assert made.kinds == ["copy", "fill", "fill"]
    made.check()


@pytest.mark.parametrize(
    ("tiles", "extent", "sizes"), [("[ceildiv(S, 4)]", "S", (1, 4, 6, 11)), ("3", "11", (1,)), ("3", "12", (1,))]
)
def test_each_unit_zeroes_what_its_last_tile_has_behind_the_extent(
    tiles: str, extent: str, sizes: tuple[int, ...]
) -> None:
    """Units of one tile, where the number of tiles is not known, and of several."""
    type = f"tensor<{tiles}x4xf32>"
    same = "(d0, d1) -> (d0, d1)"
    body = f"body = (a0: f32) {{ v0 = neg a0; yield v0 }}}} : ({type}) -> {type}"
    made = lowered(
        f"%x: {type}, %s: tensor<[S]xf32>",
        type,
        f"%0 = linalg.generic %x {{maps = [{same}, {same}], {body}\n"
        f"%1 = linalg.zero_padding %0 {{dims = [0, 1], extent = {extent}}} : ({type}) -> {type}\nyield %1 : {type}",
    )
    assert made.kinds == ["map", "fill"], "in place"
    assert made.grid.granules == (4,)
    for size in sizes:
        made.check(S=size)


def test_an_axis_of_three_padded_dims_is_refused() -> None:
    made = lowered(
        "%x: tensor<3x4x3xf32>",
        "tensor<3x4x3xf32>",
        ZERO.format(dims="[0, 1, 2]", extent=5, type="tensor<3x4x3xf32>"),
    )
    assert made.refused == ("a padded axis of 3 dims: it runs in Python",)


def test_a_gather_takes_rows_of_its_table() -> None:
    made = lowered(
        "%t: tensor<4x[S]xf32>, %i: tensor<7xi64>",
        "tensor<7x[S]xf32>",
        "%0 = tensor.gather %t, %i : (tensor<4x[S]xf32>, tensor<7xi64>) -> tensor<7x[S]xf32>\n"
        "yield %0 : tensor<7x[S]xf32>",
    )
    assert made.kinds == ["gather"]
    for size in (0, 1, 6):
        made.check(S=size)


def test_a_gather_of_rows_without_elements_is_refused() -> None:
    made = lowered(
        "%t: tensor<4x0xf32>, %i: tensor<7xi64>",
        "tensor<7x0xf32>",
        "%0 = tensor.gather %t, %i : (tensor<4x0xf32>, tensor<7xi64>) -> tensor<7x0xf32>\nyield %0 : tensor<7x0xf32>",
    )
    (reason,) = made.refused
    assert reason.startswith("rows have no elements")
