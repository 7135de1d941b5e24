"""flow: globals and dispatches. A dispatch is one launch: its units run in parallel with no barrier between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.ir.op import Op, Trait, attribute, op, operand_list, region
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("global.load", Trait.PURE | Trait.CONSTANT)
class GlobalLoad(Op):
    """The value of a global. `type` repeats the global's type, so that an op can be read alone."""

    symbol: str = attribute(symbol="global")
    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.type,)


@op("flow.dispatch", Trait.PURE | Trait.PARALLEL)
class Dispatch(Op):
    """One fused launch: `body` on `inputs`. `device` is empty until one is chosen."""

    inputs: tuple[Value, ...] = operand_list()
    body: Region = region()
    device: str = attribute(default="")

    def infer_types(self) -> Sequence[Type]:
        return self.body.yield_types

    def verify(self) -> Iterator[str]:
        yield from check_inputs(self.inputs, self.body.arg_types)
        if any(isinstance(o, Dispatch | Launch) for o in self.body.ops):
            yield "a launch can't launch: its body holds a flow.dispatch or flow.launch"


@op("flow.launch", Trait.PURE)
class Launch(Op):
    """One launch of an executable. `types` are those of its yields under this call's sizes."""

    inputs: tuple[Value, ...] = operand_list()
    executable: str = attribute(symbol="executable")
    types: tuple[Type, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        return self.types


def check_inputs(inputs: tuple[Value, ...], expected: tuple[Type, ...]) -> Iterator[str]:
    """One message per input that is missing, too much, or of another type than the body's argument."""
    if len(inputs) != len(expected):
        yield f"{len(inputs)} inputs for a body of {len(expected)} arguments"
        return
    for i, (value, type) in enumerate(zip(inputs, expected, strict=True)):
        if value.type != type:
            yield f"inputs[{i}] is {value.type}, the body's argument {type}"
