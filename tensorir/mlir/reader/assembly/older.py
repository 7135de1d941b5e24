"""Text of older versions in today's terms. Pretty: the ops of `renamed`. Generic: those, and what LLVM 19 writes:
`tensor.pack` is `linalg.pack`, `linalg.matmul` states its maps, `linalg.map`'s region has an argument for `outs`, flags
that say nothing are there."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from tensorir.mlir.reader.assembly import arith, math
from tensorir.mlir.reader.assembly.common import indices, mixed, segments
from tensorir.mlir.reader.assembly.linalg import with_out_argument
from tensorir.mlir.reader.assembly.renamed import RENAMED
from tensorir.mlir.reader.assembly.structured import DEFAULT_MAPS
from tensorir.mlir.reader.assembly.tensor import ranked
from tensorir.mlir.reader.parser import Assembly, Current, OpParser, Parsed
from tensorir.mlir.syntax import DYNAMIC, Attribute


def _with_defaults(defaults: Mapping[str, Attribute]) -> Current:
    return lambda parsed: evolve(parsed, attributes={**defaults, **parsed.attributes})


def _pack(parsed: Parsed) -> Parsed:
    return evolve(parsed, name="linalg.pack")


def _unpack(parsed: Parsed) -> Parsed:
    """What follows source and destination are the dynamic tiles: LLVM 19 does not count them."""
    counted = {"operandSegmentSizes": segments(1, 1, 0, max(0, len(parsed.operands) - 2))}
    return evolve(parsed, name="linalg.unpack", attributes={**counted, **parsed.attributes})


def _map(parsed: Parsed) -> Parsed:
    for block in (block for region in parsed.regions for block in region):
        with_out_argument(block, parsed.operands)
    return parsed


def _init_tensor(p: OpParser, op: str) -> Parsed:
    """`linalg.init_tensor [%d, 4] {…} : type`: the sizes stand in the type, too."""
    start = p.lex.start
    static, uses = mixed(p)
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    type = ranked(p)
    if static != tuple(DYNAMIC if size is None else size for size in type.shape):
        raise p.lex.error(f"the sizes are not those of {type}", start)
    return Parsed(indices(p, uses), (type,), attributes, name=RENAMED[op])


def _uncounted(parsed: Parsed) -> Parsed:
    """`linalg.init_tensor` in generic form: its sizes are those of its type."""
    attributes = {name: value for name, value in parsed.attributes.items() if name != "static_sizes"}
    return evolve(parsed, attributes=attributes)


def renamed(assembly: Mapping[str, Assembly]) -> Mapping[str, Assembly]:
    """The pretty forms of ops under their older names, `assembly` being those of today."""
    alike = {old: _by_name(assembly[new], new) for old, new in RENAMED.items() if new != "tensor.empty"}
    return {**alike, "linalg.init_tensor": _init_tensor}


def _by_name(read: Assembly, name: str) -> Assembly:
    return lambda p, op: evolve(read(p, name), name=name)


def _generic_by_name(name: str) -> Current:
    return lambda parsed: evolve(_LLVM_19[name](parsed) if name in _LLVM_19 else parsed, name=name)


_LLVM_19: Mapping[str, Current] = {
    **{name: _with_defaults(defaults) for name, defaults in {**arith.DEFAULTS, **math.DEFAULTS}.items()},
    **{name: _with_defaults({"indexing_maps": maps}) for name, maps in DEFAULT_MAPS.items()},
    "tensor.pack": _pack,
    "tensor.unpack": _unpack,
    "linalg.map": _map,
}
CURRENT: Mapping[str, Current] = {
    **_LLVM_19,
    **{old: _generic_by_name(new) for old, new in RENAMED.items()},
    "linalg.init_tensor": lambda parsed: evolve(_uncounted(parsed), name=RENAMED["linalg.init_tensor"]),
}
"""Per op what brings its generic form to the current one; others are as they are."""
