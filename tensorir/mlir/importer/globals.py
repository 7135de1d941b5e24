"""Globals: util.global and ml_program.global with their data, initializers and parameters; their loads and stores."""

from __future__ import annotations

import re

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Fill
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError
from tensorir.ir.module import Global, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.mlir.importer.attributes import symbol
from tensorir.mlir.importer.ops.constants import SMALL_BYTES, dense, static_shape, uniform
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.scalars.table import literal
from tensorir.mlir.importer.scope import Scope, scalar_array
from tensorir.mlir.importer.states import States
from tensorir.mlir.importer.types import element_type, ranked
from tensorir.mlir.syntax import (
    ArrayAttr,
    Attribute,
    DenseAttr,
    DialectAttr,
    FloatAttr,
    IntAttr,
    OpaqueType,
    Operation,
    RankedTensor,
    ResourceAttr,
    StringAttr,
    Type,
    TypeAttr,
)

_PARAMETER = re.compile(r'\s*"([^"\\]*+)"\s*(?:::\s*"([^"\\]*+)"\s*)?(?::.*)?', re.DOTALL)

GLOBALS = ("util.global", "ml_program.global")


def convert_global(op: Operation, name: str, program: ImportState) -> None:
    """Adds the global, or the reason why it can't be used. Raises InferError for a malformed one."""
    type = op.attributes.get("type")
    if not isinstance(type, TypeAttr):
        raise InferError("needs the attribute type")
    value = op.attributes.get("initial_value", op.attributes.get("value"))
    if isinstance(type.type, OpaqueType):
        program.unusable[name] = f"has the type {type.type}, which is not a tensor"
    elif value is None:
        program.unusable[name] = "has no value"
    else:
        core = global_type(type.type)
        made = _extern(op, name) if value == DialectAttr("ml_program.extern") else _value(value, core)
        data = _data(value, core, program) if made is None else made
        program.globals[name] = Global(name, core, data, op.loc, mutable=is_mutable(op))


def is_mutable(op: Operation) -> bool:
    """Whether a global may be stored to by functions."""
    return "is_mutable" in op.attributes


def _extern(op: Operation, name: str) -> Parameter:
    """Returns the parameter of a global without data: as named by our writer, or else after the global."""
    found = op.attributes.get("tensorir_parameter")
    names = [s.value for s in found.items if isinstance(s, StringAttr)] if isinstance(found, ArrayAttr) else ["", name]
    if len(names) != 2:
        raise InferError("tensorir_parameter must be the name of a scope and that of a parameter")
    return Parameter(names[0], names[1])


def global_type(type: Type) -> TensorType:
    """Returns the core type of a global, which has static sizes and no encoding."""
    if not isinstance(type, RankedTensor):
        return TensorType((), element_type(type))
    if type.encoding is not None:
        raise InferError("globals with an encoding are not supported")
    shape = tuple(d for d in type.shape if d is not None)
    if len(shape) != len(type.shape):
        raise InferError(f"a global needs static sizes, got {type}")
    return TensorType(shape, element_type(type))


def _value(value: Attribute, type: TensorType) -> Parameter | Dense | None:
    """Returns a value that needs no data from the text."""
    match value:
        case IntAttr() | FloatAttr():
            if type.rank:
                raise InferError(f"a number as the value of {type}")
            return Dense.own(scalar_array(literal(value, type.dtype), type.dtype))
        case DialectAttr(name="flow.parameter.named" | "stream.parameter.named" as kind, text=text):
            found = _PARAMETER.fullmatch(text)
            if found is None:
                raise InferError(f'#{kind}<{text}> must be <"scope"::"key"> or <"key">')
            return Parameter(found[1], found[2]) if found[2] is not None else Parameter("", found[1])
        case _:
            return None


def _data(value: Attribute, type: TensorType, program: ImportState) -> Dense | Region:
    if not isinstance(value, DenseAttr | ResourceAttr):
        what = f"#{value.name}" if isinstance(value, DialectAttr) else "this value"
        raise InferError(f"{what} is not supported as the value of a global")
    if (static_shape(value), element_type(ranked(value.type))) != (type.shape, type.dtype):
        raise InferError(f"its type is {type}, that of its value {value.type}")
    element = uniform(value)
    if isinstance(value, DenseAttr) and element is not None and value.array.size * type.dtype.itemsize > SMALL_BYTES:
        op: Op = Fill(element, type)
        return Region((), (op,), op.results)
    return dense(value, program)


def load(op: Operation, scope: Scope) -> None:
    """Returns the value of a global. Raises InferError with the reason for one that was left out."""
    name = symbol(op, "global")
    found = scope.program.globals.get(name)
    if found is None:
        why = scope.program.unusable.get(name)
        raise InferError(f"@{name} {why}" if why else f"there is no global @{name}")
    if found.mutable:
        scope.bind(op.results[0], _states(name, scope).load(name))
        return
    scope.bind(op.results[0], scope.add(GlobalLoad(name, found.type, loc=scope.loc)).result)


def store(op: Operation, scope: Scope) -> None:
    """Records what an initializer stores to a global, or a function to a state."""
    name = symbol(op, "global")
    if scope.stores is None:
        found = scope.program.globals.get(name)
        if found is None:
            raise InferError(f"@{name} {scope.program.unusable.get(name, 'is no global')}")
        if not found.mutable:
            raise InferError(f"@{name} can only be stored to by an initializer, because it is not mutable")
        value = scope.tensor(op.operands[0])
        if value.type.rank == found.type.rank:
            value = scope.with_shape(value, found.type.shape)
        _states(name, scope).store(name, value)
        return
    if name in scope.stores:
        raise InferError(f"@{name} is stored to twice")
    scope.stores[name] = scope.tensor(op.operands[0])


def _states(name: str, scope: Scope) -> States:
    """The states of the function. Raises InferError where there is none."""
    if scope.states is None:
        raise InferError(f"@{name} is mutable: only the body of a function loads and stores it")
    return scope.states


def stored(op: Operation) -> str | None:
    """Returns the global that `op` stores to, if it is a store."""
    return symbol(op, "global") if op.name in _STORES else None


_STORES = ("util.global.store", "ml_program.global_store")

OPS = {
    "util.global.load": load,
    "ml_program.global_load": load,
    "ml_program.global_load_const": load,
    **dict.fromkeys(_STORES, store),
}
