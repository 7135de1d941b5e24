"""The devices that there are: built-in ones, registered ones, and those of the entry-point group `tensorir.targets`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.cpu import CPU
from tensorir.targets.reference import REFERENCE
from tensorir.targets.target import Target

_BUILT_IN = {t.name: t for t in (CPU, REFERENCE)}
_REGISTERED: dict[str, Target] = {}


def register_target(target: Target) -> Target:
    """Makes a device known in this process, replacing one that was registered under its name before.

    Raises TensorIRError for the name of a built-in device."""
    if target.name in _BUILT_IN:
        raise TensorIRError(f"{target.name!r} is a built-in device; choose another name")
    _REGISTERED[target.name] = target
    return target


@cache
def _plugins() -> dict[str, Target]:
    return {e.name: e.load() for e in entry_points(group="tensorir.targets")}


def device_names() -> tuple[str, ...]:
    """All devices, built-in ones first."""
    return tuple(dict.fromkeys((*_BUILT_IN, *_REGISTERED, *_plugins())))


def device_target(name: str) -> Target:
    """The target called `name`. Raises TensorIRError listing the devices if there is none."""
    for known in (_BUILT_IN, _REGISTERED):
        if name in known:
            return known[name]
    if name in _plugins():
        return _plugins()[name]
    raise TensorIRError(f"no device {name!r}; there are: {', '.join(device_names())}")
