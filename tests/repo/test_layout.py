"""The layout of the project: sizes and names of files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 400


def tracked(*patterns: str) -> list[Path]:
    """The files of the project that git knows, or all that match where there is no git."""
    found = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode == 0 and found.stdout:
        return [ROOT / line for line in found.stdout.splitlines() if (ROOT / line).is_file()]
    return [p for pattern in patterns for p in ROOT.rglob(pattern) if ".venv" not in p.parts and "build" not in p.parts]


def test_no_file_has_grown_into_a_monster() -> None:
    files = tracked("*.py", "*.c", "*.h", "*.inc")
    assert len(files) > 100
    long = {str(f.relative_to(ROOT)): n for f in files if (n := len(f.read_text("utf-8").splitlines())) > LIMIT}
    assert not long


def test_the_top_level_is_what_the_readme_says() -> None:
    names = {p.relative_to(ROOT).parts[0] for p in tracked("*")}
    expected = {"pyproject.toml", "setup.py", "MANIFEST.in", "tensorir", "kernels", "tests", "docs", "benchmarks"}
    expected |= {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "examples"}
    expected |= {".ci", ".gitignore", ".pre-commit-config.yaml"}
    assert names == expected


def test_every_module_says_what_it_is() -> None:
    silent = [
        f
        for f in tracked("tensorir/*.py", "tensorir/**/*.py")
        if not re.match(r'\s*(#[^\n]*\n)*r?"""', f.read_text("utf-8"))
    ]
    assert not silent


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"/(?:home|root|Users)/\w", "a path of some machine"),
        (r"except Exception:\s*\n\s*pass", "an error swallowed"),
        (r"\b(?:TO" + r"DO|FIX" + r"ME)\b", "unfinished work"),
        (r"-ffast-math|-Ofast", "changes the rounding of the whole process"),
        (r"(?m)# (?:(?:pyright|type): ignore(?:\[[^\]]*\])?|fmt: skip)$", "no reason beside it"),
    ],
)
def test_nothing_forbidden_is_written(pattern: str, why: str) -> None:
    here = Path(__file__)
    suffixes = ("py", "pyi", "c", "h", "inc", "md", "toml", "yaml", "in", "sh", "tir")
    texts = [f for f in tracked(*(f"*.{s}" for s in suffixes), "Makefile", ".ci/run", ".gitignore") if f != here]
    # Kernel docs may name a forbidden flag in order to forbid it.
    found = [
        f"{f.relative_to(ROOT)}: {m.group()}"
        for f in texts
        if not (f.suffix == ".md" and "fast" in pattern)
        for m in re.finditer(pattern, f.read_text("utf-8"))
    ]
    assert not found, why
