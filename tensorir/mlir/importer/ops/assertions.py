"""cf.assert in functions: kept, unless the condition is known to hold. In bodies: `importer.linalg.bodies`."""

from __future__ import annotations

from tensorir.dialects.func import Assert
from tensorir.mlir.importer.attributes import string
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation


def asserted(op: Operation, scope: Scope) -> None:
    """An assertion of the core, at the place of the op."""
    message = string(op, "msg")
    if not scope.constant(op.operands[0]):
        scope.add(Assert(scope.tensor(op.operands[0]), message, loc=scope.loc))


OPS = {"cf.assert": asserted}
