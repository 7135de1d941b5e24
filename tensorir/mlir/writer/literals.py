"""Numbers, strings and symbols as MLIR text. Floats are exact: decimal where that reads back, bits elsewhere."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarValue

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_$.]*")
_ODD = re.compile(r"[^A-Za-z0-9_]")


def quoted(text: str) -> str:
    """A string literal: bytes outside of printable ASCII as `\\XX`."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    data = text.encode("utf-8", "surrogatepass")
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\{b:02X}" for b in data) + '"'


def symbol_name(name: str) -> str:
    """`@name`, in quotes where it is not an identifier."""
    return "@" + (name if _BARE.fullmatch(name) else quoted(name))


def resource_key(name: str) -> str:
    """The name of a resource: an identifier, whatever it is named after."""
    key = _ODD.sub("_", name)
    return f"_{key}" if not key or key[0].isdigit() else key


def scalar_text(value: ScalarValue, dtype: DType) -> str:
    """A literal of an element type, without the type."""
    if dtype.is_float:
        return float_text(float(value), dtype.numpy)
    if dtype.kind == "bool":
        return "true" if value else "false"
    return str(signless(int(value), dtype))


def signless(value: int, dtype: DType) -> int:
    """An unsigned value as MLIR prints signless integers: as if it were signed."""
    return value - (1 << dtype.bits) if dtype.kind == "unsigned" and value >> (dtype.bits - 1) else value


def float_text(value: float, dtype: np.dtype[Any]) -> str:
    """The shortest decimal that MLIR reads as exactly this element, or its bits in hexadecimal."""
    with np.errstate(over="ignore"):
        element = np.array(value, np.float64).astype(dtype)
    exact = float(element)
    if not math.isfinite(exact):
        bits = int(element.view(f"u{dtype.itemsize}"))
        return f"0x{bits:0{dtype.itemsize * 2}X}"
    text = repr(exact)
    if dtype == np.float32 and float(np.float32(float(str(element)))) == exact:
        text = str(element)
    mantissa, e, exponent = text.partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + e + exponent
