"""MiniLM with its real weights, its layers split over two processes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tests.e2e.test_minilm import tokens, weights
from tests.support.mpi import needs_mpi, run_in_processes

pytestmark = needs_mpi

LENGTH = 7


def split(folder: Path) -> None:
    """What one of the processes does."""
    from tensorir.targets.mpi.world import world

    program = compile(build_minilm(weights(), devices=("a", "b")), {"a": "mpi:0/cpu", "b": "mpi:1/cpu"})
    result = program(*tokens(LENGTH))
    sent = world().messages_sent
    program(*tokens(LENGTH))
    assert program.stats.python == {}
    stats = program.stats
    counts = [stats.dispatches, stats.transfers, stats.transferred_bytes, sum(stats.weights_by_device.values())]
    found = [result.tolist(), counts, world().messages_sent - sent]
    (folder / f"{world().rank}.json").write_text(json.dumps(found))


def test_layers_split_over_two_processes(tmp_path: Path) -> None:
    ran = run_in_processes(2, split, tmp_path)
    assert ran.status == 0, ran.output
    one = compile(build_minilm(weights()), "cpu")
    (first, counts, sent), (second, also_counted, sent_back) = ran.told
    assert first == second
    np.testing.assert_allclose(first, one(*tokens(LENGTH)), rtol=0, atol=1e-5)
    dispatches, transfers, moved, held = counts
    assert counts == also_counted
    assert (dispatches, transfers, held) == (one.stats.dispatches, 3, one.stats.weights_bytes)
    # What the layers hand on, there and back, and the mask of the attention, perhaps in tiles of at most 16 rows.
    assert 4 * LENGTH * (2 * 384 + 1) <= moved <= 4 * 16 * (2 * 384 + 1)
    # One process sends two transfers, the result, and that nothing failed; the other one transfer, and the same.
    assert (sent, sent_back) == (2 + 2, 1 + 1)
