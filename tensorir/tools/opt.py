"""`tensorir opt`: run passes on a program and print the result."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from tensorir.ir.diagnostic import Diagnostic, Remark, TensorIRError
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.runner import run_passes
from tensorir.passes.spec import option_fields, parse_spec
from tensorir.pipelines import PASSES, PIPELINES
from tensorir.text import print_module
from tensorir.text.npy import NpzArrays
from tensorir.text.split import split_input
from tensorir.tools.files import (
    Format,
    add_output_flags,
    format_of,
    module_text,
    output_format,
    parse_module,
    read_text,
    write_text,
)

_EXPECTED = re.compile(r"//\s*expected-error(?:@([+-]\d+))?\s*\{\{(.*?)\}\}")


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser(
        "opt",
        help="run passes on a .tir or .mlir file",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("file", help="a .tir or .mlir file, - for standard input")
    p.add_argument(
        "-p", "--passes", default="", metavar="SPEC", help="pass{option=value …},pass,… or a pipeline's name"
    )
    p.add_argument("--data", metavar="FILE", help="a .npz file with the data that the text has left out")
    p.add_argument("--print-after-each", action="store_true", help="print the program after each pass, on stderr")
    p.add_argument("--verify-diagnostics", action="store_true", help="check // expected-error {{text}} comments")
    p.add_argument("--split-input-file", action="store_true", help="treat the parts between // ----- lines separately")
    p.add_argument("--locations", action="store_true", help="print locations")
    p.add_argument("--remarks", action="store_true", help="print remarks, on stderr")
    p.add_argument("--timing", action="store_true", help="print time per pass and pattern, on stderr")
    add_output_flags(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Returns exit code 1 if a part is refused, or with --verify-diagnostics if the errors are not the expected
    ones."""
    text = read_text(args.file)
    form = format_of(args.file, text)
    passes = parse_spec(args.passes, PASSES, PIPELINES)
    parts = split_input(text) if args.split_input_file else [(1, text)]
    outputs: list[str] = []
    code = 0
    for first_line, part in parts:
        try:
            outputs.append(_one(part, form, first_line, passes, args))
            errors: list[Diagnostic] = []
        except TensorIRError as e:
            errors = list(_root(e).diagnostics)
            if not args.verify_diagnostics:
                print(e, file=sys.stderr)
                code = 1
        if args.verify_diagnostics:
            code = max(code, _check_expected(part, "<stdin>" if args.file == "-" else args.file, first_line, errors))
    result = "// -----\n".join(outputs)
    write_text(args.output, result)
    return code


def _one(text: str, form: Format, first_line: int, passes: tuple[Pass, ...], args: argparse.Namespace) -> str:
    ctx = PassContext(timed=args.timing)
    data = NpzArrays(args.data) if args.data else None
    dropped: list[Remark] = []
    module = parse_module(text, args.file, first_line, dropped, form, data)
    ctx.decisions.extend(dropped)
    verify(module)

    def show(p: Pass, after: Module) -> None:
        print(f"// after {p.name}\n{print_module(after, locations=args.locations)}", file=sys.stderr)

    module = run_passes(module, passes, ctx, snapshot=show if args.print_after_each else None)
    if args.remarks:
        print(ctx.remarks, file=sys.stderr)
    if args.timing:
        for pass_name, seconds in ctx.seconds.items():
            print(f"{seconds * 1e3:9.3f} ms  {pass_name}", file=sys.stderr)
            patterns = ctx.traces[pass_name].patterns if pass_name in ctx.traces else {}
            for name, p in sorted(patterns.items(), key=lambda item: -item[1].seconds):
                counts = f"{p.applied} applied, {p.refused} refused of {p.tried}"
                print(f"{p.seconds * 1e3:9.3f} ms    {name}: {counts}", file=sys.stderr)
    return module_text(module, output_format(args, form), args.dialect, locations=args.locations)


def _root(e: TensorIRError) -> TensorIRError:
    """Returns the error that a pass raised, without the runner's wrapper around it."""
    return e.__cause__ if isinstance(e.__cause__, TensorIRError) else e


def _check_expected(text: str, name: str, first_line: int, errors: list[Diagnostic]) -> int:
    """Checks that each expected error occurs on its line, and no other error. Prints the differences; returns the exit
    code."""
    expected: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), first_line):
        for match in _EXPECTED.finditer(line):
            expected.append((number + int(match.group(1) or 0), match.group(2)))
    left = list(errors)
    code = 0
    for line, fragment in expected:
        found = next((d for d in left if fragment in d.message and d.loc.line in (line, 0)), None)
        if found is None:
            print(f"{name}:{line}: expected error {fragment!r} did not occur", file=sys.stderr)
            code = 1
        else:
            left.remove(found)
    for d in left:
        print(f"unexpected {d}", file=sys.stderr)
        code = 1
    return code


def _listing() -> str:
    lines = ["passes:"]
    for name, kind in PASSES.items():
        lines.append(f"  {name:24} {(kind.__doc__ or '').strip().splitlines()[0]}")
        lines += [f"      {o}={f.default}  {f.metadata['help']}" for o, f in option_fields(kind).items()]
    return "\n".join([*lines, f"pipelines: {', '.join(PIPELINES)}"])
