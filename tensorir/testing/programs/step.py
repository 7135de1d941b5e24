"""A step of random programs: a function that appends ops to a program being written, with a name and a weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tensorir.testing.programs.writer import Writer  # needs hypothesis, which a compiler with plug-ins runs without


@frozen
class Step:
    """`write` appends ops to a program, or nothing where no value fits. `weight`: how often it is drawn beside others.

    The values that it adds need bounds of their magnitude (`Writer.add`), and it must keep within those of its
    element types (`Writer.within`), so that programs without rounding steps compute exactly."""

    name: str
    weight: int
    write: Callable[[Writer], None]


def step(weight: int = 1) -> Callable[[Callable[[Writer], None]], Step]:
    """Makes a function a Step of its own name (`slice_` is "slice")."""
    return lambda write: Step(write.__name__.rstrip("_"), weight, write)
