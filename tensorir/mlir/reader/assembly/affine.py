"""affine and cf: sizes computed by maps, assertions."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import indices
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import I1, INDEX, StringAttr


def _apply(p: OpParser, op: str) -> Parsed:
    """`affine.apply map(%d, …)[%s, …] {…}`; affine.min and affine.max alike."""
    lex = p.lex
    start = lex.start
    map = p.affine_map()
    lex.expect("(", "before the dims")
    dims = p.uses(")")
    symbols = p.uses("]") if lex.accept("[") else []
    if len(dims) != map.map.num_dims or len(symbols) != map.num_symbols:
        wanted = f"{map.map.num_dims} dims and {map.num_symbols} symbols"
        raise lex.error(f"the map takes {wanted}, given are {len(dims)} and {len(symbols)}", start)
    if op == "affine.apply" and len(map.map.results) != 1:
        raise lex.error(f"affine.apply takes a map with one result, this one has {len(map.map.results)}", start)
    return Parsed(indices(p, [*dims, *symbols]), (INDEX,), {**p.optional_attr_dict(), "map": map})


def _assert(p: OpParser, op: str) -> Parsed:
    """`cf.assert %c, "message" {…}`."""
    use = p.use()
    p.lex.expect(",", "and the message")
    message = StringAttr(p.lex.string("the message"))
    return Parsed((p.resolve(use, I1),), attributes={**p.optional_attr_dict(), "msg": message})


ASSEMBLY: Mapping[str, Assembly] = {
    "affine.apply": _apply,
    "affine.min": _apply,
    "affine.max": _apply,
    "cf.assert": _assert,
}
