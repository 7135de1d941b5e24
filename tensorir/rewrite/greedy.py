"""The work-list driver: applies patterns until none applies. For folding and propagation."""

from __future__ import annotations

from collections import deque
from time import perf_counter

from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.rewrite.editor import Editor, Node
from tensorir.rewrite.pattern import Pattern, PatternTable, Refused, Replacement, as_replacement
from tensorir.rewrite.trace import Trace

REWRITES_PER_OP = 64
"""The budget: if there are more rewrites than this times the size of the region, patterns keep triggering each
other."""


def greedy(region: Region, table: PatternTable, trace: Trace | None = None, effects: EffectsIn | None = None) -> Region:
    """`region` with all patterns applied exhaustively and dead ops removed; itself if nothing changed.

    `effects` gives the effects of ops of the module that the region belongs to. An op that writes or may end the call
    is never dead; without `effects`, a call is never dead either.

    Ops are visited in order; the users of what was replaced are visited again. The cost is linear in ops plus
    rewrites. Raises TensorIRError naming the last patterns if the budget is exceeded."""
    editor = Editor(region, effects)
    budget = REWRITES_PER_OP * (len(region.ops) + 16)
    recent: deque[str] = deque(maxlen=8)
    stack = list(reversed(editor.nodes))
    for node in stack:
        node.queued = True
    while stack:
        node = stack.pop()
        node.queued = False
        if not node.alive:
            continue
        op = editor.current(node)
        if editor.is_dead(op):
            _push(stack, editor.erase(node))
            continue
        patterns = table[op.__class__]
        if not patterns:
            continue
        found = _first(patterns, op, editor, trace)
        if found is None:
            continue
        pattern, replacement = found
        recent.append(pattern.name)
        budget -= 1
        if budget < 0:
            raise _cycle(op, recent)
        inserted, touched = editor.replace(node, replacement)
        _push(stack, touched)
        _push(stack, list(reversed(inserted)))
    return editor.freeze()


def _push(stack: list[Node], nodes: list[Node]) -> None:
    for node in nodes:
        if not node.queued:
            node.queued = True
            stack.append(node)


def _first(
    patterns: tuple[Pattern, ...], op: Op, editor: Editor, trace: Trace | None
) -> tuple[Pattern, Replacement] | None:
    """Returns the first pattern that applies and its replacement."""
    for pattern in patterns:
        if trace is None:
            rewrite = pattern.fn(op, editor)
        else:
            if trace.is_spent:
                return None
            stats = trace.stats(pattern)
            stats.tried += 1
            start = perf_counter() if trace.timed else 0.0
            rewrite = pattern.fn(op, editor)
            if trace.timed:
                stats.seconds += perf_counter() - start
            if isinstance(rewrite, Refused):
                trace.refuse(op, pattern, rewrite)
            elif rewrite is not None:
                stats.applied += 1
                trace.last = op, pattern
        if rewrite is not None and not isinstance(rewrite, Refused):
            return pattern, as_replacement(rewrite)
    return None


def _cycle(op: Op, recent: deque[str]) -> TensorIRError:
    names = " → ".join(recent)
    hint = "two of these undo each other, or one creates what it matches"
    return TensorIRError([Diagnostic(f"{op.NAME}: rewriting does not end", op.loc, notes=(f"last: {names}", hint))])
