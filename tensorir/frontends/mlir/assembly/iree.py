"""What IREE adds around linalg: hal.tensor, flow.tensor, iree_encoding, iree_tensor_ext. Dynamic sizes stand in braces
behind the type that they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.frontends.mlir.assembly.common import braced, index_number, indices, read_integer, segments
from tensorir.frontends.mlir.assembly.tensor import bracketed, ranked
from tensorir.frontends.mlir.parser import Assembly, OpParser, Parsed, Use
from tensorir.frontends.mlir.syntax import (
    Attribute,
    DenseAttr,
    OpaqueType,
    ResourceAttr,
    SSAValue,
    StringAttr,
    Type,
    TypeAttr,
    UnitAttr,
)

_FENCE = OpaqueType("!hal.fence")

# -- hal


def _affinity(p: OpParser) -> dict[str, Attribute]:
    """`on(#hal.device.promise<@d>)`, if it is there."""
    if not p.lex.accept("on"):
        return {}
    p.lex.expect("(")
    affinity = p.attribute()
    p.lex.expect(")")
    return {"affinity": affinity}


def _fence(p: OpParser) -> tuple[SSAValue, ...]:
    """`wait(%fence) =>`, if it is there."""
    if not p.lex.accept("wait"):
        return ()
    p.lex.expect("(")
    fence = p.resolve(p.use(), _FENCE)
    p.lex.expect(")")
    p.lex.expect("=", "and '=>'")
    p.lex.expect(">")
    return (fence,)


def _label(p: OpParser) -> dict[str, Attribute]:
    return {"name": StringAttr(p.lex.string())} if p.lex.kind == "string" else {}


def _tensor_import(p: OpParser, op: str) -> Parsed:
    """`hal.tensor.import on(affinity) wait(%fence) => consume %x "name" {…} : type -> encoding as type{sizes}`."""
    lex = p.lex
    attributes = _affinity(p)
    fence = _fence(p)
    if lex.accept("consume"):
        attributes["consume"] = UnitAttr()
    source = p.use()
    attributes |= {**_label(p), **p.optional_attr_dict()}
    lex.expect(":", "and the types")
    operand = p.resolve(source, p.type())
    lex.expect("->", "and the type of the result")
    type, encoding, sizes = _encoded(p)
    attributes["target_encoding"] = TypeAttr(encoding)
    attributes["operandSegmentSizes"] = segments(1, len(sizes), len(fence), 0)
    return Parsed((operand, *sizes, *fence), (type,), attributes)


def _tensor_export(p: OpParser, op: str) -> Parsed:
    """`hal.tensor.export on(affinity) %x "name" {…} : encoding as type{sizes} -> type`."""
    lex = p.lex
    attributes = _affinity(p)
    source = p.use()
    attributes |= {**_label(p), **p.optional_attr_dict()}
    lex.expect(":", "and the types")
    type, encoding, sizes = _encoded(p)
    attributes["source_encoding"] = TypeAttr(encoding)
    lex.expect("->", "and the type of the result")
    return Parsed((p.resolve(source, type), *sizes), (p.type(),), attributes)


def _encoded(p: OpParser) -> tuple[Type, Type, tuple[SSAValue, ...]]:
    """`encoding as type{sizes}` or `type{sizes}`: the type, how it is seen from outside, its dynamic sizes."""
    encoding = type = p.type()
    sizes = braced(p)
    if p.lex.accept("as"):
        type = p.type()
        sizes = sizes or braced(p)
    return type, encoding, sizes


def _tensor_barrier(p: OpParser, op: str) -> Parsed:
    """`hal.tensor.barrier join(%a, %b : type, type) => %fence : type {…}`: its operands."""
    lex = p.lex
    lex.expect("join")
    lex.expect("(")
    uses = p.uses()
    lex.expect(":", "and the operands' types")
    start = lex.start
    types = p.type_list()
    if len(uses) != len(types):
        raise lex.error(f"{len(uses)} operands, but {len(types)} types", start)
    operands = tuple([p.resolve(use, type) for use, type in zip(uses, types, strict=True)])
    lex.expect(")")
    lex.expect("=", "and '=>'")
    lex.expect(">")
    fence = p.use()
    lex.expect(":", "and the fence's type")
    signal = p.resolve(fence, p.type())
    return Parsed((*operands, signal), types, p.optional_attr_dict())


def _buffer_view_dim(p: OpParser, op: str) -> Parsed:
    """`hal.buffer_view.dim<%x : type>[0] : index`."""
    lex = p.lex
    lex.expect("<")
    use = p.use()
    lex.expect(":", "and the type")
    operand = p.resolve(use, p.type())
    lex.expect(">")
    lex.expect("[")
    position = read_integer(p)
    lex.expect("]")
    lex.expect(":", "and the type of the result")
    return Parsed((operand,), (p.type(),), {**p.optional_attr_dict(), "index": index_number(position)})


# -- flow


def _transfer(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.transfer %x : type{sizes} to target {…}`."""
    source = p.use()
    operand, sizes = _sized(p, source)
    p.lex.expect("to", "and the device")
    target = p.attribute()
    return Parsed((operand, *sizes), (operand.type,), {**p.optional_attr_dict(), "target": target})


def _barrier(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.barrier %x : type{sizes} on target {…}`."""
    source = p.use()
    operand, sizes = _sized(p, source)
    p.lex.expect("on", "and the device")
    target = p.attribute()
    return Parsed((operand, *sizes), (operand.type,), {**p.optional_attr_dict(), "target": target})


def _sized(p: OpParser, use: Use) -> tuple[SSAValue, tuple[SSAValue, ...]]:
    """`: type{sizes}`: the value of `use`, which has that type, and the sizes."""
    p.lex.expect(":", "and the type")
    operand = p.resolve(use, ranked(p))
    return operand, braced(p)


def _same(p: OpParser, op: str) -> Parsed:
    """`op %x : type{sizes} {…}`: a tensor of that type."""
    source = p.use()
    operand, sizes = _sized(p, source)
    return Parsed((operand, *sizes), (operand.type,), p.optional_attr_dict())


def _reshaped(p: OpParser, op: str) -> Parsed:
    """`op %x : type{sizes} -> type{sizes} {…}`."""
    source = p.use()
    operand, sizes = _sized(p, source)
    p.lex.expect("->", "and the type of the result")
    result = ranked(p)
    result_sizes = braced(p)
    attributes = p.optional_attr_dict()
    attributes["operandSegmentSizes"] = segments(1, len(sizes), len(result_sizes))
    return Parsed((operand, *sizes, *result_sizes), (result,), attributes)


def _empty(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.empty : type{sizes} {…}`."""
    p.lex.expect(":", "and the type")
    type = ranked(p)
    sizes = braced(p)
    return Parsed(sizes, (type,), p.optional_attr_dict())


def _splat(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.splat %x : type{sizes} {…}`."""
    scalar = p.use()
    p.lex.expect(":", "and the type")
    type = ranked(p)
    operand = p.resolve(scalar, type.element)
    sizes = braced(p)
    return Parsed((operand, *sizes), (type,), p.optional_attr_dict())


def _constant(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.constant {…} dense<…> : type`."""
    attributes = p.optional_attr_dict()
    start = p.lex.start
    value = p.attribute()
    if not isinstance(value, DenseAttr | ResourceAttr):
        raise p.lex.error("expected dense<…> or dense_resource<…>, with its type", start)
    return Parsed(results=(value.type,), attributes={**attributes, "value": value})


def _load(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.load %x[%i, …] : type{sizes} {…}`."""
    source, at = p.use(), bracketed(p)
    p.lex.expect(":", "and the tensor's type")
    type = ranked(p)
    operand = p.resolve(source, type)
    sizes = braced(p)
    positions = indices(p, at)
    attributes = p.optional_attr_dict()
    attributes["operandSegmentSizes"] = segments(1, len(sizes), len(positions))
    return Parsed((operand, *sizes, *positions), (type.element,), attributes)


# -- encodings and barriers


def _encoding_dims(p: OpParser) -> tuple[SSAValue, ...]:
    """`encoding_dims{%m, %n}`, if it is there."""
    if not p.lex.accept("encoding_dims"):
        return ()
    if p.lex.text != "{":
        raise p.lex.error(f"expected '{{' behind encoding_dims, found {p.lex.found()}")
    return braced(p)


def _set_encoding(p: OpParser, op: str) -> Parsed:
    """`iree_encoding.set_encoding %x encoding_dims{…} {…} : type -> type`."""
    source = p.use()
    dims = _encoding_dims(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    operand = p.resolve(source, ranked(p))
    p.lex.expect("->", "and the type of the result")
    return Parsed((operand, *dims), (ranked(p),), attributes)


def _unset_encoding(p: OpParser, op: str) -> Parsed:
    """`iree_encoding.unset_encoding %x encoding_dims{…} {…} : type -> type{sizes}`."""
    source = p.use()
    dims = _encoding_dims(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    operand = p.resolve(source, ranked(p))
    p.lex.expect("->", "and the type of the result")
    result = ranked(p)
    sizes = braced(p)
    attributes["operandSegmentSizes"] = segments(1, len(sizes), len(dims))
    return Parsed((operand, *sizes, *dims), (result,), attributes)


def _compute_barrier(p: OpParser, op: str) -> Parsed:
    """`iree_tensor_ext.compute_barrier.start %x : type{sizes} -> type {…}`."""
    source = p.use()
    operand, sizes = _sized(p, source)
    p.lex.expect("->", "and the type of the result")
    result = ranked(p)
    return Parsed((operand, *sizes), (result,), p.optional_attr_dict())


ASSEMBLY: Mapping[str, Assembly] = {
    "hal.tensor.import": _tensor_import,
    "hal.tensor.export": _tensor_export,
    "hal.tensor.barrier": _tensor_barrier,
    "hal.buffer_view.dim": _buffer_view_dim,
    "flow.tensor.transfer": _transfer,
    "flow.tensor.barrier": _barrier,
    "flow.tensor.tie_shape": _same,
    "flow.tensor.clone": _same,
    "flow.tensor.reshape": _reshaped,
    "flow.tensor.bitcast": _reshaped,
    "flow.tensor.empty": _empty,
    "flow.tensor.splat": _splat,
    "flow.tensor.constant": _constant,
    "flow.tensor.load": _load,
    "iree_encoding.set_encoding": _set_encoding,
    "iree_encoding.unset_encoding": _unset_encoding,
    "iree_tensor_ext.bitcast": _reshaped,
    "iree_tensor_ext.compute_barrier.start": _compute_barrier,
    "iree_tensor_ext.compute_barrier.end": _compute_barrier,
}
