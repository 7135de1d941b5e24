"""`tensorir bench`: times calls of a program, and shows where their time goes."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from statistics import median
from time import monotonic_ns
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.interp import bind_arguments
from tensorir.ir.dims import evaluate
from tensorir.ir.signature import Signature
from tensorir.tools.files import write_text
from tensorir.tools.run import add_program_flags, caller, parse_input, program_of
from tensorir.tools.usage import UsageError


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("bench", help="time calls of a program, and show where the time goes")
    add_program_flags(p)
    add_size_flag(p)
    p.add_argument("--calls", type=int, default=20, help="how many calls are timed (default: 20)")
    p.add_argument("--num-threads", type=int, help="default: the cores that this process may use")
    p.add_argument("--seed", type=int, default=0, help="of the random inputs, if there is no --input")
    p.add_argument("--trace", metavar="FILE", help="write the profile as a trace for ui.perfetto.dev (- prints it)")
    p.set_defaults(run=run)


def add_size_flag(p: Any) -> None:
    """Adds the flag `--size`."""
    p.add_argument("--size", action="append", default=[], metavar="S=128", help="the size for which a symbol stands")


def run(args: argparse.Namespace) -> int:
    """Prints the times, then the profile."""
    for name in ("calls", "num_threads"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')}: expected at least 1, got {value}")
    program = program_of(args)
    signature = program.signature(args.function).without_states
    sizes = size_flags(args.size)
    inputs: Sequence[Any] = [parse_input(text) for text in args.input]
    if not inputs:
        inputs = random_inputs(signature, sizes, args.seed)
    elif sizes:
        raise UsageError("--size is for random inputs; the sizes of --input are known")
    arrays, _ = bind_arguments(signature, inputs)
    calling = caller(program)
    calling.call(arrays, args.function, num_threads=args.num_threads)
    times: list[int] = []
    for _ in range(args.calls):
        began = monotonic_ns()
        calling.call(arrays, args.function, num_threads=args.num_threads)
        times.append(monotonic_ns() - began)
    fastest, middle = min(times) / 1e6, median(times) / 1e6
    print(f"{args.calls} calls of @{signature.name}: fastest {fastest:.3f} ms, median {middle:.3f} ms")
    profile = program.profile(*arrays, function=args.function, num_threads=args.num_threads, repeat=args.calls)
    print(profile)
    if args.trace:
        write_text(args.trace, profile.trace())
    return 0


def size_flags(flags: Sequence[str]) -> dict[str, int]:
    """Returns the sizes in `--size` flags. Raises UsageError for one that has another form."""
    found: dict[str, int] = {}
    for flag in flags:
        name, equals, value = flag.partition("=")
        if not equals or not value.isdecimal():
            raise UsageError(f"--size: expected NAME=NUMBER such as S=128, got {flag!r}")
        found[name] = int(value)
    return found


def random_inputs(signature: Signature, sizes: Mapping[str, int], seed: int) -> list[npt.NDArray[Any]]:
    """Returns an array per argument: floats around 0, and integers 0 and 1, which are valid indices of most tables.

    Raises UsageError if `sizes` are not those of the function."""
    if missing := [s for s in signature.symbols if s not in sizes]:
        raise UsageError(f"@{signature.name} has symbols: give {' '.join(f'--size {s}=…' for s in missing)}")
    if unknown := [s for s in sizes if s not in signature.symbols]:
        raise UsageError(f"--size: @{signature.name} has no symbol {unknown[0]}")
    rng = np.random.default_rng(seed)
    arrays: list[npt.NDArray[Any]] = []
    for t in signature.arg_types:
        shape = [evaluate(d, sizes) for d in t.shape]
        drawn = rng.standard_normal(shape) if t.dtype.is_float else rng.integers(0, 2, shape)
        arrays.append(np.asarray(drawn).astype(t.dtype.numpy))
    return arrays
