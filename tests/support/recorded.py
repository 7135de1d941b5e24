"""What tests of exact figures share."""

from __future__ import annotations

import pytest

from benchmarks.graphs.figures import DEVICE, FEATURES
from tensorir.native import cpu_features

needs_features = pytest.mark.skipif(
    FEATURES not in cpu_features(), reason=f"tiles, and so all counts, are those of a machine with {DEVICE}"
)
