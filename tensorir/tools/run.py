"""`tensorir run`: compile a program and call one of its functions."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import asdict

from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES
from tensorir.ir.location import Location
from tensorir.ir.scalar import const
from tensorir.pipelines import DATA_TILING
from tensorir.targets.registry import device_names
from tensorir.tools.usage import UsageError, read_module

_INLINE = re.compile(r"((?:\d+x)*)([a-z]+\d+)=(.*)", re.DOTALL)
MAX_INPUT_ELEMENTS = 1 << 31


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("run", help="compile and run a .tir file")
    p.add_argument("file", help="a .tir file, - for standard input")
    p.add_argument("--function", help="the function to call; may be left out if there is one, or a @main")
    p.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="VALUE",
        help="@x.npy or 2x3xf32=1,2,3,4,5,6 (one value fills all); one per argument",
    )
    p.add_argument("--output", action="append", default=[], metavar="FILE", help="@y.npy or - to print; one per result")
    p.add_argument("--data-tiling", choices=DATA_TILING, default="late")
    p.add_argument("--device", choices=device_names(), default="cpu")
    p.add_argument("--stats", choices=("json",), help="print statistics on stderr")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints or stores the results."""
    inputs = [parse_input(text) for text in args.input]
    program = compile(read_module(args.file), (args.device,), args.data_tiling)
    results = program.call(inputs, args.function)
    if args.output and len(args.output) != len(results):
        raise UsageError(f"{len(args.output)} --output for {len(results)} results")
    for target, array in zip(args.output or ["-"] * len(results), results, strict=True):
        _write(target, array)
    if args.stats:
        print(json.dumps(asdict(program.stats)), file=sys.stderr)
    return 0


def parse_input(text: str) -> npt.NDArray[Any]:
    """An array from `@file.npy` or `2x3xf32=v,v,…`. Raises UsageError saying what is wrong with it."""
    if text.startswith("@"):
        try:
            return np.load(text[1:], allow_pickle=False)
        except (OSError, ValueError) as e:
            raise TensorIRError(f"not a readable .npy file: {e}", Location(text[1:])) from None
    match = _INLINE.fullmatch(text)
    if match is None or match.group(2) not in DTYPES:
        raise UsageError(f"--input: expected @file.npy or SHAPExTYPE=values such as 2x3xf32=1,2, got {text[:40]!r}")
    shape = tuple(int(s) for s in match.group(1).split("x")[:-1])
    dtype = DTYPES[match.group(2)]
    count = 1
    for size in shape:
        count *= size
    if count > MAX_INPUT_ELEMENTS:
        raise UsageError(f"--input: {count} elements are over the limit of 2**31; use @file.npy")
    words = [w.strip() for w in match.group(3).split(",")] if match.group(3).strip() else []
    if len(words) not in (1, count):
        raise UsageError(f"--input: {len(words)} values for {'x'.join(map(str, shape))} = {count} elements")
    try:
        numbers = [const(float(w) if dtype.is_float else int(w), dtype).value for w in words]
        values = np.array(numbers, np.float64 if dtype.is_float else np.int64).astype(dtype.numpy)
    except (ValueError, OverflowError) as e:  # InferError, a ValueError, for what does not fit
        raise UsageError(f"--input: {e}") from None
    return np.full(shape, values[0], dtype.numpy) if len(words) == 1 else values.reshape(shape)


def _write(target: str, array: npt.NDArray[Any]) -> None:
    if target == "-":
        shape = "".join(f"{d}x" for d in array.shape)
        print(f"{shape}{array.dtype}={np.array2string(array, threshold=64)}")
        return
    if not target.startswith("@"):
        raise UsageError(f"--output: expected @file.npy or -, got {target!r}")
    try:
        with Path(target[1:]).open("wb") as f:
            np.save(f, array)
    except OSError as e:
        raise TensorIRError(f"can't be written: {e.strerror}", Location(target[1:])) from None
