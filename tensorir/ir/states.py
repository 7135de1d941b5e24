"""What the verifier says of states: values that a program keeps between calls."""

from __future__ import annotations

from collections.abc import Iterator

from tensorir.ir.diagnostic import Diagnostic
from tensorir.ir.module import Function, Global, Module


def check_states(function: Function, module: Module) -> Iterator[Diagnostic]:
    """Yields every reason why the states of a function are wrong: a name that is no mutable global or is given twice,
    too few arguments or results, or a type other than that of the state."""
    where, states, body = f"@{function.name}", function.states, function.body
    if not states:
        return
    if function.private:
        yield Diagnostic(f"{where} is private and has states: only what a session calls has any", function.loc)
    for what, values in (("arguments", body.args), ("results", body.yields)):
        if len(values) < len(states):
            message = f"{where} has {len(states)} states, which are its last {what}, but only {len(values)} {what}"
            yield Diagnostic(message, function.loc)
            return
    for i, name in enumerate(states):
        held = module.symbols.get(name)
        if not isinstance(held, Global) or not held.mutable:
            wrong = "there is no such global" if held is None else "it is not mutable"
            yield Diagnostic(f"{where}: the state @{name}: {wrong}", function.loc)
            continue
        if name in states[:i]:
            yield Diagnostic(f"{where}: the state @{name} is given twice", function.loc)
        for what, value in (("argument", function.state_args[i]), ("result", function.state_yields[i])):
            if value.type != held.type:
                yield Diagnostic(f"{where}: the state @{name} is {held.type}, its {what} {value.type}", function.loc)
