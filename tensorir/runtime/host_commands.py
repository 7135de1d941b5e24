"""Commands that run in Python, between two runs of the executor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from tensorir.interp.context import Context
from tensorir.interp.interpreter import apply_op
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Module
from tensorir.native.plans import Frame
from tensorir.runtime.explain_failure import why_impossible
from tensorir.runtime.plan import HostCommand, Plan
from tensorir.runtime.queued_commands import QueuedCommands
from tensorir.targets.device import Device

Array = npt.NDArray[Any]


@frozen
class HostCommands:
    """Those of one plan: ops that the interpreter runs, and what devices with a launcher do.

    `source`: the module from which the tile programs of the plan were made; it explains failures."""

    source: Module
    plan: Plan
    devices: Mapping[str, Device] = field(factory=dict[str, Device])
    """Those of the launches that Python runs, by name."""
    queued: QueuedCommands | None = None
    """The commands of devices with a launcher, if there are any."""

    def why_impossible(self, sizes: Mapping[str, int], memory_limit: int | None) -> TensorIRError | None:
        return why_impossible(self.source, self.plan, sizes, memory_limit)

    def run(
        self, number: int, frame: Frame, arguments: Sequence[Array], results: Sequence[Array], ctx: Context
    ) -> None:
        """Runs command `number`."""
        command = self.plan.commands[number]

        def array(b: int) -> Array:
            buffer = self.plan.buffers[b]
            match buffer.kind:
                case "argument":
                    return arguments[buffer.index]
                case "result":
                    return results[buffer.index]
                case "constant":
                    return self.plan.constants[buffer.index]
                case "arena" | "shared":
                    shape = [evaluate(d, ctx.sizes) for d in buffer.type.shape]
                    return np.frombuffer(frame.buffer(b), buffer.type.dtype.numpy)[: int(np.prod(shape))].reshape(shape)
                case "outside":
                    raise AssertionError(f"b{b} is not in the host's memory")  # the plan copies it first

        if not isinstance(command, HostCommand):
            assert self.queued is not None  # the plan has such commands
            self.queued.run(number, frame, ctx.sizes, array)
            return
        count = len(command.buffers) - len(command.op.results)
        inside = evolve(ctx, sizes={name: evaluate(d, ctx.sizes) for name, d in command.bound.items()})
        inputs = tuple(array(b) for b in command.buffers[:count])
        device = self.devices.get(command.device)
        kernel = None if device is None else device.kernels.call(command.op, device.memory)
        made = apply_op(command.op, inputs, inside) if kernel is None else (kernel(inputs, inside)[0],)
        for b, value in zip(command.buffers[count:], made, strict=True):
            array(b)[...] = value

    def finish(self, frame: Frame) -> None:
        """Waits for the devices. Raises PlanFault if one reports that a step failed."""
        if self.queued is not None:
            self.queued.finish(frame)

    def end(self, frame: Frame) -> None:
        """Gives back the memory of devices that a call still holds."""
        if self.queued is not None:
            self.queued.end(frame)
