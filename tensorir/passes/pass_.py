"""A pass is a frozen value whose fields are its options, and a pure function Module → Module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

import attrs
from attrs import define, field

from tensorir.ir.diagnostic import Remarks
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.passes.decisions import Decisions
from tensorir.passes.levels import Level
from tensorir.rewrite.trace import Trace
from tensorir.targets.device import Device

Progress = Callable[[str, int, int], None]
"""Called with (what, done, total) by passes that take long."""


def option(default: Any, help: str) -> Any:
    """A field of a pass that a spec string can set: an int, bool, float or string. `help` is its description."""
    return field(default=default, metadata={"help": help}, kw_only=True)


_DEVICE = "tensorir.device"

P = TypeVar("P", bound="Pass")


def device_option(help: str) -> Any:
    """An option that names a device of the compilation. The runner resolves it before the first pass runs."""
    return field(default="cpu", metadata={"help": help, _DEVICE: True}, kw_only=True)


@define
class PassContext:
    """What a pipeline run is given and what it collects. `devices`: those of the compilation, by the names that
    passes use. `decisions`: what passes declined, and why. `traces` is per pass name; `timed` fills in the seconds per
    pattern."""

    decisions: Decisions = field(factory=Decisions)
    traces: dict[str, Trace] = field(factory=dict[str, Trace])
    seconds: dict[str, float] = field(factory=dict[str, float])
    progress: Progress | None = None
    timed: bool = False
    devices: dict[str, Device] = field(factory=dict[str, Device])

    def device(self, name: str) -> Device:
        """The device that the compilation calls `name`; if it was not given, the one whose spec that is, from then on.

        Raises TensorIRError if it is no spec of a known target."""
        if name not in self.devices:
            self.devices[name] = Device(name)
        return self.devices[name]

    def by_spec(self, p: P) -> P:
        """`p` with the specs of its devices in place of their names: it means the same in another process."""
        names = {f.name: self.device(getattr(p, f.name)).spec for f in attrs.fields(type(p)) if _DEVICE in f.metadata}
        return attrs.evolve(p, **names) if names else p

    def trace(self, pass_name: str) -> Trace:
        """The trace of a pass, created on first use."""
        return self.traces.setdefault(pass_name, Trace(timed=self.timed))

    @property
    def remarks(self) -> Remarks:
        """What was said up to now: `decisions` in their order."""
        return self.decisions.remarks

    def refuse(self, pass_name: str, op: Op, rule: str, reason: str, operand: str = "") -> None:
        """Keeps a decision against something, once: see `Decisions.refuse`."""
        self.decisions.refuse(pass_name, op, rule, reason, operand)

    def report(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)


@attrs.frozen
class Pass:
    """Base of all passes. The docstring of a pass states its law; its first line is shown in listings.

    `requires`: what must hold of the module given. `ensures`: what holds of every result. `breaks`: what may hold
    before and no longer afterwards; all other levels are kept."""

    name: ClassVar[str] = ""
    requires: ClassVar[tuple[Level, ...]] = ()
    ensures: ClassVar[tuple[Level, ...]] = ()
    breaks: ClassVar[tuple[Level, ...]] = ()

    def after(self, levels: Iterable[Level]) -> tuple[Level, ...]:
        """What holds after the pass where `levels` held before it."""
        kept = (level for level in levels if level not in self.breaks)
        return tuple(dict.fromkeys((*kept, *self.ensures)))

    def device_names(self) -> tuple[str, ...]:
        """The devices that options of this pass name."""
        return tuple(getattr(self, f.name) for f in attrs.fields(type(self)) if _DEVICE in f.metadata)

    def run(self, module: Module, ctx: PassContext) -> Module:
        """The transformed module; `module` itself if nothing changed."""
        raise NotImplementedError(type(self).__name__)  # a subclass that forgot: a bug
