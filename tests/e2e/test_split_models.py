"""Models split by layers over two devices: the same results, and each device holds the weights of its layers."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.api import compile
from tests.support.models.bert import bert

KINDS = ("cpu", "cpu{features=avx2}", "vmvx", "reference")


@pytest.mark.parametrize("second", KINDS)
def test_bert_split_by_layers(second: str) -> None:
    rng = np.random.default_rng(0)
    x, mask = rng.standard_normal((16, 384)).astype(np.float32), np.ones(16, np.float32)
    whole = compile(bert(2, 16), "cpu", cache=False)
    split = compile(bert(2, 16, ("a", "b")), {"a": "cpu", "b": second}, cache=False)
    np.testing.assert_allclose(split(x, mask), whole(x, mask), rtol=0, atol=1e-5)
    stats = split.stats
    assert stats.dispatches == whole.stats.dispatches
    assert (stats.transfers, stats.transferred_bytes) == (2, 4 * (16 * 384 + 16))  # what goes on, and the mask
    half = whole.stats.weights_bytes // 2
    assert [*stats.weights_by_device] == ["a", "b"]
    assert all(abs(held - half) <= half // 10 for held in stats.weights_by_device.values())
    assert sum(stats.weights_by_device.values()) == stats.weights_bytes
