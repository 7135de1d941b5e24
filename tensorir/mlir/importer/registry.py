"""Which function reads which op of MLIR inside a function's body."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.mlir.importer import globals
from tensorir.mlir.importer.affinities import affinity_of
from tensorir.mlir.importer.counts import check_counts
from tensorir.mlir.importer.linalg import ops as linalg_ops
from tensorir.mlir.importer.ops import (
    arith,
    assertions,
    calls,
    constants,
    control,
    devices,
    encoding,
    gathers,
    generated,
    identities,
    reshapes,
    slices,
    tensor,
)
from tensorir.mlir.importer.scalars import pairs
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.typing import check_types
from tensorir.mlir.syntax import Operation

OpImporter = Callable[[Operation, Scope], None]


def _merged(*tables: Mapping[str, OpImporter]) -> Mapping[str, OpImporter]:
    merged: dict[str, OpImporter] = {}
    for table in tables:
        merged.update({name: _checked(importer) for name, importer in table.items()})
    return merged


def _checked(importer: OpImporter) -> OpImporter:
    def checked(op: Operation, scope: Scope) -> None:
        check_counts(op)
        check_types(op)
        scope.device = affinity_of(op)
        try:
            importer(op, scope)
        finally:
            scope.device = ""

    return checked


IMPORTERS: Mapping[str, OpImporter] = _merged(
    arith.OPS,
    assertions.OPS,
    calls.OPS,
    constants.OPS,
    control.OPS,
    devices.OPS,
    encoding.OPS,
    gathers.OPS,
    generated.OPS,
    globals.OPS,
    identities.OPS,
    linalg_ops.OPS,
    pairs.OPS,
    reshapes.OPS,
    slices.OPS,
    tensor.OPS,
)
"""Op name → importer. Each file of ops has a table `OPS` that is listed here."""
