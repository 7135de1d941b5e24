"""The checked answers of a device about contractions: its lowering is asked first, then its resolver, once per
compilation."""

from __future__ import annotations

from typing import Any, cast

from attrs import define, field

from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Choice, Declined, Identity, Tiles, layout_for
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.location import UNKNOWN, Location
from tensorir.targets.device import Device
from tensorir.targets.lowering import MMT4D

MAX_TILE = 4096
"""A larger tile is taken for a mistake: one tile of 4096 × 4096 elements has 64 MB."""


@define
class Answers:
    """Answers are memoised by contraction, so that all operands of one contraction and all its uses agree."""

    device: Device
    choices: dict[ContractionSpace, Choice] = field(factory=dict[ContractionSpace, Choice])
    layouts: dict[Encoding, Layout | None] = field(factory=dict[Encoding, "Layout | None"])
    cut: set[Encoding] = field(factory=set[Encoding])
    """Encodings of contractions that have tiles, where a view on the way to the tensor leaves no layout."""

    def choice(self, contraction: ContractionSpace, loc: Location = UNKNOWN) -> Choice:
        """Returns the tiles for a contraction, or the reason why it stays row-major. A contraction that the device's
        lowering can't express is declined without asking the resolver.

        Raises TensorIRError at `loc`, naming device and contraction, if the resolver raises, returns anything but
        valid tiles or a reason, or returns different answers to the same question."""
        if contraction not in self.choices:
            self.choices[contraction] = self._asked(contraction, loc)
        return self.choices[contraction]

    def layout(self, encoding: Encoding, loc: Location = UNKNOWN) -> Layout | None:
        """Returns the layout of an encoding, or None for row-major. Raises TensorIRError as `choice` does."""
        if encoding not in self.layouts:
            choice = self.choice(encoding.contraction, loc)
            found = layout_for(encoding, choice)
            if isinstance(found, Identity) and isinstance(choice, Tiles):
                self.cut.add(encoding)
            self.layouts[encoding] = None if isinstance(found, Identity) or found.is_plain else found
        return self.layouts[encoding]

    def kernel(self, types: tuple[DType, DType, DType], tiles: Tiles, loc: Location = UNKNOWN) -> str | Declined:
        """Returns the kernel for tiles of these element types (lhs, rhs, result), or the reason why there is none.

        Raises TensorIRError at `loc` if the device's kernels raise or return anything else."""
        seen, tile = tiles.as_multiplied(types)
        what = f"tiles {tiles} of {_types_text(types)}"
        try:
            found: object = self.device.kernels.select(seen, tile, tiles.rhs_order)
        except Exception as e:  # the device's own code: any exception is reported as a fault of the device
            raise self._error(f"select raises {type(e).__name__}: {e}", what, loc, "kernels are") from e
        if not (isinstance(found, str) and found) and not isinstance(found, Declined):
            raise self._error(f"select gives {found!r}, expected a name or Declined", what, loc, "kernels are")
        return found

    def _asked(self, contraction: ContractionSpace, loc: Location) -> Choice:
        if reason := self.device.lowering.refusal(contraction):
            return Declined(reason)
        answers: list[object] = []
        for _ in range(2):  # an inconsistent resolver would otherwise show up as operands that don't fit together
            try:
                answers.append(self.device.resolver.tiles_for(contraction))
            except Exception as e:  # the device's own code: any exception is reported as a fault of the device
                raise self._error(f"tiles_for raises {type(e).__name__}: {e}", str(contraction), loc) from e
        first, second = answers
        if fault := answer_fault(first):
            raise self._error(fault, str(contraction), loc)
        if isinstance(first, Tiles) and (reason := MMT4D.refusal(contraction)):
            raise self._error(f"it gives tiles, but {reason}", str(contraction), loc, "lowering or resolver is")
        if first != second:
            raise self._error(f"tiles_for gives {first} and then {second}", str(contraction), loc)
        return cast("Choice", first)

    def _error(self, fault: str, what: str, loc: Location, part: str = "resolver is") -> TensorIRError:
        return TensorIRError(f"device {self.device.name!r}: its {part} wrong: {fault}, for {what}", loc)


def answer_fault(answer: object) -> str:
    """Says what is wrong with the answer of a resolver, or ""."""
    if isinstance(answer, Declined):
        reason: Any = answer.reason
        return "" if isinstance(reason, str) and reason.strip() else f"it declines with the reason {reason!r}"
    if not isinstance(answer, Tiles):
        return f"tiles_for gives {answer!r}, expected Tiles or Declined"
    for name in ("m0", "n0", "k0"):
        size: object = getattr(answer, name)
        if type(size) is not int or not 1 <= size <= MAX_TILE:
            return f"{name} is {size!r}, expected an int from 1 to {MAX_TILE}"
    order: object = answer.rhs_order
    if order not in ("nk", "kn"):
        return f'rhs_order is {order!r}, expected "nk" or "kn"'
    swapped: Any = answer.swapped
    return "" if isinstance(swapped, bool) else f"swapped is {swapped!r}, expected True or False"


def _types_text(types: tuple[DType, DType, DType]) -> str:
    return f"{types[0]} × {types[1]} → {types[2]}"
