"""The known devices: built-in ones, registered ones, those of plug-ins and of the entry-point group
`tensorir.targets`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from tensorir.ir.diagnostic import TensorIRError
from tensorir.plugins import Table, loaded, unusable
from tensorir.targets.cpu import CPU
from tensorir.targets.mpi.target import is_mpi, mpi_target
from tensorir.targets.opencl.target import OPENCL
from tensorir.targets.reference import REFERENCE
from tensorir.targets.target import Target
from tensorir.targets.vmvx import VMVX

_BUILT_IN = {t.name: t for t in (CPU, REFERENCE, VMVX, OPENCL)}
_KNOWN: Table[str, Target] = Table("TARGETS", _BUILT_IN, lambda target: target.name)
_REGISTERED: dict[str, Target] = {}


def register_target(target: Target) -> Target:
    """Registers a target in this process, replacing one that was registered under the same name before.

    Raises TensorIRError for the name of a built-in device."""
    if target.name in _BUILT_IN:
        raise TensorIRError(f"{target.name!r} is a built-in device; choose another name")
    _REGISTERED[target.name] = target
    return target


@cache
def _entry_points() -> dict[str, Target]:
    """What can't be imported or is not a target is left out with a PluginWarning."""
    found: dict[str, Target] = {}
    for entry in entry_points(group="tensorir.targets"):
        match loaded(entry):
            case None:
                pass
            case Target() as target:
                found[entry.name] = target
            case other:
                unusable(f"the entry point {entry.name} = {entry.value} ({entry.group})", _not_a_target(other))
    return found


def _not_a_target(found: object) -> str:
    kind = type(found).__name__
    return f"it is {'an' if kind[0] in 'aeiou' else 'a'} {kind}, not a Target"


def device_names() -> tuple[str, ...]:
    """Returns the names of all targets, built-in ones first."""
    return tuple(dict.fromkeys((*_KNOWN, *_REGISTERED, *_entry_points())))


def device_target(name: str) -> Target:
    """Returns the target called `name`. Raises TensorIRError listing the known devices if there is none, and for
    mpi:RANK/DEVICE what `mpi_target` raises."""
    if is_mpi(name):
        return mpi_target(name, device_target)
    for known in (_REGISTERED, _KNOWN, _entry_points()):
        if name in known:
            return known[name]
    raise TensorIRError(f"unknown device {name!r}; known: {', '.join(device_names())}, mpi:RANK/DEVICE")
