"""Files as memory: read-only, given back with the last array, and without an open file each."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from tensorir.native import mapped_file
from tensorir.native.mapped_file import map_file

LARGE_PAGE = 1 << 21


def mapped(path: Path) -> bool:
    return str(path) in Path("/proc/self/maps").read_text("utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 40)
    return tmp_path / "file"


def opened(path: Path, size: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return map_file(descriptor, size)
    finally:
        os.close(descriptor)


def test_it_is_the_file_and_read_only(path: Path) -> None:
    memory = opened(path, 10_000)
    assert memory.tobytes() == path.read_bytes()[:10_000]
    assert memory.ctypes.data % 4096 == 0
    with pytest.raises(ValueError, match="read-only"):
        memory[0] = 1


def test_it_lives_as_long_as_an_array_uses_it_and_no_longer(path: Path) -> None:
    memory = opened(path, 8192)
    view = memory.view(np.float32).reshape(2, -1)[1:]
    del memory
    assert mapped(path)
    assert view.tobytes() == path.read_bytes()[4096:8192]
    del view
    assert not mapped(path)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="a file for which the system itself chooses any page")
@pytest.mark.parametrize("size", [LARGE_PAGE, 3 * LARGE_PAGE + 5])
def test_large_pages_can_be_used_for_large_files(size: int) -> None:
    """The system uses them if address and place in the file agree."""
    name = f"large-{size}"
    descriptor = os.memfd_create(name)
    os.truncate(descriptor, size)
    memories = [map_file(descriptor, size) for _ in range(3)]
    os.close(descriptor)
    assert [memory.ctypes.data % LARGE_PAGE for memory in memories] == [0, 0, 0]
    assert all(memory.size == size and not memory.any() for memory in memories)
    ranges = re.findall(rf"([0-9a-f]+)-([0-9a-f]+) .*{name}", Path("/proc/self/maps").read_text("utf-8"))
    assert sum(int(end, 16) - int(begin, 16) for begin, end in ranges) == 3 * -(-size // 4096) * 4096


def test_no_file_stays_open(path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    memories = [opened(path, 4096) for _ in range(50)]
    assert len(os.listdir("/proc/self/fd")) == before
    del memories


def test_what_can_not_be_mapped_is_an_error_of_the_system(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="No such device") as e:
            map_file(descriptor, 4096)
        assert e.value.errno is not None
    finally:
        os.close(descriptor)


def test_a_file_is_given_back_when_python_ends_and_the_names_of_modules_are_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = opened(path, 10_000)
    monkeypatch.setattr(mapped_file, "lib", None)
    del memory
    assert not mapped(path)
