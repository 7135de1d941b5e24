"""Which OpenCL device is meant, and the devices that this process has opened."""

from __future__ import annotations

import re
from threading import Lock
from typing import Any

from attrs import frozen

from tensorir.ir.diagnostic import UnsupportedError
from tensorir.targets.opencl.machine import Machine, driver


@frozen
class Selection:
    """`device`: the number of a device among those of all platforms, or a part of its name. `part`: number and count,
    if it is one of several equal parts of a device. `memory`, `fill`: see Machine."""

    device: str = "0"
    part: tuple[int, int] = (0, 1)
    memory: int | None = None
    fill: bool = False


_OPENED: dict[Selection, Machine] = {}
_LOCK = Lock()


def opened(selection: Selection) -> Machine:
    """Returns the device, opened once for all that use it. Raises UnsupportedError if there is no such device, or no
    driver at all."""
    found = _OPENED.get(selection)
    if found is None:
        with _LOCK:
            found = _OPENED.get(selection)
            if found is None:
                device = _part(_chosen(selection.device), selection.part)
                name = (
                    device.name if selection.part == (0, 1) else "{} (part {}/{})".format(device.name, *selection.part)
                )
                found = _OPENED[selection] = Machine(device, name, selection.memory, selection.fill)
    found.check_process()
    return found


def _devices() -> list[Any]:
    cl = driver()
    try:
        return [device for platform in cl.get_platforms() for device in platform.get_devices()]
    except cl.Error as e:
        raise UnsupportedError(
            f"there is no OpenCL driver ({e}): install that of the device, or pocl for a CPU"
        ) from None


def _chosen(wanted: str) -> Any:
    devices = _devices()
    named = [d for d in devices if wanted.lower() in d.name.lower()]
    if re.fullmatch(r"\d+", wanted):
        named = devices[int(wanted) : int(wanted) + 1]
    if not named:
        known = "; ".join(f"{i}: {d.name}" for i, d in enumerate(devices)) or "none"
        raise UnsupportedError(f"there is no OpenCL device {wanted!r}; this machine has: {known}")
    return named[0]


def _part(device: Any, part: tuple[int, int]) -> Any:
    """One of several equal parts of a device."""
    number, count = part
    if count == 1:
        return device
    cl, each = driver(), device.max_compute_units // count
    try:
        parts: list[Any] = device.create_sub_devices([cl.device_partition_property.EQUALLY, each]) if each else []
    except cl.Error as e:
        raise UnsupportedError(f"the OpenCL device {device.name!r} can't be divided: {e}") from None
    if len(parts) < count:
        units = device.max_compute_units
        raise UnsupportedError(
            f"the OpenCL device {device.name!r} has {units} compute units, not enough for {count} parts"
        )
    return parts[number]
