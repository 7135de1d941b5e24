"""The summary of what IREE was compared with, at the end of a run of the tests."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import iree_counts
from tests.support.iree_counts import count, not_run, summary


def test_the_summary_says_what_ran_and_what_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iree_counts, "_COUNTS", Counter[str]())
    monkeypatch.setattr(iree_counts, "_NOT_RUN", Counter[str]())
    assert summary().startswith("iree oracle: 0 cases ran")
    count("apples", 3)
    count("pears")
    not_run("too ripe")
    assert summary().startswith("iree oracle: 4 cases ran (3 apples, 1 pears); 1 did not (1 too ripe)")
    iree_counts.add(iree_counts.counted())  # those of another process, which did as much
    assert summary().startswith("iree oracle: 8 cases ran (6 apples, 2 pears); 2 did not (2 too ripe)")
    monkeypatch.setattr(iree_counts, "iree_available", lambda: False)
    assert summary().endswith("IREE is not installed: pip install 'tensorir[iree]'")
