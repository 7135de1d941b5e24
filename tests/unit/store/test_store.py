"""The store keeps contents by key, once each, as read-only memory; what it can't do is a problem and no error."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from tensorir.store.store import ConstantStore
from tests.support.stores import KEY, OTHER_KEY, contents, files, found, item, kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "constants"


def test_what_was_kept_is_found_by_its_key(path: Path) -> None:
    assert found(path) == (None, [])
    assert kept(path) == []
    assert found(path) == (contents().tobytes(), [])
    assert found(path, OTHER_KEY) == (None, [])


def test_equal_contents_are_one_file(path: Path) -> None:
    for key in (KEY, OTHER_KEY):
        assert kept(path, key) == []
    assert len(files(path, "data")) == 1
    assert len(files(path, "entry")) == 3, "of two keys and of the contents"
    with ConstantStore(path) as store:
        a, b = store.find(KEY, 70_000), store.find(OTHER_KEY, 70_000)
    assert a is not None
    assert b is not None
    assert np.shares_memory(a, b)


def test_contents_that_are_kept_together_are_one_file_and_each_begins_at_a_cache_line(path: Path) -> None:
    sizes = [70_001, 1, 64, 100_000]
    keys = [bytes([n]) * 16 for n in range(4)]
    with ConstantStore(path) as store:
        held = store.keep([item(k, n, size) for n, (k, size) in enumerate(zip(keys, sizes, strict=True))])
    assert held is not None
    assert len(files(path, "data")) == 1
    with ConstantStore(path) as store:
        for n, (key, size, memory) in enumerate(zip(keys, sizes, held, strict=True)):
            again = store.find(key, size)
            assert again is not None
            assert again.tobytes() == contents(n, size).tobytes()
            assert np.shares_memory(again, memory)
            assert memory.ctypes.data % 64 == 0


def test_only_contents_that_are_new_are_written(path: Path) -> None:
    """Also those that are twice among them are written once."""
    assert kept(path) == []
    with ConstantStore(path) as store:
        given = [item(bytes(16), 0), item(OTHER_KEY, 1, 4096), item(bytes([9]) * 16, 1, 4096)]
        held = store.keep(given)
    assert held is not None
    assert [h.tobytes() for h in held] == [g.data.tobytes() for g in given]
    assert sorted(p.stat().st_size for p in files(path, "data")) == [4096, 70_000]


def test_more_contents_than_the_system_writes_at_once(path: Path) -> None:
    count = 1500
    with ConstantStore(path) as store:
        items = [item(n.to_bytes(16, "little"), n, 10 + n % 7) for n in range(count)]
        held = store.keep(items)
    assert held is not None
    assert [h.tobytes() for h in held] == [i.data.tobytes() for i in items]


def test_what_the_system_writes_in_parts_is_written_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writev = os.writev

    def in_parts(descriptor: int, pieces: list[memoryview]) -> int:
        return writev(descriptor, [pieces[0][:999]])

    monkeypatch.setattr(os, "writev", in_parts)
    with ConstantStore(path) as store:
        assert store.keep([item(), item(OTHER_KEY, 1, 4097)]) is not None
    assert found(path) == (contents().tobytes(), [])


def test_memory_can_not_be_written_and_outlives_the_store_and_its_files(path: Path) -> None:
    with ConstantStore(path) as store:
        kept = store.keep([item()])
    assert kept is not None
    (memory,) = kept
    with pytest.raises(ValueError, match="read-only"):
        memory[0] = 1
    for p in path.iterdir():
        p.unlink()
    assert memory.tobytes() == contents().tobytes()


def test_only_the_owner_can_read_it_whatever_the_umask_is(path: Path) -> None:
    before = os.umask(0)
    try:
        assert kept(path) == []
    finally:
        os.umask(before)
    assert {stat.S_IMODE(p.lstat().st_mode) for p in path.iterdir()} == {0o600}
    assert [stat.S_IMODE(p.lstat().st_mode) for p in (path, path.parent)] == [0o700, 0o700]


def test_nothing_unfinished_is_left(path: Path) -> None:
    assert kept(path) == []
    assert files(path, "part") == []


def test_a_file_that_was_removed_is_written_again_though_this_process_has_it_mapped(path: Path) -> None:
    with ConstantStore(path) as store:
        memory = store.keep([item()])
    files(path, "data")[0].unlink()
    assert kept(path) == []
    assert len(files(path, "data")) == 1
    assert memory is not None


def test_an_entry_whose_contents_were_removed_is_made_again(path: Path) -> None:
    assert kept(path) == []
    files(path, "data")[0].unlink()
    assert found(path) == (None, [])
    assert kept(path) == []
    assert found(path)[0] == contents().tobytes()


def test_two_stores_have_other_names_for_the_same_contents(tmp_path: Path) -> None:
    """Nobody who does not know the secret can tell which name some contents will have."""
    names: set[str] = set()
    for folder in ("a", "b"):
        assert kept(tmp_path / folder / "constants") == []
        names |= {p.name for p in files(tmp_path / folder / "constants", "data")}
    assert len(names) == 2


def test_what_is_kept_for_another_key_or_size_is_not_found(path: Path) -> None:
    assert kept(path) == []
    data, problems = found(path, size=69_999)
    assert data is None
    assert ["is the entry of something else" in p for p in problems] == [True]


def test_a_disk_that_is_full_is_a_problem_and_what_is_there_is_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept(path) == []

    def full(descriptor: int, pieces: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, ConstantStore(path) as store:
        patched.setattr(os, "writev", full)
        for seed in (1, 2):
            assert store.keep([item(OTHER_KEY, seed)]) is None
        assert store.problems == [f"nothing more is stored in {path}: No space left on device"]
        assert store.find(KEY, 70_000) is not None
    assert files(path, "part") == []
    assert kept(path, OTHER_KEY, 1) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_folder_that_is_no_folder_is_a_problem(tmp_path: Path) -> None:
    for path in (Path("/dev/full/constants"), Path("/proc/self/constants")):
        (problem,) = kept(path)
        assert "the store of constants is not used" in problem
        assert found(path)[0] is None


def test_a_hash_of_contents_is_that_of_the_store(path: Path) -> None:
    with ConstantStore(path) as store:
        first = store.hashed(contents())
    with ConstantStore(path) as store:
        assert store.hashed(contents()) == first != store.hashed(contents(1))
        assert store.hashed(np.empty(0, np.uint8)) is not None
