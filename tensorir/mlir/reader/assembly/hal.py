"""hal: how IREE's functions take and give tensors, and wait for each other. Dynamic sizes stand in braces after
the type that they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import (
    braced,
    index_number,
    number,
    read_integer,
    resolve_each,
    segments,
)
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import (
    I32,
    INDEX,
    Attribute,
    OpaqueType,
    SSAValue,
    StringAttr,
    Type,
    TypeAttr,
    UnitAttr,
)

_FENCE = OpaqueType("!hal.fence")


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
    _arrow(p)
    return (fence,)


def _arrow(p: OpParser) -> None:
    p.lex.expect("=", "and '=>'")
    p.lex.expect(">")


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
    operands = resolve_each(p, uses, types, start)
    lex.expect(")")
    _arrow(p)
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


def _devices_get(p: OpParser, op: str) -> Parsed:
    """`hal.devices.get %i : !hal.device {…}`."""
    use = p.use()
    p.lex.expect(":", "and the type")
    return Parsed((p.resolve(use, INDEX),), (p.type(),), p.optional_attr_dict())


def _fence_create(p: OpParser, op: str) -> Parsed:
    """`hal.fence.create device(%d : type) flags("None") : type {…}`."""
    lex = p.lex
    lex.expect("device")
    lex.expect("(")
    use = p.use()
    lex.expect(":", "and the device's type")
    device = p.resolve(use, p.type())
    lex.expect(")")
    attributes = _flags(p)
    lex.expect(":", "and the type")
    return Parsed((device,), (p.type(),), {**attributes, **p.optional_attr_dict()})


def _fence_await(p: OpParser, op: str) -> Parsed:
    """`hal.fence.await until([%a, %b]) timeout_millis(%t) flags("None") : i32 {…}`."""
    lex = p.lex
    lex.expect("until")
    lex.expect("(")
    lex.expect("[")
    fences = tuple([p.resolve(use, _FENCE) for use in p.uses("]")])
    lex.expect(")")
    lex.expect("timeout_millis")
    lex.expect("(")
    timeout = p.resolve(p.use(), I32)
    lex.expect(")")
    attributes = _flags(p)
    lex.expect(":", "and the type")
    return Parsed((timeout, *fences), (p.type(),), {**attributes, **p.optional_attr_dict()})


def _flags(p: OpParser) -> dict[str, Attribute]:
    """`flags("None")`: there are no others."""
    lex = p.lex
    lex.expect("flags")
    lex.expect("(")
    start = lex.start
    if lex.string("flags") != "None":
        raise lex.error('the only flags that are known here are "None"', start)
    lex.expect(")")
    return {"flags": number(0)}


ASSEMBLY: Mapping[str, Assembly] = {
    "hal.tensor.import": _tensor_import,
    "hal.tensor.export": _tensor_export,
    "hal.tensor.barrier": _tensor_barrier,
    "hal.buffer_view.dim": _buffer_view_dim,
    "hal.devices.get": _devices_get,
    "hal.fence.create": _fence_create,
    "hal.fence.await": _fence_await,
}
