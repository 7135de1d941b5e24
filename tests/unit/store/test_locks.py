"""The lock: one holder, also among threads, and nobody waits for ever."""

from __future__ import annotations

import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tensorir.store import locks
from tensorir.store.locks import locked
from tensorir.store.refused import StoreUnusable
from tests.support.stores import KEY, contents, files, found, kept


@pytest.fixture
def folder(tmp_path: Path) -> Generator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_one_holds_it(folder: int) -> None:
    inside: list[int] = []
    most: list[int] = []

    def hold(number: int) -> None:
        for _ in range(20):
            with locked(folder):
                inside.append(number)
                most.append(len(inside))
                os.sched_yield()
                inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, range(8)))
    assert len(most) == 160
    assert set(most) == {1}


def test_who_waits_too_long_goes_on_without_the_store(folder: int) -> None:
    with (
        locked(folder),
        pytest.raises(StoreUnusable, match="another process has held its lock for a long time"),
        locked(folder, 0.01),
    ):
        raise AssertionError
    with locked(folder, 0):
        pass


def test_a_store_whose_lock_is_held_gives_what_it_has_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "constants"
    assert kept(path) == []
    monkeypatch.setattr(locks, "WAIT_S", 0.01)
    folder = os.open(path, os.O_RDONLY)
    try:
        with locked(folder):
            assert found(path) == (contents().tobytes(), [])
            (problem,) = kept(path, KEY[::-1], 1)
            assert "has held its lock for a long time" in problem
    finally:
        os.close(folder)
    assert files(path, "part") == []
