"""func: calls between the functions of a module. `inline-calls` removes them before anything else is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tensorir.ir.diagnostic import InferError
from tensorir.ir.module import Function, Symbol
from tensorir.ir.op import Op, Trait, attribute, op, operand_list
from tensorir.ir.sizes import bind_types, substituted
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

    def verify_symbols(self, symbols: Mapping[str, Symbol]) -> Iterator[str]:
        callee = symbols[self.callee]
        if not isinstance(callee, Function):
            yield f"@{self.callee} is no function"
            return
        try:
            expected = call_types(callee, tuple(v.type for v in self.inputs))
        except (InferError, ZeroDivisionError) as e:
            yield f"@{self.callee}: {e}"
            return
        if expected != self.types:
            yield f"@{self.callee} gives ({', '.join(map(str, expected))}), not ({', '.join(map(str, self.types))})"


def call_types(callee: Function, inputs: Sequence[Type]) -> tuple[Type, ...]:
    """The types of the results of a call. Raises InferError where the inputs are not those of the function."""
    sizes = bind_types(callee.body.arg_types, inputs)
    return tuple(substituted(t, sizes) for t in callee.body.yield_types)
