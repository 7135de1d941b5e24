"""The forms of an op: the layouts in which it can take its operands and give its result.

Every op has the row-major form. `packed_forms` says, for candidate layouts of the operands and of the result, which
other forms follow; `materialize-encodings` carries them out (`datatiling/physical.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from tensorir.analysis.movement import view_of
from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Contract, Fold, Generic, Reduce, RowOp, Transpose
from tensorir.dialects.tensor import (
    CollapseShape,
    ExpandShape,
    GatherNd,
)
from tensorir.encoding.encoding import ROLES, Encoding
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles, operand_layout
from tensorir.encoding.views import Collapsed, Expanded, View, inverse
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.layouts.folds import fold_forms, loop_layout, why_fold_row_major, why_no_fold_form
from tensorir.transforms.layouts.moved import Move, layouts_of_result, move_form, plain, why_not_carried

WIDE = 512
"""From so many columns on, rows of a row-major right side lie too far apart for the caches."""

Candidates: TypeAlias = Mapping[Value, Iterable[Layout]]


def row_major(op: Op) -> Form:
    return Form((None,) * len(op.operands))


def contraction_form(op: Contract, tiles: Tiles, kernel: str) -> Form:
    """All operands and the result in the tiles of the kernel."""
    space = op.space()
    lhs, rhs, result = (operand_layout(Encoding(space, role), tiles) for role in ROLES)
    return Form((lhs, rhs, *(result,) * len(op.init)), result, tiles, kernel)


def column_form(op: Contract, lanes: int) -> Form | None:
    """The form of a contraction that is read where its operands lie, with a right side whose columns are in panels: of
    `lanes` columns, or of all of them if their number is no multiple. Padding is never needed. None for a number that
    is not known, and if the right side lies like that anyway, in few columns."""
    space, shape, at = op.space(), op.rhs.type.shape, op.maps[1].positions()
    *others, last = space.n
    columns = shape[at.index(last)]
    if not isinstance(columns, int) or columns < 1:
        return None
    panel = lanes if columns % lanes == 0 else columns
    layout = Layout((at.index(last),), (panel,), tuple(at.index(d) for d in (*space.batch, *others, last, *space.k)))
    beside = list(at[-1:]) == [last] and _in_order([at.index(d) for d in space.k])
    if layout.is_view(shape) or (beside and columns < WIDE):
        return None
    return Form((None, layout, *(None for _ in op.init)))


def packed_forms(op: Op, of_operands: Sequence[Iterable[Layout]], of_result: Iterable[Layout]) -> list[Form]:
    """Returns the forms of an op other than a contraction that follow from candidate layouts of its operands and its
    result, each once."""
    if why_no_form(op):
        return []
    match op:
        case Generic():
            from_operands = [layout.transposed(_onto(op, i)) for i in _whole_operands(op) for layout in of_operands[i]]
            made = [_generic(op, layout) for layout in (*from_operands, *of_result)]
        case RowOp():
            parts = [(layout, layout.projected(op.dims)) for layout in (*of_operands[0], *of_result)]
            vectors = len(op.operands) - 1
            made = [Form((layout, *(plain(part),) * vectors), layout) for layout, part in parts]
        case Reduce():
            made = [f for layout in of_operands[0] if (f := _reduce(op, layout)) is not None]
        case Transfer():
            made = [Form((layout,), layout) for layout in (*of_operands[0], *of_result)]
        case Transpose() | ExpandShape() | CollapseShape():
            step = view_of(op)
            assert step is not None
            forward = [(layout, _through(layout, step)) for layout in of_operands[0]]
            backward = [(_back(layout, step), layout) for layout in of_result]
            made = [
                Form((a,), b)
                for a, b in (*forward, *backward)
                if a is not None and b is not None and _through(a, step) == b
            ]
        case Fold():
            made = fold_forms(op, of_operands)
        case _ if isinstance(op, Move):
            layouts = (*layouts_of_result(op, of_operands), *of_result)
            made = [f for layout in layouts if (f := move_form(op, layout)) is not None]
        case _:
            return []
    return list(dict.fromkeys(f for f in made if f.result is not None or any(f.operands)))


def why_row_major(op: Op, operand: int, layout: Layout) -> str:
    """Why an op that could be packed does not read an operand as it is stored."""
    if reason := why_no_form(op):
        return reason
    if isinstance(op, Fold):
        whole = op.maps[operand].is_permutation
        return (why_fold_row_major(op, loop_layout(op, operand, layout)) if whole else "") or "all else costs more"
    if isinstance(op, Move):
        return why_not_carried(op, operand, layout) or "all else costs more"
    return "it cuts a tile" if isinstance(op, ExpandShape | CollapseShape) else "all else costs more"


def why_no_form(op: Op) -> str:
    """Why an op takes and gives row-major tensors alone; "" if it has packed forms."""
    match op:
        case Generic():
            for i, map in enumerate(op.maps):
                if not map.is_projected_permutation:
                    which = op.operand_name(i) if i < len(op.inputs) else "its result"
                    return f"the map {map} of {which} is not a projected permutation"
            if op.body.iteration_dims:
                return "its body reads iteration indices, which tiles have in another order"
            return "its body divides integers, and padding may hold a zero" if op.body.may_fail else ""
        case RowOp() if len(op.dims) != 1:
            return "its rows run along several dims"
        case RowOp() | Reduce() if op.extent is not None:
            return "its operand has padding of its own"
        case Reduce() if not op.result.type.rank:
            return "its result is a scalar, which has no layout"
        case Contract() | RowOp() | Reduce() | Transfer():
            return ""
        case Fold():
            return why_no_fold_form(op)
        case GatherNd():
            return "it looks up single elements, which tiles have in another order"
        case Transpose() | ExpandShape() | CollapseShape() if not op.operands[0].type.rank or not op.result.type.rank:
            return f"its {'source' if op.result.type.rank else 'result'} is a scalar, which has no layout"
        case Transpose() | ExpandShape() | CollapseShape() if view_of(op) is not None:
            return ""
        case _:
            return "" if isinstance(op, Move) else "it has no packed form"


def _in_order(dims: Sequence[int]) -> bool:
    """Whether these dims are neighbours, in this order."""
    return list(dims) == list(range(dims[0], dims[0] + len(dims)))


def _whole_operands(op: Generic) -> list[int]:
    """The operands that have every dim of the result."""
    return [i for i, v in enumerate(op.inputs) if v.type.rank and op.maps[i].is_permutation]


def _onto(op: Generic, operand: int) -> tuple[int, ...]:
    """The dims of an operand in the order of the result."""
    place = {d: i for i, d in enumerate(op.maps[operand].positions())}
    return tuple(place[d] for d in op.maps[-1].positions())


def _generic(op: Generic, layout: Layout) -> Form:
    place = {d: i for i, d in enumerate(op.maps[-1].positions())}
    parts = [layout.projected(tuple(place[d] for d in map.positions())) for map in op.maps[:-1]]
    return Form(tuple(plain(p) for p in parts), plain(layout))


def _reduce(op: Reduce, layout: Layout) -> Form | None:
    shape = op.source.type.shape
    padded = [d for d in op.dims if d in layout.padded_dims(shape)]
    kept = tuple(d for d in range(len(shape)) if d not in op.dims)
    if (padded and len(op.dims) > 1) or not kept:
        return None
    return Form((layout,), plain(layout.projected(kept)))


def _through(layout: Layout, step: View) -> Layout | None:
    made = layout.through(step)
    if made is None or not isinstance(step, Collapsed):
        return made
    # The parts of a merged dim must be neighbours in memory, which splitting it again shows.
    return made if made.expanded(Expanded(step.groups, step.shape)) == layout else None


def _back(layout: Layout, step: View) -> Layout | None:
    """Returns the layout of the operand of a view whose result has `layout`."""
    back = inverse(step)
    return None if back is None else _through(layout, back)
