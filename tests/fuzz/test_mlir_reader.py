"""A few thousand inputs of the fuzz program, the same in every run; and that it would find something."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.fuzz import mlir_reader


def test_changed_texts_are_read_or_refused() -> None:
    outcome = mlir_reader.run(seed=0, count=3000)
    assert not [(f.what, f.text) for f in outcome.faults]
    assert outcome.read + outcome.refused == 3000
    assert outcome.read > 100


def test_most_of_what_it_changes_is_read() -> None:
    texts = ["".join(tokens) for tokens in mlir_reader.corpus()]
    answers = Counter(map(mlir_reader.fault, texts))
    assert answers["read"] > 200
    assert answers["read"] + answers["refused"] == len(texts)
    assert answers["refused"] < 60


def test_changes_depend_on_the_seed_alone() -> None:
    texts = mlir_reader.corpus()
    first, second = random.Random(5), random.Random(5)
    assert [mlir_reader.mutant(first, texts) for _ in range(20)] == [
        mlir_reader.mutant(second, texts) for _ in range(20)
    ]


def test_what_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def loop(text: str, file: str) -> None:
        while True:
            pass

    monkeypatch.setattr(mlir_reader, "parse", loop)
    monkeypatch.setattr(mlir_reader, "SECONDS", 0.05)
    assert mlir_reader.fault("").startswith("TooLong in test_mlir_reader.py")


@pytest.mark.parametrize(
    ("error", "what"), [(RecursionError("deep"), "RecursionError in "), (KeyError("x"), "KeyError in ")]
)
def test_a_crash_is_a_fault(monkeypatch: pytest.MonkeyPatch, error: Exception, what: str) -> None:
    def crash(text: str, file: str) -> None:
        raise error

    monkeypatch.setattr(mlir_reader, "parse", crash)
    outcome = mlir_reader.run(seed=0, count=3)
    assert outcome.read == outcome.refused == 0
    assert [f.what.startswith(what) for f in outcome.faults] == [True] * 3
