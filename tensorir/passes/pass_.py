"""A pass is a frozen value whose fields are its options, and a pure function Module → Module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

import attrs
from attrs import define, field

from tensorir.analysis.layout_decision import Decision
from tensorir.ir.diagnostic import Remarks
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.passes.decisions import Decisions
from tensorir.passes.levels import Level
from tensorir.rewrite.trace import Trace
from tensorir.store.store import ConstantStore
from tensorir.targets.device import Device

Progress = Callable[[str, int, int], None]
"""A callback that long passes call with (what, done, total)."""


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
    """The inputs of a pipeline run, and what it collects. `devices` are those of the compilation, by the names that
    passes use. `decisions` records what passes declined, and why. `traces` is per pass name; `timed` also measures the
    seconds per pattern. `memory_limit` is the most bytes of intermediates that the evaluation of a constant may
    allocate; None means the memory available then. `store`: where constants are looked for and
    stored; None: nowhere. `constants` counts those that were computed, as `packed`, and those that were `mapped`.
    `layouts` is applied where layouts are chosen, if it is given; `decision` is what was then decided."""

    decisions: Decisions = field(factory=Decisions)
    traces: dict[str, Trace] = field(factory=dict[str, Trace])
    seconds: dict[str, float] = field(factory=dict[str, float])
    progress: Progress | None = None
    timed: bool = False
    devices: dict[str, Device] = field(factory=dict[str, Device])
    memory_limit: int | None = None
    store: ConstantStore | None = None
    constants: Counter[str] = field(factory=Counter[str])
    layouts: Decision | None = None
    decision: Decision | None = None

    def device(self, name: str) -> Device:
        """Returns the device called `name` in the compilation; if there is none, adds the one with that spec.

        Raises TensorIRError if `name` is not the spec of a known target."""
        if name not in self.devices:
            self.devices[name] = Device(name)
        return self.devices[name]

    def by_spec(self, p: P) -> P:
        """Returns `p` with the specs of its devices in place of their names, so that it means the same in another
        process."""
        names = {f.name: self.device(getattr(p, f.name)).spec for f in attrs.fields(type(p)) if _DEVICE in f.metadata}
        return attrs.evolve(p, **names) if names else p

    def trace(self, pass_name: str) -> Trace:
        """Returns the trace of a pass, created on first use."""
        return self.traces.setdefault(pass_name, Trace(timed=self.timed))

    @property
    def remarks(self) -> Remarks:
        """The remarks so far: `decisions` in their order."""
        return self.decisions.remarks

    def refuse(self, pass_name: str, op: Op, rule: str, reason: str, operand: str = "") -> None:
        """Records a refusal once; see `Decisions.refuse`."""
        self.decisions.refuse(pass_name, op, rule, reason, operand)

    def report(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)


@attrs.frozen
class Pass:
    """Base of all passes. The docstring of a pass states its law; its first line is shown in listings.

    `requires`: levels that must hold for the given module. `ensures`: levels that hold for every result. `breaks`:
    levels that may no longer hold afterwards; all other levels are kept."""

    name: ClassVar[str] = ""
    requires: ClassVar[tuple[Level, ...]] = ()
    ensures: ClassVar[tuple[Level, ...]] = ()
    breaks: ClassVar[tuple[Level, ...]] = ()

    def after(self, levels: Iterable[Level]) -> tuple[Level, ...]:
        """Returns the levels that hold after the pass if `levels` held before it."""
        kept = (level for level in levels if level not in self.breaks)
        return tuple(dict.fromkeys((*kept, *self.ensures)))

    def device_names(self) -> tuple[str, ...]:
        """Returns the devices that options of this pass name."""
        return tuple(getattr(self, f.name) for f in attrs.fields(type(self)) if _DEVICE in f.metadata)

    def run(self, module: Module, ctx: PassContext) -> Module:
        """Returns the transformed module; `module` itself if nothing changed."""
        raise NotImplementedError(type(self).__name__)  # a subclass that forgot: a bug
