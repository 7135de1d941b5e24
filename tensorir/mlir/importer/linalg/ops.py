"""All of linalg, by op name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.mlir.importer.linalg import convolutions, moves, packing, products, random_fill
from tensorir.mlir.importer.linalg import elementwise as elementwise_ops
from tensorir.mlir.importer.linalg import generic as linalg_generic
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation

OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    **linalg_generic.OPS,
    **products.OPS,
    **convolutions.OPS,
    **elementwise_ops.OPS,
    **moves.OPS,
    **packing.OPS,
    **random_fill.OPS,
}
