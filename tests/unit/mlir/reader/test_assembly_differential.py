"""The corpus as other tools print it: a text, its pretty print and its generic print are one tree.

IREE prints in this process; LLVM 19's `mlir-opt`, where there is one, prints what only that version knows."""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tensorir.mlir.reader.document import parse_document
from tensorir.text.split import split_input
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree, needs_mlir_opt_19
from tests.support.mlir_trees import difference

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = [f for f in sorted(CORPUS.glob("*.mlir")) if not f.stem.startswith("llvm19")]
LLVM19 = CORPUS / "llvm19.mlir"


@needs_iree
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_iree_prints_is_the_same_tree(file: Path) -> None:
    ir: Any = import_module("iree.compiler.ir")
    for line, text in split_input(file.read_text("utf-8")):
        with ir.Context() as context:
            context.allow_unregistered_dialects = True
            operation = ir.Module.parse(text).operation
            pretty = operation.get_asm()
            generic = operation.get_asm(print_generic_op_form=True)
        assert_one_tree(text, pretty, generic, file.name, line)
        count("spellings")


@needs_mlir_opt_19
def test_what_llvm19_prints_is_the_same_tree() -> None:
    printed = [
        subprocess.run(
            ["mlir-opt-19", "--split-input-file", *flags, str(LLVM19)], capture_output=True, text=True, check=True
        ).stdout
        for flags in ((), ("--mlir-print-op-generic",))
    ]
    originals, pretty, generic = map(split_input, (LLVM19.read_text("utf-8"), *printed))
    assert len(originals) == len(pretty) == len(generic) > 3
    for (line, text), (_, a), (_, b) in zip(originals, pretty, generic, strict=True):
        assert_one_tree(text, a, b, LLVM19.name, line)


def assert_one_tree(text: str, pretty: str, generic: str, file: str, line: int) -> None:
    original = parse_document(text, file, line).module
    assert difference(original, parse_document(pretty, "pretty").module) == ""
    assert difference(original, parse_document(generic, "generic").module) == ""
