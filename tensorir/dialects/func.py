"""func: calls between the functions of a module. `inline-calls` removes them before anything else is done."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.ir.op import Op, Trait, attribute, op, operand_list
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("func.call", Trait.PURE)
class Call(Op):
    """The results of @callee for `inputs`. `types` are those of its results under this call's sizes."""

    inputs: tuple[Value, ...] = operand_list()
    callee: str = attribute(symbol=True)
    types: tuple[Type, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        return self.types
