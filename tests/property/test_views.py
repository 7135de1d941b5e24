"""Law L4: views move no byte."""

from __future__ import annotations

from math import prod

from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from tensorir.analysis.movement import is_view
from tensorir.api import compile
from tensorir.dialects.linalg import Generic, Transpose
from tensorir.dialects.packing import Pack
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.ir.affine import identity
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.strategies import layouts, permutations
from tensorir.text import print_module

SIZES = st.sampled_from([1, 1, 1, 2, 3, 4, 8, 16])
MOST = 4
"""The most dims of a value."""


@st.composite
def moves(draw: st.DrawFn, x: Value) -> Op:
    """An op that may be a view of `x`: it splits or merges dims, transposes, or packs."""
    shape = [n for n in x.type.shape if isinstance(n, int)]
    rank = len(shape)
    kinds = ["transpose", "pack", *["merge"] * (rank > 1), *["split"] * (rank < MOST)]
    match draw(st.sampled_from(kinds)):
        case "merge":
            at = draw(st.integers(0, rank - 2))
            return CollapseShape(x, (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, rank))))
        case "split":
            at = draw(st.integers(0, rank - 1))
            part = draw(st.sampled_from([n for n in (1, 2, 4, 8) if shape[at] % n == 0]))
            groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, rank)))
            return ExpandShape(x, groups, (*shape[:at], shape[at] // part, part, *shape[at + 1 :]))
        case "pack":
            layout = draw(layouts(rank))
            return Pack(x, layout.inner_dims, layout.inner_tiles, layout.outer_perm)
        case _:
            return Transpose(x, draw(permutations(rank)))


def elementwise(x: Value) -> Op:
    body = ScalarBody((f32,), apply("exp", arg(0, f32)))
    return Generic((x,), (identity(x.type.rank),) * 2, body)


def _is_view(op: Op) -> bool:
    return op.layout.is_view(op.source.type.shape) if isinstance(op, Pack) else is_view(op)


@settings(max_examples=max(300, settings().max_examples))
@given(shape=st.lists(SIZES, min_size=1, max_size=3), data=st.data())
def test_views_between_ops_move_no_byte(shape: list[int], data: st.DataObject) -> None:
    """Also not those after which a dim is packed, if all of it lies in one tile."""
    b = RegionBuilder()
    x = b.add(elementwise(b.arg(TensorType(tuple(shape), f32), "x"))).result
    for _ in range(data.draw(st.integers(1, 5))):
        op = data.draw(moves(x))
        if _is_view(op) and op.result.type.rank <= 2 * MOST:
            event(op.NAME)
            x = b.add(op).result
    module = Module([Function("main", b.finish([b.add(elementwise(x)).result]))])
    note(print_module(module))
    assume(len(module.functions[0].body.ops) > 2)
    stats = compile(module, data_tiling="off").stats
    assert (stats.relaid_bytes, stats.copied_bytes) == (0, 0)
    assert stats.written_bytes <= 2 * 4 * prod(shape)
