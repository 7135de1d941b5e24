"""Programs on the way through a pipeline."""

from __future__ import annotations

from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.transforms.dispatch.outline_executables import OutlineExecutables


def materialized(module: Module) -> Module:
    """In physical form for the CPU, its launches not yet outlined."""
    passes = pipeline("late").passes
    return run_passes(module, passes[: next(i for i, p in enumerate(passes) if isinstance(p, OutlineExecutables))])
