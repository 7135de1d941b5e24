"""`tensorir explain`: why a program does what it does, as text or as a page."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tensorir.runtime.explain.passes import PassTexts
from tensorir.runtime.program import Program
from tensorir.tools.bench import add_size_flag, size_flags
from tensorir.tools.files import write_text
from tensorir.tools.run import add_compiled_flags, program_of
from tensorir.tools.usage import UsageError

_HELP = """\
Prints the layouts that were chosen, what each costs and what would have been chosen otherwise, then the launches,
relayouts and buffers of a call, and remarks. NAME is %x or @w as in the text of the program, the id of an op, such as
@main#17, or a place, as file:line. See docs/explain.md."""


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("explain", help="say why a program does what it does", epilog=_HELP)
    add_compiled_flags(p)
    add_size_flag(p)
    p.add_argument("--value", action="append", default=[], metavar="NAME", help="answer about this value only")
    p.add_argument("--html", metavar="FILE", help="write all of it as one page, with the program after each pass")
    p.add_argument("--save-layouts", metavar="FILE", help="write the chosen layouts, for --layouts")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the explanation, or the answers about values."""
    passes = None if args.html is None else PassTexts()
    program = program_of(args, passes)
    explanation = program.explain(size_flags(args.size))
    if args.save_layouts is not None:
        if not isinstance(program, Program) or program.decision is None:
            raise UsageError(f"--save-layouts: {args.file} is compiled already, and holds no decision about layouts")
        write_text(args.save_layouts, program.decision.json() + "\n")
    if args.html is not None:
        write_text(args.html, explanation.html(passes, args.file))
    if args.value or (args.save_layouts is None and args.html is None):
        said = [explanation.value(name) for name in args.value] or [str(explanation)]
        sys.stdout.write("\n\n".join(said) + "\n")
    return 0
