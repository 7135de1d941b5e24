"""What a program does in a call, in numbers."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen
class Used:
    """What one call used: kernel → number of its calls, and the most bytes of intermediates."""

    kernels: Mapping[str, int]
    transient_bytes: int


@frozen
class Stats:
    """Statistics of a program and of its last call; before the first one, of a call of the default function if its
    sizes are known. What the executor runs is counted from its plan (`Program.counts` says more), in which each command
    stands once, however often a loop runs it. Where Python runs the
    ops of a device, only `kernels` and `transient_bytes` are known, from the last call."""

    dispatches: int
    """The number of launches in a call of the default function, without transfers."""
    init_dispatches: int
    """The number of initializers that run when the program is loaded."""
    copies: int
    """The number of commands in a call of the default function that only move data."""
    weights_bytes: int
    """The bytes of all constants, each counted once."""
    compile_s: float
    kernels: Mapping[str, int]
    """Kernel → number of the plan's steps that run it; `python:` before an op that Python runs."""
    transient_bytes: int
    """The bytes of the arena and of all threads' scratch. Where Python runs the ops, the most bytes of intermediates
    that were alive at once."""
    commands: int = 0
    """Launches in their parts, and ops that run in Python."""
    units: int = 0
    steps: int = 0
    """Steps run, over all units."""
    read_bytes: int = 0
    """Of arguments, constants, results and the arena, by the steps of all units."""
    written_bytes: int = 0
    relaid_bytes: int = 0
    """Written by packs, unpacks and copies in another order than they were read."""
    copied_bytes: int = 0
    """Written by other copies and by gathers."""
    transfers: int = 0
    """Launches that move a value from one device to another."""
    transferred_bytes: int = 0
    memory_copies: int = 0
    """Copies of arguments, results and other values from or to the memory of a device that has one of its own."""
    memory_copied_bytes: int = 0
    arena_bytes: int = 0
    scratch_bytes: int = 0
    """Of each thread."""
    python: Mapping[str, int] = field(factory=dict[str, int])
    """Op → number of commands in Python."""
    read_in_place: tuple[str, ...] = ()
    """The arguments that were not row-major, and were read where they lie."""
    copied_arguments: Mapping[str, int] = field(factory=dict[str, int])
    """Argument → bytes that were copied before the call, because it was not row-major."""
    weights_by_device: Mapping[str, int] = field(factory=dict[str, int])
    """Device → bytes of the constants that its launches read."""
    constants_packed: int = 0
    """The number of initializers that were computed when the program was compiled; 0 for one that was loaded."""
    constants_mapped: int = 0
    """The number of those whose values were found in the store (docs/constants-store.md)."""
