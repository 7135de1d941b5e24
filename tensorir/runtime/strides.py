"""How arguments lie that steps can't read as row-major ones: what is known of their strides when a program is compiled
for them, and the values of the rest in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

Array = npt.NDArray[Any]

Stride = Literal["one", "zero", "outer", "any"]
"""What is known of the stride of a dim, in elements: 1; 0; that of the next dim times its size, as in a row-major
array; nothing."""


@frozen
class Form:
    """What the arrays have in common for which one plan serves.

    Args:
        argument: its number.
        strides: what is known of the stride of each dim.
        backwards: some stride may be negative, so that the first element is not the lowest one.
    """

    argument: int
    strides: tuple[Stride, ...]
    backwards: bool

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols whose values each call states: bytes, offset, strides. No size of a function has such names."""
        offset = (self.offset_symbol,) if self.backwards else ()
        return (self.bytes_symbol, *offset, *(self.stride_symbol(d) for d, s in enumerate(self.strides) if s == "any"))

    @property
    def bytes_symbol(self) -> str:
        """The bytes from the lowest to the highest element; such a buffer begins at the lowest one."""
        return self._named("bytes")

    @property
    def offset_symbol(self) -> str:
        """The elements from the lowest one to the first one."""
        return self._named("offset")

    def stride_symbol(self, dim: int) -> str:
        return self._named(f"stride{dim}")

    def _named(self, what: str) -> str:
        return f"{self.argument}.{what}"


@frozen
class Strided:
    """An argument of a call that is not row-major, or whose elements no step can read.

    Args:
        argument: its number.
        item: the bytes of an element.
        shape: its sizes.
        strides: in bytes; whole elements unless it is unusable.
        unusable: why steps can't read its elements; "" if they can."""

    argument: int
    item: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    unusable: str = ""

    @property
    def bytes(self) -> int:
        """Of its elements."""
        return int(np.prod(self.shape)) * self.item

    @property
    def is_scattered(self) -> bool:
        """Whether neighbours along no dim lie side by side, and those along the last one are not the same element."""
        strides = [s for s, n in zip(self.strides, self.shape, strict=True) if n > 1]
        return bool(strides) and strides[-1] != 0 and self.item not in strides

    @property
    def lowest(self) -> tuple[slice, ...]:
        """The index of the part that is the lowest element alone."""
        return tuple(slice(-1, None) if s < 0 else slice(0, 1) for s in self.strides)

    @property
    def form(self) -> Form:
        """What a plan for it may know. Only an argument that is not unusable has one."""
        return _known(self)[0]

    def values(self) -> Mapping[str, int]:
        """Returns the values of the symbols of its form."""
        return _known(self)[1]

    def _form(self) -> Form:
        forms: list[Stride] = []
        strides = self._elements
        for d, (size, stride) in enumerate(zip(self.shape, strides, strict=True)):
            last = d + 1 == len(strides)
            if stride == 1 or (last and size == 1):
                forms.append("one")
            elif stride == 0:
                forms.append("zero")
            elif not last and (size == 1 or stride == self.shape[d + 1] * strides[d + 1]):
                forms.append("outer")
            else:
                forms.append("any")
        return Form(self.argument, tuple(forms), any(s < 0 for s in strides))

    @property
    def _elements(self) -> list[int]:
        """The strides in elements; that of a single position says nothing, and is that of a row-major array."""
        strides: list[int] = []
        for d in reversed(range(len(self.shape))):
            inner = 1 if d + 1 == len(self.shape) else self.shape[d + 1] * strides[0]
            strides.insert(0, inner if self.shape[d] == 1 else self.strides[d] // self.item)
        return strides

    @property
    def offset(self) -> int:
        """How many elements the first one lies behind the lowest one."""
        return -sum(min(s, 0) * (n - 1) for n, s in zip(self.shape, self._elements, strict=True))

    def _values(self, form: Form) -> dict[str, int]:
        strides = self._elements
        reached = 1 + sum(abs(s) * (n - 1) for n, s in zip(self.shape, strides, strict=True))
        offset = [self.offset] if form.backwards else []
        free = [s for s, known in zip(strides, form.strides, strict=True) if known == "any"]
        return dict(zip(form.symbols, [reached * self.item, *offset, *free], strict=True))


@lru_cache(maxsize=256)
def _known(argument: Strided) -> tuple[Form, Mapping[str, int]]:
    """The form and the values of an argument; a program is often called with arrays that lie like those before."""
    form = argument._form()  # pyright: ignore[reportPrivateUsage]  # of this module
    return form, argument._values(form)  # pyright: ignore[reportPrivateUsage]  # of this module


def strided(arguments: Sequence[Array]) -> tuple[Strided, ...]:
    """Returns those that are not row-major, or not aligned arrays of native byte order."""
    return tuple(
        Strided(i, a.itemsize, a.shape, a.strides, _unusable(a))
        for i, a in enumerate(arguments)
        if not (a.flags.c_contiguous and a.flags.aligned and a.dtype.isnative)
    )


def _unusable(array: Array) -> str:
    if not array.dtype.isnative:
        return "the bytes of its elements are in the other order"
    return "" if array.flags.aligned else "its elements are not aligned"


def usable_copy(array: Array) -> Array:
    """Returns a copy that is row-major, aligned, and of native byte order."""
    return array.astype(array.dtype.newbyteorder("="), "C")
