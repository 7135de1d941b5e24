"""The packed form of each op that can work on packed tensors: one function per op class or family, one for all views.

Each takes the op, its operands as they are stored, and the wanted layout of the result. It returns the result, or None
if the tiles don't allow it (the caller then goes through row-major, which is always possible).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tensorir.analysis.movement import view_of
from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Contract, Generic, Reduce, RowOp
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.dialects.tensor import CollapseShape, Concat, ExpandShape, ExtractSlice, Gather, InsertSlice, Pad
from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles, operand_layout
from tensorir.encoding.views import Collapsed, Expanded, Groups, Projected, Transposed
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import floordiv
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.datatiling.packed import Emitter, Packed, axis_dims
from tensorir.transforms.datatiling.physical_moves import concat, extract_slice, gather, insert_slice, pad

Form = Callable[[Any, list[Packed], Layout, Emitter], "Packed | None"]


def contract(op: Contract, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """A contraction with tiles becomes mmt4d, with the kernel that was chosen for them.

    The summed dim must be padded with zeros in both operands, because zero times anything but zero may be NaN."""
    if (tiles := op.tiles) is None:
        return None
    space = op.space()
    lhs, rhs, *init = operands
    ready: list[Value] = []
    operands_of: tuple[tuple[Role, Packed, AffineMap], ...] = (("lhs", lhs, op.maps[0]), ("rhs", rhs, op.maps[1]))
    for role, x, map in operands_of:
        x = emit.stored(x, _canonical(op, role, tiles))  # the operand in the order that the kernel needs
        x = emit.with_zeros(x, map.positions().index(space.tiled[2]))
        ready.append(emit.merged(x.value, _groups(space, role, tiles)))
    made = BatchMmt4d if space.batch else Mmt4d
    groups = _groups(space, "result", tiles)
    inits = tuple(emit.merged(emit.stored(x, layout).value, groups) for x in init)
    left, right = reversed(ready) if tiles.swapped else ready
    out = emit.add(made(left, right, inits, op.dtype, tiles.rhs_order, op.kernel, loc=op.loc)).result
    shape = op.result.type.shape
    return Packed(emit.split(out, groups, layout.packed_shape(shape)), shape, layout)


def contract_panels(op: Contract, operands: list[Packed], emit: Emitter) -> Packed | None:
    """A row-major contraction whose right side alone is packed, in panels of its columns: the panels and the columns of
    one are two dims of the contraction. None for other tiles, and if columns have padding."""
    lhs, rhs, *init = operands
    layout = rhs.layout
    if layout is None or len(layout.inner_dims) != 1 or layout.padded_dims(rhs.shape):
        return None
    if op.maps[1].positions()[layout.inner_dims[0]] not in op.space().n:
        return None
    at, out, count = op.maps[1].positions(), op.maps[2].positions(), op.maps[0].num_dims
    ((dim, panel),) = zip(layout.inner_dims, layout.inner_tiles, strict=True)
    column = at[dim]
    right = select(count + 1, (*(at[d] for d in layout.outer_perm), count))
    left = select(count + 1, op.maps[0].positions())
    made = select(count + 1, [loop for d in out for loop in ((d, count) if d == column else (d,))])
    shape, place = op.result.type.shape, out.index(column)
    groups = tuple((d,) if d < place else (d, d + 1) if d == place else (d + 1,) for d in range(len(out)))
    cut = (*shape[:place], floordiv(shape[place], panel), panel, *shape[place + 1 :])
    inits = tuple(emit.split(emit.stored(x, None).value, groups, cut) for x in init)
    product = Contract(emit.stored(lhs, None).value, rhs.value, inits, (left, right, made), op.dtype, loc=op.loc)
    return Packed(emit.merged(emit.add(product).result, groups), shape)


def _canonical(op: Contract, role: Role, tiles: Tiles) -> Layout:
    return operand_layout(Encoding(op.space(), role), tiles)


def _groups(space: ContractionSpace, role: Role, tiles: Tiles) -> Groups:
    """Returns the physical dims of an operand that are one dim of mmt4d: all batch dims, all of M, N or K, each inner
    dim."""
    pair = {"lhs": (space.m, space.k), "rhs": (space.n, space.k), "result": (space.m, space.n)}[role]
    rows, columns = reversed(pair) if role == "result" and tiles.swapped else pair
    groups: list[tuple[int, ...]] = []
    at = 0
    for count in (*([len(space.batch)] if space.batch else []), len(rows), len(columns), 1, 1):
        groups.append(tuple(range(at, at + count)))
        at += count
    return tuple(groups)


def generic(op: Generic, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Elementwise over physical dims: every input is stored like the part of the result that indexes it."""
    if op.body.iteration_dims or op.body.may_fail or not all(map.is_projected_permutation for map in op.maps):
        return None  # physical positions differ from logical ones, and padding may hold a zero divisor
    result_dim = {d: i for i, d in enumerate(op.maps[-1].positions())}
    rank = layout.rank + len(layout.inner_dims)
    inputs: list[Value] = []
    maps: list[AffineMap] = []
    for x, map in zip(operands, op.maps[:-1], strict=True):
        dims = tuple(result_dim[d] for d in map.positions())
        part = layout.projected(dims)
        inputs.append(emit.stored(x, None if part.is_plain else part).value)
        outer = [layout.outer_position(dims[d]) for d in part.outer_perm]
        inner = [layout.inner_position(dims[d]) for d in part.inner_dims]
        maps.append(select(rank, (*outer, *inner)))
    shape = op.result.type.shape
    made = Generic(tuple(inputs), (*maps, identity(rank)), op.body, layout.packed_shape(shape), loc=op.loc)
    return Packed(emit.add(made).result, shape, layout)


def rows(op: RowOp, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Works along the outer and inner dim of the axis; padding is skipped and becomes zero. Operands with one number
    per position are stored like the axis."""
    if len(op.dims) != 1 or op.extent is not None:
        return None
    (dim,) = op.dims
    x = emit.stored(operands[0], layout)
    part = layout.projected((dim,))
    vectors = [emit.stored(v, None if part.is_plain else part).value for v in operands[1:]]
    padded = dim in layout.padded_dims(x.shape)
    extent = x.shape[dim] if padded else None
    made = op.evolve((x.value, *vectors), dims=axis_dims(layout, dim), extent=extent, encoding=None)
    return Packed(emit.add(made).result, x.shape, layout, frozenset({dim}) if padded else frozenset())


def reduce(op: Reduce, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Reduces along the outer and inner dims; a padded axis must be the only one, so that the extent can cut it."""
    (x,) = operands
    if x.layout is None or op.extent is not None:
        return None
    padded = [d for d in op.dims if d in x.layout.padded_dims(x.shape)]
    if padded and len(op.dims) > 1:
        return None
    along = tuple(p for d in op.dims for p in axis_dims(x.layout, d))
    extent = x.shape[padded[0]] if padded else None
    part = x.layout.projected(tuple(d for d in range(len(x.shape)) if d not in op.dims))
    made = Reduce(x.value, op.kind, along if padded else tuple(sorted(along)), extent, loc=op.loc)
    shape = op.result.type.shape
    return emit.stored(Packed(emit.add(made).result, shape, None if part.is_plain else part), layout)


def transfer(op: Transfer, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """Moves the tensor as it is stored, padding included."""
    x = emit.stored(operands[0], layout)
    return Packed(emit.add(op.evolve([x.value])).result, op.result.type.shape, layout, x.zero)


def view(op: Op, operands: list[Packed], layout: Layout, emit: Emitter) -> Packed | None:
    """The same memory with other dims, if no tile is cut; nothing moves unless the result is wanted in another
    order."""
    (x,) = operands
    step, shape = view_of(op), op.result.type.shape
    if x.layout is None or step is None:
        return None
    match step:
        case Transposed():
            zero = frozenset(new for new, old in enumerate(step.permutation) if old in x.zero)
            return emit.stored(Packed(x.value, shape, x.layout.transposed(step.permutation), zero), layout)
        case Expanded():
            if (split := x.layout.expanded(step)) is None:
                return None
            value = ExpandShape(x.value, _outer_groups(step.groups, x.layout), split.packed_shape(shape), loc=op.loc)
            zero = frozenset(new for d in x.zero for new in step.groups[d])
            return emit.stored(Packed(emit.add(value).result, shape, split, zero), layout)
        case Collapsed():  # merged dims are first made adjacent
            if (split := layout.expanded(Expanded(step.groups, x.shape))) is None:
                return None
            x = emit.stored(x, split)
            value = CollapseShape(x.value, _outer_groups(step.groups, layout), loc=op.loc)
            unpadded = x.zero | (frozenset(range(len(x.shape))) - frozenset(split.padded_dims(x.shape)))
            zero = frozenset(new for new, group in enumerate(step.groups) if unpadded.issuperset(group))
            return Packed(emit.add(value).result, shape, layout, zero)
        case Projected():
            return None  # not a view of all elements


def _outer_groups(groups: Groups, few: Layout) -> Groups:
    """Returns the physical dims of the split tensor for each physical dim of the merged one, whose layout is `few`."""
    found: list[tuple[int, ...]] = []
    at = 0
    for count in [*(len(groups[d]) for d in few.outer_perm), *(1 for _ in few.inner_dims)]:
        found.append(tuple(range(at, at + count)))
        at += count
    return tuple(found)


FORMS: Mapping[type[Op], Form] = {
    Contract: contract,
    Generic: generic,
    RowOp: rows,
    Reduce: reduce,
    ExtractSlice: extract_slice,
    Concat: concat,
    Pad: pad,
    Gather: gather,
    InsertSlice: insert_slice,
    Transfer: transfer,
}
"""The forms by class; a class also stands for its subclasses."""


def form_of(op: Op) -> Form | None:
    """Returns the packed form of an op, or None if it is computed row-major."""
    found = next((FORMS[base] for base in type(op).__mro__ if base in FORMS), None)
    return found or (view if view_of(op) is not None else None)
