"""Layouts of what a fold reads. A loop along a tiled dim becomes two, of which the outer one comes first, so that the
order in which positions are folded stays the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tensorir.dialects.linalg import Fold
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.ir.op import Op
from tensorir.transforms.layouts.moved import plain


def fold_forms(op: Fold, of_operands: Sequence[Iterable[Layout]]) -> list[Form]:
    """Returns the forms that follow from layouts of inputs that have all dims. Results are row-major: they are smaller
    than what is read."""
    made: list[Form] = []
    for i, x in enumerate(op.inputs):
        if not x.type.rank or not op.maps[i].is_permutation:
            continue
        for layout in of_operands[i]:
            loops = loop_layout(op, i, layout)
            if not why_fold_row_major(op, loops):
                parts = (plain(loops.projected(m.positions())) for m in op.maps[: len(op.inputs)])
                made.append(Form((*parts, *(None for _ in op.inits))))
    return made


def loop_layout(op: Fold, operand: int, layout: Layout) -> Layout:
    """Returns the layout of an input that has all dims, in terms of loops."""
    at = op.maps[operand].positions()
    return layout.projected(tuple(at.index(loop) for loop in range(len(at))))


def tiles_of_loops(op: Fold, form: Form) -> dict[int, int]:
    """Returns the tiled loops of a form, and their tiles."""
    return {
        map.positions()[d]: tile
        for stored, map in zip(form.operands, op.maps, strict=True)
        if stored is not None
        for d, tile in zip(stored.inner_dims, stored.inner_tiles, strict=True)
    }


def why_fold_row_major(op: Fold, loops: Layout) -> str:
    """Why a fold can't run along these tiles; "" if it can."""
    shape = op.iteration_shape()
    for loop in op.reduced:
        if loop in loops.padded_dims(shape) and not isinstance(shape[loop], int):
            return f"how much of a tile of d{loop} is padding is known only at run time"
    return ""


def why_no_fold_form(op: Op) -> str:
    """Why a fold reads row-major tensors alone; "" if it has packed forms."""
    assert isinstance(op, Fold)
    for i, map in enumerate(op.maps[: len(op.inputs)]):
        if not map.is_projected_permutation:
            return f"the map {map} of {op.operand_name(i)} is not a projected permutation"
    if not any(map.is_permutation for map in op.maps[: len(op.inputs)]):
        return "no operand has all of its dims"
    if any(body.may_fail for body in op.bodies):
        return "a body divides integers, and padding may hold a zero"
    return ""
