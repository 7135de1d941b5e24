"""The `--device` flag of the commands."""

from __future__ import annotations

import argparse
from typing import Any

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.device import Device
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


def _device(text: str) -> Device:
    try:
        return Device(text)
    except TensorIRError as e:
        raise argparse.ArgumentTypeError(e.diagnostics[0].message) from None
