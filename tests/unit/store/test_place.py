"""Where the store is, and folders that it does not trust."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.store.place import DEFAULT_LIMIT, is_on, open_folder, size_limit, store_path
from tensorir.store.refused import StoreUnusable
from tests.support.stores import found, kept


def test_the_environment_says_where_it_is(tmp_path: Path) -> None:
    assert store_path({"TENSORIR_CACHE_DIR": str(tmp_path)}) == tmp_path / "constants"
    assert store_path({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "tensorir" / "constants"
    assert store_path({"TENSORIR_CACHE_DIR": "", "XDG_CACHE_HOME": "relative"}) == store_path({})


def test_by_default_it_is_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_path({}) == tmp_path / ".cache" / "tensorir" / "constants"


def test_a_user_without_a_home_has_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(StoreUnusable, match=r"Could not determine home directory.*set TENSORIR_CACHE_DIR"):
        store_path({})


@pytest.mark.parametrize(("value", "expected"), [("", True), ("1", True), ("0", False)])
def test_the_environment_turns_it_off(value: str, expected: bool) -> None:
    assert is_on({"TENSORIR_CACHE": value}) is expected


def test_values_without_a_meaning_are_errors() -> None:
    with pytest.raises(TensorIRError, match=r"TENSORIR_CACHE: expected 0 \(off\) or 1 \(on\), got 'no'"):
        is_on({"TENSORIR_CACHE": "no"})
    for value in ("-1", "1e9", "10G", "٣", "9" * 5000):
        with pytest.raises(TensorIRError, match="TENSORIR_CACHE_LIMIT: expected a whole number of bytes"):
            size_limit({"TENSORIR_CACHE_LIMIT": value})
    assert size_limit({}) == DEFAULT_LIMIT
    assert size_limit({"TENSORIR_CACHE_LIMIT": "0"}) == 0


def made(path: Path, mode: int) -> Path:
    path.mkdir()
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    """The problem for which neither anything is found nor kept."""
    data, (problem,) = found(path)
    assert data is None
    assert kept(path) == [problem]
    return problem


@pytest.mark.parametrize(("outer", "inner"), [(0o777, 0o700), (0o1777, 0o700), (0o770, 0o700), (0o700, 0o750)])
def test_folders_that_are_open_to_others_are_refused(tmp_path: Path, outer: int, inner: int) -> None:
    cache = made(tmp_path / "cache", outer)
    made(cache / "constants", inner)
    problem = refusal(cache / "constants")
    assert "is open to other users" in problem
    assert "run chmod" in problem


def test_a_cache_that_others_may_read_is_enough(tmp_path: Path) -> None:
    """Only the folder of the store itself must be closed to them."""
    assert kept(made(tmp_path / "cache", 0o755) / "constants") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to somebody else")
@pytest.mark.parametrize("name", ["cache", "cache/constants"])
def test_folders_of_another_user_are_refused(tmp_path: Path, name: str) -> None:
    made(tmp_path / "cache", 0o700)
    made(tmp_path / "cache/constants", 0o700)
    os.chown(tmp_path / name, 12345, 12345)
    assert "belongs to the user 12345, not to you" in refusal(tmp_path / "cache/constants")


@pytest.mark.parametrize("name", ["cache", "cache/constants"])
def test_links_are_not_followed(tmp_path: Path, name: str) -> None:
    target = made(tmp_path / "elsewhere", 0o700)
    if name != "cache":
        made(tmp_path / "cache", 0o700)
    (tmp_path / name).symlink_to(target)
    assert "is a symbolic link" in refusal(tmp_path / "cache/constants")
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("name", ["cache", "cache/constants"])
def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    if name != "cache":
        made(tmp_path / "cache", 0o700)
    (tmp_path / name).write_text("a file")
    assert "can't be used: Not a directory" in refusal(tmp_path / "cache/constants")


def test_a_folder_is_only_made_if_wanted(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_folder(tmp_path / "cache" / "constants", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_a_problem(tmp_path: Path) -> None:
    """Also for root, for whom permissions are nothing: a folder of the system that nobody can add to."""
    assert "can't be" in refusal(Path("/proc/tensorir-cache/constants"))
