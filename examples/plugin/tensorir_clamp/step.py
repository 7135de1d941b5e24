"""A step of random programs: tensorir's own laws then hold for clamp, too, or show where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorir.testing.programs.step import step
from tensorir_clamp.op import Clamp

if TYPE_CHECKING:
    from tensorir.testing.programs.writer import Writer  # needs hypothesis, which a compiler runs without


@step(2)
def clamp(program: Writer) -> None:
    """A clamp of a float tensor that is there already, often of the clamp that was drawn last."""
    if (x := program.pick(lambda v: v.type.dtype.is_float)) is not None:
        low = program.rng.integers(-4, 2)
        program.add(Clamp(x, float(low), float(low + program.rng.integers(0, 4))), program.bounds[x] + 6)
