"""func: calls between the functions of a module, which `inline-calls` removes, and assertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tensorir.ir.diagnostic import InferError
from tensorir.ir.effects import Effects
from tensorir.ir.module import Function, ModuleSymbol
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list
from tensorir.ir.sizes import result_types
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("func.call", Trait.PURE)
class Call(Op):
    """The results of @callee for `inputs`. `types` are the types of its results with the sizes of this call."""

    inputs: tuple[Value, ...] = operand_list()
    callee: str = attribute(symbol="function")
    types: tuple[Type, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        return self.types

    def verify_symbols(self, symbols: Mapping[str, ModuleSymbol]) -> Iterator[str]:
        callee = symbols[self.callee]
        assert isinstance(callee, Function)  # the verifier has checked the kind
        if callee.states:
            yield f"@{self.callee} has states, so only a session calls it"
        yield from check_results(self.callee, self.types, lambda: call_types(callee, [v.type for v in self.inputs]))


@op("func.assert")
class Assert(Op):
    """Ends the call with TensorIRError(message) unless all elements of `condition` are true (cf.assert).

    It has no result. Passes keep it, once, in its order among ops with effects; ops without effects
    may run before it."""

    condition: Value = operand()
    message: str = attribute()

    def infer_types(self) -> Sequence[Type]:
        if self.condition.type.dtype.kind != "bool":
            raise InferError(f"condition is {self.condition.type}, should be of element type i1")
        return ()

    def effects(self) -> Effects:
        return Effects(may_end=True)


def call_types(callee: Function, inputs: Sequence[Type]) -> tuple[Type, ...]:
    """Returns the types of the results of a call. Raises InferError if the inputs do not fit the function."""
    return result_types(callee.body, inputs)


def check_results(callee: str, types: tuple[Type, ...], infer: Callable[[], tuple[Type, ...]]) -> Iterator[str]:
    """Yields a message if running `callee` does not give `types`, or if its types can't be inferred."""
    try:
        expected = infer()
    except (InferError, ZeroDivisionError) as e:
        yield f"@{callee}: {e}"
        return
    if expected != types:
        yield f"@{callee} gives ({', '.join(map(str, expected))}), not ({', '.join(map(str, types))})"
