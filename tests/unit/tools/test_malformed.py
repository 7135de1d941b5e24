"""Malformed MLIR through the command, in a process of little memory: exit code 1 and one error with its place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.mlir.reader.test_malformed import MALFORMED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")

FUNCTION = "func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {{\n  {}\n  return %a : tensor<4xf32>\n}}"

UNSUPPORTED = [
    FUNCTION.format(line)
    for line in (
        "%m = memref.alloc() : memref<4xf32>",
        "%c = complex.create %a, %a : complex<f32>",
        '%v = "vector.load"(%a) : (tensor<4xf32>) -> vector<4xf32>',
        "%i = arith.addi %a, %a : tensor<4xf32>",
        "%s = tensor.extract_slice %a[0, 0] [1, 1] [1, 1] : tensor<4xf32> to tensor<1x1xf32>",
        "%e = tensor.expand_shape %a [[0, 1]] output_shape [3, 2] : tensor<4xf32> into tensor<3x2xf32>",
        "%c = func.call @nowhere(%a) : (tensor<4xf32>) -> tensor<4xf32>",
        "%c = func.call @f(%a) : (tensor<4xf32>) -> tensor<4xf32>",
        "%d = linalg.dot ins(%a, %a : tensor<4xf32>, tensor<4xf32>) outs(%a : tensor<4xf32>) -> tensor<4xf32>",
        "%t = linalg.transpose ins(%a : tensor<4xf32>) outs(%a : tensor<4xf32>) permutation = [1]",
    )
]


def test_malformed_texts_end_with_one_error_and_its_place(tmp_path: Path) -> None:
    """Each takes at most 5 s and 1 GB; see tests/support/malformed_child.py."""
    texts = [*(marked.replace("¦", "", 1) for marked, _ in MALFORMED), *UNSUPPORTED]
    assert len(texts) >= 200
    file = tmp_path / "texts.json"
    file.write_text(json.dumps(texts), "utf-8")
    command = [sys.executable, "-m", "tests.support.malformed_child", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    endings: list[tuple[int | str, str]] = json.loads(done.stdout)
    place = re.compile(re.escape(str(tmp_path / "malformed.mlir")) + r":\d+:\d+: error: .")
    for text, (code, errors) in zip(texts, endings, strict=True):
        assert code == 1, (text[:200], code, errors[:500])
        first, *below = errors.splitlines()
        assert place.match(first), (text[:200], first[:500])
        assert all(line.startswith("  ") for line in below), (text[:200], errors[:500])  # the line, and a caret
        assert errors.count("error:") == 1, (text[:200], errors[:500])
        assert len(errors) < 2000, (text[:200], len(errors))
