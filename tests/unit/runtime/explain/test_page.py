"""The page that explains a program: complete, escaped, and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorir import load
from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.dtype import f32
from tensorir.runtime.explain.passes import PassTexts
from tensorir.runtime.program import Program
from tests.support.models.bert import bert

VOID = {"meta", "input"}
EVIL = "</script><img src=x onerror=alert(1)>"


@cache
def explained() -> tuple[Program, PassTexts, str]:
    module = bert(1, 64)
    passes = PassTexts()
    passes.begin(module)
    program = compile(module, snapshot=passes.after)
    return program, passes, program.explain().html(passes, "bert")


class Balanced(HTMLParser):
    """Fails for tags that are not closed in order, and collects all tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    parser.close()
    assert not parser.open
    return parser


def passes_in(page: str) -> Any:
    data = re.search(r'<script type="application/json" id="passes">(.*?)</script>', page)
    assert data is not None
    return json.loads(data.group(1))


def test_every_value_and_command_is_on_it() -> None:
    program, _, page = explained()
    explanation = program.explain()
    assert page.count('<details class="row">') == len(explanation.source)
    commands = sum(len(f.counts.commands) for f in explanation.functions if f.counts is not None)
    assert page.count('<div class="bar"') == commands
    assert page.count("next best: ") > 20
    assert "linalg.contract" in page and "tir_mmt4d" in page


def test_the_tags_are_balanced_and_nothing_is_loaded() -> None:
    page = explained()[2]
    found = tags(page)
    assert {name for name, _ in found.attributes}.isdisjoint({"src", "onload", "onclick"})
    assert all(value and value.startswith("#") for name, value in found.attributes if name == "href")
    assert "http://" not in page and "https://" not in page and "@import" not in page and "url(" not in page
    assert any(name == "content" and value and "default-src 'none'" in value for name, value in found.attributes)


def test_the_texts_of_the_passes_are_found_again() -> None:
    _, passes, page = explained()
    found = passes_in(page)
    names = [name for name, _ in passes.texts]
    assert names[0] == "the given program" and "specialize-encodings" in names and names[-1] == "lower-to-tiles"
    before: list[str] = []
    for (_, numbers), (_, runs) in zip(passes.texts, found["texts"], strict=True):
        of = {mark: [found["lines"][n] for tag, part in runs if tag in (mark, "=") for n in part] for mark in "-+"}
        assert of["+"] == [passes.lines[n] for n in numbers]
        assert not before or of["-"] == before
        before = of["+"]


def test_weights_are_not_printed() -> None:
    module = bert(1, 64)
    weights = sum(g.value.nbytes for g in module.globals if isinstance(g.value, Dense))
    assert len(explained()[2]) < weights / 10


def test_names_of_the_program_are_escaped() -> None:
    m = ModuleBuilder()
    w = m.weight(EVIL, np.ones((4, 4), np.float32))
    f = m.function("main")
    f.returns(f.arg("x", (4, 4), f32) @ w)
    module = m.build()
    passes = PassTexts()
    passes.begin(module)
    page = compile(module, snapshot=passes.after).explain().html(passes, EVIL)
    assert "<img" not in page
    assert tags(page).tags.count("script") == 2
    assert any(EVIL in str(line) for line in passes_in(page)["lines"])


@pytest.mark.parametrize("device", ["reference", "vmvx"])
def test_other_devices(device: str) -> None:
    tags(compile(bert(1, 16), device).explain().html())


def test_a_program_from_a_file(tmp_path: Path) -> None:
    program = explained()[0]
    program.save(tmp_path / "p.tirx")
    page = load(tmp_path / "p.tirx").explain().html()
    assert "neither decisions nor remarks" in page and '<div class="bar"' in page
    tags(page)


def test_a_pass_that_changes_nothing_has_no_text() -> None:
    names = [name for name, _ in explained()[1].texts]
    assert "drop-transfers" not in names
