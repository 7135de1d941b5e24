"""Generic text of LLVM 19 in today's terms: `tensor.pack` is `linalg.pack`, `linalg.matmul` states its maps,
`linalg.map`'s region has an argument for `outs`, flags that say nothing are there."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from tensorir.mlir.reader.assembly import arith, math
from tensorir.mlir.reader.assembly.common import segments
from tensorir.mlir.reader.assembly.linalg import with_out_argument
from tensorir.mlir.reader.assembly.structured import DEFAULT_MAPS
from tensorir.mlir.reader.parser import Current, Parsed
from tensorir.mlir.syntax import Attribute


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


CURRENT: Mapping[str, Current] = {
    **{name: _with_defaults(defaults) for name, defaults in {**arith.DEFAULTS, **math.DEFAULTS}.items()},
    **{name: _with_defaults({"indexing_maps": maps}) for name, maps in DEFAULT_MAPS.items()},
    "tensor.pack": _pack,
    "tensor.unpack": _unpack,
    "linalg.map": _map,
}
"""Per op what brings its generic form to the current one; others are as they are."""
