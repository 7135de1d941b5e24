"""What work costs on a device, in nanoseconds: the few rates by which layouts are chosen."""

from __future__ import annotations

from math import isfinite
from typing import TypeAlias

from attrs import asdict, frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, evaluate, symbols_of
from tensorir.ir.types import Type

TYPICAL_SIZE = 128
"""What a size counts as that is known only at run time."""


Sizes: TypeAlias = "tuple[tuple[str, int], ...]"
"""What some symbols count as, instead of TYPICAL_SIZE."""


def typical(dim: Dim, sizes: Sizes = ()) -> int:
    """A size, with every symbol taken for what `sizes` says, or for TYPICAL_SIZE."""
    return max(0, evaluate(dim, {**dict.fromkeys(symbols_of(dim), TYPICAL_SIZE), **dict(sizes)}))


def typical_bytes(type: Type) -> int:
    """The bytes of a row-major tensor."""
    return typical(type.elements) * type.dtype.itemsize


@frozen
class Costs:
    """Rates of one core, and policies. What decides is only how they relate to each other. Those of a target are fixed
    numbers, so that a program gets the same layouts on every machine; `calibration.py` measures the rates. The
    defaults are those of a device of which only the tiles are known: it has them because it computes other products
    slowly."""

    multiply_adds_per_ns: float = 64.0
    bytes_per_ns: float = 16.0
    """Of memory that is read and written in the order in which it lies."""
    relayout_ns: float = 1.0
    """What a relayout takes besides: of ways that take equally long, the one with fewer relayouts is chosen."""
    received_bytes_per_ns: float = 8.0
    """Of what is moved here from another device: it is read and written once."""
    stored_byte_ns: float = 0.01
    """What a byte of a constant costs that is kept from call to call."""
    copied_byte_ns: float = 0.1
    """What a byte of each further layout of it costs besides: a little more than reading it from memory, which a call
    does again for each layout that it reads."""
    tiles_read_per_ns: float = 0.0
    """Bytes of the right side of a product that a unit brings into its tiles from another order, once for every
    `rows_per_unit` rows. 0: the device has no kernel for it."""
    rows_per_unit: int = 128
    tiles_read_ns: float = 1000.0
    """What that takes at least."""
    row_major_product: float = 4.0
    """How many times longer a product of row-major operands takes than one of tiles, relayouts included."""
    product_in_place: float = 0.0
    """How many times longer a product of f32 takes than one of tiles if its operands are read where they lie, such as
    windows of an image; 0: the device can't do that."""
    rows_in_place: int = 0
    """Products of f32 with at most so many rows or columns take no longer without tiles: the other operand is read
    once."""
    folded_run_bytes: int = 0
    """As long as moving so many bytes takes a fold for each run of totals that lie side by side, of at most
    `rows_per_unit`, whatever their number is. Tiles make runs short: a copy to row-major then costs less."""

    def __attrs_post_init__(self) -> None:
        """Raises TensorIRError for what is not a finite number, or is 0 where that has no meaning."""
        for name, value in self.rates().items():
            least = "at least 0" if name in _MAY_BE_ZERO else "above 0"
            if not isfinite(value) or value < 0 or (value == 0 and name not in _MAY_BE_ZERO):
                raise TensorIRError(f"costs: {name} must be a finite number {least}, got {value}")

    def rates(self) -> dict[str, float]:
        """Returns all of them by name."""
        return asdict(self)

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:g}" for name, value in self.rates().items())


_MAY_BE_ZERO = {
    *("relayout_ns", "stored_byte_ns", "copied_byte_ns", "tiles_read_per_ns", "tiles_read_ns"),
    *("product_in_place", "rows_in_place", "folded_run_bytes"),
}

CPU_COSTS = Costs(
    row_major_product=1.1, rows_in_place=8, product_in_place=1.0, tiles_read_per_ns=24.0, folded_run_bytes=192
)
"""The executor packs row-major operands panel by panel, within the launch, and runs the same kernels."""
