"""flow: globals and dispatches. A dispatch is one launch: its units run in parallel without barriers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tensorir.dialects.func import check_results
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.ir.module import Executable, Global, ModuleSymbol
from tensorir.ir.op import Op, Trait, attribute, op, operand_list, region
from tensorir.ir.region import Region
from tensorir.ir.sizes import bind_types, result_types
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@op("global.load", Trait.PURE | Trait.CONSTANT)
class GlobalLoad(Op):
    """The value of a global. `type` repeats the global's type, so that the op can be understood without the module."""

    symbol: str = attribute(symbol="global")
    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (self.type,)

    def verify_symbols(self, symbols: Mapping[str, ModuleSymbol]) -> Iterator[str]:
        held = symbols[self.symbol]
        assert isinstance(held, Global)  # the verifier has checked the kind
        if held.type != self.type:
            yield f"@{self.symbol} is {held.type}, not {self.type}"
        if held.mutable:
            yield f"@{self.symbol} is a state: a function takes and returns it, and nothing loads it"


@op("flow.dispatch", Trait.PURE | Trait.PARALLEL | Trait.LAUNCH)
class Dispatch(Op):
    """One fused launch: `body` on `inputs`. `device` is empty until one is chosen."""

    inputs: tuple[Value, ...] = operand_list()
    body: Region = region()
    device: str = attribute(default="")

    def infer_types(self) -> Sequence[Type]:
        return self.body.yield_types

    def verify(self) -> Iterator[str]:
        yield from check_inputs(self.inputs, self.body.arg_types)


@op("flow.launch", Trait.PURE)
class Launch(Op):
    """One launch of an executable, which has its own size symbols: the dims of `inputs` bind them, and `sizes` gives
    those that no dim of an argument binds (`Executable.free_sizes`, by their names). `types` are the types of its
    yields."""

    inputs: tuple[Value, ...] = operand_list()
    executable: str = attribute(symbol="executable")
    types: tuple[Type, ...] = attribute()
    sizes: tuple[Dim, ...] = attribute(default=())

    def infer_types(self) -> Sequence[Type]:
        return self.types

    def verify_symbols(self, symbols: Mapping[str, ModuleSymbol]) -> Iterator[str]:
        executable = symbols[self.executable]
        assert isinstance(executable, Executable)  # the verifier has checked the kind

        def infer() -> tuple[Type, ...]:
            return result_types(executable.body, [v.type for v in self.inputs], self.free_sizes(executable))

        yield from check_results(self.executable, self.types, infer)

    def free_sizes(self, executable: Executable) -> dict[str, Dim]:
        """Returns the sizes of the executable that no argument binds → in terms of the caller's sizes. Raises
        InferError if `sizes` has another length."""
        names = executable.free_sizes
        if len(names) != len(self.sizes):
            which = f": {', '.join(names)}" if names else ""
            raise InferError(f"{len(self.sizes)} sizes for {len(names)} that no argument binds{which}")
        return dict(zip(names, self.sizes, strict=True))

    def bound_sizes(self, executable: Executable) -> dict[str, Dim]:
        """Returns every size of the executable → in terms of the caller's sizes. Raises InferError if the inputs do not
        fit."""
        return bind_types(executable.body.arg_types, [v.type for v in self.inputs], self.free_sizes(executable))


def check_inputs(inputs: tuple[Value, ...], expected: tuple[Type, ...]) -> Iterator[str]:
    """Yields one message per input that is missing, superfluous, or of another type than the body's argument."""
    if len(inputs) != len(expected):
        yield f"{len(inputs)} inputs for a body of {len(expected)} arguments"
        return
    for i, (value, type) in enumerate(zip(inputs, expected, strict=True)):
        if value.type != type:
            yield f"inputs[{i}] is {value.type}, the body's argument {type}"
