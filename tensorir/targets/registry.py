"""The devices that there are: the built-in ones and those of the entry-point group `tensorir.targets`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.cpu import CPU
from tensorir.targets.reference import REFERENCE
from tensorir.targets.target import Target


@cache
def _plugins() -> dict[str, Target]:
    return {e.name: e.load() for e in entry_points(group="tensorir.targets")}


def device_names() -> tuple[str, ...]:
    """All devices, built-in ones first."""
    return (CPU.name, REFERENCE.name, *_plugins())


def device_target(name: str) -> Target:
    """The target called `name`. Raises TensorIRError listing the devices if there is none."""
    for target in (CPU, REFERENCE):
        if target.name == name:
            return target
    if name in _plugins():
        return _plugins()[name]
    raise TensorIRError(f"no device {name!r}; there are: {', '.join(device_names())}")
