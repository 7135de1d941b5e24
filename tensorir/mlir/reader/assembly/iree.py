"""What IREE adds to linalg: flow.tensor, iree_encoding, iree_tensor_ext. Dynamic sizes stand in braces
after the type that they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import braced, indices, segments, typed_value
from tensorir.mlir.reader.assembly.tensor import bracketed, ranked
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.syntax import SSAValue


def _placed(p: OpParser, op: str) -> Parsed:
    """`flow.tensor.transfer %x : type{sizes} to target {…}`; flow.tensor.barrier has `on` for `to`."""
    source = p.use()
    operand, sizes = _sized(p, source)
    p.lex.expect("to" if op == "flow.tensor.transfer" else "on", "and the device")
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
    """`flow.tensor.constant {…} value : type`."""
    attributes = p.optional_attr_dict()
    value, type = typed_value(p)
    return Parsed(results=(type,), attributes={**attributes, "value": value})


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
        raise p.lex.error(f"expected '{{' after encoding_dims, found {p.lex.found()}")
    return braced(p)


def _encoded(p: OpParser, op: str) -> Parsed:
    """`iree_encoding.set_encoding %x encoding_dims{…} {…} : type -> type`; the result of unset_encoding is
    `type{sizes}`."""
    source = p.use()
    dims = _encoding_dims(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    operand = p.resolve(source, ranked(p))
    p.lex.expect("->", "and the type of the result")
    result = ranked(p)
    if op == "iree_encoding.set_encoding":
        return Parsed((operand, *dims), (result,), attributes)
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
    "flow.tensor.transfer": _placed,
    "flow.tensor.barrier": _placed,
    "flow.tensor.tie_shape": _same,
    "flow.tensor.clone": _same,
    "flow.tensor.reshape": _reshaped,
    "flow.tensor.bitcast": _reshaped,
    "flow.tensor.empty": _empty,
    "flow.tensor.splat": _splat,
    "flow.tensor.constant": _constant,
    "flow.tensor.load": _load,
    "iree_encoding.set_encoding": _encoded,
    "iree_encoding.unset_encoding": _encoded,
    "iree_tensor_ext.bitcast": _reshaped,
    "iree_tensor_ext.compute_barrier.start": _compute_barrier,
    "iree_tensor_ext.compute_barrier.end": _compute_barrier,
}
