"""The packed form of folds, such as the position of the largest element."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg import Fold
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dtype import i64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const, iteration_index, rewritten, with_operands
from tensorir.transforms.datatiling.packed import Emitter, Packed
from tensorir.transforms.layouts.folds import loop_layout, why_fold_row_major, why_no_fold_form
from tensorir.transforms.layouts.moved import plain


def fold(op: Fold, operands: Sequence[Packed], emit: Emitter) -> list[Packed] | None:
    """Folds along the outer, then the inner part of each tiled dim; positions of padding leave the totals as they are.
    The results are stored row-major. Returns None if no operand that has all dims is packed, or if the tiles don't
    allow it."""
    if why_no_fold_form(op):
        return None
    found = _loops(op, operands)
    if found is None or why_fold_row_major(op, found):
        return None
    split = _Split(op, found)
    values = [emit.stored(x, plain(split.part(m))).value for x, m in zip(operands, op.maps, strict=True)]
    maps = tuple(split.map(m) for m in op.maps)
    bodies = tuple(split.body(body, i) for i, body in enumerate(op.bodies))
    made = emit.add(Fold(tuple(values), maps, bodies, loc=op.loc))
    results: list[Packed] = []
    for value, old, map in zip(made.results, op.results, op.result_maps, strict=True):
        results.append(emit.stored(Packed(value, old.type.shape, plain(split.part(map))), None))
    return results


def _loops(op: Fold, operands: Sequence[Packed]) -> Layout | None:
    for i, x in enumerate(operands[: len(op.inputs)]):
        if x.layout is not None and op.maps[i].is_permutation:
            return loop_layout(op, i, x.layout)
    return None


class _Split:
    """The loops of a fold, of which tiled ones are two. Those that are folded come first, each with its inner part
    behind it; of the others, the inner parts come last, where they lie side by side."""

    def __init__(self, op: Fold, loops: Layout) -> None:
        self.op = op
        self.loops = loops
        self.sizes = op.iteration_shape()
        others = [d for d in range(loops.rank) if d not in op.reduced]
        order = [(d, part) for d in op.reduced for part in (0, 1)]
        order += [(d, 0) for d in others] + [(d, 1) for d in others if d in loops.inner_dims]
        kept = [(d, part) for d, part in order if part == 0 or d in loops.inner_dims]
        self.at = {where: i for i, where in enumerate(kept)}
        """(loop, 0 for its outer and 1 for its inner part) → the loop of the result."""

    def part(self, map: AffineMap) -> Layout:
        """Returns the layout of an operand."""
        return self.loops.projected(map.positions())

    def map(self, map: AffineMap) -> AffineMap:
        """Returns the map of the stored operand."""
        part, loops = self.part(map), map.positions()
        outer = (self.at[loops[d], 0] for d in part.outer_perm)
        return select(len(self.at), (*outer, *(self.at[loops[d], 1] for d in part.inner_dims)))

    def body(self, body: ScalarBody, result: int) -> ScalarBody:
        """Returns a body that reads the same indices, and gives the total so far at positions of padding."""

        def rule(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
            if node.fn != "index":
                return with_operands(node, operands) if operands else node
            return self._index(node.index)

        made = rewritten(body.result, rule)
        total = len(self.op.inputs) + result
        for loop in self.op.reduced:
            size = self.sizes[loop]
            if loop in self.loops.padded_dims(self.sizes):
                assert isinstance(size, int)
                inside = apply("lt", self._index(loop), const(size, i64))
                made = apply("select", inside, made, arg(total, body.args[total]))
        return ScalarBody(body.args, made)

    def _index(self, loop: int) -> Scalar:
        outer, tile = iteration_index(self.at[loop, 0]), self.loops.tile(loop)
        if tile is None:
            return outer
        return apply("add", apply("mul", outer, const(tile, i64)), iteration_index(self.at[loop, 1]))
