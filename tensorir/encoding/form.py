"""The forms of an op: in which layouts it takes its operands and gives its result, and how the result is stored."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles

Stored: TypeAlias = "Layout | None"
"""How a tensor is stored; None: row-major."""


@frozen
class Form:
    """`operands[i]`: how operand i must be stored; `result`: how each result is. A contraction with `tiles` runs
    `kernel` on tiles."""

    operands: tuple[Stored, ...]
    result: Stored = None
    tiles: Tiles | None = None
    kernel: str = ""


@frozen
class State:
    """An op takes `form`, and its result is stored as `stored` for other launches. A constant has no op, and may be
    stored several times."""

    form: Form
    stored: tuple[Stored, ...]
