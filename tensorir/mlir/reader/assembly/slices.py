"""tensor.extract_slice, tensor.insert_slice, tensor.pad, tensor.generate: ops on ranges of indices."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import i64s, indices, mixed, segments, terminator
from tensorir.mlir.reader.assembly.tensor import ranked
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import Attribute, SSAValue, Type, UnitAttr


def _ranges(p: OpParser) -> tuple[dict[str, Attribute], tuple[tuple[SSAValue, ...], ...]]:
    """`[offsets] [sizes] [strides]`: the static lists, and the values of each list."""
    attributes: dict[str, Attribute] = {}
    values: list[tuple[SSAValue, ...]] = []
    start = p.lex.start
    ranks: set[int] = set()
    for name in ("static_offsets", "static_sizes", "static_strides"):
        static, uses = mixed(p)
        attributes[name] = i64s(static)
        values.append(indices(p, uses))
        ranks.add(len(static))
    if len(ranks) != 1:
        raise p.lex.error("offsets, sizes and strides are lists of one length", start)
    return attributes, tuple(values)


def _extract_slice(p: OpParser, op: str) -> Parsed:
    """`tensor.extract_slice %t[offsets] [sizes] [strides] {…} : type to type`."""
    source = p.use()
    attributes, groups = _ranges(p)
    attributes |= p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    operands = [p.resolve(source, ranked(p))]
    p.lex.expect("to", "and the type of the result")
    result = ranked(p)
    return _sliced(operands, groups, result, attributes)


def _insert_slice(p: OpParser, op: str) -> Parsed:
    """`tensor.insert_slice %s into %t[offsets] [sizes] [strides] {…} : type into type`."""
    source = p.use()
    p.lex.expect("into", "and the tensor")
    target = p.use()
    attributes, groups = _ranges(p)
    attributes |= p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    operands = [p.resolve(source, ranked(p))]
    p.lex.expect("into", "and the tensor's type")
    result = ranked(p)
    operands.append(p.resolve(target, result))
    return _sliced(operands, groups, result, attributes)


def _sliced(
    tensors: list[SSAValue],
    groups: tuple[tuple[SSAValue, ...], ...],
    result: Type,
    attributes: dict[str, Attribute],
) -> Parsed:
    operands = (*tensors, *(value for group in groups for value in group))
    attributes["operandSegmentSizes"] = segments(*(1 for _ in tensors), *map(len, groups))
    return Parsed(operands, (result,), attributes)


def _pad(p: OpParser, op: str) -> Parsed:
    """`tensor.pad %t nofold low[…] high[…] { ^bb0(…): tensor.yield %x : type } {…} : type to type`."""
    lex = p.lex
    source = p.use()
    attributes: dict[str, Attribute] = {"nofold": UnitAttr()} if lex.accept("nofold") else {}
    lex.expect("low", "and how much to pad before each dim")
    low, low_uses = mixed(p)
    lex.expect("high", "and how much to pad after each dim")
    high, high_uses = mixed(p)
    attributes["static_low"] = i64s(low)
    attributes["static_high"] = i64s(high)
    attributes["operandSegmentSizes"] = segments(1, len(low_uses), len(high_uses))
    dynamic = (*indices(p, low_uses), *indices(p, high_uses))
    region = p.region()
    attributes |= p.optional_attr_dict()
    lex.expect(":", "and the types")
    operand = p.resolve(source, ranked(p))
    lex.expect("to", "and the type of the result")
    return Parsed((operand, *dynamic), (ranked(p),), attributes, (region,))


def _generate(p: OpParser, op: str) -> Parsed:
    """`tensor.generate %d, … { ^bb0(…): tensor.yield %x : type } {…} : type`."""
    sizes = indices(p, p.uses())
    region = p.region()
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    return Parsed(sizes, (ranked(p),), attributes, (region,))


ASSEMBLY: Mapping[str, Assembly] = {
    "tensor.extract_slice": _extract_slice,
    "tensor.insert_slice": _insert_slice,
    "tensor.pad": _pad,
    "tensor.generate": _generate,
    "tensor.yield": terminator,
}
