"""linalg.contract with tiles: they fit its result, or the op does not verify."""

from __future__ import annotations

from typing import Any

import pytest

from tensorir.dialects.linalg import Contract
from tensorir.dialects.registry import OPS
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles
from tensorir.ir.affine import select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.types import TensorType
from tensorir.text import parse, print_module

MATMUL = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
MATVEC = (select(2, (0, 1)), select(2, (1,)), select(2, (0,)))
FITS = Layout((0, 1), (8, 4), (0, 1))


def contract(maps: Any = MATMUL, **fields: Any) -> tuple[Contract, Module]:
    b = RegionBuilder()
    lhs = b.arg(TensorType((20, 30), f32), "a")
    rhs = b.arg(TensorType((30, 40) if maps == MATMUL else (30,), f32), "b")
    op = b.add(Contract(lhs, rhs, (), maps, f32, **fields))
    return op, Module([Function("main", b.finish([op.result]))])


@pytest.mark.parametrize(
    ("maps", "fields", "message"),
    [
        (MATMUL, {"kernel": "k"}, "the kernel 'k' was chosen without tiles"),
        (
            MATMUL,
            {"tiles": Tiles(8, 4, 2)},
            "layout #layout<inner_dims = [0, 1], inner_tiles = [8, 4]",
        ),
        (
            MATMUL,
            {"tiles": Tiles(8, 4, 2, swapped=True), "encoding": FITS},
            "inner_dims = [1, 0], inner_tiles = [4, 8]",
        ),
        (MATVEC, {"tiles": Tiles(8, 4, 2)}, "need an M, an N and a K dim, but it has no N"),
    ],
)
def test_choices_that_do_not_fit_are_refused(maps: Any, fields: dict[str, Any], message: str) -> None:
    op, _ = contract(maps, **fields)
    (found,) = op.verify()
    assert message in found


def test_choices_that_fit_are_part_of_the_text_and_of_what_programs_are() -> None:
    op, module = contract(encoding=FITS, tiles=Tiles(8, 4, 2, "kn"), kernel="k")
    assert list(op.verify()) == []
    text = print_module(module)
    assert 'tiles = #tiles<8, 4, 2, kn>, kernel = "k"}' in text
    assert isomorphic(parse(text, OPS), module)
    for other in ({"tiles": Tiles(8, 4, 1, "kn"), "kernel": "k"}, {"tiles": Tiles(8, 4, 2, "kn"), "kernel": "l"}):
        _, changed = contract(encoding=FITS, **other)
        assert not isomorphic(changed, module)
        assert fingerprint(changed) != fingerprint(module)
