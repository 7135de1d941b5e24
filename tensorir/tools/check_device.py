"""`tensorir check-device`: the conformance test of targets, on a device of this machine."""

from __future__ import annotations

import argparse
from time import monotonic
from typing import Any

from tensorir.ir.diagnostic import UnsupportedError
from tensorir.targets.device import Device

_HELP = """\
Compiles random programs and contractions of all kinds for a device, runs them, and compares the results with those of
the interpreter. It ends with 1 if one of them is wrong. It needs pip install 'tensorir[testing]'."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("check-device", help="check that a device computes what it should", epilog=_HELP)
    p.add_argument("device", help="such as opencl or 'cpu{features=avx2}'")
    p.add_argument("--examples", type=int, default=12, help="how many random programs (12)")
    p.add_argument("--seconds", type=float, default=240.0, help="no program is begun after so many seconds (240)")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints each finding, and how many programs were checked and left out. Returns 1 if there are findings."""
    try:
        from tensorir.testing.targets.check import findings
    except ImportError as e:
        raise UnsupportedError(f"check-device needs hypothesis: pip install 'tensorir[testing]' ({e})") from None
    device = Device(args.device)
    began, checked, left = monotonic(), 0, 0

    def progress(case: str) -> bool:
        nonlocal checked, left
        late = monotonic() - began > args.seconds
        checked, left = checked + (not late), left + late
        return not late

    wrong = 0
    for finding in findings(device, examples=args.examples, progress=progress):
        wrong += 1
        print(finding, flush=True)
    took = monotonic() - began
    print(f"{device.spec}: {checked} programs checked in {took:.0f} s, {left} left out, {wrong} findings")
    return int(wrong > 0)
