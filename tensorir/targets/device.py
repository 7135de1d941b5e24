"""Devices are instances of targets, as a compilation uses them. Names are resolved here, once, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TypeAlias, Union

from attrs import frozen

from tensorir.encoding.resolver import Resolver
from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.table import Features
from tensorir.targets.costs import Costs
from tensorir.targets.kernels import Kernels
from tensorir.targets.launcher import AnyLauncher
from tensorir.targets.lowering import Lowering
from tensorir.targets.memory import Memory
from tensorir.targets.registry import device_target
from tensorir.targets.target import Option, Target

_SPEC = re.compile(r"([^{}\s]+?)\s*(?:\{([^{}]*)\})?")


@frozen(init=False)
class Device:
    """An instance of a target; it behaves like the target with the options applied.

    `name` is its name in the program and in launches."""

    name: str
    target: Target
    spec: str
    """`target{option=value,…}`: the text that makes the same device, if its target is known by name."""

    def __init__(self, target: Target | str, *, name: str | None = None, **options: object) -> None:
        """Makes a device of `target`: a Target, the name of one, or a text such as "cpu{features=avx2}".

        `options` are those of the target. `name` is the spec unless given. Raises TensorIRError for an unknown target
        or option, and for a value that the option does not accept."""
        base, written = (target, {}) if isinstance(target, Target) else _parse(target)
        if twice := sorted(written.keys() & options.keys()):
            raise TensorIRError(
                f"device {base.name!r}: option {twice[0]!r} is given both in the text and as an argument"
            )
        known = {o.name: o for o in base.options}
        given = {**written, **options}
        if unknown := [key for key in given if key not in known]:
            listed = ", ".join(known) or "none"
            raise TensorIRError(f"device {base.name!r} has no option {unknown[0]!r}; it has: {listed}")
        values = {key: _read(base, known[key], value) for key, value in given.items()}
        parts = [f"{key}={known[key].text(value)}" for key, value in values.items()]
        made = base
        for key in (key for key in known if key in values):
            made = known[key].apply(made, values[key])
        spec = f"{base.name}{{{','.join(sorted(parts))}}}" if parts else base.name
        self.__attrs_init__(spec if name is None else name, made, spec)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # attrs makes it

    def named(self, name: str) -> Device:
        """The same device under another name."""
        renamed = copy(self)
        object.__setattr__(renamed, "name", name)  # the object is not shared yet
        return renamed

    @property
    def resolver(self) -> Resolver:
        return self.target.resolver

    @property
    def costs(self) -> Costs:
        return self.target.costs

    @property
    def lowering(self) -> Lowering:
        return self.target.lowering

    @property
    def kernels(self) -> Kernels:
        return self.target.kernels

    @property
    def executor(self) -> Features | None:
        """The CPU features with which the executor runs tile programs of this device; None: it does not."""
        return self.target.executor

    @property
    def launcher(self) -> AnyLauncher | None:
        """Runs tile programs of this device in a memory of its own; None: it has the host's."""
        return self.target.launcher

    @property
    def runs_tiles(self) -> bool:
        """Whether launches become tile programs; otherwise Python runs their ops."""
        return self.executor is not None or self.launcher is not None

    @property
    def memory(self) -> Memory:
        return self.target.memory

    def __str__(self) -> str:
        return self.name


def _parse(spec: str) -> tuple[Target, dict[str, object]]:
    match = _SPEC.fullmatch(spec.strip())
    if match is None:
        raise TensorIRError(f"a device is written name or name{{option=value,…}}, got {spec!r}")
    target = device_target(match.group(1))
    options: dict[str, object] = {}
    for item in filter(None, (match.group(2) or "").split(",")):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals or key in options:
            wrong = (
                f"option {key!r} is given twice" if key in options else f"expected option=value, got {item.strip()!r}"
            )
            raise TensorIRError(f"device {spec!r}: {wrong}")
        options[key] = value
    return target, options


def _read(target: Target, option: Option, given: object) -> object:
    try:
        return option.read(given)
    except (ValueError, TypeError) as e:
        raise TensorIRError(f"device {target.name!r}: option {option.name}: {e}") from None


def devices_text(devices: Sequence[Device]) -> str:
    """Returns what the devices of a program are: the spec of the only one, or `name: spec` for each."""
    if len(devices) == 1:
        return devices[0].spec
    return ", ".join(f"{d.name}: {d.spec}" for d in devices)


DeviceLike: TypeAlias = Union[str, Target, Device]
DevicesLike: TypeAlias = Union[DeviceLike, Sequence[DeviceLike], Mapping[str, DeviceLike]]


def as_device(given: DeviceLike, name: str | None = None) -> Device:
    """Returns the device that `given` is or names, renamed to `name` if that is given.

    Raises TensorIRError for an unknown name, and for what is not a device."""
    match given:
        case Device():
            return given if name is None else given.named(name)
        case Target() | str():
            return Device(given, name=name)
        case _:
            raise TensorIRError(f"a device is a name, a Target or a Device, got {type(given).__name__}: {given!r}")


def as_devices(given: DevicesLike) -> dict[str, Device]:
    """Returns the devices given to a compilation, by name; `given` is one device, a sequence, or a mapping of names.

    Raises TensorIRError for anything that is not a device, if there is none, and if two have the same name."""
    if isinstance(given, str | Target | Device):
        found = [as_device(given)]
    elif isinstance(given, Mapping):
        if odd := [n for n in given if not isinstance(n, str) or not n]:  # pyright: ignore[reportUnnecessaryIsInstance]  # users' data
            raise TensorIRError(f"names of devices are strings, got {odd[0]!r}")
        found = [as_device(d, name) for name, d in given.items()]
    elif isinstance(given, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]  # users' data
        found = [as_device(d) for d in given]
    else:
        raise TensorIRError(f"devices: expected a device, a sequence or a mapping of names, got {type(given).__name__}")
    if not found:
        raise TensorIRError('a program needs a device to run on: pass one, such as "cpu"')
    by_name = {d.name: d for d in found}
    if len(by_name) < len(found):
        raise TensorIRError(
            f"two devices have the same name: {', '.join(d.name for d in found)}; name them with a mapping"
        )
    return by_name
