"""`tensorir compile`: print a program as it is at a stage of the compilation, or save it compiled."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tensorir import api
from tensorir.ir.diagnostic import Remark, Remarks
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import DATA_TILING, STAGES, pipeline
from tensorir.runtime.program import Program
from tensorir.targets.device import as_devices
from tensorir.tools.devices import add_devices_flag, given_devices
from tensorir.tools.files import (
    SAVED,
    add_output_flags,
    bound,
    format_of,
    module_text,
    output_format,
    parse_module,
    read_module,
    read_text,
    save_without_weights,
    write_text,
)
from tensorir.tools.layouts import add_layouts_flag, given_layouts
from tensorir.tools.usage import UsageError

_HELP = """\
Stages: input: as read; encoded: with the intent to tile; dispatch: cut into launches, constants hoisted; specialized:
with the device's layouts; materialized: packed, constants evaluated; tiles: launches as tile programs. In MLIR text
launches are written in place; specialized and tiles have no form in MLIR and are written as .tir. -o FILE.tirx saves
the compiled program with its packed weights; `tensorir run` and `tensorir.load` read it. --emit=plan prints the buffers
and commands of its calls."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("compile", help="print a program at a stage of its compilation", epilog=_HELP)
    p.add_argument("file", help="a .tir or .mlir file, - for standard input")
    p.add_argument("--compile-to", choices=STAGES, help="where to stop (default: materialized)")
    p.add_argument("--data-tiling", choices=DATA_TILING, default="late")
    add_devices_flag(p)
    p.add_argument("--parameters", action="append", default=[], metavar="[SCOPE=]FILE", help="data for parameters")
    add_layouts_flag(p)
    p.add_argument("--remarks", action="store_true", help="print remarks, on stderr")
    add_output_flags(p, ("plan",))
    p.add_argument(
        "--weights",
        choices=("inline", "external"),
        default="inline",
        help="in the MLIR text as resources, or in a .safetensors file beside the output",
    )
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reads a program, runs the passes up to the stage, and writes the result."""
    if args.output is not None and args.output.endswith(SAVED):
        return _save(args)
    if args.emit == "plan":
        return _plans(args)
    text = read_text(args.file)
    devices = as_devices(given_devices(args.device))
    ctx = PassContext(devices=dict(devices), layouts=given_layouts(args))
    dropped: list[Remark] = []
    module = bound(parse_module(text, args.file, remarks=dropped), args.parameters)
    ctx.decisions.extend(dropped)
    verify(module)
    to, several = args.compile_to or "materialized", len(devices) > 1
    passes = pipeline(args.data_tiling, next(iter(devices)), to, several=several).passes
    module = run_passes(module, passes, ctx, verify_each=False)
    if args.remarks:
        print(ctx.remarks, file=sys.stderr)
    form = output_format(args, format_of(args.file, text))
    if args.weights == "inline":
        write_text(args.output, module_text(module, form, args.dialect))
    elif form == "mlir" and args.output not in (None, "-"):
        save_without_weights(module, args.output, args.dialect)
    else:
        raise UsageError("--weights=external is for MLIR text in a file: give -o OUT.mlir")
    return 0


def _save(args: argparse.Namespace) -> int:
    if args.compile_to or args.emit or args.weights != "inline":
        raise UsageError(f"{args.output} is a compiled program: leave out --compile-to, --emit and --weights")
    _compiled(args).save(args.output)
    return 0


def _plans(args: argparse.Namespace) -> int:
    if args.compile_to or args.weights != "inline":
        raise UsageError("--emit=plan is of the compiled program: leave out --compile-to and --weights")
    program = _compiled(args)
    if not program.plans:
        raise UsageError(f"--emit=plan: Python runs the ops of the device {program.device.name} without a plan")
    write_text(args.output, "\n\n".join(map(str, program.plans.values())) + "\n")
    return 0


def _compiled(args: argparse.Namespace) -> Program:
    dropped: list[Remark] = []
    module = bound(read_module(args.file, dropped), args.parameters)
    program = api.compile(module, given_devices(args.device), args.data_tiling, layouts=given_layouts(args))
    if args.remarks:
        print(Remarks((*dropped, *program.remarks)), file=sys.stderr)
    return program
