"""One forward pass over a region with an environment, for conversions in which every op is visited exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Replacement, as_replacement

Visit = Callable[[Op, tuple[Value, ...]], "Value | Op | Sequence[Op] | Replacement | None"]


def sweep(region: Region, visit: Visit, args: tuple[Value, ...] | None = None) -> Region:
    """Rebuilds `region` from front to back; returns `region` itself if nothing changed.

    `visit(op, operands)` gets the original op and its current operands. It returns the replacement, or None to keep the
    op: with the same operands it stays the same object, with others of equal types it keeps its results,
    otherwise its results are inferred again. `args` replaces the arguments (their types may differ)."""
    new_args = region.args if args is None else args
    env: dict[Value, Value] = dict(zip(region.args, new_args, strict=True)) if args is not None else {}
    ops: list[Op] = []
    changed = args is not None and args != region.args
    for op in region.ops:
        old = op.operands
        operands = tuple([env.get(v, v) for v in old]) if env else old
        rewrite = visit(op, operands)
        if rewrite is None:
            kept = _carry(op, old, operands)
            changed = changed or kept is not op
            ops.append(kept)
            if kept.results is not op.results:
                env.update(zip(op.results, kept.results, strict=True))
            continue
        if rewrite is op:
            ops.append(op)
            continue
        changed = True
        new = as_replacement(rewrite)
        ops.extend(new.ops)
        for before, after in zip(op.results, new.values, strict=True):
            if before is not after:
                env[before] = after
    if not changed:
        return region
    return Region(new_args, tuple(ops), tuple(env.get(v, v) for v in region.yields))


def _carry(op: Op, old: tuple[Value, ...], operands: tuple[Value, ...]) -> Op:
    if all(a is b for a, b in zip(old, operands, strict=True)):
        return op
    if all(a.type == b.type for a, b in zip(old, operands, strict=True)):
        return op.with_operands(operands)
    return op.evolve(operands)
