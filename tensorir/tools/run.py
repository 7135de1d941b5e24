"""`tensorir run`: compile a program, or load a compiled one, and call one of its functions."""

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
from tensorir.interp.differences import difference
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, DType
from tensorir.ir.location import Location
from tensorir.ir.scalar import const
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.calls import CallableProgram
from tensorir.runtime.explain.passes import PassTexts
from tensorir.runtime.saved.load import load
from tensorir.runtime.session import Session
from tensorir.text.npy import npy_array
from tensorir.text.stored import StoredArray
from tensorir.tools.devices import add_devices_flag, given_devices
from tensorir.tools.files import SAVED, bound, read_module
from tensorir.tools.layouts import add_layouts_flag, given_layouts
from tensorir.tools.usage import UsageError

_INLINE = re.compile(r"((?:\d+x)*)([a-z]+\d+)=(.*)", re.DOTALL)
MAX_INPUT_ELEMENTS = 1 << 31
MAX_RANK = 64  # NumPy's


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("run", help="compile and run a .tir or .mlir file, or run a .tirx file")
    add_program_flags(p)
    p.add_argument("--output", action="append", default=[], metavar="FILE", help="@y.npy or - to print; one per result")
    p.add_argument(
        "--expected-output",
        action="append",
        default=[],
        metavar="VALUE",
        help="as --input; exit code 1 if a result differs; one per result",
    )
    p.add_argument("--stats", choices=("json",), help="print statistics on stderr")
    p.add_argument("--profile", action="store_true", help="call it some times more, and print a profile on stderr")
    p.set_defaults(run=run)


def add_program_flags(p: argparse.ArgumentParser) -> None:
    """Adds what says which program is called, and with what."""
    add_compiled_flags(p)
    p.add_argument("--function", help="the function to call; optional if there is only one, or a @main")
    p.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="VALUE",
        help="@x.npy or 2x3xf32=1,2,3,4,5,6 (one value fills all); one per argument",
    )
    p.add_argument("--memory-limit", type=int, metavar="BYTES", help="the limit of memory for a call or a constant")


def add_compiled_flags(p: argparse.ArgumentParser) -> None:
    """Adds what says which program is compiled or loaded."""
    p.add_argument("file", help="a .tir or .mlir file, - for standard input; a .tirx file is compiled already")
    p.add_argument("--parameters", action="append", default=[], metavar="[SCOPE=]FILE", help="data for parameters")
    p.add_argument("--data-tiling", choices=DATA_TILING, help="default: late")
    add_devices_flag(p)
    p.set_defaults(device=None, memory_limit=None)  # so that it is known whether they were given
    add_layouts_flag(p)


def caller(program: CallableProgram) -> CallableProgram | Session:
    """What calls functions of a program: a new session, if it has states."""
    return program.session() if program.states else program


def run(args: argparse.Namespace) -> int:
    """Prints or stores the results."""
    inputs = [parse_input(text) for text in args.input]
    expected = [parse_input(text, "--expected-output") for text in args.expected_output]
    program = program_of(args)
    results = caller(program).call(inputs, args.function)
    if expected and len(expected) != len(results):
        raise UsageError(f"{len(expected)} --expected-output for {len(results)} results")
    if args.output and len(args.output) != len(results):
        raise UsageError(f"{len(args.output)} --output for {len(results)} results")
    for target, array in zip(args.output or ["-"] * (0 if expected else len(results)), results, strict=False):
        _write(target, array)
    if args.stats:
        print(json.dumps(asdict(program.stats)), file=sys.stderr)
    if args.profile:
        print(program.profile(*inputs, function=args.function), file=sys.stderr)
    compared = (difference(r, np.asarray(e)) for r, e in zip(results, expected, strict=False))
    differences = [f"result {i}: {what}" for i, what in enumerate(compared) if what]
    for line in differences:
        print(line, file=sys.stderr)
    return 1 if differences else 0


def program_of(args: argparse.Namespace, passes: PassTexts | None = None) -> CallableProgram:
    """Returns the program that the flags say. `passes` collects the program after each pass. Raises UsageError for
    flags that don't fit together."""
    if not args.file.endswith(SAVED):
        module = bound(read_module(args.file), args.parameters)
        how = given_devices(args.device or "cpu"), args.data_tiling or "late"
        snapshot = None
        if passes is not None:
            passes.begin(module)
            snapshot = passes.after
        return compile(module, *how, memory_limit=args.memory_limit, layouts=given_layouts(args), snapshot=snapshot)
    for flag in ("device", "data_tiling", "parameters", "layouts"):
        if getattr(args, flag):
            name = f"--{flag.replace('_', '-')}"
            raise UsageError(f"{name} is for programs that are compiled now; {args.file} is compiled already")
    return load(args.file, memory_limit=args.memory_limit)


def parse_input(text: str, flag: str = "--input") -> npt.NDArray[Any] | StoredArray:
    """Returns an array from `@file.npy`, which is read later, or from `2x3xf32=v,v,…`. Raises UsageError saying what is
    wrong with the text, TensorIRError for a file that is not a .npy file."""
    if text.startswith("@"):
        return npy_array(text[1:])
    match = _INLINE.fullmatch(text)
    if match is None or match.group(2) not in DTYPES:
        raise UsageError(f"{flag}: expected @file.npy or SHAPExTYPE=values such as 2x3xf32=1,2, got {text[:40]!r}")
    shape = tuple(int(s) for s in match.group(1).split("x")[:-1])
    dtype = DTYPES[match.group(2)]
    count = 1
    for size in shape:
        count *= size
    if len(shape) > MAX_RANK or any(size >= 1 << 63 for size in shape):
        raise UsageError(f"{flag}: at most {MAX_RANK} dims below 2**63")
    if count > MAX_INPUT_ELEMENTS:
        raise UsageError(f"{flag}: {count} elements are over the limit of 2**31; use @file.npy")
    words = [w.strip() for w in match.group(3).split(",")] if match.group(3).strip() else []
    if len(words) not in (1, count):
        raise UsageError(f"{flag}: {len(words)} values for {'x'.join(map(str, shape))} = {count} elements")
    try:
        numbers = [const(float(w) if dtype.is_float else int(w), dtype).value for w in words]
        widest = np.float64 if dtype.is_float else np.uint64 if dtype.kind == "unsigned" else np.int64
        with np.errstate(over="ignore"):  # checked below, where the word is known
            values = np.array(numbers, widest).astype(dtype.numpy)
        if dtype.is_float:
            _check_finite(flag, words, values, dtype)
    except (ValueError, OverflowError) as e:  # a value that does not fit raises InferError, which is a ValueError
        raise UsageError(f"{flag}: {e}") from None
    return np.full(shape, values[0], dtype.numpy) if len(words) == 1 else values.reshape(shape)


def _check_finite(flag: str, words: list[str], values: npt.NDArray[Any], dtype: DType) -> None:
    """Returns a float; only a written infinity is infinite, never a number that is too large."""
    for word, finite in zip(words, np.isfinite(values), strict=True):
        if not finite and word.lstrip("+-").lower() not in ("inf", "infinity", "nan"):
            raise UsageError(f"{flag}: {word[:40]} is too large for {dtype}; infinity is written inf")


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
