"""sink-collapse-shape: dims are merged after the ops that work on each of them, not before.

`[B, S, D]` as a matrix of `B·S` rows has tiles that reach from one sequence into the next, unless S is a multiple of
the tile. Where the sequences are wanted apart again, as in attention, such tiles are cut, and the tensor is relaid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import define, field, frozen

from tensorir.analysis.movement import is_broadcast
from tensorir.dialects.linalg import Contract, Generic, Reduce, RowOp, Transpose
from tensorir.dialects.tensor import CollapseShape, ExpandShape, ExtractSlice
from tensorir.encoding.encoding import NARROW
from tensorir.encoding.views import Groups
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dims import Dim, divisible, iteration_dims_of, quotient
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions

Sizes = Mapping[int, tuple[Dim, ...]]
"""A dim → the sizes of those that it is split into."""


@frozen
class SinkCollapseShape(Pass):
    """op(collapse(x)) == collapse(op'(x)), where op' has a dim for each of the merged ones.

    Only dims whose tiles could be cut are split: those with an inner size that is neither small nor a multiple of
    tiles. Dims along which elements are repeated are split too, so that what reads them needs no copies. Summed and
    normalised dims stay merged, so the same numbers are added in the same order."""

    name: ClassVar[str] = "sink-collapse-shape"

    def run(self, module: Module, ctx: PassContext) -> Module:
        refuse = ctx.decisions.of(self.name)
        return map_regions(module, lambda region: sweep(region, _Sinking(refuse).visit), Function)


@define
class _Sinking:
    """`merged`: the results of reshapes that merge dims → those reshapes. `repeated`: results of broadcasts, and what
    is computed of such results alone."""

    refuse: Refuse
    repeated: set[Value] = field(factory=set[Value])
    merged: dict[Value, CollapseShape] = field(factory=dict[Value, CollapseShape])

    def visit(self, op: Op, operands: tuple[Value, ...]) -> Replacement | Op | None:
        if any(v.type.encoding is not None for v in (*operands, *op.results)):
            return None
        if is_broadcast(op) or self._repeats(op, operands):
            self.repeated.update(op.results)
        if isinstance(op, CollapseShape):
            made = op if operands[0] is op.source else op.evolve(operands)
            if (inner := self.merged.get(made.source)) is not None:
                groups = tuple(tuple(i for d in group for i in inner.groups[d]) for group in made.groups)
                made = CollapseShape(inner.source, groups, loc=op.loc)
            self.merged[made.result] = made
            return made
        found = [self._split(v) for v in operands]
        return self._sunk(op, operands, found) if any(found) else None

    def _repeats(self, op: Op, operands: Sequence[Value]) -> bool:
        """Whether an op only moves or computes again what is repeated: all its operands are, but for those of less
        rank, such as a scale."""
        if not isinstance(op, Transpose | Generic):
            return False
        if isinstance(op, Generic) and _computes_again(op):
            return True
        whole = [v for v in operands if v.type.rank == op.result.type.rank]
        return bool(whole) and self.repeated.issuperset(whole)

    def _split(self, value: Value) -> Sizes:
        """The dims of a value that merge others whose tiles could be cut."""
        if (merge := self.merged.get(value)) is None:
            return {}
        shape = merge.source.type.shape
        sizes = {d: tuple(shape[i] for i in group) for d, group in enumerate(merge.groups) if len(group) > 1}
        sizes = {d: parts for d, parts in sizes.items() if sum(s != 1 for s in parts) > 1}
        repeated = merge.source in self.repeated
        return {d: parts for d, parts in sizes.items() if repeated or any(_may_be_cut(s) for s in parts[1:])}

    def _sunk(self, op: Op, operands: tuple[Value, ...], found: Sequence[Sizes]) -> Replacement | None:
        loops, operand = _loops_of(op), op.operand_name(next(i for i, sizes in enumerate(found) if sizes))
        if loops is None:
            self.refuse(op, "no-form", "it has no form with more dims, so what it reads is merged before it", operand)
            return None
        split: dict[int, tuple[Dim, ...]] = {}
        whole = _whole(op)
        for sizes, dims in zip(found, loops, strict=False):
            for d, parts in sizes.items():
                if d >= len(dims) or dims[d] in whole:
                    continue
                if split.setdefault(dims[d], parts) != parts:
                    self.refuse(op, "other-dims", "its operands merge different dims", operand)
                    return None
        if not split:
            self.refuse(op, "whole", "the merged dims are summed or normalised by it, or cut", operand)
            return None
        ops: list[Op] = []
        inputs = [
            self._with_parts(v, {i: split[d] for i, d in enumerate(dims) if d in split}, op, ops)
            for v, dims in zip(operands, loops, strict=False)
        ]
        if isinstance(op, ExpandShape):
            if (expanded := _expanded(op, inputs[0], split, ops)) is None:
                self.refuse(op, "reshape", "it splits the merged dims where they have no common parts", operand)
                return None
            result, parts = expanded
        else:
            ops.append(made := _rebuilt(op, inputs, split))
            if self._repeats(made, made.operands):
                self.repeated.update(made.results)
            result, parts = made.results[0], [len(split.get(d, (1,))) for d in loops[-1]]
        if any(n > 1 for n in parts):
            ops.append(merge := CollapseShape(result, _groups(parts), loc=op.loc))
            self.merged[merge.result] = merge
            result = merge.result
        return Replacement(tuple(ops), (result,)) if result.type == op.results[0].type else None

    def _merged_again(self, merge: CollapseShape, sizes: Sizes, ops: list[Op]) -> Value:
        """Returns what was merged, with all groups but those of `sizes` merged."""
        counts = [n for d, g in enumerate(merge.groups) for n in ([1] * len(g) if d in sizes else [len(g)])]
        if all(n == 1 for n in counts):
            return merge.source
        ops.append(again := CollapseShape(merge.source, _groups(counts), loc=merge.loc))
        self.merged[again.result] = again
        return again.result

    def _with_parts(self, value: Value, sizes: Sizes, op: Op, ops: list[Op]) -> Value:
        """Returns the value with some dims split, which is what was merged if it was merged from such dims alone."""
        if not sizes:
            return value
        merge = self.merged.get(value)
        if merge is not None:
            shape = merge.source.type.shape
            apart = {d: tuple(shape[i] for i in group) for d, group in enumerate(merge.groups) if len(group) > 1}
            if all(apart.get(d) == parts for d, parts in sizes.items()):
                return self._merged_again(merge, sizes, ops)
        old = value.type.shape
        groups = _groups([len(sizes.get(d, (1,))) for d in range(len(old))])
        made = ExpandShape(value, groups, tuple(s for d, n in enumerate(old) for s in sizes.get(d, (n,))), loc=op.loc)
        ops.append(made)
        return made.result


def _computes_again(op: Generic) -> bool:
    """Whether an elementwise op computes the same for all positions along a loop, which no operand has."""
    read = {d for m in op.maps[:-1] for result in m.results for d in iteration_dims_of(result)}
    again = any(d not in read and size != 1 for d, size in enumerate(op.iteration_shape))
    return bool(read) and again and not op.body.iteration_dims


def _may_be_cut(size: Dim) -> bool:
    return not divisible(size, NARROW) and not (isinstance(size, int) and size <= NARROW)


def _groups(counts: Sequence[int]) -> Groups:
    """Groups of neighbours of the given lengths."""
    starts = [sum(counts[:i]) for i in range(len(counts))]
    return tuple(tuple(range(s, s + n)) for s, n in zip(starts, counts, strict=True))


def _loops_of(op: Op) -> list[tuple[int, ...]] | None:
    """The loop along each dim of each operand, then of the result (of a reshape: of its source). None: the op has no
    form with more dims. Operands that are left out have none of the loops that may be split."""
    match op:
        case Generic() if op.body.iteration_dims or not all(m.is_projected_permutation for m in op.maps):
            return None
        case Generic():
            return [m.positions() for m in op.maps]
        case Contract() if op.tiles is None:
            maps = [m.positions() for m in op.maps]
            return [*maps[:2], *(maps[2] for _ in op.init), maps[2]]
        case RowOp() | Reduce() if op.extent is not None:
            return None
        case RowOp():
            every = tuple(range(op.operands[0].type.rank))
            return [every, *(() for _ in op.operands[1:]), every]
        case Reduce():
            every = tuple(range(op.source.type.rank))
            return [every, tuple(d for d in every if d not in op.dims)]
        case Transpose():
            return [tuple(range(len(op.permutation))), op.permutation]
        case ExtractSlice() | ExpandShape():
            every = tuple(range(op.source.type.rank))
            return [every, every]
        case _:
            return None


def _whole(op: Op) -> frozenset[int]:
    """The loops that must not be split."""
    match op:
        case Contract():
            return frozenset(range(op.maps[0].num_dims)) - frozenset(op.maps[2].positions())
        case RowOp() | Reduce():
            return frozenset(op.dims)
        case ExtractSlice():
            parts = zip(op.offsets, op.sizes, op.strides, strict=True)
            uncut = [(0, size, 1) for size in op.source.type.shape]
            return frozenset(d for d, part in enumerate(parts) if part != uncut[d])
        case _:
            return frozenset()


def _rebuilt(op: Op, inputs: Sequence[Value], split: Sizes) -> Op:
    """The op on operands whose loops are split."""

    def apart(dims: Sequence[int], total: int) -> tuple[int, ...]:
        starts: list[int] = []
        at = 0
        for d in range(total):
            starts.append(at)
            at += len(split.get(d, (1,)))
        return tuple(starts[d] + i for d in dims for i in range(len(split.get(d, (1,)))))

    def sizes(dims: Sequence[int], shape: Sequence[Dim]) -> tuple[Dim, ...]:
        return tuple(s for d, n in zip(dims, shape, strict=True) for s in split.get(d, (n,)))

    match op:
        case Generic() | Contract():
            total = op.maps[0].num_dims
            count = total + sum(len(parts) - 1 for parts in split.values())
            maps: tuple[AffineMap, ...] = tuple(select(count, apart(m.positions(), total)) for m in op.maps)
            if isinstance(op, Contract):
                return op.evolve(inputs, maps=maps)
            return op.evolve(inputs, maps=maps, shape=sizes(range(total), op.iteration_shape))
        case RowOp() | Reduce():
            return op.evolve(inputs, dims=apart(op.dims, op.operands[0].type.rank))
        case Transpose():
            return op.evolve(inputs, permutation=apart(op.permutation, len(op.permutation)))
        case ExtractSlice():
            every = range(len(op.sizes))
            parts = {d: len(split.get(d, (1,))) for d in every}
            offsets = tuple(o for d in every for o in ((op.offsets[d],) if parts[d] == 1 else (0,) * parts[d]))
            strides = tuple(s for d in every for s in ((op.strides[d],) if parts[d] == 1 else (1,) * parts[d]))
            return op.evolve(inputs, offsets=offsets, sizes=sizes(every, op.sizes), strides=strides)
        case _:
            raise AssertionError(f"no form of {op.NAME} has more dims")


def _expanded(op: ExpandShape, source: Value, split: Sizes, ops: list[Op]) -> tuple[Value, list[int]] | None:
    """Splits the source, some of whose dims are split already, as far as needed. Returns what is then to be merged, and
    how many dims for each dim of the result."""
    shape: list[Dim] = []
    counts: list[int] = []
    merged: list[int] = []
    for d, group in enumerate(op.groups):
        parts = tuple(op.shape[i] for i in group)
        if d not in split:
            shape += parts
            counts.append(len(parts))
            merged += [1] * len(parts)
        elif (found := _refined(split[d], parts)) is not None:
            sizes, of_source, of_result = found
            shape += sizes
            counts += of_source
            merged += of_result
        else:
            return None
    if any(n > 1 for n in counts):
        ops.append(made := ExpandShape(source, _groups(counts), tuple(shape), loc=op.loc))
        source = made.result
    return source, merged


def _refined(a: Sequence[Dim], b: Sequence[Dim]) -> tuple[list[Dim], list[int], list[int]] | None:
    """Sizes of which both `a` and `b` are products of neighbours, and of how many each is; None if there are none."""
    sizes: list[Dim] = []
    counts = ([0], [0])
    rest = [list(a), list(b)]
    while rest[0] and rest[1]:
        left, right = rest[0][0], rest[1][0]
        if left == right:
            step, ended = left, (True, True)
        elif (more := quotient(left, right)) is not None:
            step, ended, rest[0][0] = right, (False, True), more
        elif (more := quotient(right, left)) is not None:
            step, ended, rest[1][0] = left, (True, False), more
        else:
            return None
        sizes.append(step)
        for side, (count, done) in enumerate(zip(counts, ended, strict=True)):
            count[-1] += 1
            if done:
                rest[side].pop(0)
                count.append(0)
    return None if rest[0] or rest[1] else (sizes, counts[0][:-1], counts[1][:-1])
