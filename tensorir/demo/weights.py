"""The weights of all-MiniLM-L6-v2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.demo.files import need, read_file


def load_weights() -> Mapping[str, npt.NDArray[Any]]:
    """Returns name → read-only array of float32, with the names of the model's file (HuggingFace's BERT)."""
    loaded = need("safetensors.numpy").load(read_file("model.safetensors"))
    weights: dict[str, npt.NDArray[Any]] = {}
    for name, array in sorted(loaded.items()):
        weights[name] = kept = array if array.dtype.kind == "i" else np.ascontiguousarray(array, np.float32)
        kept.flags.writeable = False
    return weights
