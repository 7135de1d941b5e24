"""reference: runs everything through NumPy and declines every encoding, as a backend without data-tiling would."""

from __future__ import annotations

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined
from tensorir.targets.target import Target


@frozen
class DeclineAll:
    """Leaves every contraction row-major."""

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return Declined("this device does no data-tiling")


REFERENCE = Target("reference", DeclineAll(), "NumPy; declines every encoding")
