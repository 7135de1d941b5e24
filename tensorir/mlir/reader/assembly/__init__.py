"""The pretty forms of ops, by the name of the op. `dialect.*` reads those of its dialect that have no own entry."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.assembly import (
    affine,
    arith,
    cf,
    func,
    hal,
    iree,
    linalg,
    math,
    ml_program,
    packing,
    refused,
    scf,
    slices,
    structured,
    tensor,
    util,
)
from tensorir.mlir.reader.assembly.older import CURRENT, renamed
from tensorir.mlir.reader.parser import Assembly

__all__ = ["ASSEMBLY", "CURRENT"]

_TODAY: Mapping[str, Assembly] = {
    **func.ASSEMBLY,
    **util.ASSEMBLY,
    **ml_program.ASSEMBLY,
    **arith.ASSEMBLY,
    **math.ASSEMBLY,
    **affine.ASSEMBLY,
    **tensor.ASSEMBLY,
    **slices.ASSEMBLY,
    **packing.ASSEMBLY,
    **structured.ASSEMBLY,
    **linalg.ASSEMBLY,
    **hal.ASSEMBLY,
    **iree.ASSEMBLY,
    **refused.ASSEMBLY,
    **scf.ASSEMBLY,
    **cf.ASSEMBLY,
}
ASSEMBLY: Mapping[str, Assembly] = {**_TODAY, **renamed(_TODAY)}
