"""set-encodings: sets encodings on the operands of every contraction, the same for every device."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract
from tensorir.encoding.encoding import Encoding
from tensorir.ir.dims import product
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_ENCODINGS, Level
from tensorir.passes.pass_ import Pass, PassContext, option
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class SetEncodings(Pass):
    """contract(a, b) == unset(contract(set(a, lhs), set(b, rhs))). Contractions that a front end has encoded stay as
    they are."""

    name: ClassVar[str] = "set-encodings"
    breaks: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS,)
    min_parallel: int = option(1, "leave contractions with a smaller static M*N*batch alone")

    def run(self, module: Module, ctx: PassContext) -> Module:
        def visit(op: Op, operands: tuple[Value, ...]) -> Replacement | None:
            if not isinstance(op, Contract):
                return None
            if any(v.type.encoding is not None for v in (*operands, op.result)):
                ctx.refuse(self.name, op, "encode", "it has encodings already, which stay as they are")
                return None
            parallel = product(op.result.type.shape)
            if isinstance(parallel, int) and parallel < self.min_parallel:
                message = f"{parallel} results are fewer than min-parallel = {self.min_parallel}"
                ctx.refuse(self.name, op, "min-parallel", message)
                return None
            return encode(op.with_operands(operands))

        return map_regions(module, lambda region: sweep(region, visit), Function)


def encode(op: Contract) -> Replacement:
    """Returns the contraction with its encode ops."""
    space = op.space()
    result = Encoding(space, "result")
    lhs = SetEncoding(op.lhs, Encoding(space, "lhs"), loc=op.loc)
    rhs = SetEncoding(op.rhs, Encoding(space, "rhs"), loc=op.loc)
    init = [SetEncoding(v, result, loc=op.loc) for v in op.init]
    inside = Contract(
        lhs.result, rhs.result, tuple(s.result for s in init), op.maps, op.dtype, encoding=result, loc=op.loc
    )
    unset = UnsetEncoding(inside.result, loc=op.loc)
    return Replacement((lhs, rhs, *init, inside, unset), unset.results)
