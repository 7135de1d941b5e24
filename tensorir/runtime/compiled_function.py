"""What the executor needs of one function. It holds no IR, so it can be stored in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.location import Location
from tensorir.ir.signature import Signature

Array = npt.NDArray[Any]


@frozen
class Place:
    """What an error says of a command or a step: the op and where it comes from."""

    op: str
    loc: Location


@frozen
class CommandPlaces:
    """`steps`: those of the program that the command launches; none if it runs in Python. `device`: the name of the
    device of its launch. `moved`: the entry of the plan's table with the bytes that it moves from another device; None
    if it moves none. `copied`: whether it only copies a buffer from or to the memory of a launcher."""

    command: Place
    steps: tuple[Place, ...] = ()
    device: str = ""
    moved: int | None = None
    copied: bool = False


@frozen
class Required:
    """A value of the plan's table that must not be negative: the op at `place` needs it. `dim`: its text."""

    value: int
    place: Place
    dim: str


@frozen(eq=False)
class CompiledFunction:
    """`image`: the words of the plan (docs/plan-image.md), whose symbols are the number of threads and those of the
    signature. `constants`: contiguous."""

    signature: Signature
    image: npt.NDArray[np.int64]
    constants: tuple[Array, ...]
    commands: tuple[CommandPlaces, ...]
    required: tuple[Required, ...]
    kernels: Mapping[str, int]
    """Kernel → number of the steps that run it."""
    in_place: tuple[bool, ...] = ()
    """For each state, whether the plan writes its new value over the old one: the array of the argument must then be
    that of the result. Otherwise they must share no memory."""
