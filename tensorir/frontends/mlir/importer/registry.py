"""Which function reads which op of MLIR inside a function's body."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensorir.frontends.mlir.importer import linalg_ops
from tensorir.frontends.mlir.importer.scope import Scope
from tensorir.frontends.mlir.syntax import Operation

OpImporter = Callable[[Operation, Scope], None]


def _merged(*tables: Mapping[str, OpImporter]) -> Mapping[str, OpImporter]:
    merged: dict[str, OpImporter] = {}
    for table in tables:
        merged.update(table)
    return merged


IMPORTERS: Mapping[str, OpImporter] = _merged(linalg_ops.OPS)
"""Op name → importer. Each file of ops has a table `OPS` that is listed here."""
