from __future__ import annotations

from typing import Any

import pytest

from tensorir.encoding.encoding import ROLES, ContractionSpace, Encoding
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View
from tensorir.ir.affine import select
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32, i8, i32

S = symbol("S")
MATMUL = ContractionSpace((select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), (i8, i8, i32), (None, 4, None))


@pytest.mark.parametrize(
    ("dims", "kinds"),
    [
        (((0, 2), (2, 1), (0, 1)), {"batch": (), "m": (0,), "n": (1,), "k": (2,)}),
        (((0, 1, 3), (0, 3, 2), (0, 1, 2)), {"batch": (0,), "m": (1,), "n": (2,), "k": (3,)}),
        (((2, 0), (0, 1, 3), (3, 1, 2)), {"batch": (), "m": (2,), "n": (1, 3), "k": (0,)}),
        (((0,), (0,), ()), {"batch": (), "m": (), "n": (), "k": (0,)}),
        (((0,), (1,), (1, 0)), {"batch": (), "m": (0,), "n": (1,), "k": ()}),
    ],
)
def test_dims_are_told_apart_by_the_operands_that_have_them(dims: Any, kinds: dict[str, tuple[int, ...]]) -> None:
    count = max(max(d, default=0) for d in dims) + 1
    space = ContractionSpace(tuple(select(count, d) for d in dims), (f32, f32, f32), (None,) * count)  # pyright: ignore[reportArgumentType]  # three maps
    assert {name: getattr(space, name) for name in kinds} == kinds


def test_equal_intent_is_equal() -> None:
    again = ContractionSpace(MATMUL.maps, MATMUL.types, MATMUL.narrow)
    assert Encoding(again, "lhs") == Encoding(MATMUL, "lhs")
    assert hash(Encoding(again, "lhs")) == hash(Encoding(MATMUL, "lhs"))
    assert len({Encoding(MATMUL, role) for role in ROLES}) == 3
    assert [MATMUL.map_of(role) for role in ROLES] == list(MATMUL.maps)


@pytest.mark.parametrize(
    ("views", "rank"),
    [
        ((), 2),
        ((Transposed((1, 0)),), 2),
        ((Projected((1,)),), 1),
        ((Expanded(((0, 1), (2,)), (2, S, 8)),), 3),
        ((Expanded(((0, 1), (2,)), (2, S, 8)), Collapsed(((0, 1, 2),), (2, S, 8))), 1),
    ],
)
def test_the_rank_is_that_behind_all_views(views: tuple[View, ...], rank: int) -> None:
    encoding = Encoding(MATMUL, "lhs")
    for view in views:
        encoding = encoding.through(view)
    assert encoding.rank == rank
    assert encoding.views == views


def test_views_join() -> None:
    lhs = Encoding(MATMUL, "lhs")
    assert lhs.through(Transposed((0, 1))) is lhs
    assert lhs.through(Transposed((1, 0))).through(Transposed((1, 0))) == lhs
    batch = lhs.through(Expanded(((0, 1), (2,)), (2, S, 8)))
    assert batch.through(Transposed((1, 2, 0))).through(Transposed((1, 2, 0))) == batch.through(Transposed((2, 0, 1)))
    assert batch.through(Projected((2, 0))).through(Projected((1,))) == batch.through(Projected((0,)))


def test_the_text_says_what_it_is_for() -> None:
    text = str(Encoding(MATMUL, "rhs").through(Transposed((1, 0))).through(Projected((1,))))
    assert text == (
        "#encoding<rhs, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], "
        "types = [i8, i8, i32], narrow = [?, 4, ?], via = [transpose[1, 0], project[1]]>"
    )
