"""Patterns on the operands of a generic: views, repeated elements, dims of size 1, and look-ups at affine positions.

Front ends write reshapes and broadcasts as generics and as look-ups at computed positions. As views they cost
nothing, and encodings propagate through them.
"""

from __future__ import annotations

from attrs import frozen

from tensorir.analysis.movement import is_broadcast, is_view, moves_only, view_of
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Broadcast, Contract, Generic, Transpose
from tensorir.dialects.tensor import CollapseShape, Constant, ExpandShape, GatherNd, Size
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, groups_around
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import Dim, iteration_dim, iteration_dims_of
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, arg, rewritten, with_operands
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Pattern, RegionView, Rewrite, pattern


@pattern(Generic)
def drop_dims_of_size_one(op: Generic, view: RegionView) -> Rewrite:
    """generic(x at 0) == generic(collapse(x)), where 0 is the only position of a dim"""
    ops: list[Op] = []
    inputs, maps = list(op.inputs), list(op.maps)
    for i, (x, map) in enumerate(zip(op.inputs, op.maps, strict=False)):
        ones = [d for d, (s, at) in enumerate(zip(x.type.shape, map.results, strict=True)) if (s, at) == (1, 0)]
        if not ones or x.type.encoding is not None:
            continue
        kept = [d for d in range(x.type.rank) if d not in ones]
        ops.append(made := CollapseShape(x, groups_around(kept, x.type.rank), loc=op.loc))
        inputs[i], maps[i] = made.result, AffineMap(map.num_dims, tuple(map.results[d] for d in kept))
    return [*ops, op.evolve(inputs, maps=tuple(maps))] if ops else None


DEPTH = 8
"""The most elementwise ops in a row that are computed once instead of for each reader of a repeated operand."""


def _repeated(value: Value, map: AffineMap, view: RegionView) -> tuple[Value, AffineMap] | None:
    """What a broadcast repeats, and where `map`, which reads the broadcast, finds it there; None for other values."""
    made = view.def_of(value)
    if made is None or value.type.encoding is not None or not is_broadcast(made):
        return None
    relation = made.relation()
    (source,) = relation.moves
    place = {loop: d for d, loop in enumerate(relation.results[0])}
    read = tuple(map.results[place[loop]] for link in relation.operands[source] for loop in link.loops)
    return made.operands[source], AffineMap(map.num_dims, read)


def _untransposed(value: Value, map: AffineMap, view: RegionView) -> tuple[Value, AffineMap]:
    """What is transposed to `value`, and where `map` finds it there; both as they are for other values."""
    made = view.def_of(value)
    if not isinstance(made, Transpose) or value.type.encoding is not None:
        return value, map
    read = dict(zip(made.permutation, map.results, strict=True))
    return made.source, AffineMap(map.num_dims, tuple(read[d] for d in range(len(read))))


@pattern(Generic)
def read_through_broadcast(op: Generic, view: RegionView) -> Rewrite:
    """generic(broadcast(x)) == generic(x), which reads the same elements"""
    for i, (value, map) in enumerate(zip(op.inputs, op.maps, strict=False)):
        if (repeated := _repeated(value, map, view)) is None:
            continue
        inputs, maps = list(op.inputs), list(op.maps)
        inputs[i], maps[i] = repeated
        return op.evolve(inputs, maps=tuple(maps), shape=op.iteration_shape)
    return None


@pattern(Contract)
def multiply_through_broadcast(op: Contract, view: RegionView) -> Rewrite:
    """contract(broadcast(x), y) == contract(x, y), if y has the repeated dims and the result keeps them

    A batch dim that the one operand has and the other repeats is a dim of rows, or of columns. The broadcast may be
    transposed, as the keys are that a group of queries shares."""
    if op.tiles is not None:
        return None
    for i, (value, map) in enumerate(zip((op.lhs, op.rhs), op.maps, strict=False)):
        if (repeated := _repeated(*_untransposed(value, map, view), view)) is None:
            continue
        gone = set(op.maps[i].dims) - set(repeated[1].dims)
        if not gone <= set(op.maps[1 - i].dims) & set(op.maps[2].dims):
            continue
        operands, maps = list(op.operands), list(op.maps)
        operands[i], maps[i] = repeated
        return op.evolve(operands, maps=tuple(maps))
    return None


@pattern(Contract)
def multiply_through_repeated_work(op: Contract, view: RegionView) -> Rewrite:
    """contract(f(broadcast(x)), y) == contract(f(x), y), if y has the repeated dims and the result keeps them

    Here f is computed once for all that it is repeated for. It may be transposed."""
    if op.tiles is not None:
        return None
    for i, (value, map) in enumerate(zip((op.lhs, op.rhs), op.maps, strict=False)):
        if (found := _computed_once(*_untransposed(value, map, view), view, DEPTH)) is None:
            continue
        made, read = found
        if not set(map.dims) - set(read.dims) <= set(op.maps[1 - i].dims) & set(op.maps[2].dims):
            continue
        operands, maps = list(op.operands), list(op.maps)
        operands[i], maps[i] = made[-1].result, read
        return [*made, op.evolve(operands, maps=tuple(maps))]
    return None


def _computed_once(
    value: Value, map: AffineMap, view: RegionView, depth: int
) -> tuple[tuple[Generic, ...], AffineMap] | None:
    """At most `depth` elementwise ops that make `value`, without the loops along which they compute the same again, and
    where `map`, which reads `value`, finds the result of the last one; None if there are no such loops."""
    op = view.def_of(value)
    if not isinstance(op, Generic) or value.type.encoding is not None or op.body.iteration_dims or moves_only(op):
        return None
    before: list[Generic] = []
    inputs, maps = list(op.inputs), list(op.maps[:-1])
    for i, (x, m) in enumerate(zip(op.inputs, op.maps, strict=False)):
        if (repeated := _repeated(x, m, view)) is not None:
            inputs[i], maps[i] = repeated
        elif depth > 1 and (found := _computed_once(x, m, view, depth - 1)) is not None:
            before += found[0]
            inputs[i], maps[i] = found[0][-1].result, found[1]
    sizes, out = op.iteration_shape, op.maps[-1].positions()
    read = {d for m in maps for result in m.results for d in iteration_dims_of(result)}
    kept = [d for d, size in enumerate(sizes) if d in read or size == 1]
    if not read or len(kept) == len(sizes):
        return None
    inner = AffineMap(len(kept), tuple(iteration_dim(kept.index(d)) if d in kept else 0 for d in range(len(sizes))))
    result = AffineMap(len(kept), tuple(iteration_dim(kept.index(d)) for d in out if d in kept))
    shape = tuple(sizes[d] for d in kept)
    once = Generic(tuple(inputs), (*(m.compose(inner) for m in maps), result), op.body, shape, loc=op.loc)
    return (*before, once), AffineMap(map.num_dims, tuple(map.results[i] for i, d in enumerate(out) if d in kept))


@pattern(Contract)
def multiply_through_transpose(op: Contract, view: RegionView) -> Rewrite:
    """contract(transpose(x), y) == contract(x, y), if x is a global that is read in another way too

    Such as a weight of two products, once as it is and once transposed: two tensors would be stored."""
    if op.tiles is not None or op.encoding is not None:
        return None
    for i, value in enumerate((op.lhs, op.rhs)):
        match view.def_of(value):
            case Transpose(source=x, permutation=order, encoding=None) if _is_shared_global(x, view):
                operands, maps = list(op.operands), list(op.maps)
                operands[i] = x
                results = [maps[i].results[order.index(d)] for d in range(len(order))]
                maps[i] = AffineMap(maps[i].num_dims, tuple(results))
                return op.evolve(operands, maps=tuple(maps))
            case _:
                pass
    return None


def _is_shared_global(x: Value, view: RegionView) -> bool:
    load = view.def_of(x)
    return isinstance(load, GlobalLoad) and x.type.encoding is None and len(view.users_of(x)) > 1


@pattern(Generic)
def drop_unread_inputs(op: Generic, view: RegionView) -> Rewrite:
    """generic(x, y) == generic(x), if the body does not read y"""
    read = sorted({node.index for node in op.body.nodes() if node.fn == "arg"})
    if len(read) == len(op.inputs):
        return None
    number = {old: new for new, old in enumerate(read)}

    def renumbered(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        return arg(number[node.index], node.dtype) if node.fn == "arg" else with_operands(node, operands)

    body = ScalarBody(tuple(op.body.args[i] for i in read), rewritten(op.body.result, renumbered))
    maps = (*(op.maps[i] for i in read), op.maps[-1])
    inputs = tuple(op.inputs[i] for i in read)
    return Generic(inputs, maps, body, op.iteration_shape, op.encoding, loc=op.loc)


@pattern(Generic)
def index_of_a_dim_of_size_one(op: Generic, view: RegionView) -> Rewrite:
    """select(s == 1, 0, index(d)) == index(d), if dim d has the size s"""
    if not op.body.iteration_dims:
        return None
    sizes = {i: _size(v, view) for i, v in enumerate(op.inputs)}
    shape = op.iteration_shape

    def simpler(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        match node.fn, operands:
            case "select", (Scalar(fn="eq", operands=(a, b)), Scalar(fn="const", value=0), Scalar(fn="index") as at):
                for size, one in ((a, b), (b, a)):
                    known = sizes.get(size.index) if size.fn == "arg" else None
                    if known is not None and known == shape[at.index] and (one.fn, one.value) == ("const", 1):
                        return at
            case _:
                pass
        return with_operands(node, operands)

    body = ScalarBody(op.body.args, rewritten(op.body.result, simpler))
    return None if body == op.body else op.evolve(body=body)


def _size(value: Value, view: RegionView) -> Dim | None:
    """Returns the size that a scalar holds, if it holds one."""
    match view.def_of(value):
        case Size(size=size):
            return size
        case Constant(value=data) if not data.shape and data.dtype.is_integer:
            return int(data.array)
        case _:
            return None


@pattern(GatherNd)
def look_up_in_order(op: GatherNd, view: RegionView) -> Rewrite:
    """gather_nd(x, index(a), index(b), …) == generic(x at (a, b, …))"""
    shape = op.result.type.shape
    found = [_position(v, view) for v in op.indices]
    read: list[Dim] = []
    for size, at in zip(op.source.type.shape, found, strict=True):
        if at is None or (isinstance(at, int) and not (isinstance(size, int) and 0 <= at < size)):
            return None
        if not isinstance(at, int) and shape[at.dim] != size:
            return None
        read.append(at if isinstance(at, int) else iteration_dim(at.dim))
    dtype = op.source.type.dtype
    maps = (AffineMap(len(shape), tuple(read)), identity(len(shape)))
    return Generic((op.source,), maps, ScalarBody((dtype,), arg(0, dtype)), shape, loc=op.loc)


@frozen
class _Index:
    """Returns the position along dim `dim` of the result."""

    dim: int


def _position(value: Value, view: RegionView) -> int | _Index | None:
    """Returns what an index tensor holds at each position, if that is a constant or the position along a dim."""
    match view.def_of(value):
        case Generic(inputs=(), maps=(out,), body=ScalarBody(result=Scalar(fn="index", index=dim))):
            return _Index(out.positions().index(dim))
        case Generic(inputs=(), body=ScalarBody(result=Scalar(fn="const", value=int() as number))):
            return number
        case Constant(value=data) if data.array.size and (data.array == data.array.flat[0]).all():
            return int(data.array.flat[0])
        case _:
            return None


@pattern(Generic, Broadcast)
def view_in_other_words(op: Generic | Broadcast, view: RegionView) -> Rewrite:
    """copy(x) == the view of x that it is; x itself, if its dims stay where they are"""
    if len(op.operands) != 1 or op.result.type.encoding is not None or not is_view(op):
        return None
    (x,) = op.operands
    if x.type == op.result.type and not isinstance(view_of(op), Transposed):
        return x
    match view_of(op):
        case Transposed(permutation=permutation):
            return Transpose(x, permutation, loc=op.loc)
        case Expanded(groups=groups, shape=shape):
            return ExpandShape(x, groups, shape, loc=op.loc)
        case Collapsed(groups=groups):
            return CollapseShape(x, groups, loc=op.loc)
        case Projected() | None:
            return None


READS: tuple[Pattern, ...] = (
    drop_unread_inputs,
    index_of_a_dim_of_size_one,
    look_up_in_order,
    drop_dims_of_size_one,
    read_through_broadcast,
    multiply_through_broadcast,
    multiply_through_repeated_work,
    multiply_through_transpose,
    view_in_other_words,
)
