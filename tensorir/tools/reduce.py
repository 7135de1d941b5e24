"""`tensorir reduce`: shrinks a failing program to the part that makes it fail."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from attrs import define, field

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.tools.files import (
    add_output_flags,
    format_of,
    module_text,
    output_format,
    parse_module,
    read_text,
    write_text,
)
from tensorir.tools.shrink import ddmin, shrink
from tensorir.tools.usage import UsageError

_HELP = """\
CMD is run with a candidate's path, which stands for {} or is added at the end. A candidate is kept if CMD then ends
with the same exit code as for FILE and, with --match, prints a line that the pattern is found in."""

MAX_TIMEOUT = 86400


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("reduce", help="shrink a program that makes a command fail", epilog=_HELP)
    p.add_argument("file", help="a .tir or .mlir file")
    p.add_argument("--test", required=True, metavar="CMD", help="the command that fails, such as 'tensorir run {}'")
    p.add_argument(
        "--match",
        metavar="REGEX",
        help="a regular expression that its output must match, so that the failure stays the same",
    )
    p.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds that a run may take (default 60)")
    p.add_argument(
        "--lines", action="store_true", help="leave out lines of the text; use this for text that can't be parsed"
    )
    add_output_flags(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the smaller program. Exit code 1 if the command does not fail on FILE."""
    if not 0 < args.timeout <= MAX_TIMEOUT:
        raise UsageError(f"--timeout: expected seconds above 0, at most {MAX_TIMEOUT}, got {args.timeout}")
    text = read_text(args.file)
    test = _Test(args.test, args.match, args.timeout, Path(args.file).suffix or ".tir")
    test.learn(text)
    module = None if args.lines else _readable(text, args.file)
    if module is None:
        result = "".join(ddmin(text.splitlines(keepends=True), lambda lines: test.fails("".join(lines))))
    else:
        form = format_of(args.file, text)
        test.suffix = f".{form}"
        if not test.fails(module_text(module, form)):
            raise TensorIRError(f"{args.file}: when printed again, the program no longer fails; use --lines")
        smaller = shrink(module, lambda m: test.fails(module_text(m, form)))
        result = module_text(smaller, output_format(args, form), args.dialect)
    print(f"{test.runs} runs; {len(text)} → {len(result)} characters", file=sys.stderr)
    write_text(args.output, result)
    return 0


def _readable(text: str, path: str) -> Module | None:
    try:
        return parse_module(text, path)
    except TensorIRError as e:
        print(f"{e}\nthe program can't be parsed: lines of its text are left out instead", file=sys.stderr)
        return None


@define
class _Test:
    """The command, and what identifies its failure."""

    command: str
    match: str | None
    timeout: float
    suffix: str
    code: int = 0
    runs: int = 0
    words: list[str] = field(factory=list[str])
    pattern: re.Pattern[str] | None = field(default=None)

    def learn(self, text: str) -> None:
        """Runs the command on the whole program. Raises TensorIRError if it does not fail as described."""
        try:
            words = shlex.split(self.command)
        except ValueError as e:
            raise UsageError(f"--test: {e}") from None
        if not words:
            raise UsageError("--test: no command")
        self.words = words if "{}" in self.command else [*words, "{}"]
        try:
            self.pattern = None if self.match is None else re.compile(self.match)
        except re.error as e:
            raise UsageError(f"--match: {e}") from None
        self.code, output = self._run(text)
        if self.code == 0:
            raise TensorIRError(f"the test passes on the program, there is nothing to reduce: {self.command}")
        if self.pattern and not self.pattern.search(output):
            raise TensorIRError(
                f"the test fails on the program, but its output does not match {self.match!r}:\n{output}"
            )

    def fails(self, text: str) -> bool:
        """Returns whether the command fails on `text` as it did on the whole program."""
        code, output = self._run(text)
        return code == self.code and (self.pattern is None or bool(self.pattern.search(output)))

    def _run(self, text: str) -> tuple[int, str]:
        """Returns the exit code (124 after the time limit) and the output."""
        self.runs += 1
        with tempfile.TemporaryDirectory(prefix="tensorir-reduce-") as folder:
            path = Path(folder) / f"candidate{self.suffix}"
            path.write_text(text, encoding="utf-8")
            argv = [w.replace("{}", str(path)) for w in self.words]
            try:
                done = subprocess.run(argv, capture_output=True, timeout=self.timeout, check=False)
            except subprocess.TimeoutExpired:
                return 124, ""
            except OSError as e:
                raise UsageError(f"--test: {argv[0]}: {e.strerror}") from None
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")
