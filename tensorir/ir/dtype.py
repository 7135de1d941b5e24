"""Scalar element types. Signedness is part of the type (u8 is not i8), as in the encodings that need it."""

from __future__ import annotations

from typing import Any, Literal

import ml_dtypes
import numpy as np
from attrs import field, frozen

from tensorir.ir.immutable import Immutable

Kind = Literal["float", "signed", "unsigned", "bool"]


@frozen(cache_hash=True)
class DType(Immutable):
    """An element type. `bits` is the width of a value, `numpy` the dtype that holds it in memory."""

    name: str
    kind: Kind
    bits: int
    numpy: np.dtype[Any] = field(eq=False, repr=False)

    @property
    def is_float(self) -> bool:
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        return self.kind != "float"

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest value of an integer type."""
        signed = self.kind == "signed"
        return -(1 << (self.bits - 1)) if signed else 0, (1 << (self.bits - signed)) - 1

    @property
    def itemsize(self) -> int:
        """Bytes of one element in memory (sub-byte types take one)."""
        return self.numpy.itemsize

    def __reduce__(self) -> tuple[Any, ...]:
        """Unpickles an element type as the only such object of this process, because code tests `dtype is i1`."""
        return _known, (self.name, self.kind, self.bits, self.numpy)

    def __str__(self) -> str:
        return self.name


f64 = DType("f64", "float", 64, np.dtype(np.float64))
f32 = DType("f32", "float", 32, np.dtype(np.float32))
f16 = DType("f16", "float", 16, np.dtype(np.float16))
bf16 = DType("bf16", "float", 16, np.dtype(ml_dtypes.bfloat16))
i64 = DType("i64", "signed", 64, np.dtype(np.int64))
i32 = DType("i32", "signed", 32, np.dtype(np.int32))
i16 = DType("i16", "signed", 16, np.dtype(np.int16))
i8 = DType("i8", "signed", 8, np.dtype(np.int8))
i4 = DType("i4", "signed", 4, np.dtype(ml_dtypes.int4))
i1 = DType("i1", "bool", 1, np.dtype(np.bool_))
u64 = DType("u64", "unsigned", 64, np.dtype(np.uint64))
u32 = DType("u32", "unsigned", 32, np.dtype(np.uint32))
u16 = DType("u16", "unsigned", 16, np.dtype(np.uint16))
u8 = DType("u8", "unsigned", 8, np.dtype(np.uint8))
u4 = DType("u4", "unsigned", 4, np.dtype(ml_dtypes.uint4))

DTYPES: dict[str, DType] = {t.name: t for t in (f64, f32, f16, bf16, i64, i32, i16, i8, i4, i1, u64, u32, u16, u8, u4)}


def _known(name: str, kind: Kind, bits: int, numpy: np.dtype[Any]) -> DType:
    made = DType(name, kind, bits, numpy)
    known = DTYPES.get(name, made)
    return known if known == made else made


_BY_NUMPY: dict[np.dtype[Any], DType] = {t.numpy: t for t in DTYPES.values()}


def dtype_of(dtype: Any) -> DType:
    """Returns the element type of a NumPy dtype. Raises TypeError if there is none."""
    found = _BY_NUMPY.get(np.dtype(dtype).newbyteorder("="))
    if found is None:
        raise TypeError(f"no element type for NumPy's {np.dtype(dtype)}; use one of {', '.join(DTYPES)}")
    return found
