"""Whole modules: aliases, globals, functions, the private functions of composites, data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from tensorir.dialects import control, device, encode, flow, func, linalg, packing, tensor
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.mlir.writer import composites, symbols
from tensorir.mlir.writer import control as controls
from tensorir.mlir.writer import encode as encodings
from tensorir.mlir.writer import linalg as structured
from tensorir.mlir.writer import packing as packed
from tensorir.mlir.writer import tensor as tensors
from tensorir.mlir.writer.dialect import only_current
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.inline import inlined
from tensorir.mlir.writer.literals import quoted, symbol_name
from tensorir.mlir.writer.program import Composite, Signature, WriterState
from tensorir.mlir.writer.spaces import Spaces
from tensorir.mlir.writer.symbols import device_text
from tensorir.mlir.writer.types import Types
from tensorir.mlir.writer.weights import Weights
from tensorir.text.sizes import size_text

OpWriter = Callable[[Any, Emitter], None]

WRITERS: Mapping[type[Op], OpWriter] = {
    tensor.Constant: tensors.constant,
    tensor.Empty: tensors.empty,
    tensor.DimOp: tensors.dim,
    tensor.Size: tensors.size,
    tensor.ExpandShape: tensors.expand_shape,
    tensor.CollapseShape: tensors.collapse_shape,
    tensor.ExtractSlice: tensors.extract_slice,
    tensor.InsertSlice: tensors.insert_slice,
    tensor.Concat: tensors.concat,
    tensor.Pad: tensors.pad,
    tensor.Gather: tensors.gather,
    tensor.GatherNd: tensors.gather_nd,
    tensor.Cast: tensors.cast,
    linalg.Fill: structured.fill,
    linalg.Generic: structured.generic,
    linalg.Fold: structured.fold,
    linalg.Contract: structured.contract,
    linalg.Reduce: structured.reduce,
    linalg.Transpose: structured.transpose,
    linalg.Broadcast: structured.broadcast,
    linalg.Softmax: structured.softmax,
    packing.Pack: packed.pack,
    packing.Unpack: packed.unpack,
    packing.Mmt4d: packed.mmt4d,
    packing.BatchMmt4d: packed.mmt4d,
    encode.SetEncoding: encodings.set_encoding,
    encode.UnsetEncoding: encodings.unset_encoding,
    flow.GlobalLoad: symbols.global_load,
    func.Assert: symbols.assertion,
    func.Call: symbols.call,
    device.Transfer: symbols.transfer,
    control.If: controls.branch,
    control.For: controls.for_,
    control.While: controls.while_,
}
"""The functions that write the ops that exist in MLIR. Other ops are written by their decomposition."""


def module_text(module: Module, weights: Weights) -> Iterator[str]:
    """Returns the text in pieces. Raises TensorIRError with the location of anything that can't be written."""
    verify(module)
    bodies = {f.name: inlined(module, f.body) for f in module.functions}
    spaces = Spaces(bodies.values())
    types = Types(weights.dialect, spaces)
    program = WriterState(weights.dialect, types, spaces, weights, FreshNames(module.symbols))
    globals = [_global(g, program) for g in module.globals if g.mutable or not isinstance(g.value, Region)]
    for f in module.functions:
        program.signatures[f.name] = _signature(f, program)
    functions = [_function(f, bodies[f.name], program) for f in module.functions]
    private: list[str] = []
    while len(private) < len(program.composites):  # the body of a composite may need others
        private.append(_composite(next(islice(program.composites.values(), len(private), None)), program))
    yield "".join(f"{line}\n" for line in types.aliases)
    yield from globals
    yield "\n".join([*functions, *private])
    yield from weights.resources()


def _global(symbol: Global, program: WriterState) -> str:
    try:
        type = program.types(symbol.type)
    except TensorIRError as e:
        raise TensorIRError(f"@{symbol.name}: {e.diagnostics[0].message}", symbol.loc) from None
    name = ("mutable " if symbol.mutable else "") + symbol_name(symbol.name)
    value = _data(symbol)
    weights = program.weights
    if not isinstance(value, Parameter) and weights.leaves_out(value):
        weights.external[symbol.name] = value.array
        value = Parameter(weights.scope, symbol.name)
    if program.dialect == "llvm19":
        if isinstance(value, Parameter):
            named = f"{{tensorir_parameter = [{quoted(value.scope)}, {quoted(value.key)}]}}"
            return f"ml_program.global private {name}(#ml_program.extern : {type}) : {type} {named}\n"
        return f"ml_program.global private {name}({weights.typed_data(value, symbol.name, program.types)}) : {type}\n"
    if isinstance(value, Parameter):
        scope = f"{quoted(value.scope)}::" if value.scope else ""
        place = f"#flow.parameter.named<{scope}{quoted(value.key)}>"
        return f"util.global private {name} = {place} : {type}\n"
    return f"util.global private {name} = {weights.typed_data(value, symbol.name, program.types)}\n"


def _data(symbol: Global) -> Dense | Parameter:
    """The value of a global. Raises TensorIRError for a state whose first value is computed by more than a fill."""
    value = symbol.value
    if not isinstance(value, Region):
        return value
    match value.ops:
        case (linalg.Fill(value=number, type=type),):
            shape = tuple(n for n in type.shape if isinstance(n, int))
            return Dense(np.broadcast_to(np.asarray(number).astype(type.dtype.numpy), shape))
        case _:
            message = f"@{symbol.name}: a state whose first value is computed can't be written: evaluate it first"
            raise TensorIRError(message, symbol.loc)


def _signature(function: Function, program: WriterState) -> Signature:
    """The types of a function. Raises TensorIRError naming it for one that MLIR does not have."""
    try:
        args, results = function.body.arg_types, function.body.yield_types
        return tuple(map(program.types, args)), tuple(map(program.types, results))
    except TensorIRError as e:
        raise TensorIRError(f"@{function.name}: {e.diagnostics[0].message}", function.loc) from None


def _function(function: Function, body: Region, program: WriterState) -> str:
    devices = (*function.arg_devices, *function.result_devices)
    if any(devices) and program.dialect == "llvm19":
        raise only_current(f"@{function.name}: devices of arguments and results", function.loc)
    e = Emitter(program, body, write_op)
    attributes: list[str] = []
    own = body.args[: len(body.args) - len(function.states)]
    if any(a.type.symbols for a in own):
        sizes = (f"[{', '.join(quoted(size_text(d)) for d in a.type.shape)}]" for a in own)
        attributes.append(f"tensorir_sizes = [{', '.join(sizes)}]")
    private = "private " if function.private else ""
    on = (function.arg_devices, function.result_devices)
    return _text(e, function.name, private, attributes, on, function.states)


def _composite(composite: Composite, program: WriterState) -> str:
    e = Emitter(program, composite.body, write_op)
    attributes = [f"tensorir_op = {quoted(composite.op)}", f"tensorir_attributes = {quoted(composite.attributes)}"]
    return _text(e, composite.name, "private ", attributes, ((), ()))


def _text(
    e: Emitter,
    name: str,
    visibility: str,
    attributes: Sequence[str],
    devices: tuple[Sequence[str], Sequence[str]],
    states: Sequence[str] = (),
) -> str:
    """A function with all its ops. `devices`: of the arguments, of the results. `states`: the globals that are loaded
    as the last arguments, and to which the last results are stored."""
    region = e.region
    args, yields = (values[: len(values) - len(states)] for values in (region.args, region.yields))
    for state, n, v in zip(states, e.arg_names[len(args) :], region.args[len(args) :], strict=True):
        e.line(f"{n} = {symbols.state_load(state, e.type(v.type), e.dialect)}")
    for op in region.ops:
        write_op(op, e)
    for state, y in zip(states, region.yields[len(yields) :], strict=True):
        e.line(symbols.state_store(state, e.names[y], e.type(y.type), e.dialect))
    e.line(f"return{_returned(yields, e)}")
    named = zip(e.arg_names[: len(args)], args, strict=True)
    args = ", ".join(f"{n}: {e.type(v.type)}{_on(devices[0], i)}" for i, (n, v) in enumerate(named))
    types = [e.type(v.type) for v in yields]
    results = ", ".join(f"{t}{_on(devices[1], i)}" for i, t in enumerate(types))
    given = f" attributes {{{', '.join(attributes)}}}" if attributes else ""
    arrow = f" -> ({results})" if len(types) != 1 or _on(devices[1], 0) else f" -> {results}"
    head = f"func.func {visibility}{symbol_name(name)}({args}){arrow if types else ''}{given} {{"
    return "\n".join([head, *e.lines, "}", ""])


def write_op(op: Op, e: Emitter) -> None:
    """Appends one op. Raises TensorIRError with its place if it can't be written."""
    try:
        WRITERS.get(type(op), composites.write)(op, e)
    except TensorIRError as error:
        message = error.diagnostics[0].message
        raise TensorIRError(message if message.startswith(op.NAME) else f"{op.NAME}: {message}", op.loc) from None


def _returned(yields: Sequence[Value], e: Emitter) -> str:
    return f" {e.typed(yields)}" if yields else ""


def _on(devices: Sequence[str], i: int) -> str:
    return f" {{iree.abi.affinity = {device_text(devices[i])}}}" if i < len(devices) and devices[i] else ""
