"""Other people's MLIR tools, where they are installed: IREE's parser in this process, LLVM 19's mlir-opt."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from importlib import import_module
from shutil import which
from typing import Any

import pytest

from tensorir.testing.iree import iree_available

SPLIT = "// -----\n"

needs_iree = pytest.mark.skipif(not iree_available(), reason="needs the extra iree")
needs_mlir_opt_19 = pytest.mark.skipif(which("mlir-opt-19") is None, reason="needs LLVM 19's mlir-opt-19")


def iree_opt(text: str, *passes: str) -> str:
    """The text as IREE parses, verifies and prints it, after passes on the module: what `iree-opt` does. It raises if
    that fails."""
    ir: Any = import_module("iree.compiler.ir")
    with ir.Context():
        module = ir.Module.parse(text)
        if passes:
            managers: Any = import_module("iree.compiler.passmanager")
            managers.PassManager.parse(f"builtin.module({','.join(passes)})").run(module.operation)
        return str(module)


def mlir_opt_19(texts: Sequence[str]) -> list[str]:
    """The same by LLVM 19's mlir-opt, all texts in one process."""
    command = ["mlir-opt-19", "--split-input-file", "-"]
    ran = subprocess.run(command, input=SPLIT.join(texts), text=True, capture_output=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[:3000]
    parts = ran.stdout.split(SPLIT)
    assert len(parts) == len(texts)
    return parts
