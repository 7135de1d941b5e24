"""fold-known-integers: conditions that always hold, look-ups at known positions, masks that all rows share."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Broadcast, Generic
from tensorir.dialects.tensor import CollapseShape, Concat, ExpandShape, ExtractSlice, Gather, GatherNd
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim, iteration_dim
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const, iteration_index, rewritten, with_operands
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Replacement, Rewrite, index, pattern
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.raising.known_integers import Integers, at_most
from tensorir.transforms.raising.unit_views import longer
from tensorir.transforms.simplify.reads import drop_unread_inputs, read_through_broadcast


def bodies(integers: Integers) -> Pattern:
    @pattern(Generic)
    def known_in_body(op: Generic, view: RegionView) -> Rewrite:
        """f(x) == f(c), where c is the only value that x may have; select(true, x, y) == x; and(true, x) == x

        An operand whose elements are positions along a loop becomes the index of that loop. Bodies that may fail stay:
        what is not computed can't fail."""
        if op.encoding is not None or op.body.may_fail or not any(_discrete(n) for n in op.body.nodes()):
            return None
        known = integers.nodes(op, view)

        def simpler(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
            found = known[id(node)]
            only = found.number
            if node.fn != "const" and _discrete(node) and isinstance(only, int):
                return const(only, node.dtype)
            if node.fn == "arg" and found.at is not None and isinstance(found.at[1], int):
                place = iteration_index(found.at[0])
                moved = apply("add", place, const(found.at[1], place.dtype)) if found.at[1] else place
                return cast(moved, node.dtype)
            match node.fn, node.operands:
                case "select", (c, _, _) if known[id(c)].number is not None:
                    return operands[1] if known[id(c)].number == 1 else operands[2]
                case "and", (a, b) if node.dtype.kind == "bool":
                    return operands[1] if known[id(a)].number == 1 else _kept(node, operands, known[id(b)].number == 1)
                case "or", (a, b) if node.dtype.kind == "bool":
                    return operands[1] if known[id(a)].number == 0 else _kept(node, operands, known[id(b)].number == 0)
                case _:
                    return with_operands(node, operands)

        result = rewritten(op.body.result, simpler)
        return (
            None
            if result is op.body.result
            else op.evolve(body=ScalarBody(op.body.args, result), shape=op.iteration_shape)
        )

    return known_in_body


def _kept(node: Scalar, operands: tuple[Scalar, ...], first: bool) -> Scalar:
    return operands[0] if first else with_operands(node, operands)


def _discrete(node: Scalar) -> bool:
    return node.dtype.kind == "bool" or (node.dtype.kind == "signed" and node.dtype.bits == 64)


def asserts(integers: Integers) -> Pattern:
    @pattern(Assert)
    def assert_what_is_known(op: Assert, view: RegionView) -> Rewrite:
        """assert(true) == nothing"""
        return Replacement((), ()) if integers.of(op.condition, view).number == 1 else None

    return assert_what_is_known


def look_ups(integers: Integers) -> Pattern:
    @pattern(Gather, GatherNd)
    def look_up_at_known_positions(op: Gather | GatherNd, view: RegionView) -> Rewrite:
        """gather(x, i) == the slice of x from n on, if i[p] == p + n, or the row of x at n in each place, if i[p] == n

        A position that may be outside, because sizes are known only in a call, is refused by the slice as it was by the
        look-up."""
        indices = (op.indices,) if isinstance(op, Gather) else op.indices
        rank = indices[0].type.rank
        shape, source = op.result.type.shape, op.source.type.shape
        offsets: list[Dim] = [0] * len(source)
        sizes, read = list(source), [*([0] * len(indices)), *(iteration_dim(d) for d in range(rank, len(shape)))]
        for d, value in enumerate(indices):
            found = integers.of(value, view)
            if found.number is not None:
                offsets[d], sizes[d] = found.number, 1
            elif found.at is not None:
                loop, offsets[d] = found.at
                sizes[d], read[d] = shape[loop], iteration_dim(loop)
            else:
                return None
            if not _inside(offsets[d], sizes[d], source[d]):
                end = offsets[d] + sizes[d]
                return Refused(
                    f"positions {offsets[d]} up to {end} may be outside of a dim of size {source[d]}", "indices"
                )
        ones = (1,) * len(source)
        ops: list[Op] = [part := ExtractSlice(op.source, tuple(offsets), tuple(sizes), ones, loc=op.loc)]
        body = ScalarBody((op.source.type.dtype,), arg(0, op.source.type.dtype))
        maps = (AffineMap(len(shape), tuple(read)), identity(len(shape)))
        return [*ops, Generic((part.result,), maps, body, shape, loc=op.loc)]

    return look_up_at_known_positions


def _inside(offset: Dim, size: Dim, whole: Dim) -> bool:
    """Whether a slice lies within a dim, or is refused when it is run because its size is known only then."""
    if at_most(0, offset) and at_most(offset + size, whole):
        return True
    return not isinstance(size, int) and at_most(0, offset) and at_most(offset, whole)


@pattern(ExtractSlice)
def slice_of_concat(op: ExtractSlice, view: RegionView) -> Rewrite:
    """slice(concat(x, y)) == slice(x), if it has elements of x only"""
    made = view.def_of(op.source)
    if not isinstance(made, Concat):
        return None
    before: Dim = 0
    for x in made.inputs:
        first = op.offsets[made.dim] - before
        end = first + (op.sizes[made.dim] - 1) * op.strides[made.dim] + 1
        if at_most(0, first) and at_most(end, x.type.shape[made.dim]):
            offsets = tuple(first if d == made.dim else o for d, o in enumerate(op.offsets))
            return ExtractSlice(x, offsets, op.sizes, op.strides, loc=op.loc)
        before = before + x.type.shape[made.dim]
    return None


@pattern(Generic)
def compute_before_broadcast(op: Generic, view: RegionView) -> Rewrite:
    """generic(x) == broadcast(generic'(x)), where generic' has no loop along which every element is the same

    Only if what reads the result are other generics, which read through the broadcast, also behind reshapes that add or
    drop dims of size 1."""
    if op.encoding is not None or not op.inputs or op.body.result.fn == "arg" or view.is_yielded(op.result):
        return None
    used = {d for m in op.maps[:-1] for d in range(m.num_dims) if _reads(m, d)} | op.body.iteration_dims
    sizes = op.iteration_shape
    unread = [d for d, s in enumerate(sizes) if d not in used and s != 1]
    users = view.users_of(op.result)
    if not unread or not users or not all(isinstance(u, Generic) or _adds_units(u) for u in users):
        return None
    rest = [d for d in range(len(sizes)) if d not in unread]
    place: dict[int, Dim] = {d: iteration_dim(i) for i, d in enumerate(rest)}
    inner = AffineMap(len(rest), tuple(place.get(d, 0) for d in range(len(sizes))))
    inputs = tuple(m.compose(inner) for m in op.maps[:-1])

    def moved(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        return iteration_index(rest.index(node.index)) if node.fn == "index" else with_operands(node, operands)

    body = ScalarBody(op.body.args, rewritten(op.body.result, moved))
    out = [d for d in op.maps[-1].positions() if d in rest]
    maps = (*inputs, select(len(rest), tuple(rest.index(d) for d in out)))
    made = Generic(op.inputs, maps, body, tuple(sizes[d] for d in rest), loc=op.loc)
    dims = tuple(i for i, d in enumerate(op.maps[-1].positions()) if d in unread)
    return [made, Broadcast(made.result, dims, op.result.type.shape, loc=op.loc)]


def _adds_units(op: Op) -> bool:
    """Whether an op only adds or drops dims of size 1."""
    if not isinstance(op, ExpandShape | CollapseShape):
        return False
    before, after = op.source.type.shape, op.result.type.shape
    return [before[d] for d in longer(before)] == [after[d] for d in longer(after)]


def _reads(map: AffineMap, loop: int) -> bool:
    one = AffineMap(map.num_dims, tuple(iteration_dim(d) if d != loop else 0 for d in range(map.num_dims)))
    return map.compose(one) != map


@frozen
class FoldKnownIntegers(Pass):
    """Uses what is known of integers: that of constants, of positions, and of sizes. Exporters look up the embedding of
    each position, check every index, and build masks that hide nothing, element by element. Law:
    interp(fold-known-integers(m)) == interp(m), bit by bit, for calls that don't fail; those that fail, still do."""

    name: ClassVar[str] = "fold-known-integers"

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects = EffectsIn(module)
        integers = Integers(module)
        table = index(
            [
                *(bodies(integers), asserts(integers), look_ups(integers)),
                *(slice_of_concat, compute_before_broadcast, drop_unread_inputs, read_through_broadcast),
            ]
        )
        return map_regions(module, lambda region: greedy(region, table, ctx.trace(self.name), effects))
