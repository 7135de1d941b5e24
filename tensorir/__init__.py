"""tensorir: a tensor compiler that does data-tiling with late materialization. See the README for a first program."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tensorir.version import __version__ as __version__

if TYPE_CHECKING:
    from tensorir.api import compile
    from tensorir.builder.module import FunctionBuilder, ModuleBuilder, State, Weight
    from tensorir.builder.tensor import Tensor
    from tensorir.interp import interpret
    from tensorir.ir.diagnostic import Diagnostic, OutOfMemoryError, ParseError, Remark, TensorIRError, VerifyError
    from tensorir.ir.dims import ceildiv, floordiv, symbol
    from tensorir.ir.dtype import bf16, f16, f32, f64, i1, i4, i8, i16, i32, i64, u4, u8, u16, u32, u64
    from tensorir.ir.isomorphism import fingerprint, isomorphic
    from tensorir.ir.module import Function, Global, Module
    from tensorir.ir.types import TensorType
    from tensorir.ir.verify import verify
    from tensorir.runtime.program import Program
    from tensorir.runtime.saved.load import LoadedProgram, load
    from tensorir.runtime.stats import Stats
    from tensorir.targets.calibrate import calibrate
    from tensorir.targets.costs import Costs
    from tensorir.targets.device import Device
    from tensorir.transforms.constants.bind_parameters import bind_parameters

_HOMES = {
    "tensorir.api": ("compile",),
    "tensorir.builder.module": (
        "FunctionBuilder",
        "ModuleBuilder",
        "State",
        "Weight",
    ),
    "tensorir.builder.tensor": ("Tensor",),
    "tensorir.interp": ("interpret",),
    "tensorir.ir.diagnostic": (
        "Diagnostic",
        "OutOfMemoryError",
        "ParseError",
        "Remark",
        "TensorIRError",
        "VerifyError",
    ),
    "tensorir.ir.dims": (
        "ceildiv",
        "floordiv",
        "symbol",
    ),
    "tensorir.ir.dtype": (
        "bf16",
        "f16",
        "f32",
        "f64",
        "i1",
        "i4",
        "i8",
        "i16",
        "i32",
        "i64",
        "u4",
        "u8",
        "u16",
        "u32",
        "u64",
    ),
    "tensorir.ir.isomorphism": (
        "fingerprint",
        "isomorphic",
    ),
    "tensorir.ir.module": (
        "Function",
        "Global",
        "Module",
    ),
    "tensorir.ir.types": ("TensorType",),
    "tensorir.ir.verify": ("verify",),
    "tensorir.runtime.program": ("Program",),
    "tensorir.runtime.saved.load": (
        "LoadedProgram",
        "load",
    ),
    "tensorir.runtime.stats": ("Stats",),
    "tensorir.targets.calibrate": ("calibrate",),
    "tensorir.targets.costs": ("Costs",),
    "tensorir.targets.device": ("Device",),
    "tensorir.transforms.constants.bind_parameters": ("bind_parameters",),
}
"""Module → what it gives to the package: loaded when asked for, so that importing a part loads that part alone."""

__all__ = [
    "Costs",
    "Device",
    "Diagnostic",
    "Function",
    "FunctionBuilder",
    "Global",
    "LoadedProgram",
    "Module",
    "ModuleBuilder",
    "OutOfMemoryError",
    "ParseError",
    "Program",
    "Remark",
    "State",
    "Stats",
    "Tensor",
    "TensorIRError",
    "TensorType",
    "VerifyError",
    "Weight",
    "bf16",
    "bind_parameters",
    "calibrate",
    "ceildiv",
    "compile",
    "f16",
    "f32",
    "f64",
    "fingerprint",
    "floordiv",
    "i1",
    "i4",
    "i8",
    "i16",
    "i32",
    "i64",
    "interpret",
    "isomorphic",
    "load",
    "symbol",
    "u4",
    "u8",
    "u16",
    "u32",
    "u64",
    "verify",
]

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Loads a public name at its first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'tensorir' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(home), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
