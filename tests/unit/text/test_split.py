"""Several programs in one file."""

from __future__ import annotations

from tensorir.text.split import split_input


def test_parts_know_their_lines() -> None:
    assert split_input("a\nb\n// -----\nc\n// ----- // more\n\nd") == [(1, "a\nb\n"), (4, "c\n"), (6, "\nd")]


def test_one_part() -> None:
    assert split_input("a // -----\n") == [(1, "a // -----\n")]
