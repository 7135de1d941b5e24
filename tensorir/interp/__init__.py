"""The reference interpreter: one NumPy function per op class. The oracle of all tests.

An encoded tensor is represented by its logical array: encode ops are identities, and only packed ops see physical
arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tensorir.interp.arguments import bind_arguments, bind_sizes
from tensorir.interp.context import Context

if TYPE_CHECKING:
    from tensorir.interp.interpreter import IMPLEMENTATIONS, apply_op, interpret

__all__ = ["IMPLEMENTATIONS", "Context", "apply_op", "bind_arguments", "bind_sizes", "interpret"]


def __getattr__(name: str) -> Any:
    """Loads the functions of ops at their first use: calls of a program need only the arguments."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("tensorir.interp.interpreter"), name)
