"""linalg's structured ops, `linalg.generic` included: one reader for all of them, whatever their name.

`linalg.<name> <kind> indexing_maps = [maps] <{properties}> {attributes} ins(values : types) outs(values : types)
attrs = {attributes} { region } {attributes} -> types`, each part optional but for `outs`; which parts an op may have,
its name says.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.affine import identity, select
from tensorir.mlir.reader.assembly.common import enum_attr, enum_word, group, segments, strings_as_enums
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import AffineMapAttr, ArrayAttr, Attribute, DictAttr, RankedTensor, SSAValue, Type


def _maps_of(*dims: tuple[int, ...], count: int) -> ArrayAttr:
    return ArrayAttr(tuple([AffineMapAttr(select(count, d)) for d in dims]))


DEFAULT_MAPS: Mapping[str, ArrayAttr] = {
    "linalg.matmul": _maps_of((0, 2), (2, 1), (0, 1), count=3),
    "linalg.batch_matmul": _maps_of((0, 1, 3), (0, 3, 2), (0, 1, 2), count=4),
    "linalg.batch_reduce_matmul": _maps_of((0, 1, 3), (0, 3, 2), (1, 2), count=4),
}
"""The ops whose maps may be given, and what they are if not."""

_WITH_MAPS = frozenset({*DEFAULT_MAPS, "linalg.contract", "linalg.scaled_contract", "linalg.elementwise"})

_KINDS = (
    *("exp", "log", "abs", "ceil", "floor", "negf", "reciprocal", "round", "sqrt", "rsqrt", "square", "tanh", "erf"),
    *("sin", "cos", "tan", "acos", "acosh", "asin", "asinh", "atan", "atanh", "log10", "log1p", "log2"),
    *("add", "sub", "mul", "div", "div_unsigned", "max_signed", "min_signed", "max_unsigned", "min_unsigned", "powf"),
    "select",
)


def structured(p: OpParser, op: str) -> Parsed:
    """A named op: its region is not written. Raises ParseError."""
    lex = p.lex
    attributes: dict[str, Attribute] = {}
    if lex.text == "indexing_maps":
        attributes["indexing_maps"] = _maps(p, op)
    attributes |= _before_operands(p, attributes)
    return _operands(p, op, attributes)


def _elementwise(p: OpParser, op: str) -> Parsed:
    """`linalg.elementwise <add>` or `kind=#linalg.elementwise_kind<add>`, then as the named ops."""
    lex = p.lex
    if lex.accept("kind"):
        lex.expect("=")
        if lex.text != "#linalg.elementwise_kind":
            raise lex.error(f"expected #linalg.elementwise_kind<…>, found {lex.found()}")
        lex.advance()
    lex.expect("<", "before the kind")
    kind = enum_word(p, "kind of linalg.elementwise", _KINDS)
    lex.expect(">", "after the kind")
    parsed = structured(p, op)
    parsed.attributes["kind"] = enum_attr("linalg.elementwise_kind", kind)
    if "indexing_maps" not in parsed.attributes:
        out = parsed.operands[-1].type
        rank = len(out.shape) if isinstance(out, RankedTensor) else 0
        maps = (AffineMapAttr(identity(rank)),) * len(parsed.operands)
        parsed.attributes["indexing_maps"] = ArrayAttr(maps)
    return parsed


def _maps(p: OpParser, op: str) -> ArrayAttr:
    """`indexing_maps = [map, …]`."""
    lex = p.lex
    if op not in _WITH_MAPS:
        raise lex.error(f"the maps of {op} follow from its name: others need linalg.generic")
    lex.advance()
    lex.expect("=")
    lex.expect("[")
    maps = [p.affine_map()]
    while lex.accept(","):
        maps.append(p.affine_map())
    lex.expect("]", "after the maps")
    return ArrayAttr(tuple(maps))


def _before_operands(p: OpParser, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """`<{properties}>` and `{attributes}` where they stand before `ins`, without a name of `attributes`."""
    lex = p.lex
    properties: dict[str, Attribute] = {}
    if lex.accept("<"):
        properties = _new(p, attributes, lex.start)
        lex.expect(">", "after properties")
    return properties | _new(p, {**attributes, **properties}, lex.start)


def _new(p: OpParser, attributes: Mapping[str, Attribute], start: int) -> dict[str, Attribute]:
    """An attribute dictionary, if there is one, that repeats nothing of `attributes`."""
    found = p.optional_attr_dict()
    for name in found:
        if name in attributes or name in ("operandSegmentSizes", "indexing_maps", "iterator_types"):
            raise p.lex.error(f"the attribute '{name}' is given twice, or does not belong here", start)
    return found


def _operands(p: OpParser, op: str, attributes: dict[str, Attribute]) -> Parsed:
    """`ins(…) outs(…) {…} -> types`."""
    lex = p.lex
    ins, outs = ins_outs(p)
    attributes |= _new(p, attributes, lex.start)
    if op in DEFAULT_MAPS and "indexing_maps" not in attributes:
        attributes["indexing_maps"] = DEFAULT_MAPS[op]
    attributes["operandSegmentSizes"] = segments(len(ins), len(outs))
    return Parsed(ins + outs, arrow_types(p, op, outs), attributes)


def ins_outs(p: OpParser) -> tuple[tuple[SSAValue, ...], tuple[SSAValue, ...]]:
    """`ins(values : types) outs(values : types)`; `ins` may be missing. Raises ParseError if `outs` is or is empty."""
    ins = group(p, "ins") if p.lex.text == "ins" else ()
    start = p.lex.start
    outs = group(p, "outs")
    if not outs:
        raise p.lex.error("expected at least one value in outs(…)", start)
    return ins, outs


def arrow_types(p: OpParser, op: str, outs: tuple[SSAValue, ...]) -> tuple[Type, ...]:
    """`-> types`: nothing where the op writes into memory. Raises ParseError unless there is one per tensor in outs."""
    lex = p.lex
    start = lex.start
    types = p.result_types() if lex.accept("->") else ()
    tensors = [v for v in outs if isinstance(v.type, RankedTensor)]
    if len(types) != len(tensors):
        counts = f"{len(types)} results for {len(tensors)} tensors in outs(…)"
        raise lex.error(f"{op} has {counts}", start)
    return types


def _generic(p: OpParser, op: str) -> Parsed:
    """`linalg.generic {indexing_maps = …, iterator_types = …} ins(…) outs(…) attrs = {…} { region } -> types`. The
    first dictionary may stand behind an alias."""
    lex = p.lex
    start, found = lex.start, lex.found()
    first = p.attribute() if lex.text == "{" or lex.kind == "attr" else None
    if not isinstance(first, DictAttr):
        raise lex.error(f"expected '{{' and indexing_maps, iterator_types, found {found}", start)
    attributes = dict(first.entries)
    for name in ("indexing_maps", "iterator_types"):
        if name not in attributes:
            raise lex.error(f"linalg.generic lacks {name}", start)
    attributes["iterator_types"] = strings_as_enums(attributes["iterator_types"], "linalg.iterator_type")
    attributes |= _before_operands(p, attributes)
    ins, outs = ins_outs(p)
    if lex.accept("attrs"):
        lex.expect("=")
        if lex.text != "{":
            raise lex.error(f"expected '{{' after 'attrs =', found {lex.found()}")
        attributes |= _new(p, attributes, lex.start)
    region = p.region()
    attributes["operandSegmentSizes"] = segments(len(ins), len(outs))
    return Parsed(ins + outs, arrow_types(p, op, outs), attributes, (region,))


ASSEMBLY: Mapping[str, Assembly] = {
    "linalg.generic": _generic,
    "linalg.elementwise": _elementwise,
    "linalg.*": structured,
}
