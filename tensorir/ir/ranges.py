"""What the verifier says of functions that run the calls of another one for a range of sizes."""

from __future__ import annotations

from collections.abc import Iterator

from tensorir.ir.diagnostic import Diagnostic
from tensorir.ir.module import Function, Module


def check_range(function: Function, module: Module) -> Iterator[Diagnostic]:
    """Yields every reason why a function can't run calls of another one: there is no such function with the same types,
    or the range is of a size that no argument has."""
    where, sizes = f"@{function.name}", function.sizes
    if sizes is None:
        if function.of:
            yield Diagnostic(f"{where} is said to run calls of @{function.of}, but not which", function.loc)
        return
    other = module.symbols.get(function.of)
    if not isinstance(other, Function) or other.private or other.sizes is not None or function.private:
        message = (
            f"{where} runs calls of @{function.of}: both must be functions that callers may call, this one by size"
        )
        yield Diagnostic(message, function.loc)
        return
    if _called_as(function) != _called_as(other):
        yield Diagnostic(f"{where} runs calls of @{other.name}: both must have the same types and states", function.loc)
    if sizes.symbol not in function.symbols:
        yield Diagnostic(f"{where} is for {sizes}, but no argument has the size {sizes.symbol}", function.loc)


def _called_as(function: Function) -> tuple[object, ...]:
    return function.body.arg_types, function.body.yield_types, function.states, function.signless
