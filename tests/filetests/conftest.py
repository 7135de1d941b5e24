"""Each `// RUN:` line of a `.tir` file is one test, run in this process: no process per test.

    // RUN: tensorir opt %s -p simplify | filecheck %s
    // RUN: opt -p simplify --split-input-file            the same: both names and the file may be left out
    // RUN: not opt %s 2>&1 | filecheck %s --check-prefix ERR

The command must exit with 0, after `not` with 1. `2>&1` lets the checks see stderr too. A file with CHECK lines
is checked also where no filecheck is named. Its options are those of the filecheck package.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from filecheck.finput import FInput
from filecheck.matcher import Matcher
from filecheck.options import parse_argv_options
from filecheck.parser import Parser

_RUN = re.compile(r"^\s*//\s*RUN:(.*)$", re.MULTILINE)
_CHECKS = re.compile(r"//\s*CHECK(-[A-Z]+)?:")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != ".tir":
        return None
    return TirFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest


class TirFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        text = self.path.read_text(encoding="utf-8")
        runs = [m.group(1).strip() for m in _RUN.finditer(text)]
        if not runs:
            raise self.CollectError(f"{self.path}: no // RUN: line")
        for number, run in enumerate(runs, 1):
            yield TirRun.from_parent(  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest
                self, name=f"run{number}", run=run, checked="| filecheck" in run or _CHECKS.search(text)
            )


class CheckError(Exception):
    """A command of a RUN line failed, or its output is not as the CHECK lines say."""


class TirRun(pytest.Item):
    def __init__(self, *, run: str, checked: object, **keywords: Any) -> None:
        super().__init__(**keywords)  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest
        self.run = run
        self.checked = bool(checked)

    def runtest(self) -> None:
        command, _, check = self.run.partition("| filecheck")
        code, out, err = self._tool(shlex.split(command))
        fails = command.startswith("not ")
        if code != fails:
            raise CheckError(f"exit code {code}, expected {int(fails)}\n--- stderr\n{err}\n--- stdout\n{out}")
        if self.checked:
            self._filecheck(shlex.split(check), out)

    def _tool(self, words: list[str]) -> tuple[int, str, str]:
        from tensorir.tools.cli import main  # not before a filetest runs

        for front in ("not", "tensorir"):
            if words[:1] == [front]:
                words = words[1:]
        merged = "2>&1" in words
        args = [str(self.path) if w == "%s" else w for w in words if w != "2>&1"]
        if "%s" not in words:
            args.append(str(self.path))
        out = io.StringIO()
        err = out if merged else io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(args)
        return code, out.getvalue(), err.getvalue()

    def _filecheck(self, words: list[str], output: str) -> None:
        options = parse_argv_options(["filecheck", *(w for w in words if w != "%s"), str(self.path)])
        messages = io.StringIO()
        with redirect_stderr(messages):
            matcher = Matcher(options, FInput("<output>", output), Parser.from_opts(options))
            matcher.stderr = messages
            code = matcher.run()
        if code:
            raise CheckError(f"{messages.getvalue()}\n--- output\n{output}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, CheckError):
            return f"// RUN: {self.run}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name} [{self.run}]"
