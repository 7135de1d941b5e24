"""Decompositions express a named op in simpler ops. They define its default meaning for the interpreter, error bounds
and MLIR."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.dims import Dim
from tensorir.ir.region import Region


@frozen
class Decomposition:
    """`body` takes the op's operands and then, for each of `sizes`, its value as a scalar tensor of type i64.

    The body's yields have the types of the op's results. Its ops are simpler ones, so repeated decomposition
    terminates."""

    body: Region
    sizes: tuple[Dim, ...] = ()
