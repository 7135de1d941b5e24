"""What a program does in a call, in numbers."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class Used:
    """What one call used: kernel → number of its calls, and the most bytes of intermediates."""

    kernels: Mapping[str, int]
    transient_bytes: int


@frozen
class Stats:
    """Statistics of a program and of its last call. Counts are per call of the default function."""

    dispatches: int
    """The number of launches per call."""
    init_dispatches: int
    """The number of initializers that run when the program is loaded."""
    copies: int
    """The number of commands per call that only move data."""
    weights_bytes: int
    """The bytes of all constants, each counted once."""
    compile_s: float
    kernels: Mapping[str, int]
    """C kernel → number of its calls in the last call of the program; empty before the first."""
    transient_bytes: int
    """The peak bytes of intermediates in the last call, without arguments and constants; 0 before the first call."""
