"""Lowerings say which contractions the tiled form of a device can express. They are asked before the resolver."""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace


@runtime_checkable
class Lowering(Protocol):
    """The tiled form of a device. The resolver is asked only about contractions that the lowering does not refuse."""

    def refusal(self, contraction: ContractionSpace) -> str:
        """Returns the reason why the tiled form can't express the contraction, or "" if it can."""
        ...


@frozen
class Mmt4dLowering:
    """`linalg.mmt4d` and `linalg.batch_mmt4d`: M, N and K dims, of which one each is cut into tiles, and batch dims."""

    def refusal(self, contraction: ContractionSpace) -> str:
        for name, dims in (("M", contraction.m), ("N", contraction.n), ("K", contraction.k)):
            if not dims:
                return f"mmt4d needs a dim {name}, this one has none"
        return ""


MMT4D: Final = Mmt4dLowering()
