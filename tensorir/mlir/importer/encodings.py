"""Encodings of tensor types: IREE's `#iree_encoding.encoding`, and `{tensorir.encoding = "…"}` for those with views."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from tensorir.encoding.encoding import NARROW, ROLES, ContractionSpace, Encoding
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.types import TypeEncoding
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.syntax import (
    DYNAMIC,
    AffineMapAttr,
    ArrayAttr,
    Attribute,
    DialectAttr,
    DictAttr,
    IntAttr,
    StringAttr,
    TypeAttr,
)
from tensorir.text.encodings import encoding
from tensorir.text.lexer import Lexer


def type_encoding(attribute: Attribute) -> TypeEncoding:
    """Returns the encoding in a tensor type. Raises InferError naming one that is not supported."""
    match attribute:
        case DictAttr(entries=entries) if isinstance(text := entries.get(OWN), StringAttr) and len(entries) == 1:
            return _own_encoding(text.value)
        case DialectAttr(name="iree_encoding.encoding", params=params):
            return _contraction_encoding(params)
        case DialectAttr(name=name):
            raise InferError(
                f"the encoding #{name} is not supported; supported is #iree_encoding.encoding<…> of a matmul"
            )
        case _:
            raise InferError(f'an encoding must be #iree_encoding.encoding<…> or {{{OWN} = "…"}}')


OWN = "tensorir.encoding"
"""Returns the entry of a dictionary, which is the only form of encodings that every MLIR tool accepts."""


def _own_encoding(text: str) -> TypeEncoding:
    try:
        lex = Lexer(text)
        found = encoding(lex)
        lex.expect_end()
    except TensorIRError as e:
        raise InferError(f"{OWN}: {e.diagnostics[0].message}") from None
    return found


def _contraction_encoding(params: Mapping[str, Attribute]) -> Encoding:
    kind = params.get("op_type")
    if not isinstance(kind, StringAttr) or kind.value != "matmul":
        name = kind.value if isinstance(kind, StringAttr) else "none"
        raise InferError(f"#iree_encoding.encoding: the op_type {name} is not supported; supported is matmul")
    if unknown := set(params) - _KNOWN:
        raise InferError(f"#iree_encoding.encoding: the parameter {min(unknown)} is not supported")
    index = params.get("operand_index")
    if not isinstance(index, IntAttr) or not 0 <= index.value < len(ROLES):
        raise InferError("#iree_encoding.encoding: operand_index must be 0, 1 or 2")
    maps = tuple(map(_map, _items(params, "user_indexing_maps")))
    types = tuple(map(_type, _items(params, "element_types")))
    if len(maps) != len(ROLES) or len(types) != len(ROLES) or len({m.num_dims for m in maps}) > 1:
        raise InferError("#iree_encoding.encoding: a matmul has three maps of the same dims and three element types")
    if not all(m.is_projected_permutation for m in maps):
        raise InferError("#iree_encoding.encoding: the maps must be projected permutations")
    wide = ContractionSpace((maps[0], maps[1], maps[2]), (types[0], types[1], types[2]), (None,) * maps[0].num_dims)
    return Encoding(evolve(wide, narrow=_narrow(wide, params)), ROLES[index.value])


_KNOWN = {"operand_index", "op_type", "element_types", "user_indexing_maps", "iteration_sizes"}


def _narrow(space: ContractionSpace, params: Mapping[str, Attribute]) -> tuple[int | None, ...]:
    """Returns the static sizes of M and N that are small enough to affect tiles."""
    if "iteration_sizes" not in params:
        return space.narrow
    sizes = _items(params, "iteration_sizes")
    if len(sizes) != len(space.narrow) or not all(isinstance(s, IntAttr) for s in sizes):
        raise InferError("#iree_encoding.encoding: iteration_sizes must have one size per iteration dim")
    values = [s.value for s in sizes if isinstance(s, IntAttr)]
    parallel = {*space.m, *space.n}
    return tuple(s if d in parallel and s != DYNAMIC and s <= NARROW else None for d, s in enumerate(values))


def _items(params: Mapping[str, Attribute], name: str) -> tuple[Attribute, ...]:
    found = params.get(name)
    if not isinstance(found, ArrayAttr):
        raise InferError(f"#iree_encoding.encoding: needs the list {name}")
    return found.items


def _map(attribute: Attribute) -> AffineMap:
    match attribute:
        case AffineMapAttr(num_symbols=0, map=map):
            return map
        case ArrayAttr(items=(AffineMapAttr(num_symbols=0, map=map),)):
            return map
        case ArrayAttr():
            raise InferError("#iree_encoding.encoding: several maps for one operand are not supported")
        case _:
            raise InferError("#iree_encoding.encoding: user_indexing_maps must be affine maps without symbols")


def _type(attribute: Attribute) -> DType:
    if not isinstance(attribute, TypeAttr):
        raise InferError("#iree_encoding.encoding: element_types must be types")
    return element_type(attribute.type)
