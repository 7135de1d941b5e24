"""What the compiler knows of a kind of device. A new target is one file that makes one Target and registers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from tensorir.encoding.resolver import Resolver
from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.table import Features
from tensorir.targets.costs import Costs
from tensorir.targets.kernels import NO_KERNELS, Kernels
from tensorir.targets.launcher import AnyLauncher, Launcher, OnExecutor
from tensorir.targets.lowering import MMT4D, Lowering
from tensorir.targets.memory import HOST, Memory

_NAME = re.compile(r"[^\s{},=]+")


@frozen
class Option:
    """An option of a target's instances, such as the CPU features that may be used."""

    name: str
    help: str
    read: Callable[[Any], Any]
    """Converts a value given in Python or as text (`cpu{features=avx2}`). Raises ValueError saying what is
    wrong with it."""
    apply: Callable[[Target, Any], Target]
    """Returns the target with a value from `read` applied."""
    text: Callable[[Any], str] = field(default=str)
    """Returns the text that `read` reads."""
    samples: tuple[Any, ...] = ()
    """Values with which `tensorir.testing.check_target` checks the target, in addition to the default."""


@frozen
class Target:
    """`resolver` chooses tiles for encodings. Everything else has a default: mmt4d as tiled form, no kernels (NumPy
    runs everything), the host's memory, no options."""

    name: str
    resolver: Resolver
    description: str = ""
    kernels: Kernels = NO_KERNELS
    lowering: Lowering = MMT4D
    memory: Memory = HOST
    executor: Features | None = None
    """The CPU features with which the executor runs tile programs; None: it does not run them."""
    launcher: AnyLauncher | None = None
    """Runs tile programs in a memory of its own. Without it and an executor, Python runs the ops of launches."""
    options: tuple[Option, ...] = ()
    """They are applied in this order, however they were given."""
    costs: Costs = field(factory=Costs)

    def __attrs_post_init__(self) -> None:
        """Raises TensorIRError for an invalid part, which would otherwise fail while a program is compiled."""
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):  # pyright: ignore[reportUnnecessaryIsInstance]  # users' data
            raise TensorIRError(f"a target's name is a word without spaces, braces and commas, got {self.name!r}")
        parts = ("resolver", Resolver), ("kernels", Kernels), ("lowering", Lowering), ("memory", Memory)
        for part, kind in (*parts, ("launcher", Launcher)):
            given: object = getattr(self, part)
            if part == "launcher" and (given is None or self._on_executor(given)):
                continue
            if isinstance(given, type) or not isinstance(given, kind):
                methods = ", ".join(sorted(m for m in vars(kind) if not m.startswith("_")))
                raise TensorIRError(f"target {self.name!r}: {part} must be an object with {methods}, got {given!r}")
        names = [o.name for o in self.options]
        if len(set(names)) < len(names):
            raise TensorIRError(f"target {self.name!r}: two options have the same name: {', '.join(names)}")

    def _on_executor(self, launcher: object) -> bool:
        """Whether the executor runs what a launcher is asked to. Raises TensorIRError if there is none."""
        if isinstance(launcher, type) or not isinstance(launcher, OnExecutor):
            return False
        if self.executor is None:
            raise TensorIRError(f"target {self.name!r}: its launcher needs an executor, such as Features.NONE")
        return True
