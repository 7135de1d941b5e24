"""Runs passes in order: verification between them, snapshots after them, a reproducer when one crashes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.levels import Level
from tensorir.passes.numbering import numbered
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.reproducers import reproducer_of

MOST_PLACES = 8
"""The most places that an error about one level shows."""


class LevelError(TensorIRError):
    """A level does not hold although a pass requires or ensures it."""


Snapshot = Callable[[Pass, Module], None]


def run_passes(
    module: Module,
    passes: Sequence[Pass],
    ctx: PassContext | None = None,
    *,
    verify_each: bool = True,
    verify_input: bool = False,
    snapshot: Snapshot | None = None,
    reproducers: Path | None = None,
) -> Module:
    """Runs `passes` on `module` and returns the result; `module` itself if none changed it. Its ops first get ids,
    which remarks name.

    `snapshot(pass, module)` is called after each pass. `verify_input` verifies the given module even if not
    `verify_each`. A device that a pass names and `ctx.devices` lacks is first added, as the one with that spec
    ("cpu", "cpu{features=avx2}").

    If a pass crashes (it raises anything but TensorIRError or MemoryError), or leaves an invalid module,
    the module before it is written to a file in `reproducers` (default: a folder of the user's own) and TensorIRError
    says where. Errors that a pass itself raises are passed on unchanged."""
    ctx = ctx or PassContext()
    for name in (name for p in passes for name in p.device_names()):
        ctx.device(name)
    if verify_each or verify_input:
        verify(module)
    given = module
    with gc_paused():
        held: tuple[Level, ...] = ()
        module = first = numbered(module)
        for p in passes:
            check_levels(module, f"pass {p.name} can't take this module", [r for r in p.requires if r not in held])
            held = p.after((*held, *p.requires))
            start = perf_counter()
            after = _run_one(module, p, ctx, held if verify_each else None, reproducers)
            ctx.seconds[p.name] = ctx.seconds.get(p.name, 0.0) + perf_counter() - start
            _refusals_to_remarks(p, ctx)
            module = after
            if snapshot is not None:
                snapshot(p, module)
    return given if module is first else module


def check_levels(module: Module, what: str, levels: Iterable[Level]) -> None:
    """Raises LevelError with every place where one of the `levels` does not hold, and the pass that establishes it."""
    found: list[Diagnostic] = []
    for level in levels:
        places = list(level.broken(module))
        if places:
            head = f"{what}: it requires {level}, which {level.by} establishes"
            notes = (f"{len(places) - MOST_PLACES} more",) if len(places) > MOST_PLACES else ()
            found += [Diagnostic(f"{head}; here: {d.message}", d.loc, notes=notes) for d in places[:MOST_PLACES]]
    if found:
        raise LevelError(found)


def _run_one(
    module: Module, p: Pass, ctx: PassContext, held: tuple[Level, ...] | None, reproducers: Path | None
) -> Module:
    """Returns the module after one pass. `held` are the levels that must then hold; with None, nothing is verified."""
    try:
        after = p.run(module, ctx)
    except (TensorIRError, MemoryError):
        raise
    except Exception as e:
        where = reproducer_of(module, ctx.by_spec(p), reproducers)
        raise TensorIRError(f"pass {p.name} crashed: {type(e).__name__}: {e}; {where}") from e
    if held is not None:
        try:
            if after is not module:
                verify(after)
            check_levels(after, "its result does not have the levels that it ensures", held)
        except TensorIRError as e:
            where = reproducer_of(module, ctx.by_spec(p), reproducers)
            head = Diagnostic(f"pass {p.name} left an invalid module; {where}")
            raise TensorIRError([head, *e.diagnostics]) from e
    return after


@contextmanager
def gc_paused() -> Generator[None]:
    """Pauses garbage collection. Programs have no reference cycles, so collecting while nodes are made only costs
    time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refusals_to_remarks(p: Pass, ctx: PassContext) -> None:
    trace = ctx.traces.get(p.name)
    if trace is None:
        return
    for op, pattern, refused in trace.refusals:
        ctx.refuse(p.name, op, pattern.name, refused.reason, refused.operand)
    trace.refusals.clear()
