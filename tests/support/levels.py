"""What a pass can be given: the passes that establish what it requires, in front of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.targets.device import DevicesLike, as_devices
from tensorir.text import print_module


def with_requirements(p: Pass) -> tuple[Pass, ...]:
    """`p` behind the passes that establish what it requires, and those that they require."""
    before: list[Pass] = []
    for level in p.requires:
        if level.by in PASSES:
            before += [q for q in with_requirements(PASSES[level.by]()) if q not in before]
    return (*before, p)


def after_each_pass(module: Module, devices: DevicesLike = "cpu") -> Iterator[tuple[str, Module]]:
    """Every pass by name, with what it makes of the module behind the passes that establish what it requires. What
    several passes require is run once. `devices`: those that the module names, or else where it runs."""
    known: dict[tuple[str, ...], Module] = {(): module}
    for name in PASSES:
        passes = with_requirements(PASSES[name]())
        names = tuple(p.name for p in passes)
        for i, p in enumerate(passes):
            if names[: i + 1] not in known:
                with named(p.name, known[names[:i]]):
                    known[names[: i + 1]] = run_passes(known[names[:i]], (p,), PassContext(devices=as_devices(devices)))
        yield name, known[names]


@contextmanager
def named(name: str, module: Module) -> Generator[None]:
    """Errors say that they are about this pass and this module."""
    try:
        yield
    except Exception as e:
        e.add_note(f"{name}:\n{print_module(module)}")
        raise
