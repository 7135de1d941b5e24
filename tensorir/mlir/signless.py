"""Programs as MLIR can say them: integers without a sign, literals as numbers of their type.

MLIR's integers have no sign; its ops have one (arith.divui). `signless` says the same in the core: an unsigned tensor
becomes a signed one of the same bits, and an op that is different for unsigned numbers reads its operands through a
cast. Where MLIR has one spelling and the core two (a literal `1` for a float, `add` of booleans, which is `xor`, a cast
to i1, which is `ne`, gather_nd from a vector, which is gather, the size of a dim, which is a size wherever it was
asked for), it is that one.

Law: what is read from the text of `m` is isomorphic to `signless(m)`.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve

from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.packing import Pack
from tensorir.dialects.tensor import Constant, DimOp, Gather, GatherNd, Pad, Size
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DTYPES, DType, f32, i64
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, apply, arg, cast, const, rewritten, with_operands
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir.expansions import shifted, unsigned_power

AGNOSTIC = frozenset(
    {"add", "sub", "mul", "and", "or", "xor", "shl", "eq", "ne", "select", "neg", "ctpop", "ctlz", "cttz"}
)
"""Functions of integers that are the same whatever the sign."""


def signless(module: Module) -> Module:
    """The module without unsigned element types. Functions keep their order and names."""
    return module.replace(
        globals=[_global(g) for g in module.globals],
        executables=[e.with_region(_region(e.body)) for e in module.executables],
        functions=[_function(f) for f in module.functions],
    )


def signed(dtype: DType) -> DType:
    """The type of the same bits that MLIR has."""
    return DTYPES["i" + dtype.name[1:]] if dtype.kind == "unsigned" else dtype


def _function(f: Function) -> Function:
    body = _region(f.body)
    integers = any(t.dtype.is_integer and t.dtype.kind != "bool" for t in body.arg_types)
    return evolve(f, body=body, signless=integers and not f.private)


def _global(symbol: Global) -> Global:
    value = symbol.value
    if isinstance(value, Region):
        value = _region(value)
    elif isinstance(value, Dense):
        value = _data(value)
    return evolve(symbol, type=_attribute(symbol.type), value=value)


def _region(region: Region) -> Region:
    env = {a: Value(_attribute(a.type), a.hint) for a in region.args}
    args = tuple(env.values())
    ops: list[Op] = []
    sizes: dict[Dim, Value] = {}
    for op in region.ops:
        if isinstance(op, DimOp | Size):
            env[op.result] = _size(op, sizes, ops)
            continue
        operands = [env[v] for v in op.operands]
        if isinstance(op, GatherNd):
            operands = [operands[0], *(_index(v, n, ops) for v, n in zip(op.indices, operands[1:], strict=True))]
            if len(op.indices) == 1:
                op = Gather(op.source, op.indices[0], loc=op.loc, results=op.results)
        changes = {name: _attribute(getattr(op, name)) for name in op.ATTRIBUTES}
        changes |= {name: _region(getattr(op, name)) for name in op.REGIONS}
        if name := _LITERALS.get(type(op), ""):
            changes[name] = _literal(changes[name], _element(op))
        made = op.evolve(operands, **changes)
        ops.append(made)
        env.update(zip(op.results, made.results, strict=True))
    return Region(args, tuple(ops), tuple(env[y] for y in region.yields))


def _size(op: DimOp | Size, sizes: dict[Dim, Value], ops: list[Op]) -> Value:
    """A size known when it is written is a constant; another is computed once, where it is first asked for."""
    size = op.size if isinstance(op, Size) else op.source.type.shape[op.index]
    if size in sizes:
        return sizes[size]
    constant = Constant(Dense.own(np.array(size, np.int64)), loc=op.loc) if isinstance(size, int) else None
    made: Op = constant or Size(size, loc=op.loc)
    ops.append(made)
    if constant is None:
        sizes[size] = made.results[0]
    return made.results[0]


_LITERALS: Mapping[type[Op], str] = {Fill: "value", Pad: "value", Pack: "padding"}


def _element(op: Op) -> DType:
    return op.results[0].type.dtype


def _literal(value: ScalarValue, dtype: DType) -> ScalarValue:
    """The number as an element of its type: 1.0 for a float."""
    number = const(value, dtype).value
    if dtype.is_float:
        return float(dtype.numpy.type(number))
    return _wrapped(int(number), dtype) if dtype.kind == "unsigned" else number


def _wrapped(value: int, dtype: DType) -> int:
    return value - (1 << dtype.bits) if value >> (dtype.bits - 1) else value


def _index(old: Value, new: Value, ops: list[Op]) -> Value:
    """Positions: unsigned ones are converted first."""
    if old.type.dtype.kind != "unsigned":
        return new
    body = cast(cast(arg(0, new.type.dtype), old.type.dtype), i64)
    made = Generic((new,), (identity(new.type.rank),) * 2, ScalarBody((new.type.dtype,), body))
    ops.append(made)
    return made.result


def _attribute(value: Any) -> Any:
    match value:
        case TensorType():
            return evolve(value, dtype=signed(value.dtype)) if value.dtype.kind == "unsigned" else value
        case DType():
            return signed(value)
        case ScalarBody():
            return _body(value)
        case Dense():
            return _data(value)
        case tuple():
            return tuple(map(_attribute, typing.cast("tuple[Any, ...]", value)))
        case _:
            return value


def _data(data: Dense) -> Dense:
    return Dense(data.array.view(signed(data.dtype).numpy)) if data.dtype.kind == "unsigned" else data


def _body(body: ScalarBody) -> ScalarBody:
    return ScalarBody(tuple(map(signed, body.args)), rewritten(rewritten(body.result, _spelled), _node))


_OF_BOOLEANS: Mapping[str, str] = {"add": "xor", "sub": "xor", "mul": "and", "min": "and", "max": "or"}


def _spelled(node: Scalar, operands: Sequence[Scalar]) -> Scalar:
    """Functions of booleans and of unsigned integers by the names that MLIR's ops are read as."""
    match node.dtype.kind, node.fn:
        case ("bool", "neg" | "abs") | ("unsigned", "abs"):
            return operands[0]
        case "bool", fn if fn in _OF_BOOLEANS:
            return apply(_OF_BOOLEANS[fn], *operands)
        case "bool", "cast" if operands[0].dtype.kind != "bool":
            return apply("ne", operands[0], const(0, operands[0].dtype))
        case "float", "cast" if operands[0].dtype.is_float and operands[0].dtype.bits == node.dtype.bits:
            return cast(cast(operands[0], f32), node.dtype)  # f16 and bf16 have only f32 between them
        case "unsigned", "floordiv":
            return apply("div", *operands)
        case "unsigned", "shl" | "shr":
            return shifted(with_operands(node, operands))
        case "unsigned", "ipow":
            return unsigned_power(node, operands)
        case _:
            return with_operands(node, operands)


def _node(node: Scalar, operands: Sequence[Scalar]) -> Scalar:
    """A node of signed type; `operands` are signed already."""
    dtype = signed(node.dtype)
    sources = [o.dtype for o in node.operands]
    unsigned = node.dtype.kind == "unsigned" or any(t.kind == "unsigned" for t in sources)
    if not unsigned:
        return with_operands(node, operands)
    match node.fn:
        case "arg":
            return arg(node.index, dtype)
        case "const":
            return const(_wrapped(int(node.value), node.dtype), dtype)
        case "bitcast":
            return operands[0]
        case "cast":
            return _cast(operands[0], sources[0], node.dtype)
        case fn if fn in AGNOSTIC:
            return _apply(node, operands)
        case _:
            return cast(_apply(node, [cast(o, t) for o, t in zip(operands, sources, strict=True)]), dtype)


def _apply(node: Scalar, operands: Sequence[Scalar]) -> Scalar:
    return apply(node.fn, *operands)


def _cast(x: Scalar, source: DType, target: DType) -> Scalar:
    """A conversion of `x`, which holds a `source`, to a `target` held in the signed type."""
    if target.is_float or source.is_float:
        return cast(cast(cast(x, source), target), signed(target))
    if target.bits <= source.bits:
        return cast(x, signed(target))
    return cast(cast(x, source), signed(target))
