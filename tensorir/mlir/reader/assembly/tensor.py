"""tensor: making, reading and reshaping tensors. Slices and ops with a region are in `slices`, packing in `packing`."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import (
    i64s,
    indices,
    integers,
    mixed,
    number,
    read_integer,
    resolve_all,
    resolve_each,
)
from tensorir.mlir.reader.assembly.elementwise import cast
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.reader.types import shown
from tensorir.mlir.syntax import INDEX, ArrayAttr, Attribute, IntAttr, RankedTensor, Type, UnitAttr


def ranked(p: OpParser, what: str = "a ranked tensor type") -> RankedTensor:
    """A tensor type with a rank. Raises ParseError at any other."""
    start = p.lex.start
    type = p.type()
    if not isinstance(type, RankedTensor):
        raise p.lex.error(f"expected {what}, found {shown(type)}", start)
    return type


def bracketed(p: OpParser) -> list[Use]:
    """`[%i, %j]`."""
    p.lex.expect("[", "before the indices")
    return p.uses("]")


def _empty(p: OpParser, op: str) -> Parsed:
    """`tensor.empty(%d) {…} : type`."""
    p.lex.expect("(", "before the dynamic sizes")
    uses = p.uses(")")
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    return Parsed(indices(p, uses), (p.type(),), attributes)


def _dim(p: OpParser, op: str) -> Parsed:
    """`tensor.dim {…} %t, %i : type`."""
    attributes = p.optional_attr_dict()
    tensor = p.use()
    p.lex.expect(",", "and the dimension")
    position = p.use()
    attributes |= p.optional_attr_dict()
    p.lex.expect(":", "and the tensor's type")
    return Parsed((p.resolve(tensor, p.type()), p.resolve(position, INDEX)), (INDEX,), attributes)


def _rank(p: OpParser, op: str) -> Parsed:
    """`tensor.rank %t {…} : type`."""
    tensor = p.use()
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the tensor's type")
    return Parsed((p.resolve(tensor, p.type()),), (INDEX,), attributes)


def _extract(p: OpParser, op: str) -> Parsed:
    """`tensor.extract %t[%i, …] {…} : type`."""
    tensor, at = p.use(), bracketed(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the tensor's type")
    type = ranked(p)
    return Parsed((p.resolve(tensor, type), *indices(p, at)), (type.element,), attributes)


def _insert(p: OpParser, op: str) -> Parsed:
    """`tensor.insert %x into %t[%i, …] {…} : type`."""
    scalar = p.use()
    p.lex.expect("into", "and the tensor")
    tensor, at = p.use(), bracketed(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the tensor's type")
    type = ranked(p)
    operands = (p.resolve(scalar, type.element), p.resolve(tensor, type), *indices(p, at))
    return Parsed(operands, (type,), attributes)


def _reassociation(p: OpParser) -> ArrayAttr:
    """`[[0, 1], [2]]`."""
    start = p.lex.start
    groups = p.attribute()
    if not isinstance(groups, ArrayAttr) or not all(map(_is_group, groups.items)):
        raise p.lex.error("expected groups of dims, as in [[0, 1], [2]]", start)
    return groups


def _is_group(attribute: Attribute) -> bool:
    return isinstance(attribute, ArrayAttr) and all(isinstance(item, IntAttr) for item in attribute.items)


def _collapse_shape(p: OpParser, op: str) -> Parsed:
    """`tensor.collapse_shape %t [[0, 1], [2]] {…} : type into type`."""
    tensor = p.use()
    reassociation = _reassociation(p)
    attributes = p.optional_attr_dict()
    source, result = _from_into(p)
    return Parsed((p.resolve(tensor, source),), (result,), {**attributes, "reassociation": reassociation})


def _expand_shape(p: OpParser, op: str) -> Parsed:
    """`tensor.expand_shape %t [[0, 1], [2]] output_shape [%d, 2, 4] {…} : type into type`.

    Texts before LLVM 19 have no `output_shape`: a static one is the result's; a dynamic one is left out, for the groups
    determine it.
    """
    tensor = p.use()
    reassociation = _reassociation(p)
    shape: tuple[int, ...] | None = None
    sizes: list[Use] = []
    if p.lex.accept("output_shape"):
        shape, sizes = mixed(p)
    attributes = p.optional_attr_dict()
    source, result = _from_into(p)
    attributes["reassociation"] = reassociation
    if shape is None and None not in result.shape:
        shape = tuple(size for size in result.shape if size is not None)
    if shape is not None:
        attributes["static_output_shape"] = i64s(shape)
    return Parsed((p.resolve(tensor, source), *indices(p, sizes)), (result,), attributes)


def _from_into(p: OpParser) -> tuple[RankedTensor, RankedTensor]:
    p.lex.expect(":", "and the types")
    source = ranked(p)
    p.lex.expect("into", "and the type of the result")
    return source, ranked(p)


def _reshape(p: OpParser, op: str) -> Parsed:
    """`tensor.reshape %t(%shape) {…} : (type, type) -> type`."""
    tensor = p.use()
    p.lex.expect("(", "before the shape")
    shape = p.use()
    p.lex.expect(")", "after the shape")
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the types")
    start = p.lex.start
    type = p.function_type()
    return Parsed(resolve_each(p, [tensor, shape], type.inputs, start), _one(p, type.results, start), attributes)


def _one(p: OpParser, results: tuple[Type, ...], start: int) -> tuple[Type, ...]:
    if len(results) != 1:
        raise p.lex.error(f"expected one result, found {len(results)}", start)
    return results


def _concat(p: OpParser, op: str) -> Parsed:
    """`tensor.concat dim(1) %a, %b {…} : (type, type) -> type`."""
    lex = p.lex
    lex.expect("dim", "and the dimension")
    lex.expect("(")
    dim = read_integer(p)
    lex.expect(")")
    uses = p.uses()
    attributes = p.optional_attr_dict()
    lex.expect(":", "and the types")
    start = lex.start
    type = p.function_type()
    operands = resolve_each(p, uses, type.inputs, start)
    return Parsed(operands, _one(p, type.results, start), {**attributes, "dim": number(dim)})


def _splat(p: OpParser, op: str) -> Parsed:
    """`tensor.splat %x[%d, …] {…} : type`."""
    scalar = p.use()
    sizes = bracketed(p) if p.lex.text == "[" else []
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    type = ranked(p)
    return Parsed((p.resolve(scalar, type.element), *indices(p, sizes)), (type,), attributes)


def _from_elements(p: OpParser, op: str) -> Parsed:
    """`tensor.from_elements %x, %y {…} : type`."""
    uses = p.uses()
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    type = ranked(p)
    return Parsed(resolve_all(p, uses, type.element), (type,), attributes)


def _gather(p: OpParser, op: str) -> Parsed:
    """`tensor.gather %t[%indices] gather_dims([0, 1]) unique {…} : (type, type) -> type`; tensor.scatter alike."""
    lex = p.lex
    uses = [p.use()]
    if op == "tensor.scatter":
        lex.expect("into", "and the tensor")
        uses.append(p.use())
    lex.expect("[", "before the indices")
    uses.append(p.use())
    lex.expect("]", "after the indices")
    keyword = "scatter_dims" if op == "tensor.scatter" else "gather_dims"
    lex.expect(keyword)
    lex.expect("(")
    attributes: dict[str, Attribute] = {keyword: i64s(integers(p))}
    lex.expect(")")
    if lex.accept("unique"):
        attributes["unique"] = UnitAttr()
    attributes |= p.optional_attr_dict()
    lex.expect(":", "and the types")
    start = lex.start
    type = p.function_type()
    return Parsed(resolve_each(p, uses, type.inputs, start), _one(p, type.results, start), attributes)


ASSEMBLY: Mapping[str, Assembly] = {
    "tensor.empty": _empty,
    "tensor.dim": _dim,
    "tensor.rank": _rank,
    "tensor.extract": _extract,
    "tensor.insert": _insert,
    "tensor.collapse_shape": _collapse_shape,
    "tensor.expand_shape": _expand_shape,
    "tensor.reshape": _reshape,
    "tensor.concat": _concat,
    "tensor.splat": _splat,
    "tensor.from_elements": _from_elements,
    "tensor.gather": _gather,
    "tensor.scatter": _gather,
    "builtin.unrealized_conversion_cast": cast(),
    "tensor.cast": cast(),
    "tensor.bitcast": cast(),
}
