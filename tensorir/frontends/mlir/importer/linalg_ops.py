"""All of linalg, by op name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.frontends.mlir.importer import (
    convolutions,
    elementwise_ops,
    linalg_generic,
    moves,
    packing,
    products,
    random_fill,
)
from tensorir.frontends.mlir.importer.scope import Scope
from tensorir.frontends.mlir.syntax import Operation

OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    **linalg_generic.OPS,
    **products.OPS,
    **convolutions.OPS,
    **elementwise_ops.OPS,
    **moves.OPS,
    **packing.OPS,
    **random_fill.OPS,
}
