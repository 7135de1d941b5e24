"""An order of the ops of a region in which each comes after those that make its operands.

What the ops compute decides, not how they are written down: neither the order of the text, nor that of the operands of
an elementwise op, nor encodings, nor the names of sizes, nor which constants are computed already, nor ops that only
move the elements of one tensor. What can't be told apart comes in the order of the operands.
"""

from __future__ import annotations

from zlib import crc32

from attrs import frozen

from tensorir.analysis.movement import is_free
from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.value import Value


@frozen(order=True)
class _Shape:
    """What is compared of a value: by how many ops, one reading the other, it is made of arguments, and a checksum of
    them. All constants are alike."""

    depth: int
    checksum: int


def operands_first(region: Region, effects: EffectsIn) -> list[Op]:
    """All ops of a region, first those that the ops with effects need, then those that the yields need, one yield after
    the other. Of the makers of an op's operands, those come first that are made by fewer ops."""
    maker = {r: op for op in region.ops for r in op.results}
    shapes = _shapes(region)
    wanted = [op for op in region.ops if effects(op)] + [maker[y] for y in region.yields if y in maker]
    done: dict[Op, None] = {}
    for root in (*wanted, *region.ops):
        stack = [root]
        while stack:
            op = stack[-1]
            missing = [v for v in op.operands if v in maker and maker[v] not in done]
            stack += [maker[v] for v in sorted(missing, key=shapes.__getitem__, reverse=True)]
            if not missing:
                done[stack.pop()] = None
    return list(done)


def _shapes(region: Region) -> dict[Value, _Shape]:
    constant = _Shape(0, 0)
    shapes = {a: _Shape(0, i) for i, a in enumerate(region.args, 1)}
    for op in region.ops:
        read = [shapes[v] for v in op.operands]
        if op.is_(Trait.ENCODE) or (len(read) == 1 and is_free(op)) or all(r == constant for r in read):
            shapes |= dict.fromkeys(op.results, read[0] if read else constant)
            continue
        maps = getattr(op, "maps", ())
        read_by = map(str, maps or range(len(read)))
        inputs = sorted((r.checksum, where) for r, where in zip(read, read_by, strict=False))
        sizes = [tuple(d if isinstance(d, int) else -1 for d in r.type.shape) for r in op.results]
        what = op.NAME, sizes, inputs, *map(str, maps[-1:])
        depth = 1 + max(r.depth for r in read)
        for i, r in enumerate(op.results):
            shapes[r] = _Shape(depth, crc32(repr((*what, i, r.type.dtype.name)).encode()))
    return shapes
