"""Branches and loops as scf. Regions of MLIR see the values around them, so inputs that no iteration changes need no
argument."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.control import For, If, While
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.types import element_text


def branch(op: If, e: Emitter) -> None:
    condition = _scalar(op.condition, e)
    arrow = f" -> ({_types(op.results, e)})" if op.results else ""
    names = [e.names[v] for v in op.inputs]
    head = f"{_results(op, e)}scf.if {condition}{arrow} {{"
    e.line(head)
    _body(op.then, names, e)
    e.line("} else {")
    _body(op.otherwise, names, e)
    e.line("}")


def for_(op: For, e: Emitter) -> None:
    """Raises TensorIRError for an index without a sign: scf compares it as one that has."""
    dtype = op.lower.type.dtype
    if dtype.kind == "unsigned":
        raise TensorIRError(f"a loop over an index of type {dtype} can't be written: scf.for has signed ones", op.loc)
    lower, upper, step = (_scalar(v, e) for v in (op.lower, op.upper, op.step))
    carried, inputs = op.body.args[1 : 1 + len(op.results)], [e.names[v] for v in op.inputs]
    index = e.names.fresh()
    names = [e.names.define(a) for a in carried]
    given = ", ".join(f"{a} = {b}" for a, b in zip(names, inputs, strict=False))  # other inputs follow
    values = f" iter_args({given}) -> ({_types(carried, e)})" if carried else ""
    type = element_text(dtype)
    e.line(f"{_results(op, e)}scf.for {index} = {lower} to {upper} step {step}{values} : {type} {{")
    with e.nested():
        e.line(f"{e.names.define(op.body.args[0])} = tensor.from_elements {index} : {e.type(op.lower.type)}")
        e.rename(op.body.args[1:], [*names, *inputs[len(names) :]])
        _ops(op.body, "scf.yield", e)
    e.line("}")


def while_(op: While, e: Emitter) -> None:
    count = len(op.results)
    inputs, types = [e.names[v] for v in op.inputs], _types(op.results, e)
    names = [e.names.define(a) for a in op.condition.args[:count]]
    given = ", ".join(f"{a} = {b}" for a, b in zip(names, inputs, strict=False))  # other inputs follow
    loop = f"scf.while ({given})" if given else "scf.while"
    e.line(f"{_results(op, e)}{loop} : ({types}) -> ({types}) {{")
    with e.nested():
        e.rename(op.condition.args, [*names, *inputs[count:]])
        for inner in op.condition.ops:
            e.write(inner)
        condition = _scalar(op.condition.yields[0], e)
        e.line(f"scf.condition({condition})" + (f" {', '.join(names)} : {types}" if names else ""))
    e.line("} do {")
    with e.nested():
        carried = op.body.args[:count]
        names = [e.names.define(a) for a in carried]
        if names:
            e.line(f"^bb0({', '.join(f'{n}: {e.type(a.type)}' for n, a in zip(names, carried, strict=True))}):")
        e.rename(op.body.args, [*names, *inputs[count:]])
        _ops(op.body, "scf.yield", e)
    e.line("}")


def _results(op: Op, e: Emitter) -> str:
    return f"{', '.join(e.names.define(r) for r in op.results)} = " if op.results else ""


def _types(values: Sequence[Value], e: Emitter) -> str:
    return ", ".join(e.type(v.type) for v in values)


def _scalar(value: Value, e: Emitter) -> str:
    return e.let(f"tensor.extract {e.names[value]}[] : {e.type(value.type)}")


def _body(region: Region, inputs: Sequence[str], e: Emitter) -> None:
    with e.nested():
        e.rename(region.args, inputs)
        _ops(region, "scf.yield", e)


def _ops(region: Region, end: str, e: Emitter) -> None:
    for op in region.ops:
        e.write(op)
    e.line(f"{end} {e.typed(region.yields)}" if region.yields else end)
