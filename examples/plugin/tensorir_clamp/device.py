"""npu: a device that tiles every f32 contraction 8×8×1."""

from __future__ import annotations

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, Tiles
from tensorir.ir.dtype import f32
from tensorir.targets.target import Target


@frozen
class EightByEight:
    """Tiles of 8×8×1 for f32."""

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        if any(t is not f32 for t in contraction.types):
            return Declined(f"only f32 is tiled, not {contraction.types[0]}")
        if not len(contraction.m) == len(contraction.n) == len(contraction.k) == 1 or len(contraction.batch) > 1:
            return Declined("mmt4d needs one M, one N and one K dim, and at most one batch dim")
        return Tiles(m0=8, n0=8, k0=1, rhs_order="nk")


NPU = Target("npu", EightByEight(), "an example of a plug-in")
