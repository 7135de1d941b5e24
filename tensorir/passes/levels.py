"""Levels are properties of a program that hold from some pass on. Passes declare which they require, establish and
break.

A level is a predicate that names every place where it does not hold. The runner checks what a pass requires before
the pass runs, unless an earlier pass has established it, and, where it verifies after each pass, that everything
established still holds. `tensorir.pipelines.levels` derives from this what holds at the end of each stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from attrs import field, frozen

from tensorir.analysis.devices import EVERYWHERE, devices_of, placed_operands
from tensorir.dialects.control import For
from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.func import Call
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.layout import Layout
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Diagnostic
from tensorir.ir.module import Global, Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType, TypeEncoding


@frozen
class Level:
    """`says` is the law as a sentence, `by` the pass that establishes it, and `broken` yields every place where it
    fails."""

    name: str
    says: str
    by: str
    broken: Callable[[Module], Iterator[Diagnostic]] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.says})"


def _calls(module: Module) -> Iterator[Diagnostic]:
    for op in module.walk():
        if isinstance(op, Call):
            yield Diagnostic(f"{op.NAME} of @{op.callee}", op.loc)


def _transfers(module: Module) -> Iterator[Diagnostic]:
    for op in module.walk():
        if isinstance(op, Transfer):
            yield Diagnostic(f'{op.NAME} to "{op.device}"', op.loc)


def _counted_loops(module: Module) -> Iterator[Diagnostic]:
    for op in module.walk():
        if isinstance(op, For):
            yield Diagnostic(op.NAME, op.loc)


def _torn(module: Module) -> Iterator[Diagnostic]:
    for f in module.functions:
        known = devices_of(f.body, f.arg_devices)
        for op in f.body.ops:
            places = dict.fromkeys(known[v] for v in placed_operands(op, known))
            if len(places) > 1 and op.results and not isinstance(op, Transfer):
                yield Diagnostic(f"{op.NAME} reads values on {', '.join(map(repr, places))}", op.loc)
        for i, (y, wanted) in enumerate(zip(f.body.yields, f.result_devices, strict=False)):
            if wanted and known[y] not in (EVERYWHERE, wanted):
                yield Diagnostic(f"result {i} of @{f.name} is on {known[y]!r}, not on {wanted!r}", f.loc)


def _dispatches(module: Module) -> Iterator[Diagnostic]:
    for op in module.walk():
        if isinstance(op, Dispatch):
            yield Diagnostic(f"{op.NAME} with {len(op.body.ops)} ops", op.loc)


def _without_data(module: Module) -> Iterator[Diagnostic]:
    for g in module.globals:
        if not isinstance(g.value, Dense):
            what = "has an initializer" if g.region is not None else f"is the parameter {g.value}"
            yield Diagnostic(f"@{g.name} {what}", g.loc)


def _encoded(kind: type[TypeEncoding]) -> Callable[[Module], Iterator[Diagnostic]]:
    """Yields every symbol and op that mentions an encoding of this kind."""

    def broken(module: Module) -> Iterator[Diagnostic]:
        for symbol in module.all_symbols():
            if isinstance(symbol, Global) and _has(symbol.type, kind):
                yield Diagnostic(f"@{symbol.name}", symbol.loc)
            if symbol.region is not None:
                for i, arg in enumerate(symbol.region.args):
                    if _has(arg.type, kind):
                        yield Diagnostic(f"argument {i} of @{symbol.name}", symbol.loc)
        for op in module.walk():
            if _mentions(op, kind):
                yield Diagnostic(op.NAME, op.loc)

    return broken


def _mentions(op: Op, kind: type[TypeEncoding]) -> bool:
    inner = (a.type for r in op.regions for a in r.args)
    return any(_has(v, kind) for v in (*op.attributes().values(), *(r.type for r in op.results), *inner))


def _has(value: object, kind: type[TypeEncoding]) -> bool:
    match value:
        case TensorType():
            return isinstance(value.encoding, kind)
        case tuple():
            return any(_has(item, kind) for item in cast("tuple[object, ...]", value))
        case _:
            return isinstance(value, kind)


def _boundaries(module: Module) -> Iterator[Diagnostic]:
    for f in module.functions:
        if f.private:
            continue
        for what, types in (("argument", f.body.arg_types), ("result", f.body.yield_types)):
            states = len(types) - len(f.states)
            for i, type in enumerate(types):
                chosen = i >= states and isinstance(type.encoding, Layout)
                if type.encoding is not None and not chosen:
                    yield Diagnostic(f"{what} {i} of @{f.name} is {type}", f.loc)


NO_CALLS = Level("no-calls", "no function is called", "inline-calls", _calls)
NO_TRANSFERS = Level("no-transfers", "nothing is moved between devices", "drop-transfers", _transfers)
NO_FOR = Level("no-for", "every loop has a condition", "expand-for", _counted_loops)
PLACED = Level("placed", "every op reads values of one device", "assign-devices", _torn)
NO_ENCODINGS = Level("no-encodings", "no intent to tile is left", "specialize-encodings", _encoded(Encoding))
PLAIN_BOUNDARIES = Level(
    "plain-boundaries",
    "public functions take and give row-major tensors, and states in the layout that was chosen for them",
    "row-major-boundaries",
    _boundaries,
)
NO_LAYOUTS = Level("no-layouts", "no type has a layout", "materialize-encodings", _encoded(Layout))
NO_DISPATCHES = Level("no-dispatches", "every launch is of an executable", "outline-executables", _dispatches)
ONLY_DATA = Level("only-data", "every global holds data", "evaluate-initializers", _without_data)

LEVELS = (NO_CALLS, NO_FOR, NO_TRANSFERS, PLACED, NO_ENCODINGS, PLAIN_BOUNDARIES, NO_LAYOUTS, NO_DISPATCHES, ONLY_DATA)
