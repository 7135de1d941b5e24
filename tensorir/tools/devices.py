"""The `--device` flag of the commands, and several devices by name where a command takes them."""

from __future__ import annotations

import argparse
from typing import Any, cast

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.device import Device, DevicesLike
from tensorir.targets.registry import device_names


def add_device_flag(parser: Any) -> None:
    """Adds the flag; its value is a Device."""
    parser.add_argument(
        "--device",
        type=_device,
        default="cpu",
        metavar="DEVICE",
        help=f"one of {', '.join(device_names())}, or with options, as cpu{{features=avx2}} (default: cpu)",
    )


def add_devices_flag(parser: Any, default: str | None = "cpu") -> None:
    """Adds the flag; its value is a Device, or a mapping of names to devices."""
    parser.add_argument(
        "--device",
        action=_Devices,
        default=default,
        metavar="[NAME=]DEVICE",
        help=f"one of {', '.join(device_names())}, or with options, as cpu{{features=avx2}} (default: cpu); several "
        "with their names in the program, as --device a=cpu --device b=vmvx",
    )


class _Devices(argparse.Action):
    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        name, equals, spec = values.partition("=")
        if not equals or "{" in name:
            name, spec = "", values
        given = _by_name(getattr(namespace, self.dest))
        if name in given or (given and (not name or "" in given)):
            raise argparse.ArgumentError(self, "several devices need names of their own: --device NAME=DEVICE for each")
        try:
            given = {**given, name: Device(spec)}
        except TensorIRError as e:
            raise argparse.ArgumentError(self, e.diagnostics[0].message) from None
        setattr(namespace, self.dest, given)


def given_devices(found: Any) -> DevicesLike:
    """Returns what `compile` takes for the value of the flag."""
    by_name = _by_name(found)
    return by_name.get("", by_name) if by_name else found


def _by_name(found: Any) -> dict[str, Device]:
    """The devices that were given so far; none before the first."""
    return cast("dict[str, Device]", found) if isinstance(found, dict) else {}


def _device(text: str) -> Device:
    try:
        return Device(text)
    except TensorIRError as e:
        raise argparse.ArgumentTypeError(e.diagnostics[0].message) from None
