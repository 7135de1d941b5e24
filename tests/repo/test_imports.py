"""What `import tensorir` costs."""

from __future__ import annotations

import subprocess
import sys

import tensorir
from tensorir.ir.dtype import DType

EXTRAS = ("hypothesis", "pytest", "onnx", "torch", "rich", "tokenizers", "safetensors", "pandas")


def test_import_brings_no_extra() -> None:
    code = f"import sys, tensorir; print([m for m in {EXTRAS!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_everything_public_exists_and_is_documented() -> None:
    for name in tensorir.__all__:
        value = getattr(tensorir, name)
        assert isinstance(value, DType) or value.__doc__, name
