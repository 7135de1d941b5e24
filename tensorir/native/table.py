"""The kernel table as Python data, read from the compiled library.

kernels/table/*.inc is the only list of kernels; this is that list. A target picks
its tiles from it, so a layout without a kernel can't be chosen by accident.
"""

from enum import IntFlag
from functools import cache
from typing import Any, Literal

import ml_dtypes
import numpy as np
from attrs import frozen

from tensorir.native._kernels import ffi, lib

RhsOrder = Literal["nk", "kn"]

RHS_ORDERS: dict[str, int] = {"nk": lib.TIR_ORDER_nk, "kn": lib.TIR_ORDER_kn}
"""Order of the inner dimensions of a right side tile: [N0][K0] or [K0][N0]."""

ELEMENT_TYPES: dict[str, int] = {
    name.removeprefix("TIR_TYPE_"): value for name, value in ffi.typeof("enum tir_element_type").relements.items()
}
"""Element types and their numbers, as the C header lists them."""

DTYPES: dict[str, np.dtype[Any]] = {
    **{f"f{bits}": np.dtype(f"float{bits}") for bits in (16, 32, 64)},
    **{f"i{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"u{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "i1": np.dtype(np.bool_),
    "i4": np.dtype(ml_dtypes.int4),
    "u4": np.dtype(ml_dtypes.uint4),
}
"""The NumPy type for each element type."""


class Features(IntFlag):
    """What a CPU can do; a kernel runs only where all its features are given."""

    NONE = 0
    X86_AVX2 = lib.TIR_CPU_X86_AVX2
    """AVX2, FMA and F16C."""
    X86_AVX512 = lib.TIR_CPU_X86_AVX512
    """AVX-512 F, BW, DQ, VL and CD."""
    X86_AVX512_VNNI = lib.TIR_CPU_X86_AVX512_VNNI
    X86_AVX512_BF16 = lib.TIR_CPU_X86_AVX512_BF16


@frozen
class Kernel:
    """One line of the tables."""

    op: str
    """`mmt4d`, `pack` or `unpack`."""
    name: str
    """The C symbol: `tir_<op>_<types>_<tile>_<isa>`."""
    types: tuple[str, ...]
    """mmt4d: element types of lhs, rhs, out. pack and unpack: bits of an element, as `b32`."""
    tile: tuple[int, ...]
    """mmt4d: (M0, N0, K0). pack and unpack: the least tile (t0, t1) it takes. Empty: any tile."""
    rhs_order: str
    """mmt4d: `nk`, `kn` or `any`. pack and unpack: the memory order of the plain side, `rows`
    (its last dimension is contiguous), `columns` (the other one is) or `any`."""
    isa: str
    """`ref`, `generic`, or the instruction set: `avx2`, `avx512`."""
    features: Features
    """The features that the CPU must have."""

    def runs_with(self, features: Features) -> bool:
        """Whether these features suffice."""
        return self.features & ~features == 0


@cache
def kernels() -> tuple[Kernel, ...]:
    """All kernels in the library: mmt4d, pack, unpack; the preferred ones first in each."""

    def kernel(index: int) -> Kernel:
        info = lib.tir_kernel_at(index)
        op = ffi.string(info.op).decode()
        tile = tuple(info.tile)
        return Kernel(
            op=op,
            name=ffi.string(info.name).decode(),
            types=tuple(ffi.string(info.types).decode().split(",")),
            tile=() if not any(tile) else tile if op == "mmt4d" else tile[:2],
            rhs_order=ffi.string(info.order).decode(),
            isa=ffi.string(info.isa).decode(),
            features=Features(info.features),
        )

    return tuple(kernel(index) for index in range(lib.tir_kernel_count()))


@cache
def cpu_features() -> Features:
    """What this machine and its operating system support."""
    return Features(lib.tir_cpu_features())


def given_features(features: Features | None) -> Features:
    """`features`, or the machine's for None; ValueError for what the machine lacks."""
    if features is None:
        return cpu_features()
    # As integers: the complement of an IntFlag knows named bits only.
    lacking = int(features) & ~int(cpu_features())
    if lacking:
        raise ValueError(f"features: this CPU lacks {Features(lacking)!r}; it has {cpu_features()!r}")
    return features


def status_error(op: str, status: int) -> Exception:
    """The exception for a status other than 0 of the C library: NotImplementedError where there is no kernel for what
    is asked, ValueError where what is given is wrong."""
    message = f"{op}: {ffi.string(lib.tir_status_message(status)).decode()}"
    return NotImplementedError(message) if status == lib.TIR_STATUS_NO_KERNEL else ValueError(message)


@cache
def select_mmt4d(
    types: tuple[str, str, str],
    tile: tuple[int, int, int],
    *,
    rhs_order: RhsOrder = "kn",
    features: Features | None = None,
) -> Kernel:
    """The line that `mmt4d` would run.

    Args:
        types: element types of lhs, rhs, out, such as `("f32", "f32", "f32")`.
        tile: (M0, N0, K0).
        rhs_order: `kn` for right side tiles [K0][N0], `nk` for [N0][K0].
        features: the CPU's; None: this machine's. Unlike in a call, it may be another CPU's.

    Raises:
        ValueError: a tile size below 1, or an unknown order.
        NotImplementedError: no kernel computes these types.
    """
    if rhs_order not in RHS_ORDERS:
        raise ValueError(f"rhs_order: expected one of {sorted(RHS_ORDERS)}, got {rhs_order!r}")
    unknown = [name for name in types if name not in ELEMENT_TYPES]
    if unknown:
        raise NotImplementedError(f"mmt4d: no kernel for element type {unknown[0]}; there are {sorted(ELEMENT_TYPES)}")
    params = ffi.new("tir_mmt4d_params *")
    params.m0, params.n0, params.k0 = tile
    params.lhs_type, params.rhs_type, params.out_type = (ELEMENT_TYPES[name] for name in types)
    params.rhs_order = RHS_ORDERS[rhs_order]
    params.cpu_features = cpu_features() if features is None else features
    index = lib.tir_mmt4d_kernel(params)
    if index < 0:
        raise status_error("mmt4d", -index)
    return kernels()[index]
