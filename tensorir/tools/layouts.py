"""The `--layouts` flag of the commands."""

from __future__ import annotations

import argparse
from typing import Any

from tensorir.analysis.layout_decision import Decision
from tensorir.tools.files import read_text
from tensorir.transforms.layouts.read_decision import read_decision


def add_layouts_flag(parser: Any) -> None:
    """Adds the flag."""
    parser.add_argument(
        "--layouts", metavar="FILE", help="apply these layouts, which `tensorir explain --save-layouts` wrote"
    )


def given_layouts(args: argparse.Namespace) -> Decision | None:
    """Returns the decision in the file of the flag. Raises TensorIRError if it holds none."""
    return None if args.layouts is None else read_decision(read_text(args.layouts), args.layouts)
