"""Texts in files, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.text import files
from tensorir.text.files import read_file


def test_a_text_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.tir").write_bytes("// é\n".encode())
    assert read_file(tmp_path / "a.tir") == read_file(str(tmp_path / "a.tir")) == "// é\n"


def test_what_can_t_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "missing.tir", tmp_path, "a\0b"):
        with pytest.raises(TensorIRError, match="no such file, or not a regular file"):
            read_file(path)
    latin = tmp_path / "latin.tir"
    latin.write_bytes(b"// \xe9\n")
    with pytest.raises(TensorIRError, match=r"latin\.tir: error: not UTF-8: .* at byte 3"):
        read_file(latin)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 3)
    with pytest.raises(TensorIRError, match="larger than 3 bytes"):
        read_file(latin)
