"""What `import tensorir` costs."""

from __future__ import annotations

import subprocess
import sys

import tensorir
from tensorir.ir.dtype import DType

EXTRAS = ("hypothesis", "iree", "pytest", "onnx", "torch", "rich", "tokenizers", "safetensors", "pandas", "xdsl")


def test_import_brings_no_extra() -> None:
    code = f"import sys, tensorir; print([m for m in {EXTRAS!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_is_light() -> None:
    """Counted, not timed: what is loaded beyond the own modules and the dependencies must not creep up."""
    code = (
        "import sys, attrs, cffi, ml_dtypes, numpy; before = set(sys.modules); import tensorir;"
        "print(sum(m.partition('.')[0] != 'tensorir' for m in set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 100


def test_everything_public_exists_and_is_documented() -> None:
    for name in tensorir.__all__:
        value = getattr(tensorir, name)
        assert isinstance(value, DType) or value.__doc__, name
