"""The store stays below its limit: what was used longest ago is removed first, and nothing that is in use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorir.store.files import FRESH_S
from tensorir.store.place import open_folder
from tensorir.store.room import clear, held, make_room
from tensorir.store.store import ConstantStore
from tests.support.stores import files, found, item, kept

SIZE = 70_000
TAKEN = 18 * 4096 + 2 * 4096
"""Bytes on the disk of one content and its entries, that of the key and that of the contents."""


def key(number: int) -> bytes:
    return bytes([number]) * 16


def age(path: Path, seconds: int) -> None:
    """Makes everything older."""
    for p in path.iterdir():
        used = p.lstat().st_mtime - seconds
        os.utime(p, (used, used), follow_symlinks=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of three contents, kept in their order."""
    path = tmp_path / "cache" / "constants"
    for number in range(3):
        assert kept(path, key(number), number) == []
        age(path, 10)
    return path


def there(path: Path, count: int = 4) -> list[bool]:
    return [found(path, key(n))[0] is not None for n in range(count)]


def test_what_was_used_longest_ago_is_removed_first(path: Path) -> None:
    assert kept(path, key(3), 3, limit=2 * TAKEN) == []
    assert there(path) == [False, False, True, True]


def test_what_was_found_counts_as_used(path: Path) -> None:
    age(path, FRESH_S)
    assert found(path, key(0))[0] is not None
    assert kept(path, key(3), 3, limit=2 * TAKEN) == []
    assert there(path) == [True, False, False, True]


def test_what_a_compilation_uses_is_not_removed_for_the_rest_of_it(path: Path) -> None:
    """Otherwise a model larger than the limit would remove its own constants, and find none of them the next time."""
    with ConstantStore(path, 2 * TAKEN) as store:
        memory = [store.find(key(1), SIZE)]
        kept_more = [store.keep([item(key(n), n)]) for n in (3, 4)]
        assert [m is None for m in (*memory, *kept_more)] == [False, False, True]
        (problem,) = store.problems
        assert "it is full: its limit is" in problem
    assert there(path, 5) == [False, True, False, True, False]


def test_a_limit_of_nothing_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "constants"
    (problem,) = kept(path, limit=0)
    assert "its limit is 0 bytes" in problem
    assert files(path, "data") == []


def test_what_was_never_finished_is_removed_when_its_process_must_have_ended(path: Path) -> None:
    (path / "part-old").write_bytes(bytes(10))
    age(path, 2 * 3600)
    (path / "part-new").write_bytes(bytes(10))
    assert kept(path, key(3), 3) == []
    assert [p.name for p in files(path, "part")] == ["part-new"]


def test_the_bytes_are_those_on_the_disk(path: Path) -> None:
    folder = open_folder(path)
    try:
        assert sum(h.size for h in held(folder)) == 3 * TAKEN
        assert make_room(folder, 10 * TAKEN, ()) == 3 * TAKEN
        assert make_room(folder, TAKEN, ()) == TAKEN
        assert sum(h.size for h in held(folder)) == TAKEN
    finally:
        os.close(folder)


def test_clearing_leaves_the_secret_and_what_is_not_of_the_store(path: Path) -> None:
    (path / "folder").mkdir()
    (path / "folder" / "file").write_text("mine")
    folder = open_folder(path)
    try:
        assert clear(folder) == (9, 3 * TAKEN)
    finally:
        os.close(folder)
    assert sorted(p.name for p in path.iterdir()) == ["folder", "secret"]
    assert kept(path) == []
