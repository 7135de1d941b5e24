"""Ops that name something of the module or a device (globals, functions, transfers), and assertions."""

from __future__ import annotations

from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.func import Assert, Call
from tensorir.dialects.linalg import Reduce
from tensorir.mlir.writer import composites
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.linalg import reduce
from tensorir.mlir.writer.literals import quoted, symbol_name


def global_load(op: GlobalLoad, e: Emitter) -> None:
    name = "util.global.load" if e.dialect == "current" else "ml_program.global_load_const"
    e.result(op, f"{name} {symbol_name(op.symbol)} : {e.type(op.type)}")


def state_load(state: str, type: str, dialect: Dialect) -> str:
    """The load of a mutable global."""
    name = "util.global.load" if dialect == "current" else "ml_program.global_load"
    return f"{name} {symbol_name(state)} : {type}"


def state_store(state: str, value: str, type: str, dialect: Dialect) -> str:
    """The store to a mutable global."""
    if dialect == "current":
        return f"util.global.store {value}, {symbol_name(state)} : {type}"
    return f"ml_program.global_store {symbol_name(state)} = {value} : {type}"


def call(op: Call, e: Emitter) -> None:
    """Types must be those of the callee: where the call knows more, or less, casts are written around it."""
    takes, gives = e.program.signatures[op.callee]
    given: list[str] = []
    for value, wanted in zip(op.inputs, takes, strict=True):
        have = e.type(value.type)
        name = e.names[value]
        given.append(name if have == wanted else e.let(f"tensor.cast {name} : {have} to {wanted}"))
    have = [e.type(r.type) for r in op.results]
    names = [e.names.define(r) if t == w else e.names.fresh() for r, t, w in zip(op.results, have, gives, strict=True)]
    head = f"{', '.join(names)} = " if names else ""
    types = f"({', '.join(takes)}) -> ({', '.join(gives)})"
    e.line(f"{head}func.call {symbol_name(op.callee)}({', '.join(given)}) : {types}")
    for result, name, type, wanted in zip(op.results, names, have, gives, strict=True):
        if type != wanted:
            e.line(f"{e.names.define(result)} = tensor.cast {name} : {wanted} to {type}")


def assertion(op: Assert, e: Emitter) -> None:
    """MLIR asserts a scalar: the elements of a tensor are combined first."""
    condition = op.condition
    if condition.type.rank:
        every = Reduce(condition, "and", tuple(range(condition.type.rank)), loc=op.loc)
        reduce(every, e)
        condition = every.result
    scalar = e.let(f"tensor.extract {e.names[condition]}[] : {e.type(condition.type)}")
    e.line(f"cf.assert {scalar}, {quoted(op.message)}")


def transfer(op: Transfer, e: Emitter) -> None:
    """Upstream dialects know no devices: there it is a function that does nothing and says what it stands for."""
    if e.dialect == "llvm19":
        composites.write(op, e)
        return
    type, sizes = e.type(op.source.type), e.dynamic(op.source.type.shape)
    dynamic = f"{{{sizes}}}" if sizes else ""
    e.result(op, f"flow.tensor.transfer {e.names[op.source]} : {type}{dynamic} to {device_text(op.device)}")


def device_text(device: str) -> str:
    """The attribute that names a device."""
    return f"#hal.device.promise<{symbol_name(device)}>"
