"""Launches that slice the first positions of what they make: units run along the whole, and the last ones have no part
of the slice."""

from __future__ import annotations

import pytest

from tensorir.transforms.tiles.unit_dims import unit_dims
from tests.support.executables import Lowered, executable, lowered

SUMS = '%0 = linalg.reduce %x {kind = "add", dims = [2]} : (tensor<3x33x2xf32>) -> tensor<3x33xf32>'


def first(source: str, whole: str, made: str) -> str:
    """The slice that takes the first positions of each dim."""
    sizes = made.split("x")
    zeros, ones = (f"[{', '.join(n for _ in sizes)}]" for n in "01")
    attributes = f"{{offsets = {zeros}, sizes = [{', '.join(sizes)}], strides = {ones}}}"
    return f"tensor.extract_slice {source} {attributes} : (tensor<{whole}xf32>) -> tensor<{made}xf32>"


def largest(source: str, dim: int, shape: str, made: str) -> str:
    return f'linalg.reduce {source} {{kind = "max", dims = [{dim}]}} : (tensor<{shape}xf32>) -> tensor<{made}xf32>'


def yielding(arguments: str, *lines: str, **results: str) -> Lowered:
    """`results`: name → shape."""
    types = ", ".join(f"tensor<{shape}xf32>" for shape in results.values())
    names = ", ".join(f"%{name}" for name in results)
    return lowered(arguments, types, "\n".join((*lines, f"yield {names} : {types}")))


def columns(whole: int, part: int, *, is_stored: bool = False) -> Lowered:
    """Sums, the largest of each of the first `part` of `whole` columns, and the sums themselves if they are stored."""
    return yielding(
        f"%x: tensor<3x{whole}x3xf32>",
        f'%a = linalg.reduce %x {{kind = "add", dims = [2]}} : (tensor<3x{whole}x3xf32>) -> tensor<3x{whole}xf32>',
        f"%s = {first('%a', f'3x{whole}', f'3x{part}')}",
        f"%b = {largest('%s', 0, f'3x{part}', f'{part}')}",
        b=str(part),
        **({"a": f"3x{whole}"} if is_stored else {}),
    )


@pytest.mark.parametrize(("whole", "part"), [(7, 4), (7, 1), (8, 7), (33, 16)])
@pytest.mark.parametrize("is_stored", [False, True])
def test_units_run_along_the_whole(whole: int, part: int, is_stored: bool) -> None:
    made = columns(whole, part, is_stored=is_stored)
    assert (made.grid.totals, made.grid.granules) == ((whole,), (1,))
    assert made.kinds == ["reduce", "reduce"], "the slice is read where the whole lies"
    made.check()


def test_units_are_as_large_as_for_the_whole() -> None:
    """A unit makes two rows of 2^13 elements, of which the result has one element each."""
    made = yielding(
        "%x: tensor<64x8192xf32>",
        "%a = linalg.softmax %x {dims = [1]} : (tensor<64x8192xf32>) -> tensor<64x8192xf32>",
        f"%s = {first('%a', '64x8192', '5x8192')}",
        f"%b = {largest('%s', 1, '5x8192', '5')}",
        b="5",
    )
    assert (made.grid.totals, made.grid.blocks) == ((64,), (2,))


def test_slices_of_slices_end_one_after_the_other() -> None:
    made = yielding(
        "%x: tensor<3x33x2xf32>",
        SUMS,
        f"%1 = {first('%0', '3x33', '2x20')}",
        f"%a = {largest('%1', 0, '2x20', '20')}",
        f"%b = {first('%a', '20', '5')}",
        b="5",
        a="20",
    )
    assert made.grid.totals == (33,)
    made.check()


@pytest.mark.parametrize("part", [20, 16, 3, 32])
def test_units_run_along_the_tiles_of_the_whole(part: int) -> None:
    """The tiles of the slice end before those of the whole, within a tile or with one."""
    tiles = -(-part // 8)
    pack = "{inner_dims_pos = [1], inner_tiles = [8], outer_dims_perm = [1, 0]}"
    made = yielding(
        "%x: tensor<3x33x2xf32>",
        SUMS,
        f"%1 = {first('%0', '3x33', f'3x{part}')}",
        f"%a = linalg.pack %1 {pack} : (tensor<3x{part}xf32>) -> tensor<{tiles}x3x8xf32>",
        f"%b = linalg.pack %0 {pack} : (tensor<3x33xf32>) -> tensor<5x3x8xf32>",
        f"%c = {largest('%a', 1, f'{tiles}x3x8', f'{tiles}x8')}",
        b="5x3x8",
        c=f"{tiles}x8",
        a=f"{tiles}x3x8",
    )
    assert (made.grid.totals, made.grid.granules) == ((33,), (8,))
    made.check()


def test_a_slice_of_tiles_that_is_unpacked() -> None:
    """No dim in single positions is as long as all tiles: the total is that of their positions."""
    unpack = "{inner_dims_pos = [0], inner_tiles = [8], outer_dims_perm = [0], shape = [21]}"
    made = yielding(
        "%x: tensor<5x3x8xf32>",
        f"%a = {largest('%x', 1, '5x3x8', '5x8')}",
        f"%1 = {first('%a', '5x8', '3x8')}",
        f"%b = linalg.unpack %1 {unpack} : (tensor<3x8xf32>) -> tensor<21xf32>",
        b="21",
        a="5x8",
    )
    assert (made.grid.totals, made.grid.granules) == ((40,), (8,))
    made.check()


@pytest.mark.parametrize("part", [6, 5])
def test_positions_that_are_merged_and_split(part: int) -> None:
    made = yielding(
        "%x: tensor<3x8x2xf32>",
        f"%0 = {largest('%x', 2, '3x8x2', '3x8')}",
        f"%1 = {first('%0', '3x8', f'3x{part}')}",
        f"%2 = linalg.transpose %1 {{permutation = [1, 0]}} : (tensor<3x{part}xf32>) -> tensor<{part}x3xf32>",
        f"%a = tensor.collapse_shape %2 {{groups = [[0, 1]]}} : (tensor<{part}x3xf32>) -> tensor<{3 * part}xf32>",
        "%3 = tensor.expand_shape %0 {groups = [[0], [1, 2]], shape = [3, 4, 2]} "
        ": (tensor<3x8xf32>) -> tensor<3x4x2xf32>",
        f"%b = {largest('%3', 2, '3x4x2', '3x4')}",
        a=str(3 * part),
        b="3x4",
    )
    made.check()


def test_padding_behind_a_slice_belongs_to_no_unit_of_the_whole() -> None:
    """The unit in which the slice ends need not be the last one, which puts the padding."""
    made = yielding(
        "%x: tensor<3x33x2xf32>",
        SUMS,
        f"%1 = {first('%0', '3x33', '3x20')}",
        f"%2 = {largest('%1', 0, '3x20', '20')}",
        "%a = tensor.pad %2 {low = [1], high = [4], value = 7.0} : (tensor<20xf32>) -> tensor<25xf32>",
        a="25",
        **{"0": "3x33"},
    )
    assert made.grid.totals == ()
    made.check()


@pytest.mark.parametrize(("offset", "stride"), [(1, 1), (0, 2)])
def test_other_slices_are_not_followed(offset: int, stride: int) -> None:
    attributes = f"{{offsets = [0, {offset}], sizes = [3, 4], strides = [1, {stride}]}}"
    body = f"""{SUMS}
    %1 = tensor.extract_slice %0 {attributes} : (tensor<3x33xf32>) -> tensor<3x4xf32>
    %2 = {largest("%1", 0, "3x4", "4")}
    yield %2 : tensor<4xf32>"""
    e = executable("%x: tensor<3x33x2xf32>", "tensor<4xf32>", body)
    assert unit_dims(e.body.ops, e.body.yields, set(e.body.args)) == []
