"""The two spellings that are written: the current one, with IREE's dialects, and LLVM 19's, with upstream ones only."""

from __future__ import annotations

from typing import Literal, get_args

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import UNKNOWN, Location

Dialect = Literal["current", "llvm19"]
"""`current`: what IREE 3.13's tools read. `llvm19`: what LLVM 19's mlir-opt reads (tensor.pack, ml_program.global)."""

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)


def check_dialect(dialect: str) -> None:
    """Raises TensorIRError naming the spellings there are."""
    if dialect not in DIALECTS:
        raise TensorIRError(f"unknown MLIR dialect {dialect!r}; known: {', '.join(DIALECTS)}")


def only_current(what: str, loc: Location = UNKNOWN) -> TensorIRError:
    """The error for what LLVM 19's dialects can't say."""
    return TensorIRError(f'{what} can\'t be written for llvm19, only with dialect="current"', loc)
