"""Layouts through ops that move elements: slices, concats, pads, look-ups. All of it follows from `Op.relation()`.

Tiles move as they are. So a dim that is tiled must run along one dim of the result, either unchanged or as a part that
begins and ends with tiles; any position of a dim may be looked up only if the dim is not tiled, and a dim along which
indices say what is looked up has no tiles. Where a part may end within a tile, the reason stands with the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tensorir.dialects.tensor import Concat, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.form import Form, Stored
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, divisible, never_negative
from tensorir.ir.op import Op
from tensorir.ir.relation import Cut, Link, Put, Same, Whole

Move = ExtractSlice | Concat | Pad | Gather | InsertSlice


def plain(layout: Layout) -> Stored:
    """The layout, or None if it is row-major."""
    return None if layout.is_plain else layout


def move_form(op: Move, layout: Layout) -> Form | None:
    """Returns the form in which the result has this layout, or that with another order of outer dims which is what the
    tiles of the operands give. Returns None if a tile would be cut."""
    operands: list[Stored] = []
    made = layout
    for i in range(len(op.operands)):
        part = operand_layout(op, i, layout)
        if part is None or why_cut(op, i, layout):
            return None
        operands.append(plain(part))
        if i in op.relation().moves:
            found = result_layout(op, i, part)
            assert found is not None  # no dim that is looked up has tiles
            made = found
    return Form(tuple(operands), plain(made))


def result_layout(op: Move, operand: int, layout: Layout) -> Layout | None:
    """Returns the layout of the result that goes with one of a moved operand, dims of indices first; None if the tiles
    of the operand don't stay together."""
    relation = op.relation()
    if operand not in relation.moves:
        return None
    to = _result_dims(op, operand)
    if any(d not in to for d in layout.inner_dims):
        return None
    new = [d for d in range(op.result.type.rank) if d not in to.values()]
    outer = (*new, *(to[d] for d in layout.outer_perm if d in to))
    return Layout(tuple(to[d] for d in layout.inner_dims), layout.inner_tiles, outer)


def operand_layout(op: Move, operand: int, layout: Layout) -> Layout | None:
    """Returns the layout of an operand that goes with one of the result: dims that are looked up first; row-major for
    indices, None if a dim of theirs is tiled."""
    to = _result_dims(op, operand)
    rank = op.operands[operand].type.rank
    if operand not in op.relation().moves:
        tiled = any(layout.tile(d) is not None for d in to.values())
        return None if tiled else Layout((), (), tuple(range(rank)))
    back = {r: d for d, r in to.items()}
    inner = [(back[r], tile) for r, tile in zip(layout.inner_dims, layout.inner_tiles, strict=True) if r in back]
    outer = (*(d for d in range(rank) if d not in to), *(back[r] for r in layout.outer_perm if r in back))
    return Layout(tuple(d for d, _ in inner), tuple(t for _, t in inner), outer)


def why_cut(op: Move, operand: int, layout: Layout) -> str:
    """Why tiles of the result would be cut by what this operand puts there, or tiles of the operand by what is taken;
    "" if none is."""
    relation = op.relation()
    place = {loop: d for d, loop in enumerate(relation.results[0])}
    for link in relation.operands[operand]:
        for r in (place[i] for i in link.loops):
            tile = layout.tile(r)
            if tile is None:
                continue
            if operand not in relation.moves:
                return f"dim {r} of its result has tiles, and an index for each position"
            if reason := _why_link_cuts(op, operand, link, r, tile):
                return reason
    return ""


def why_not_carried(op: Move, operand: int, layout: Layout) -> str:
    """Why the layout of an operand does not go through the op; "" if it does."""
    if operand not in op.relation().moves:
        return ""
    if (made := result_layout(op, operand, layout)) is None:
        looked_up = [d for d in layout.inner_dims if d not in _result_dims(op, operand)]
        return f"any position of dim {looked_up[0]} may be looked up, and its tiles hold several"
    return next((reason for i in range(len(op.operands)) if (reason := why_cut(op, i, made))), "")


def lies_within_a_tile(op: InsertSlice, dim: int, tile: int) -> bool:
    """Whether what is inserted goes into one tile of a dim, in which the other positions stay as they are."""
    offset, size = op.offsets[dim], op.source.type.shape[dim]
    if size == 1:
        return True
    return isinstance(offset, int) and isinstance(size, int) and op.strides[dim] == 1 and offset % tile + size <= tile


def goes_in_whole_tiles(op: InsertSlice, dim: int, tile: int) -> bool:
    """Whether what is inserted begins and ends with tiles of a dim, or ends with the tensor."""
    return not _why_part_cuts(
        op.source.type.shape[dim], op.dest.type.shape[dim], op.offsets[dim], op.strides[dim], tile
    )


def _result_dims(op: Op, operand: int) -> dict[int, int]:
    """The dims of an operand that run along one of the result, and which one that is."""
    relation = op.relation()
    place = {loop: d for d, loop in enumerate(relation.results[0])}
    links = relation.operands[operand]
    return {link.dim: place[link.loop] for link in links if isinstance(link, Same | Cut | Put)}


def _why_link_cuts(op: Move, operand: int, link: Link, dim: int, tile: int) -> str:
    """`dim`: that of the result along which the link's dim runs."""
    whole = op.result.type.shape[dim]
    match link:
        case Same():
            return ""
        case Cut(offset=offset, stride=stride):
            source = op.operands[operand].type.shape[link.dim]
            if stride != 1:
                return f"it takes single positions of dim {link.dim}, which is tiled"
            if not divisible(offset, tile):
                return f"it begins within a tile of dim {link.dim}"
            known = divisible(whole, tile) or never_negative(whole)
            return "" if known and _ends_inside(offset + whole, source, tile) else _unchecked(link.dim)
        case Put(offset=offset, stride=stride):
            size = op.operands[operand].type.shape[link.dim]
            if isinstance(op, InsertSlice) and lies_within_a_tile(op, link.dim, tile):
                return "" if _ends_inside(offset + size, whole, tile) else _unchecked(link.dim)
            if isinstance(op, Pad) and is_zero(op.value) and divisible(offset, tile):
                # The rest of the last tile is zero, as padding can be made.
                return "" if never_negative(op.high[link.dim]) else _unchecked(link.dim)
            if reason := _why_part_cuts(size, whole, offset, stride, tile):
                return f"{reason} of dim {dim}"
            known = isinstance(op, Concat) or _ends_inside(offset + size, whole, tile)
            return "" if known else _unchecked(link.dim)
        case Whole():
            return f"any position of dim {link.dims[0]} may be looked up"
        case _:
            return f"dim {dim} of its result has other positions than the operand"


def _why_part_cuts(size: Dim, whole: Dim, offset: Dim, stride: int, tile: int) -> str:
    if stride != 1:
        return "it leaves positions out within tiles"
    if not divisible(offset, tile):
        return "it begins within a tile"
    return "" if divisible(size, tile) or offset + size == whole else "it ends within a tile"


def _ends_inside(end: Dim, whole: Dim, tile: int) -> bool:
    """Whether a part of whole tiles that ends within a dim's tiles ends within the dim, so that the check at run time,
    which then counts tiles, lets nothing else through."""
    return divisible(whole, tile) or never_negative(whole - end)


def _unchecked(dim: int) -> str:
    return f"whether it lies inside of dim {dim}, which is tiled, is known only at run time"


def is_zero(value: float) -> bool:
    """Whether a value has the bits of the zeros in padding."""
    return value == 0 and str(value)[0] != "-"


def layouts_of_result(op: Move, of_operands: Sequence[Iterable[Layout]]) -> list[Layout]:
    """The layouts of the result that go with candidates of the operands."""
    made = [result_layout(op, i, layout) for i, found in enumerate(of_operands) for layout in found]
    return [layout for layout in made if layout is not None]
