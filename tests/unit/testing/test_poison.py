"""The laws of relations and units find wrong ones: each error here is planted, and seen on some random program."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings

from tensorir.dialects.linalg import Broadcast, Reduce, Softmax
from tensorir.dialects.tensor import CollapseShape, Concat, Gather, InsertSlice
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.relation import Links, Merged, Relation, Same
from tensorir.testing.poison import assert_relations, assert_units
from tensorir.testing.strategies import programs


def same(links: Links) -> Links:
    """The links, each dim claimed to go where it goes position by position."""
    return tuple(Same(dim, loop) for k in links for dim, loop in zip(k.dims, k.loops or k.dims, strict=False))


def softmax_along_its_axis(relation: Relation) -> Relation:
    return evolve(relation, operands=(same(relation.operands[0]),))


def reduce_keeps_another_dim(relation: Relation) -> Relation:
    """The next loop for each that is kept."""
    count = len(relation.operands[0])
    return evolve(relation, results=(tuple((i + 1) % count for i in relation.results[0]),))


def collapse_goes_on_along_the_last_dim(relation: Relation) -> Relation:
    links = [Merged(k.dims[::-1], k.loop) if isinstance(k, Merged) else k for k in relation.operands[0]]
    return evolve(relation, operands=(tuple(links),))


def concat_keeps_its_own_dim(relation: Relation) -> Relation:
    return evolve(relation, operands=tuple(map(same, relation.operands)))


def gather_keeps_the_dim_of_its_table(relation: Relation) -> Relation:
    table, indices = relation.operands
    return evolve(relation, operands=((Same(0, 0), *table[1:]), indices))


def insert_goes_on_along_any_dim(relation: Relation) -> Relation:
    source, dest = relation.operands
    return evolve(relation, operands=(same(source), dest))


def broadcast_is_shifted(relation: Relation) -> Relation:
    """Each dim is one further than it is."""
    count = len(relation.results[0])
    return evolve(relation, operands=(tuple(Same(k.dims[0], (k.loops[0] + 1) % count) for k in relation.operands[0]),))


ERRORS: dict[Callable[[Relation], Relation], type[Op]] = {
    softmax_along_its_axis: Softmax,
    reduce_keeps_another_dim: Reduce,
    collapse_goes_on_along_the_last_dim: CollapseShape,
    concat_keeps_its_own_dim: Concat,
    gather_keeps_the_dim_of_its_table: Gather,
    insert_goes_on_along_any_dim: InsertSlice,
    broadcast_is_shifted: Broadcast,
}


@pytest.mark.parametrize("law", [assert_relations, assert_units])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_planted_errors_are_found(
    error: Callable[[Relation], Relation], law: Callable[[Module], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    op = ERRORS[error]
    true: Callable[[Op], Relation] = op.relation

    def planted(self: Op) -> Relation:
        return error(true(self))

    @settings(max_examples=1000, database=None, derandomize=True, deadline=None, phases=[Phase.generate])
    @given(module=programs())
    def search(module: Module) -> None:
        law(module)

    monkeypatch.setattr(op, "relation", planted)
    with pytest.raises(AssertionError, match=op.NAME):
        search()
