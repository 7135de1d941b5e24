"""MLIR text, and files of it, as programs."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from tensorir.ir.diagnostic import Diagnostic, ParseError, Remark
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.mlir.importer.module import convert
from tensorir.mlir.reader.document import parse_document
from tensorir.text.files import read_file

_WIDTH = 100
"""How much of a source line an error shows."""


def parse(text: str, *, file: str = "<string>", first_line: int = 1, remarks: list[Remark] | None = None) -> Module:
    """The program that MLIR text is, verified. The text begins in line `first_line` of `file`.

    Each `?` of an argument becomes a symbol, and what the program says to be equal one symbol. `remarks` receives
    what was dropped (uncalled private functions, globals that can't be used). Raises ParseError, with `file:line:col`
    and the op's name, for text that is not a program and for anything that is not supported."""
    document = parse_document(text, file, first_line)
    try:
        return convert(document, remarks)
    except ParseError as e:
        raise ParseError(_shown(d, text, file, first_line) for d in e.diagnostics) from None
    except RecursionError:
        raise ParseError("the program is nested too deep to be converted", Location(file, first_line)) from None


def load(path: str | Path, *, remarks: list[Remark] | None = None) -> Module:
    """`parse` of a file. Raises TensorIRError if it can't be read, is too large, or not UTF-8."""
    return parse(read_file(path), file=str(path), remarks=remarks)


def _shown(d: Diagnostic, text: str, file: str, first_line: int) -> Diagnostic:
    """With the source line and a caret below the place."""
    at = d.loc.line - first_line
    if d.loc.file != file or at < 0 or not d.loc.col:
        return d
    begin = 0
    for _ in range(at):
        begin = text.find("\n", begin) + 1
        if not begin:
            return d
    end = text.find("\n", begin)
    line = text[begin : len(text) if end < 0 else end]
    first = max(0, d.loc.col - 1 - _WIDTH // 2) if len(line) > _WIDTH else 0
    window = "".join(c if c.isprintable() else " " for c in line[first : first + _WIDTH])
    return evolve(d, notes=(*d.notes, window.rstrip(), " " * (d.loc.col - 1 - first) + "^"))
