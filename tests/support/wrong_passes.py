"""A plug-in with passes that are wrong: what `tensorir bisect` has to find."""

from __future__ import annotations

from typing import ClassVar

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Generic, Softmax, Transpose
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import RegionView, Rewrite, index, pattern
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


class DropSoftmax(Pass):
    """Takes every softmax for its operand, in a sweep."""

    name: ClassVar[str] = "drop-softmax"

    def run(self, module: Module, ctx: PassContext) -> Module:
        def visit(op: Op, operands: tuple[Value, ...]) -> Value | None:
            return operands[0] if isinstance(op, Softmax) else None

        return map_regions(module, lambda region: sweep(region, visit))


@pattern(Transpose)
def untranspose(op: Transpose, view: RegionView) -> Rewrite:
    """Right for permutations that change nothing."""
    return op.source if op.permutation == tuple(range(len(op.permutation))) else None


@pattern(Generic)
def forget_map(op: Generic, view: RegionView) -> Rewrite:
    """Wrong: a map with one operand is not its operand."""
    alone = len(op.operands) == 1 and op.operands[0].type == op.result.type
    return op.operands[0] if alone and op.body.result.fn == "neg" else None


class ForgetMaps(Pass):
    """Applies one right and one wrong pattern."""

    name: ClassVar[str] = "forget-maps"

    def run(self, module: Module, ctx: PassContext) -> Module:
        table = index([untranspose, forget_map])
        return map_regions(module, lambda region: greedy(region, table, ctx.trace(self.name)))


class LoseGlobals(Pass):
    """Leaves a program that the interpreter refuses: a softmax becomes the value of a global that is not there."""

    name: ClassVar[str] = "lose-globals"

    def run(self, module: Module, ctx: PassContext) -> Module:
        def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
            return GlobalLoad("missing", op.result.type, loc=op.loc) if isinstance(op, Softmax) else None

        return map_regions(module, lambda region: sweep(region, visit))


PASSES = [DropSoftmax, ForgetMaps, LoseGlobals]
