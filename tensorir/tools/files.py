"""Programs in files, for all commands: `.tir` and MLIR text, read and written."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from tensorir import mlir
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import Remark, TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.mlir.writer.dialect import DIALECTS, Dialect
from tensorir.text import parse, print_module
from tensorir.text.files import read_file, read_stream
from tensorir.text.stored import StoredArray
from tensorir.tools.usage import UsageError
from tensorir.transforms.constants.bind_parameters import bind_parameters

Format = Literal["tir", "mlir"]
FORMATS: tuple[Format, ...] = ("tir", "mlir")

SAVED = ".tirx"
"""How the name of a saved program ends."""

_COMMENTS = re.compile(r"(?:\s|//[^\n]*)*")
_TIR_BEGINS = re.compile(r"(?:global|executable|func)\s+(?:private\s+)?@|\Z")


def read_text(path: str) -> str:
    """Returns the text of a file, or of standard input for `-`. Raises TensorIRError if it can't be read or is not
    UTF-8."""
    if path != "-":
        return read_file(path)
    if sys.stdin is None:  # Python's way to report a closed stream
        raise TensorIRError("closed", Location("<stdin>"))
    return read_stream(sys.stdin, "<stdin>")


def format_of(path: str, text: str) -> Format:
    """Returns the form in which a program is written, by the name of its file, or else (standard input, other names) by
    how it begins."""
    for form in FORMATS:
        if path.endswith(f".{form}"):
            return form
    begin = _COMMENTS.match(text)  # matches always
    return "tir" if _TIR_BEGINS.match(text, begin.end() if begin else 0) else "mlir"


def parse_module(
    text: str,
    path: str,
    first_line: int = 1,
    remarks: list[Remark] | None = None,
    form: Format | None = None,
    data: Mapping[str, StoredArray] | None = None,
) -> Module:
    """Parses the program in `text`, read from `path` (`-`: standard input). `remarks` collects what the reader dropped.
    `data` is the data that a `.tir` text has left out.

    `form` overrides the form that `format_of` returns. Raises ParseError."""
    name = "<stdin>" if path == "-" else path
    if (form or format_of(path, text)) == "mlir":
        return mlir.parse(text, file=name, first_line=first_line, remarks=remarks)
    return parse(text, OPS, file=name, first_line=first_line, data=data)


def read_module(path: str, remarks: list[Remark] | None = None) -> Module:
    """Returns the program in a file, or in standard input for `-`."""
    return parse_module(read_text(path), path, remarks=remarks)


def module_text(module: Module, form: Format, dialect: Dialect = "current", *, locations: bool = False) -> str:
    """Prints the program. Raises TensorIRError for anything that MLIR's standard dialects can't express."""
    if form == "tir":
        return print_module(module, locations=locations)
    return mlir.print_mlir(module, dialect=_dialect(dialect))


def save_without_weights(module: Module, path: str, dialect: str) -> None:
    """Writes MLIR text to a file and its weights to a safetensors file beside it. Raises TensorIRError as `mlir.save`
    does."""
    try:
        mlir.save(module, path, dialect=_dialect(dialect), weights="external")
    except OSError as e:
        raise TensorIRError(f"can't be written: {e.strerror}", Location(path)) from None


def _dialect(name: str) -> Literal["current", "llvm19"]:
    return "llvm19" if name == "llvm19" else "current"


def write_text(path: str | None, text: str) -> None:
    """Writes to a file, or to standard output for None and `-`. Raises TensorIRError if it can't be written."""
    if path in (None, "-"):
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as e:
        raise TensorIRError(f"can't be written: {e.strerror}", Location(path)) from None


def add_output_flags(parser: argparse.ArgumentParser, more: Sequence[str] = ()) -> None:
    """Adds the flags `-o`, `--emit` and `--dialect`. `more`: what else can be emitted."""
    parser.add_argument("-o", "--output", metavar="FILE", help="write to this file instead of standard output")
    parser.add_argument(
        "--emit",
        choices=(*FORMATS, *more),
        help="write this form; default: by the name of the output, else that of the input",
    )
    parser.add_argument(
        "--dialect", choices=DIALECTS, default="current", help="MLIR as IREE 3.13 spells it, or as LLVM 19 does"
    )


def output_format(args: argparse.Namespace, read: Format) -> Format:
    """Returns the form to write: --emit, else by the output's name, else `read`, the form of the input."""
    if args.emit:
        return args.emit
    named = Path(args.output).suffix.removeprefix(".") if args.output else ""
    return "tir" if named == "tir" else "mlir" if named == "mlir" else read


def bound(module: Module, flags: Sequence[str]) -> Module:
    """Returns `module` with the data of its parameters from `--parameters` flags."""
    return bind_parameters(module, read_parameters(flags)) if flags else module


def read_parameters(flags: Sequence[str]) -> dict[str, dict[str, StoredArray]]:
    """Returns scope → key → array, from `SCOPE=FILE` flags (without `=`: for the scope ""). See `mlir.load_parameters`.

    Raises TensorIRError for a file that can't be read, UsageError for a key that is in two files."""
    found: dict[str, dict[str, StoredArray]] = {}
    for flag in flags:
        scope, equals, path = flag.partition("=")
        scope, path = (scope, path) if equals else ("", flag)
        for key, array in mlir.load_parameters(path).items():
            if key in found.setdefault(scope, {}):
                raise UsageError(f"--parameters: {scope!r} has {key!r} twice, again in {path}")
            found[scope][key] = array
    return found
