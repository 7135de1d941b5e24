"""Checks what a user sets for calls: how many threads and how much memory they may use."""

from __future__ import annotations

from operator import index
from typing import Any

from tensorir.ir.diagnostic import TensorIRError


def checked_threads(num_threads: Any) -> int | None:
    """Returns `num_threads` as an int, or None. Raises TensorIRError if it is not a whole number of at least 1."""
    return _checked("num_threads", num_threads, 1, "as many threads as cores that this process may use")


def checked_limit(memory_limit: Any) -> int | None:
    """Returns `memory_limit` in bytes, or None. Raises TensorIRError if it is not a whole number of at least 0."""
    return _checked("memory_limit", memory_limit, 0, "the memory that is available")


def _checked(name: str, value: Any, least: int, default: str) -> int | None:
    if value is None:
        return None
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise TensorIRError(
            f"{name}: expected a whole number of at least {least}, or None for {default}; got {value!r}"
        )
    return number
