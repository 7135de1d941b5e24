"""`tensorir info`: shows CPU features, kernels, and the tiles that each target would choose."""

from __future__ import annotations

import argparse
from typing import Any

import tensorir
from tensorir.dialects.linalg import Contract
from tensorir.encoding.resolver import Declined
from tensorir.ir.affine import select
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DTYPES, DType, f32, i8, i32
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.native.table import cpu_features, kernels
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.targets.registry import device_names


def add_parser(commands: Any) -> None:
    """Adds the command."""
    commands.add_parser("info", help="CPU features, kernels, devices, tiles").set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the tables."""
    del args
    print(f"tensorir {tensorir.__version__}")
    print(f"CPU features: {cpu_features().name or 'none'}")
    print("kernels (best first; * runs here):")
    for k in kernels():
        mark = "*" if k.runs_with(cpu_features()) else " "
        print(f"  {mark} {k.name}")
    print("devices and their tiles M0×N0×K0 of a matmul with large sizes:")
    for name in device_names():
        device = Device(name)
        print(f"  {name}: {device.target.description}")
        for option in device.target.options:
            print(f"    option {option.name}: {option.help}")
        for types in ((f32, f32, f32), (i8, i8, i32), *(((t, t, t)) for t in (DTYPES["bf16"], DTYPES["f64"]))):
            print(f"    {' × '.join(map(str, types[:2]))} → {types[2]}: {_choice(device, types)}")
    return 0


def _choice(device: Device, types: tuple[DType, DType, DType]) -> str:
    m, n, k = symbol("M"), symbol("N"), symbol("K")
    lhs, rhs = Value(TensorType((m, k), types[0])), Value(TensorType((k, n), types[1]))
    op = Contract(lhs, rhs, (), (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), types[2])
    choice = Answers(device).choice(op.space())
    if isinstance(choice, Declined):
        return f"row-major ({choice.reason})"
    return f"{choice.m0}×{choice.n0}×{choice.k0}, right side {choice.rhs_order}"
