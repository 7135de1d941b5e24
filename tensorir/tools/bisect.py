"""`tensorir bisect`: find the first pass that changes what a program computes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.api import compile
from tensorir.interp import bind_arguments
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Module
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.passes.spec import parse_spec
from tensorir.pipelines import DATA_TILING, PASSES, PIPELINES, pipeline
from tensorir.runtime.session import call_with_states
from tensorir.targets.device import Device
from tensorir.testing.bisect import Check, WrongPass, as_expected, first_wrong_pass, within_bounds
from tensorir.tools.bench import add_size_flag, random_inputs, size_flags
from tensorir.tools.devices import add_device_flag
from tensorir.tools.files import bound, read_module
from tensorir.tools.run import parse_input
from tensorir.tools.usage import UsageError

_HELP = """\
The interpreter runs the program after each pass that changes it. Its results must lie within the error bounds of those
of the given program or, with --expected-output, agree with these as `tensorir run` compares them. At last the compiled
program is called, unless --passes says which passes to look at. Exit code 1 if something is wrong."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("bisect", help="find the first pass that changes what a program computes", epilog=_HELP)
    p.add_argument("file", help="a .tir or .mlir file, - for standard input")
    p.add_argument("--function", help="the function to call; optional if there is only one, or a @main")
    p.add_argument("--input", action="append", default=[], metavar="VALUE", help="as `tensorir run` takes it")
    add_size_flag(p)
    p.add_argument("--seed", type=int, default=0, help="of the random inputs, if there is no --input")
    p.add_argument("--expected-output", action="append", default=[], metavar="VALUE", help="as --input; one per result")
    p.add_argument("--parameters", action="append", default=[], metavar="[SCOPE=]FILE", help="data for parameters")
    p.add_argument("--data-tiling", choices=DATA_TILING, default="late")
    p.add_argument("-p", "--passes", metavar="SPEC", help="as `tensorir opt` takes them; default: the compiler's")
    add_device_flag(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the pass and what it did, or that nothing is wrong."""
    module = bound(read_module(args.file), args.parameters)
    verify(module)
    function = _function(module, args.function)
    arrays = _arguments(function, args)
    device: Device = args.device
    ctx = PassContext(devices={device.name: device})
    default = pipeline(args.data_tiling, device.name).passes
    passes = default if args.passes is None else parse_spec(args.passes, PASSES, PIPELINES)
    if args.expected_output:
        check = as_expected([np.asarray(parse_input(text, "--expected-output")) for text in args.expected_output])
    else:
        check = within_bounds(module, function.name, arrays)
    found = first_wrong_pass(module, passes, function.name, arrays, check, ctx)
    if found is not None:
        _say(found, len(passes))
        return 1
    print(f"{len(passes)} passes: the interpreter agrees after each of them")
    return 0 if args.passes is not None else _compiled(module, function, arrays, check, args)


def _compiled(
    module: Module, function: Function, arrays: Sequence[npt.NDArray[Any]], check: Check, args: argparse.Namespace
) -> int:
    results = call_with_states(compile(module, args.device, args.data_tiling), arrays, function.name)
    wrong = check(results)
    if wrong:
        print(f"the compiled program differs, so that it is not a pass but how {args.device.name} runs it\n  {wrong}")
        return 1
    print("the compiled program agrees")
    return 0


def _say(found: WrongPass, passes: int) -> None:
    if found.number == 0:
        print(f"the given program is what differs, before any pass\n  {found.result}")
        return
    print(f"pass {found.number} of {passes}, {found.name}, changes what the program computes\n  {found.result}")
    for suspect in found.suspects:
        print(f"  {suspect}")


def _function(module: Module, name: str | None) -> Function:
    public = [f for f in module.functions if not f.private]
    if name is None:
        name = public[0].name if len(public) == 1 else "main"
    found = next((f for f in public if f.name == name), None)
    if found is None:
        known = ", ".join(f"@{f.name}" for f in public) or "none"
        raise TensorIRError(f"no function @{name}; known: {known}; say which one with --function")
    return found


def _arguments(function: Function, args: argparse.Namespace) -> Sequence[npt.NDArray[Any]]:
    sizes = size_flags(args.size)
    if not args.input:
        return random_inputs(function.signature, sizes, args.seed)
    if sizes:
        raise UsageError("--size is for random inputs; the sizes of --input are known")
    return bind_arguments(function.signature, [parse_input(text) for text in args.input])[0]
