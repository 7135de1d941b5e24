"""What linalg.reduce, and linalg.fold with one combiner, reduce with: NumPy's function for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

COMBINERS: Mapping[str, Any] = {
    "add": np.add,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "maxnum": np.fmax,
    "minnum": np.fmin,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
"""By the name of the scalar function, which is that of the kind of a reduction."""
