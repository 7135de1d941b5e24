"""A step of random programs, so that tensorir's own property tests also check clamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorir.testing.programs.step import step
from tensorir_clamp.op import Clamp

if TYPE_CHECKING:
    from tensorir.testing.programs.writer import Writer  # needs hypothesis, which the compiler itself does not require


@step(2)
def clamp(program: Writer) -> None:
    """Appends a clamp of an existing float tensor, often of the clamp drawn last."""
    if (x := program.pick(lambda v: v.type.dtype.is_float)) is not None:
        low = program.rng.integers(-4, 2)
        program.add(Clamp(x, float(low), float(low + program.rng.integers(0, 4))), program.bounds[x] + 6)
