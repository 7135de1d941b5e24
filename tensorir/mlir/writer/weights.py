"""Data: short data and splats as `dense<…>`, all else as bytes: in the text's resource section, or in a file beside it.

A resource is hexadecimal: four bytes that say the alignment, then the elements, little-endian."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt
from attrs import define, field

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.types import TensorType, Type
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.literals import float_text, resource_key, signless

WeightsKind = Literal["inline", "external"]
WEIGHTS: tuple[WeightsKind, ...] = get_args(WeightsKind)

MAX_DENSE_BYTES = 256
"""Data up to this is written as numbers."""


def check_weights(weights: str) -> None:
    """Raises TensorIRError naming the kinds there are."""
    if weights not in WEIGHTS:
        raise TensorIRError(f"weights must be one of {', '.join(WEIGHTS)}, got {weights!r}")


class TypeText(Protocol):
    """Gives the text of a type."""

    def __call__(self, type: Type) -> str: ...


@define
class Weights:
    """`external` holds the arrays that are left out of the text, by name, if `weights` says so."""

    dialect: Dialect
    weights: WeightsKind
    scope: str
    external: dict[str, npt.NDArray[Any]] = field(factory=dict[str, "npt.NDArray[Any]"])
    _resources: dict[str, Dense] = field(factory=dict[str, Dense])
    _numbers: dict[str, int] = field(factory=dict[str, int])

    def typed_data(self, data: Dense, name: str, types: TypeText) -> str:
        """`dense<…> : type`, or a resource called `name` (or after it)."""
        return f"{self._data(data, name)} : {types(TensorType(data.shape, data.dtype))}"

    def leaves_out(self, data: Dense) -> bool:
        """Whether the data of a global belongs into the file beside the text (which has no types under 8 bits)."""
        storable = data.dtype.kind == "bool" or data.dtype.bits >= 8
        return self.weights == "external" and storable and not _is_short(data)

    def resources(self) -> Iterator[str]:
        """The section with the data, in pieces; nothing if there is none."""
        if not self._resources:
            return
        yield "{-#\n  dialect_resources: {\n    builtin: {\n"
        separator = ""
        for key, data in self._resources.items():
            itemsize = data.dtype.itemsize
            yield f'{separator}      {key}: "0x{itemsize.to_bytes(4, "little").hex().upper()}'
            yield _bytes(data).hex().upper()
            yield '"'
            separator = ",\n"
        yield "\n    }\n  }\n#-}\n"

    def _data(self, data: Dense, name: str) -> str:
        if _is_short(data):
            return _dense_text(data)
        if data.dtype.bits < 8:
            return f'dense<"0x{_packed(data, self.dialect).hex().upper()}">'
        base = key = resource_key(name)
        while key in self._resources:
            number = self._numbers[base] = self._numbers.get(base, 0) + 1
            key = f"{base}_{number}"
        self._resources[key] = data
        return f"dense_resource<{key}>"


def _is_short(data: Dense) -> bool:
    return data.nbytes <= MAX_DENSE_BYTES or _is_splat(data)


def _is_splat(data: Dense) -> bool:
    bits = _bits(data)
    return bool(bits.size) and bool(bits[0] == bits[-1]) and bool((bits == bits[0]).all())


def _bits(data: Dense) -> npt.NDArray[Any]:
    return data.array.reshape(-1).view(f"u{data.dtype.itemsize}")


def _bytes(data: Dense) -> memoryview | bytes:
    bits = _bits(data)
    return bits.view(np.uint8).data if sys.byteorder == "little" else bits.astype(f"<u{bits.itemsize}").tobytes()


def _packed(data: Dense, dialect: Dialect) -> bytes:
    """Elements under 8 bits as `dense` wants them: one to a byte, but LLVM 19 takes eight booleans."""
    if data.dtype.kind == "bool" and dialect == "llvm19":
        return np.packbits(data.array.reshape(-1), bitorder="little").tobytes()
    return (data.array.reshape(-1).astype(np.int8).view(np.uint8) & ((1 << data.dtype.bits) - 1)).tobytes()


def _dense_text(data: Dense) -> str:
    if not data.array.size:
        return "dense<>"
    if _is_splat(data):
        return f"dense<{_element(data.array.reshape(-1)[0], data.dtype)}>"
    texts = [_element(x, data.dtype) for x in data.array.reshape(-1)]
    for size in reversed(data.shape):
        texts = [f"[{', '.join(texts[i : i + size])}]" for i in range(0, len(texts), size)]
    return f"dense<{texts[0]}>"


def _element(x: Any, dtype: DType) -> str:
    if dtype.is_float:
        if x != x:  # a NaN keeps its bits
            return f"0x{int(np.asarray(x).view(f'u{dtype.itemsize}')):0{dtype.itemsize * 2}X}"
        return float_text(float(x), dtype.numpy)
    if dtype.kind == "bool":
        return "true" if x else "false"
    return str(signless(int(x), dtype))
