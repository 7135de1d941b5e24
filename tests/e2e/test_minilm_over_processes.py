"""MiniLM with its real weights, its layers split over two processes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tests.e2e.test_minilm import exact, tokens, weights
from tests.support.mpi import needs_mpi, run_in_processes

pytestmark = needs_mpi

LENGTH = 7
COUNTED = ("dispatches", "transfers", "transferred_bytes", "memory_copies", "memory_copied_bytes", "weights_by_device")


def split(folder: Path) -> None:
    """What one of the processes does."""
    from tensorir.targets.mpi.world import world

    program = compile(build_minilm(weights(), devices=("a", "b")), {"a": "mpi:0/cpu", "b": "mpi:1/cpu"})
    result = program(*tokens(LENGTH))
    sent = world().messages_sent
    program(*tokens(LENGTH))
    assert program.stats.python == {}
    found = [result.tolist(), {name: getattr(program.stats, name) for name in COUNTED}, world().messages_sent - sent]
    (folder / f"{world().rank}.json").write_text(json.dumps(found))


def test_layers_split_over_two_processes(tmp_path: Path) -> None:
    ran = run_in_processes(2, split, tmp_path)
    assert ran.status == 0, ran.output
    own = "cpu{own_memory=on}"
    one = compile(build_minilm(weights(), devices=("a", "b")), {"a": own, "b": own})
    right = one(*tokens(LENGTH))
    np.testing.assert_allclose(right, exact(LENGTH), rtol=0, atol=1e-5)
    (first, counted, sent), (second, also_counted, sent_back) = ran.told
    assert first == second == right.tolist()
    assert counted == also_counted == {name: getattr(one.stats, name) for name in COUNTED}
    # There: what the layers hand on, and the mask; back: what they made; then the result, and that nothing failed.
    assert (sent, sent_back) == (counted["transfers"] - 1 + 2, 1 + 1)
