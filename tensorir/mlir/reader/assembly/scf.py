"""scf: branches and loops."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import resolve_each, terminator
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.syntax import I1, INDEX, Attribute, SSAValue, Type


def _if(p: OpParser, op: str) -> Parsed:
    """`scf.if %c -> (types) { … } else { … } {…}`; without results and `else` too."""
    condition = p.resolve(p.use(), I1)
    types = p.result_types() if p.lex.accept("->") else ()
    then = p.region()
    otherwise = p.region() if p.lex.accept("else") else ()
    return Parsed((condition,), types, p.optional_attr_dict(), (then, otherwise))


def _for(p: OpParser, op: str) -> Parsed:
    """`scf.for %i = %a to %b step %c iter_args(%x = %x0) -> (types) : type { … } {…}`."""
    lex = p.lex
    if lex.text == "unsigned":
        raise lex.error("loops over unsigned indices are not supported: use signed ones")
    start, name = lex.start, lex.take("value", "the index of the loop (%name)")
    lex.expect("=", "after the index of the loop")
    bounds = [p.use()]
    for word in ("to", "step"):
        lex.expect(word)
        bounds.append(p.use())
    given = _assigned(p) if lex.accept("iter_args") else []
    results = _types_after(p, "->", given)
    type = p.type() if lex.accept(":") else INDEX
    inputs = _resolved(p, given, results)
    region = p.region([(name, start, type), *((n, s, t) for (n, s, _), t in zip(given, results, strict=True))])
    operands = (*(p.resolve(use, type) for use in bounds), *inputs)
    return Parsed(operands, results, p.optional_attr_dict(), (region,))


def _while(p: OpParser, op: str) -> Parsed:
    """`scf.while (%a = %a0) : (types) -> types { … } do { ^bb0(%b: type): … } attributes {…}`."""
    lex = p.lex
    given = _assigned(p) if lex.text == "(" else []
    lex.expect(":", "before the types of the loop")
    inputs = p.types_in_parentheses()
    lex.expect("->", "before the types of the results")
    results = p.result_types()
    operands = _resolved(p, given, inputs)
    before = p.region([(name, start, t) for (name, start, _), t in zip(given, inputs, strict=True)])
    lex.expect("do", "before the body of the loop")
    after = p.region()
    attributes: dict[str, Attribute] = p.optional_attr_dict() if lex.accept("attributes") else {}
    return Parsed(operands, results, attributes, (before, after))


def _condition(p: OpParser, op: str) -> Parsed:
    """`scf.condition(%c) %a, %b : types`."""
    p.lex.expect("(", "before the condition")
    condition = p.resolve(p.use(), I1)
    p.lex.expect(")", "after the condition")
    parsed = terminator(p, op)
    return Parsed((condition, *parsed.operands), attributes=parsed.attributes)


def _assigned(p: OpParser) -> list[tuple[str, int, Use]]:
    """`(%a = %a0, …)`: the name of each argument of a region, where it stands, and the value that it begins with."""
    lex = p.lex
    lex.expect("(")
    found: list[tuple[str, int, Use]] = []
    while not lex.accept(")"):
        if found:
            lex.expect(",", "or ')'")
        start, name = lex.start, lex.take("value", "an argument of the region (%name)")
        lex.expect("=", "and what it begins with")
        found.append((name, start, p.use()))
    return found


def _types_after(p: OpParser, word: str, given: list[tuple[str, int, Use]]) -> tuple[Type, ...]:
    start = p.lex.start
    types = p.result_types() if p.lex.accept(word) else ()
    if len(types) != len(given):
        raise p.lex.error(f"{len(given)} values are carried, but {len(types)} types are given", start)
    return types


def _resolved(p: OpParser, given: list[tuple[str, int, Use]], types: tuple[Type, ...]) -> tuple[SSAValue, ...]:
    return resolve_each(p, [use for _, _, use in given], types, p.lex.start)


ASSEMBLY: Mapping[str, Assembly] = {
    "scf.if": _if,
    "scf.for": _for,
    "scf.while": _while,
    "scf.condition": _condition,
    "scf.yield": terminator,
}
