"""linalg.pack and linalg.unpack; LLVM 19 calls them tensor.pack and tensor.unpack."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly.common import i64s, indices, integers, mixed, segments
from tensorir.mlir.reader.assembly.tensor import ranked
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.syntax import Attribute, SSAValue


def _pack(p: OpParser, op: str) -> Parsed:
    """`linalg.pack %s padding_value(%x : type) outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [8, %t]
    into %d {…} : type -> type`."""
    lex = p.lex
    source = p.use()
    padding: tuple[SSAValue, ...] = ()
    if lex.accept("padding_value"):
        lex.expect("(")
        use = p.use()
        lex.expect(":", "and the padding's type")
        padding = (p.resolve(use, p.type()),)
        lex.expect(")")
    return _packed(p, source, padding, "linalg.pack")


def _unpack(p: OpParser, op: str) -> Parsed:
    """`linalg.unpack %s outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [8, %t] into %d {…} :
    type -> type`."""
    return _packed(p, p.use(), (), "linalg.unpack")


def _packed(p: OpParser, source: Use, padding: tuple[SSAValue, ...], name: str) -> Parsed:
    """What both have in common, from `outer_dims_perm` on."""
    lex = p.lex
    attributes: dict[str, Attribute] = {}
    if lex.accept("outer_dims_perm"):
        lex.expect("=")
        permutation = integers(p)
        if permutation:
            attributes["outer_dims_perm"] = i64s(permutation)
    lex.expect("inner_dims_pos")
    lex.expect("=")
    attributes["inner_dims_pos"] = i64s(integers(p))
    lex.expect("inner_tiles")
    lex.expect("=")
    tiles, tile_uses = mixed(p)
    attributes["static_inner_tiles"] = i64s(tiles)
    lex.expect("into", "and the destination")
    target = p.use()
    attributes |= p.optional_attr_dict()
    lex.expect(":", "and the types")
    source_type = ranked(p)
    lex.expect("->", "and the type of the result")
    result = ranked(p)
    dynamic = indices(p, tile_uses)
    attributes["operandSegmentSizes"] = segments(1, 1, len(padding), len(dynamic))
    operands = (p.resolve(source, source_type), p.resolve(target, result), *padding, *dynamic)
    return Parsed(operands, (result,), attributes, name=name)


ASSEMBLY: Mapping[str, Assembly] = {
    "linalg.pack": _pack,
    "linalg.unpack": _unpack,
    "tensor.pack": _pack,
    "tensor.unpack": _unpack,
}
