"""control: branches and loops. What a region reads comes in as an operand, because regions are closed.

The first inputs of a loop are *carried*: each iteration gives their next values, of the same types, so that sizes do
not depend on how often a loop runs. The inputs behind them are the same in every iteration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.dialects.flow import check_inputs
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import i1
from tensorir.ir.effects import Effects
from tensorir.ir.op import Op, Trait, op, operand, operand_list, region
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value

CONDITION = TensorType((), i1)
"""The type of a condition."""


@op("control.if", Trait.PURE)
class If(Op):
    """Runs `then` on `inputs` if the condition is true, else `otherwise`; only that one runs. Its results are what the
    region yields; both regions take all inputs and yield the same types."""

    condition: Value = operand()
    inputs: tuple[Value, ...] = operand_list()
    then: Region = region()
    otherwise: Region = region()

    def infer_types(self) -> Sequence[Type]:
        _check_condition("condition", self.condition.type)
        return self.then.yield_types

    def verify(self) -> Iterator[str]:
        for body in self.regions:
            yield from check_inputs(self.inputs, body.arg_types)
        yield from _check_yields("otherwise", self.otherwise, self.then.yield_types, "then yields")


@op("control.while", Trait.PURE)
class While(Op):
    """Runs `body` as long as `condition` yields true, which is asked before each iteration: maybe never.

    Both regions take all inputs. `body` yields the next values of the first of them, the carried ones. The results are
    the last values of those."""

    inputs: tuple[Value, ...] = operand_list()
    condition: Region = region()
    body: Region = region()

    def infer_types(self) -> Sequence[Type]:
        if len(self.condition.yields) != 1:
            raise InferError(f"the condition yields {len(self.condition.yields)} values, should be one {CONDITION}")
        _check_condition("what the condition yields", self.condition.yields[0].type)
        return carried_types(self.inputs, self.body)

    def verify(self) -> Iterator[str]:
        for body in self.regions:
            yield from check_inputs(self.inputs, body.arg_types)
        yield from _check_yields("body", self.body, tuple(r.type for r in self.results), "the carried inputs are")


@op("control.for")
class For(Op):
    """Runs `body` for each of `lower`, `lower + step`, … below `upper`: maybe never. These are integers of one type,
    and the call ends with an error if `step` is not at least 1.

    `body` takes the index, then all inputs, and yields the next values of the first of them, the carried ones. The
    results are the last values of those."""

    lower: Value = operand()
    upper: Value = operand()
    step: Value = operand()
    inputs: tuple[Value, ...] = operand_list()
    body: Region = region()

    def infer_types(self) -> Sequence[Type]:
        type = self.lower.type
        if type.rank or type.dtype.kind not in ("signed", "unsigned"):
            raise InferError(f"lower is {type}, should be an integer of rank 0")
        for name, value in (("upper", self.upper), ("step", self.step)):
            if value.type != type:
                raise InferError(f"{name} is {value.type}, lower is {type}")
        return carried_types(self.inputs, self.body)

    def effects(self) -> Effects:
        return Effects(may_end=True)

    def verify(self) -> Iterator[str]:
        yield from check_inputs((self.lower, *self.inputs), self.body.arg_types)
        yield from _check_yields("body", self.body, tuple(r.type for r in self.results), "the carried inputs are")


def carried_types(inputs: Sequence[Value], body: Region) -> tuple[Type, ...]:
    """Returns the types of what a loop carries: its first inputs, as many as its body yields. Raises InferError if
    there are fewer."""
    if len(body.yields) > len(inputs):
        raise InferError(f"the body yields {len(body.yields)} values for {len(inputs)} inputs")
    return tuple(v.type for v in inputs[: len(body.yields)])


def _check_condition(what: str, type: Type) -> None:
    if type != CONDITION:
        raise InferError(f"{what} is {type}, should be {CONDITION}")


def _check_yields(name: str, body: Region, expected: Sequence[Type], whose: str) -> Iterator[str]:
    """Yields a message unless a region yields these types."""
    if body.yield_types != tuple(expected):
        given, wanted = (", ".join(map(str, types)) for types in (body.yield_types, expected))
        yield f"{name} yields ({given}), {whose} ({wanted})"
