"""Programs without relayouts: each goes through row-major instead, as an unpack and a pack do."""

from __future__ import annotations

from collections.abc import Iterator

from tensorir.dialects.relayout import Relayout
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value


def relayouts(module: Module) -> Iterator[Relayout]:
    """All relayouts of a program that are not in dispatches."""
    for symbol in module.all_symbols():
        if symbol.region is not None:
            yield from (op for op in symbol.region.ops if isinstance(op, Relayout))


def through_row_major(module: Module) -> Module:
    """The program with the steps of each relayout in its place."""
    return module.map_regions(_through_row_major)


def _through_row_major(region: Region) -> Region:
    env: dict[Value, Value] = {}
    ops: list[Op] = []

    def add(op: Op) -> Value:
        ops.append(op)
        return op.result

    for op in region.ops:
        operands = [env.get(v, v) for v in op.operands]
        if isinstance(op, Relayout):
            env[op.result] = op.through_row_major(operands[0], add)
        else:
            ops.append(op.with_operands(operands))
    return Region(region.args, tuple(ops), tuple(env.get(y, y) for y in region.yields))
