"""The parts of a layout: digits, what its padding holds, and the answer where digits can't be cut."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from tensorir.ir.dims import Dim
from tensorir.ir.scalar import ScalarValue


@frozen(cache_hash=True)
class Digit:
    """`(i // stride) % extent` of position i of dim `dim`; without an extent `i // stride`: the open digit of the dim,
    which has as many positions as the size of the dim needs."""

    dim: int
    stride: Dim
    extent: Dim | None = None

    def __str__(self) -> str:
        return f"({self.dim}, {self.stride}, {'?' if self.extent is None else self.extent})"


def _bits(value: ScalarValue) -> str:
    """Tells apart what differs in memory, as 0.0 and -0.0 do; 0 and 0.0 stand for the same element of a tensor."""
    return repr(float(value)) if abs(value) < 2**53 else repr(value)


@frozen(cache_hash=True)
class Padding:
    """What lies at the positions of a dim from its size on, up to the end of its last tile.

    none: there are no such positions, because the size is a multiple of the stride of the open digit. value: the bits
    of `value` lie there. unspecified: anything may.

    A position may be beyond the sizes of several dims. If all of these hold the same value, it lies there too;
    otherwise anything may."""

    kind: Literal["none", "value", "unspecified"]
    value: ScalarValue = field(default=0, eq=_bits)

    def __str__(self) -> str:
        return str(self.value) if self.kind == "value" else self.kind


NO_PADDING = Padding("none")

UNSPECIFIED = Padding("unspecified")


def filled(value: ScalarValue) -> Padding:
    """Returns the padding that holds `value`."""
    return Padding("value", value)


@frozen(cache_hash=True)
class NotRefinable:
    """The answer where the digits of one dim can't be cut as needed: of these strides, the one does not divide the
    next, or that is not known. The way out is through row-major."""

    dim: int
    strides: tuple[Dim, ...]
    reason: str = "the strides form no divisor chain"

    def __str__(self) -> str:
        return f"dim {self.dim}: {self.reason}: {', '.join(map(str, self.strides))}"
