"""Plans for arguments that are not row-major: the launches that read them, compiled again for their strides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import field, frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.tile import Slice
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.known import Known
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.runtime.plan import Plan, plan_function
from tensorir.runtime.strides import Form
from tensorir.targets.device import Device

Relower = Callable[[Region, Region, Device, Mapping[int, Slice], Known], Region | str]
"""Lowers a region as it was lowered before, but for some arguments that lie elsewhere, or returns why it can't be."""


@frozen(eq=False)
class StridedPlan:
    """`plan`: reads the arguments of `forms` where they lie. `refused`: why the others are copied."""

    plan: Plan
    forms: tuple[Form, ...]
    refused: Mapping[int, str]


@frozen(eq=False)
class Strider:
    """Plans one function again. `module`: with tile programs. `source`: without them. `features`,
    `launchers`: those of `plan_function`."""

    module: Module
    source: Module
    function: Function
    devices: Mapping[str, Device]
    relower: Relower
    features: Mapping[str, int] = field(factory=dict[str, int])
    launchers: Mapping[str, int] = field(factory=dict[str, int])

    def plan(self, forms: Sequence[Form]) -> StridedPlan | Mapping[int, str]:
        """Returns the plan for arguments of these forms, or why each of them has to be copied."""
        refused: dict[int, str] = {}
        left = {form.argument: form for form in forms}
        while left:
            bodies: dict[Op, Region] = {}
            found = len(refused)
            for op in self.function.body.ops:
                self._read(op, left, bodies, refused)
            if len(refused) == found:
                parts = tuple(left.values()), bodies, self.features, self.launchers
                plan = plan_function(self.module, self.function, self.source, *parts)
                return StridedPlan(plan, tuple(left.values()), refused)
            left = {i: form for i, form in left.items() if i not in refused}
        return refused

    def _read(self, op: Op, forms: Mapping[int, Form], bodies: dict[Op, Region], refused: dict[int, str]) -> None:
        """Adds the body of a launch to `bodies`, or the arguments that it can't read to `refused`."""
        numbers = {arg: i for i, arg in enumerate(self.function.body.args)}
        read = {at: forms[numbers[v]] for at, v in enumerate(op.operands) if numbers.get(v) in forms}
        if not read:
            return
        if not isinstance(op, Launch):
            why = "what it gives its regions has to be row-major" if op.REGIONS else "it runs in Python"
            refused.update({form.argument: f"{op.NAME}: {why}" for form in read.values()})
            return
        made = self._lowered(op, read)
        if not isinstance(made, str):
            bodies[op] = made
            return
        alone: dict[int, str] = {}
        for argument in {form.argument for form in read.values()}:
            why = self._lowered(op, {at: form for at, form in read.items() if form.argument == argument})
            if isinstance(why, str):
                alone[argument] = why
        refused.update(alone or {form.argument: made for form in read.values()})

    def _lowered(self, op: Launch, read: Mapping[int, Form]) -> Region | str:
        executable = self.source.lookup(Executable, op.executable)
        region, device = executable.body, self.devices[executable.target]
        if device.launcher is not None:
            return f"{device.name!r} has a memory of its own"
        if device.executor is None:
            return f"Python runs the ops of {device.name!r}"
        tiled = self.module.lookup(Executable, op.executable).body
        inputs = {at: where(form, region.args[at].type.shape) for at, form in read.items()}
        return self.relower(region, tiled, device, inputs, executable.known)


def where(form: Form, shape: Sequence[Dim]) -> Slice:
    """Returns where an argument of this form and shape lies in its buffer."""
    strides: list[Dim] = []
    for d in reversed(range(len(shape))):
        match form.strides[d]:
            case "one":
                strides.insert(0, 1)
            case "zero":
                strides.insert(0, 0)
            case "outer":
                strides.insert(0, shape[d + 1] * strides[0])
            case "any":
                strides.insert(0, symbol(form.stride_symbol(d)))
    return Slice(symbol(form.offset_symbol) if form.backwards else 0, tuple(strides))
