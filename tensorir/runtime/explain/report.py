"""An explanation as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tensorir.analysis.layout_decision import decision_text
from tensorir.runtime.counts import CommandCounts, Counts, StepCounts
from tensorir.runtime.explain.explanation import FROM_A_FILE, Explanation, FunctionExplanation
from tensorir.runtime.plan import LaunchCommand, Plan


def report(explanation: Explanation) -> str:
    """Returns the whole text."""
    parts: list[str] = []
    if explanation.decision is None:
        parts.append(f"compiled for {explanation.device}: {FROM_A_FILE}")
    else:
        parts.append(decision_text(explanation.decision, next_best=explanation.decision.weighed is not None))
    for f in explanation.functions:
        parts += ["\n".join(function_lines(f)), *([str(f.plan)] if f.plan is not None else [])]
    if explanation.remarks:
        parts.append(str(explanation.remarks))
    return "\n\n".join(parts)


def function_lines(f: FunctionExplanation) -> Iterator[str]:
    """The sums of a call, the launches, and the relayouts in them."""
    head = heading(f)
    if f.counts is None:
        yield f"{head}: {f.why_not}"
        return
    yield f"{head}: {sums(f.counts)}"
    yield "launches:"
    yield from _aligned([LAUNCH_COLUMNS, *launch_rows(f.counts, f.plan)])
    moved = list(relayouts(f.counts))
    yield "relayouts:" if moved else "relayouts: none"
    yield from _aligned(moved)


def heading(f: FunctionExplanation) -> str:
    """The name of a function, and the sizes for which it is explained, with the range of its plan if there is one."""
    head = ", ".join([f"@{f.name}", *(f"{name} = {size}" for name, size in f.sizes.items())])
    sizes = None if f.plan is None else f.plan.function.sizes
    return head if sizes is None else f"{head} (the plan for {sizes})"


def sums(counts: Counts) -> str:
    """What a call does, in one line."""
    moved = f"{counts.transfers} transfers of {counts.transferred_bytes} bytes, " if counts.transfers else ""
    once = "each command once: " if counts.branches else ""
    return (
        f"{once}{counts.launches - counts.transfers} launches, {moved}{counts.units} units, {counts.steps} steps; "
        f"{counts.read_bytes} bytes read, "
        f"{counts.written_bytes} written, {counts.relaid_bytes} relaid, {counts.copied_bytes} copied; "
        f"{counts.arena_bytes} bytes of arena, {counts.constant_bytes} of constants"
    )


LAUNCH_COLUMNS = ("", "what", "steps", "where", "units", "read", "written", "relaid")


def launch_rows(counts: Counts, plan: Plan | None) -> Iterator[Sequence[str]]:
    """A row per command; bytes are those of one call."""
    several = len({command.device for command in counts.commands if command.device}) > 1
    for number, command in enumerate(counts.commands):
        what = "copy" if command.copied else "python" if command.python else "launch"
        if plan is not None and isinstance(planned := plan.commands[number], LaunchCommand):
            what = f"launch @{planned.executable}"
        if command.device and several:
            what += f" on {command.device}"
        if command.control:
            what = command.control
        steps = command.place.op if command.python or command.control else ", ".join(step_kinds(command))
        loc = command.place.loc if plan is None else plan.commands[number].op.loc
        numbers = (command.units, command.read_bytes, command.written_bytes, command.sum("relaid_bytes"))
        yield (f"#{number}", what, steps, str(loc), *map(str, numbers))


def step_kinds(command: CommandCounts) -> list[str]:
    """The kinds of steps, each with their number if it is not one."""
    kinds = Counter(step.kind for step in command.steps)
    return [kind if count == 1 else f"{count} × {kind}" for kind, count in kinds.items()]


def relayouts(counts: Counts) -> Iterator[Sequence[str]]:
    """A row per step that writes in another order than it reads, with the bytes of one call."""
    for number, command in enumerate(counts.commands):
        for step in command.steps:
            if step.relaid_bytes:
                yield (f"#{number}", step.kind, *_place(step), f"{step.relaid_bytes} bytes")


def _place(step: StepCounts) -> Sequence[str]:
    return f"{step.place.op} {step.place.loc.op}".rstrip(), str(step.place.loc)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
