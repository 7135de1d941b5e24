"""Ops that older versions of MLIR called otherwise: they are read by today's name."""

from __future__ import annotations

from collections.abc import Mapping

RENAMED: Mapping[str, str] = {
    "arith.maxf": "arith.maximumf",
    "arith.minf": "arith.minimumf",
    "math.abs": "math.absf",
    "linalg.init_tensor": "tensor.empty",
    "linalg.pad_tensor": "tensor.pad",
    "linalg.tensor_collapse_shape": "tensor.collapse_shape",
    "linalg.tensor_expand_shape": "tensor.expand_shape",
}
"""The name before LLVM 14 to 18 → the name since then. All but `linalg.init_tensor` are also written alike."""
