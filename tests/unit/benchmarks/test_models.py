"""The benchmark of whole models as a program: its inputs, who takes part, and what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import models, one_op, peers
from benchmarks.peers import Array, Peer, Shape

OURS = "tensorir cpu/late"


def run(monkeypatch: pytest.MonkeyPatch, *args: str) -> None:
    monkeypatch.setattr(sys, "argv", ["models", *args])
    models.main()


@pytest.mark.parametrize("shape", [Shape(16, 8, 1), Shape(512, 2, 1)])
def test_sentences_are_full_and_different(shape: Shape) -> None:
    ids, mask = models.sentences(shape)
    assert ids.shape == mask.shape == (shape.batch, shape.tokens)
    assert len({row.tobytes() for row in ids}) == shape.batch
    assert np.all(mask == 1) and np.all(ids != 0)


def test_all_figures_are_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    shapes = ("--tokens", "2", "3", "--batch", "1", "--threads", "1", "--load", "0", "1")
    run(monkeypatch, *shapes, "--rounds", "2", "--peers", "--json", str(file))
    found = json.loads(file.read_text("utf-8"))
    assert found["versions"]["numpy"] == np.__version__
    assert [(row["shape"]["tokens"], row["load"]) for row in found["rows"]] == [(2, 0), (2, 1), (3, 0), (3, 1)]
    for row in found["rows"]:
        assert row["contender"] == OURS
        assert len(row["wall"]) == len(row["cpu"]) == 2
        assert 0 < row["bound"]["peak"] < min(row["wall"])
        assert row["max_error"] < 1e-5 and row["cosine"] > 0.999999


def test_a_wrong_result_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = models.expected
    monkeypatch.setattr(models, "expected", lambda ids, mask: right(ids, mask) + 2e-4)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]  # lambdas have no types
    assert list(models.contest([OURS], Shape(2, 1, 1), [0], 1, tmp_path)) == [[]]
    assert f"{OURS} is left out: its result is wrong by 2.0e-04" in capsys.readouterr().out


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def never(*_: object) -> peers.Embed:
        raise AssertionError

    lacking = [Peer(name, ("numpy", name), never) for name in ("no_such_module", "no_such_package.module")]
    monkeypatch.setattr(peers, "PEERS", {p.name: p for p in (*lacking, Peer("there", ("numpy.linalg",), never))})
    assert models.installed(list(peers.PEERS)) == ["there"]
    said = capsys.readouterr().out.splitlines()
    assert [line.split(";")[0] for line in said] == [
        f"{p.name} is left out: {p.name} is not installed" for p in lacking
    ]


def test_one_op_programs_are_timed_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_op, "CALLS", 2)
    rows = one_op.one_op([OURS, "torch"], 2)  # torch has no chains
    assert [(r.contender, r.op, r.ops) for r in rows] == [(OURS, op, n) for op in ("add", "matmul") for n in (1, 65)]
    assert all(len(r.ns) == 2 and min(r.ns) > 0 for r in rows)


def test_a_wrong_chain_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def same(x: Array) -> Array:
        return x

    monkeypatch.setattr(one_op, "contender", lambda name: Peer(name, (), lambda *_: same, lambda *_: same))  # pyright: ignore  # lambdas have no types
    with pytest.raises(AssertionError, match="wrong: 1 times add"):
        one_op.one_op(["wrong"], 1)
