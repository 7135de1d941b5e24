"""`tensorir cache`: the folder, what is in it, and an end to it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tensorir.tools.cli import main
from tests.support.stores import KEY, OTHER_KEY, files, kept


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store is, which does not exist."""
    monkeypatch.setenv("TENSORIR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "constants"


def said(capsys: pytest.CaptureFixture[str], what: str) -> list[str]:
    assert main(["cache", what]) == 0
    return capsys.readouterr().out.splitlines()


def test_it_says_where_the_store_is(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "path") == [str(path)]


@pytest.mark.parametrize("what", ["list", "clear"])
def test_no_store_is_made_to_look_into_it(path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    assert said(capsys, what) == [f"{path}: there is no store"]
    assert not path.parent.exists()


def test_it_lists_what_there_is_the_latest_first(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept(path) == []
    os.utime(files(path, "data")[0], (0, 0))
    assert kept(path, OTHER_KEY, 1, 4_000_000) == []
    (path / f"entry-{'0' * 32}").write_text("damaged")
    (path / f"data-{'0' * 32}").write_text("of nobody")
    os.utime(path / f"data-{'0' * 32}", (1, 1))
    monkeypatch.setenv("TENSORIR_CACHE_LIMIT", "5000000")
    head, *rows = said(capsys, "list")
    assert head == f"{path}: 3 files, 4.1 MB of at most 5.0 MB"
    patterns = (r"4\.0 MB .*contents", r"0\.0 MB .*used 19.*nothing refers to it", r"0\.1 MB .*used 19.*contents")
    for row, pattern in zip(rows, patterns, strict=True):
        assert re.search(rf"data-[0-9a-f]{{32}} +{pattern}$", row)


def test_it_clears_the_store(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kept(path) == kept(path, OTHER_KEY) == []
    assert said(capsys, "clear") == [f"{path}: removed 4 files, 0.1 MB"]
    assert [p.name for p in path.iterdir()] == ["secret"]
    assert kept(path, KEY) == []


@pytest.mark.parametrize("what", ["list", "clear"])
def test_a_store_that_is_not_trusted_is_an_error(path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    path.mkdir(parents=True)
    path.chmod(0o777)
    path.parent.chmod(0o700)
    assert main(["cache", what]) == 1
    assert "tensorir cache: error: the store can't be used:" in (err := capsys.readouterr().err)
    assert "is open to other users (mode 0777)" in err


def test_a_limit_that_is_no_number_is_an_error(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept(path) == []
    monkeypatch.setenv("TENSORIR_CACHE_LIMIT", "much")
    assert main(["cache", "list"]) == 1
    assert "TENSORIR_CACHE_LIMIT: expected a whole number of bytes, got 'much'" in capsys.readouterr().err


def test_nothing_else_is_known(path: Path) -> None:
    assert main(["cache", "destroy"]) == 2
