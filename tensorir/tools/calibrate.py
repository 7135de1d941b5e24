"""`tensorir calibrate`: what work costs on this machine, beside what a device says without a measurement."""

from __future__ import annotations

import argparse
from typing import Any

from tensorir.store.place import is_on
from tensorir.targets.calibrate import calibrate
from tensorir.targets.costs import Costs
from tensorir.tools.devices import add_device_flag

_HELP = """\
Measures the kernels of a device on one thread for about half a second, and keeps the result in the store of packed
constants for this processor and this installation. Programs that are compiled for a device with costs=calibrated, as
--device 'cpu{costs=calibrated}', get the layouts that are best by it."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("calibrate", help="measure what work costs on this machine", epilog=_HELP)
    add_device_flag(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints each number of the costs, as it is without and with the measurement."""
    measured = calibrate(args.device)
    print(*_rows(args.device.target.costs, measured), sep="\n")
    if not is_on():
        print("not kept: TENSORIR_CACHE=0")
    return 0


def _rows(before: Costs, measured: Costs) -> list[str]:
    rows = [("", "before", "measured")]
    rows += [(name, f"{before.rates()[name]:g}", f"{value:g}") for name, value in measured.rates().items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
