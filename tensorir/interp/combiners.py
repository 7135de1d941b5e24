"""NumPy's function for each kind of reduction, used by linalg.reduce and by linalg.fold with one combiner."""

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
"""The functions by the name of the scalar function, which is also the kind of the reduction."""
