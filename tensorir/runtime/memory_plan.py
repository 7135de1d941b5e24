"""What a call will take, known before it begins: the most bytes of intermediates alive at once, and at which op."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, frozen

from tensorir.interp import Context
from tensorir.interp.limits import check_bytes, is_asked_for, new_bytes, type_bytes
from tensorir.ir.op import Op

if TYPE_CHECKING:
    from tensorir.runtime.region_plan import RegionPlan  # which asks for this


@frozen
class Peak:
    """The most bytes alive at once, while `op` runs or right after it; no op where nothing is made. `yields`: the
    bytes that each yield of the region keeps alive, 0 for those of its arguments."""

    bytes: int
    op: Op | None
    yields: tuple[int, ...] = ()


@define
class _Buffer:
    """Memory that one slot or, by views, several refer to."""

    bytes: int
    slots: int = 0


def peak_of(plan: RegionPlan, ctx: Context) -> Peak:
    """Law: no call of these sizes takes more than `bytes`, as `Stats.transient_bytes` counts them.

    A view keeps alive what its first operand is. Raises TensorIRError for a size that is negative in this call,
    OutOfMemoryError beyond the verifier's limit."""
    buffers = [_Buffer(0) for _ in range(plan.slots)]
    live = 0
    peak = Peak(0, None)
    for step in plan.steps:
        needed, op = 0, step.op
        if step.launch is not None:
            # Before the sizes of the launch's results: an error names the op inside.
            inside = peak_of(step.launch, step.inside(ctx, {}))
            needed, op = inside.bytes, inside.op
            made = [_Buffer(n) for n in inside.yields]
        elif new_bytes(step.op, ctx):
            made = [_Buffer(type_bytes(step.op, v.type, ctx)) for v in step.op.results]
        else:
            made = [buffers[step.inputs[0]] if step.inputs else _Buffer(0) for _ in step.outputs]
        fresh = sum(b.bytes for b in made if not b.slots)
        if live + max(needed, fresh) > peak.bytes:
            peak = Peak(live + max(needed, fresh), op)
        live += fresh
        for slot, buffer in zip(step.outputs, made, strict=True):
            buffers[slot] = buffer
            buffer.slots += 1
        for slot in step.dead:
            buffers[slot].slots -= 1
            live -= 0 if buffers[slot].slots else buffers[slot].bytes
    return evolve(peak, yields=tuple(buffers[slot].bytes for slot in plan.yields))


def check_peak(peak: Peak, ctx: Context, what: str) -> None:
    """Raises OutOfMemoryError, before anything is allocated, if a call takes more than there is. `what` is called."""
    if peak.op is None or not is_asked_for(peak.bytes, ctx):
        return
    note = f"most of it while {peak.op.NAME} makes {', '.join(str(v.type) for v in peak.op.results)}"
    check_bytes(peak.bytes, f"{what}: intermediates take", peak.op.loc, ctx, (note,))
