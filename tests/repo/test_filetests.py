"""Filetests show what passes do: each pass in a folder of its own, each pattern of a pass in a file there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tensorir.dialects.registry import OPS
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.passes.spec import parse_spec
from tensorir.pipelines import PASSES, PIPELINES
from tensorir.rewrite.pattern import Pattern
from tensorir.rewrite.trace import PatternStats
from tensorir.text import parse
from tensorir.transforms.simplify import canonicalize

FOLDER = Path(__file__).parents[1] / "filetests"
FILES = sorted(FOLDER.rglob("*.tir"))
RULES = {
    "canonicalize": [p for p in vars(canonicalize).values() if isinstance(p, Pattern)],
}
"""The passes that are made of patterns."""


def specs(file: Path) -> list[str]:
    """What each RUN line of a file passes to -p."""
    found: list[str] = []
    for line in re.findall(r"^// RUN:(.*)$", file.read_text("utf-8"), re.MULTILINE):
        words = shlex.split(line.partition("| filecheck")[0])
        found += [words[words.index("-p") + 1]] if "-p" in words else []
    return found


@pytest.mark.parametrize("name", PASSES)
def test_a_folder_shows_each_pass(name: str) -> None:
    files = sorted((FOLDER / name).glob("*.tir"))
    assert len(files) >= 2, f"show what {name} does and what it refuses in tests/filetests/{name}/"
    for file in files:
        runs = [*specs(file), *(p.name for s in specs(file) if s in PIPELINES for p in PIPELINES[s])]
        assert any(re.search(rf"\b{name}\b", s) for s in runs), f"{file} does not run {name}"


@pytest.mark.parametrize(
    "file", [f for f in FILES if f.parent.name != "text"], ids=lambda f: f"{f.parent.name}/{f.name}"
)
def test_a_file_begins_by_saying_what_it_shows(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    assert first.startswith("// ")
    assert not first.startswith("// RUN")
    assert len(first.split()) > 5


def stats(name: str) -> Iterator[tuple[str, PatternStats]]:
    """What each pattern of a pass did in each file of its folder."""
    for file in sorted((FOLDER / name).glob("*.tir")):
        for spec in specs(file):
            ctx = PassContext()
            run_passes(parse(file.read_text("utf-8"), OPS), parse_spec(spec, PASSES, PIPELINES), ctx)
            yield from ctx.trace(name).patterns.items()


@cache
def applied(name: str) -> frozenset[str]:
    return frozenset(pattern for pattern, counts in stats(name) if counts.applied)


@pytest.mark.parametrize(
    ("name", "rule"), [(n, r) for n, rules in RULES.items() for r in rules], ids=lambda p: getattr(p, "name", p)
)
def test_a_file_shows_each_pattern(name: str, rule: Pattern) -> None:
    assert rule.name in applied(name), f"{rule.law}: no file in tests/filetests/{name}/ shows it"
