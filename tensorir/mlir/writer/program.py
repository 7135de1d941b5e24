"""What all functions of one text share: types, data, and the private functions that composites become."""

from __future__ import annotations

from typing import TypeAlias

from attrs import define, field, frozen

from tensorir.ir.names import FreshNames
from tensorir.ir.region import Region
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.spaces import Spaces
from tensorir.mlir.writer.types import Types
from tensorir.mlir.writer.weights import Weights

Signature: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""The types of the arguments and of the results of a function."""


@frozen
class Composite:
    """A private function whose body says in standard ops what one op of the core is."""

    name: str
    op: str
    attributes: str
    """Of the op, in .tir text."""
    body: Region


@define
class WriterState:
    """`symbols`: the names of the text so far."""

    dialect: Dialect
    types: Types
    spaces: Spaces
    weights: Weights
    symbols: FreshNames
    signatures: dict[str, Signature] = field(factory=dict["str", "Signature"])
    """Of each function that the program has."""
    composites: dict[tuple[str, ...], Composite] = field(factory=dict["tuple[str, ...]", Composite])
