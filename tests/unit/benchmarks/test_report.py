"""The table: ratios to the best peer, to one thread, and to the bound."""

from __future__ import annotations

import pytest
from attrs import evolve

from benchmarks.bound import Times
from benchmarks.peers import Shape
from benchmarks.report import HEAD, Row, print_rows

ONE = Row(
    Shape(16, 1, 1), 0, "tensorir cpu/late", (4.0, 2.0, 3.0), (6.0, 5.0, 7.0), Times(1.0, (1.5, 9.0, 1.2)), 1.0, 0.0
)
FAST = evolve(ONE, contender="fast", wall=(8.0, 1.0, 9.0), cpu=(10.0, 11.0, 12.0))
EVEN = evolve(ONE, contender="even", wall=(6.0, 6.0, 6.0), cpu=(4.0, 4.0, 4.0))


def cells(capsys: pytest.CaptureFixture[str], contender: str) -> dict[str, str]:
    """The row of a contender; columns of the same name are the last ones."""
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith(contender))
    found = line.removeprefix(contender).split()
    head = HEAD if len(found) == len(HEAD) else tuple(h for h in HEAD if h != "to 1 thread")
    return dict(zip(head, found, strict=True))


def test_each_time_is_compared_with_the_best_peer_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ONE, FAST, EVEN], [])
    row = cells(capsys, "tensorir cpu/late")
    assert (row["least"], row["median"], row["CPU"]) == ("2.00", "3.00", "6.00")
    assert (row["to best"], row["by median"], row["by CPU"]) == ("0.50", "2.00", "0.67")
    assert row["of bound"] == "0.50"


def test_without_peers_there_is_nothing_to_compare_with(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ONE], [])
    assert cells(capsys, "tensorir cpu/late")["to best"] == "nan"
    print_rows([], [ONE])
    assert not capsys.readouterr().out


def test_threads_are_compared_with_one_thread_of_the_same_work_without_a_load(
    capsys: pytest.CaptureFixture[str],
) -> None:
    two = evolve(ONE, shape=Shape(16, 1, 2), load=2, wall=(1.5, 1.5, 1.5))
    others = [evolve(ONE, load=2, wall=(50.0,)), evolve(ONE, shape=Shape(16, 8, 1), wall=(60.0,)), FAST]
    print_rows([two], [*others, ONE])
    assert cells(capsys, "tensorir cpu/late")["to 1 thread"] == "2.00"
    print_rows([two], others)
    assert "to 1 thread" not in cells(capsys, "tensorir cpu/late")
