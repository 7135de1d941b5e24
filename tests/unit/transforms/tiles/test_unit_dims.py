"""Unit dims: which dims of a result all ops of a launch can follow piece by piece."""

from __future__ import annotations

import pytest

from tensorir.ir.dims import Dim, ceildiv, symbol
from tensorir.transforms.tiles.unit_dims import UnitDim, unit_dims
from tests.support.executables import executable

S = symbol("S")


def found(arguments: str, results: str, body: str) -> list[UnitDim]:
    e = executable(arguments, results, body)
    return unit_dims(e.body.ops, e.body.yields, set(e.body.args))


def cuts(arguments: str, results: str, body: str) -> list[tuple[Dim, int]]:
    """Total and granule of each."""
    return [(unit.total, unit.granule) for unit in found(arguments, results, body)]


def negated(type: str, shape: int) -> str:
    dims = ", ".join(f"d{i}" for i in range(shape))
    map = f"({dims}) -> ({dims})"
    body = "(a0: f32) { v0 = neg a0; yield v0 }"
    return f"linalg.generic %x {{maps = [{map}, {map}], body = {body}}} : ({type}) -> {type}"


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ("4x[S]", [(4, 1), (S, 1)]),
        ("1x[S]x1", [(S, 1)]),
        ("1x1", []),
        ("0x3", [(0, 1), (3, 1)]),
    ],
)
def test_elementwise_work_is_cut_along_all_dims_but_those_of_one(shape: str, wanted: list[tuple[Dim, int]]) -> None:
    type = f"tensor<{shape}xf32>"
    body = f"%0 = {negated(type, shape.count('x') + 1)}\nyield %0 : {type}"
    assert cuts(f"%x: {type}", type, body) == wanted


def test_a_sum_is_not_cut_along_what_it_adds() -> None:
    body = (
        '%0 = linalg.reduce %x {kind = "add", dims = [1]} : (tensor<5x[S]x7xf32>) -> tensor<5x7xf32>\n'
        "yield %0 : tensor<5x7xf32>"
    )
    assert cuts("%x: tensor<5x[S]x7xf32>", "tensor<5x7xf32>", body) == [(5, 1), (7, 1)]


def test_rows_of_a_softmax_are_whole_in_a_unit() -> None:
    body = (
        "%0 = linalg.softmax %x {dims = [1]} : (tensor<5x[S]xf32>) -> tensor<5x[S]xf32>\nyield %0 : tensor<5x[S]xf32>"
    )
    assert cuts("%x: tensor<5x[S]xf32>", "tensor<5x[S]xf32>", body) == [(5, 1)]


def test_a_granule_is_what_makes_a_tile() -> None:
    """The last granule is not complete: the total is that of the dim which is not rounded up."""
    packed = "tensor<[ceildiv(S, 4)]x4x4x8xf32>"
    body = (
        "%0 = linalg.pack %x {inner_dims_pos = [0, 1], inner_tiles = [4, 8], outer_dims_perm = [0, 1]} : "
        f"(tensor<[S]x30xf32>) -> {packed}\nyield %0 : {packed}"
    )
    units = found("%x: tensor<[S]x30xf32>", packed, body)
    assert [(u.total, u.granule) for u in units] == [(S, 4), (30, 8)]
    assert [u.extent for u in units] == [ceildiv(S, 4), 4]


def test_a_dim_is_followed_through_a_transpose() -> None:
    body = (
        "%0 = linalg.transpose %x {permutation = [1, 0]} : (tensor<5x[S]xf32>) -> tensor<[S]x5xf32>\n"
        "%1 = linalg.softmax %0 {dims = [1]} : (tensor<[S]x5xf32>) -> tensor<[S]x5xf32>\nyield %1 : tensor<[S]x5xf32>"
    )
    e = executable("%x: tensor<5x[S]xf32>", "tensor<[S]x5xf32>", body)
    (unit,) = unit_dims(e.body.ops, e.body.yields, ())
    assert unit.total == S
    assert {v.type.shape: along.dim for v, along in unit.values.items()} == {(5, S): 1, (S, 5): 0}


def test_a_value_that_would_be_cut_along_two_dims_is_not_cut() -> None:
    """A matrix plus itself transposed: a unit of rows needs columns of what the region computes."""
    type = "tensor<[S]x[S]xf32>"
    both = "maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1, d0), (d0, d1) -> (d0, d1)]"
    body = (
        f"%0 = {negated(type, 2)}\n"
        f"%1 = linalg.generic %0, %0 {{{both}, body = (a0: f32, a1: f32) {{ v0 = add a0, a1; yield v0 }}}} : "
        f"({type}, {type}) -> {type}\nyield %1 : {type}"
    )
    assert cuts(f"%x: {type}", type, body) == []
    body = (
        f"%0 = linalg.generic %x, %x {{{both}, body = (a0: f32, a1: f32) {{ v0 = add a0, a1; yield v0 }}}} : "
        f"({type}, {type}) -> {type}\nyield %0 : {type}"
    )
    assert cuts(f"%x: {type}", type, body) == [(S, 1), (S, 1)], "an argument exists as a whole"


def test_a_concat_is_not_cut_where_its_inputs_meet() -> None:
    body = (
        "%0 = tensor.concat %x, %y {dim = 1} : (tensor<5x[S]xf32>, tensor<5x3xf32>) -> tensor<5x[S + 3]xf32>\n"
        "yield %0 : tensor<5x[S + 3]xf32>"
    )
    assert cuts("%x: tensor<5x[S]xf32>, %y: tensor<5x3xf32>", "tensor<5x[S + 3]xf32>", body) == [(5, 1)]


def test_what_only_shares_an_argument_is_cut_along_it() -> None:
    """Two products of the same rows: no value of the one is made of the other."""
    maps = "maps = [(m, n, k) -> (m, k), (m, n, k) -> (k, n), (m, n, k) -> (m, n)], dtype = f32"
    body = "\n".join(
        f"%{i} = linalg.contract %x, %{w} {{{maps}}} : (tensor<[S]x8xf32>, tensor<8x{n}xf32>) -> tensor<[S]x{n}xf32>"
        for i, (w, n) in enumerate((("v", 16), ("w", 24)))
    )
    results = "tensor<[S]x16xf32>, tensor<[S]x24xf32>"
    arguments = "%x: tensor<[S]x8xf32>, %v: tensor<8x16xf32>, %w: tensor<8x24xf32>"
    assert cuts(arguments, results, f"{body}\nyield %0, %1 : {results}") == [(S, 1)]


@pytest.mark.parametrize(
    ("shape", "extent", "wanted"),
    [
        ("[ceildiv(S, 4)]x5x4", "S", [(S, 4), (5, 1)]),
        ("4x5x4", "15", [(15, 4), (5, 1)]),
        ("4x5x4", "16", [(16, 4), (5, 1)]),
        ("4x5x4", "9", [(5, 1)]),
    ],
)
def test_padded_tiles_are_cut_where_only_the_last_is_padded(
    shape: str, extent: str, wanted: list[tuple[Dim, int]]
) -> None:
    type = f"tensor<{shape}xf32>"
    body = f"%0 = linalg.zero_padding %x {{dims = [0, 2], extent = {extent}}} : ({type}) -> {type}\nyield %0 : {type}"
    assert cuts(f"%x: {type}, %s: tensor<[S]xf32>", type, body) == wanted


def test_units_repeat_a_pack_that_takes_little_beside_the_rest() -> None:
    """A softmax over all tiles of each head, to which the same mask is added."""
    mask, tiles, type = "tensor<32x32xf32>", "tensor<8x4x4x8xf32>", "tensor<9x8x4x4x8xf32>"
    loops = "(d0, d1, d2, d3, d4)"
    maps = f"maps = [{loops} -> {loops}, {loops} -> (d1, d2, d3, d4), {loops} -> {loops}]"
    layout = "inner_dims_pos = [0, 1], inner_tiles = [4, 8], outer_dims_perm = [0, 1]"
    body = f"""
      %0 = linalg.pack %m {{{layout}}} : ({mask}) -> {tiles}
      %1 = linalg.generic %x, %0 {{{maps},
        body = (a0: f32, a1: f32) {{ v0 = add a0, a1; yield v0 }}}} : ({type}, {tiles}) -> {type}
      %2 = linalg.softmax %1 {{dims = [1, 2, 3, 4]}} : ({type}) -> {type}
      yield %2 : {type}"""
    assert cuts(f"%x: {type}, %m: {mask}", type, body) == [(9, 1)]
