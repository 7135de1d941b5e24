"""What a pass can be given: the passes that establish what it requires, in front of it."""

from __future__ import annotations

from tensorir.passes.pass_ import Pass
from tensorir.pipelines import PASSES


def with_requirements(p: Pass) -> tuple[Pass, ...]:
    """`p` behind the passes that establish what it requires, and those that they require."""
    before: list[Pass] = []
    for level in p.requires:
        if level.by in PASSES:
            before += [q for q in with_requirements(PASSES[level.by]()) if q not in before]
    return (*before, p)
