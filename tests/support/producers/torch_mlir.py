"""PyTorch to linalg on tensors by torch-mlir, which IREE's compiler brings. Needs torch and iree-base-compiler."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

PIPELINE = "torchdynamo-export-to-torch-backend-pipeline,torch-backend-to-linalg-on-tensors-backend-pipeline"


def write_linalg(program: Any, name: str, path: Path) -> None:
    """The text of an exported program: function @`name`, weights as resources at the end of the file."""
    importer = import_module("iree.compiler.extras.fx_importer").FxImporter()
    importer.import_frozen_program(program.run_decompositions(), func_name=name)
    with importer.module.context:
        operation = importer.module.operation
        import_module("iree.compiler.passmanager").PassManager.parse(f"builtin.module({PIPELINE})").run(operation)
        path.write_text(str(operation), "utf-8")
