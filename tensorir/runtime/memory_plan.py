"""The memory of a call, computed before it begins: the most bytes of intermediates alive at once, and at which op."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, frozen

from tensorir.interp import Context
from tensorir.interp.limits import check_bytes, new_bytes, type_bytes
from tensorir.ir.op import Op
from tensorir.runtime.contiguity import copies, is_contiguous

if TYPE_CHECKING:
    from tensorir.runtime.region_plan import RegionPlan, Step  # which ask for this


@frozen
class Peak:
    """The most bytes alive at once, while `op` runs or right after it; no op if nothing is allocated. `yields`: the
    bytes that each yield of the region keeps alive, 0 for arguments. `views`: the argument that a yield is or is a view
    of. `contiguous`: which yields are known to be row-major without gaps."""

    bytes: int
    op: Op | None
    yields: tuple[int, ...] = ()
    views: tuple[int | None, ...] = ()
    contiguous: tuple[bool, ...] = ()


@define
class _Buffer:
    """A block of memory to which one slot refers, or several through views."""

    bytes: int
    slots: int = 0


def peak_of(plan: RegionPlan, ctx: Context, contiguous: Sequence[bool]) -> Peak:
    """Law: no call with these sizes needs more than `bytes`, as `Stats.transient_bytes` counts them.

    `contiguous`: which arguments are row-major without gaps. A view keeps alive what its first operand is; a reshape
    that may have to copy is not a view. Raises TensorIRError for a size that is negative in this call,
    OutOfMemoryError beyond the verifier's limit."""
    buffers = [_Buffer(0) for _ in range(plan.slots)]
    argument = {id(buffer): i for i, buffer in enumerate(buffers[: plan.arguments])}
    known = [*contiguous, *[False] * (plan.slots - plan.arguments)]
    live = 0
    peak = Peak(0, None)
    for step in plan.steps:
        needed, op = 0, step.op
        given = [known[slot] for slot in step.inputs]
        if step.launch is not None:
            # Done before the sizes of the launch's results, so that an error names the op inside.
            inside = peak_of(step.launch, step.inside(ctx, {}), given)
            needed, op = inside.bytes, inside.op
            made = [
                _Buffer(n) if view is None else buffers[step.inputs[view]]
                for n, view in zip(inside.yields, inside.views, strict=True)
            ]
            ordered = inside.contiguous
        else:
            made = _made(step, buffers, given, ctx)
            ordered = (step.kernel is not None or is_contiguous(step.op, given, ctx),) * len(made)
        fresh = sum(b.bytes for b in made if not b.slots)
        if step.bodies:  # an iteration makes its values while those of the last one are alive
            inner = max((peak_of(b, ctx, [False] * b.arguments) for b in step.bodies), key=lambda p: p.bytes)
            needed, op = fresh + inner.bytes, inner.op or op
        if live + max(needed, fresh) > peak.bytes:
            peak = Peak(live + max(needed, fresh), op)
        live += fresh
        for slot, buffer, in_order in zip(step.outputs, made, ordered, strict=True):
            buffers[slot], known[slot] = buffer, in_order
            buffer.slots += 1
        for slot in step.dead:
            buffers[slot].slots -= 1
            live -= 0 if buffers[slot].slots else buffers[slot].bytes
    kept = [buffers[slot] for slot in plan.yields]
    return evolve(
        peak,
        yields=tuple(buffer.bytes for buffer in kept),
        views=tuple(argument.get(id(buffer)) for buffer in kept),
        contiguous=tuple(known[slot] for slot in plan.yields),
    )


def _made(step: Step, buffers: Sequence[_Buffer], contiguous: Sequence[bool], ctx: Context) -> list[_Buffer]:
    """The memory of the results of one op."""
    if new_bytes(step.op, ctx) or copies(step.op, all(contiguous), ctx):
        return [_Buffer(type_bytes(step.op, v.type, ctx)) for v in step.op.results]
    return [buffers[step.inputs[0]] if step.inputs else _Buffer(0) for _ in step.outputs]


def check_peak(peak: Peak, ctx: Context, what: str) -> None:
    """Raises OutOfMemoryError before anything is allocated, if a call of `what` needs more memory than is available."""
    if peak.op is None:
        return
    note = f"most of it while {peak.op.NAME} makes {', '.join(str(v.type) for v in peak.op.results)}"
    check_bytes(peak.bytes, f"{what}: intermediates take", peak.op.loc, ctx, (note,))
