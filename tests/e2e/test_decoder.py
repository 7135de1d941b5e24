"""A decoder that keeps its keys and values from token to token."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tensorir as ti
from tensorir.encoding.layout import Layout
from tensorir.ir.dense import Dense
from tensorir.runtime.program import Program
from tensorir.runtime.session import Session
from tests.support.models.decoder import LONGEST, PROMPT, WORDS, decoder

Array = npt.NDArray[Any]
TOKENS = 64


@cache
def module(longest: int = LONGEST) -> ti.Module:
    return decoder(2, longest)


@cache
def compiled(longest: int = LONGEST) -> Program:
    return ti.compile(module(longest), cache=False)


@cache
def prompt() -> Array:
    return np.random.default_rng(1).integers(0, WORDS, PROMPT).astype(np.int32)


def generated(session: Session, tokens: int) -> list[Array]:
    """The logits for the token behind the prompt, and for those behind each of the likeliest ones."""
    made = [session(prompt(), function="prefill")]
    for n in range(tokens):
        word = np.array([np.argmax(made[-1])], np.int32)
        made.append(session(word, np.zeros(PROMPT + n, np.int8), function="decode"))
    return made


@cache
def expected(tokens: int, longest: int = LONGEST) -> tuple[Array, ...]:
    """What the interpreter gives, which gets the caches and returns new ones."""
    caches = [g.value.array for g in module(longest).globals if g.mutable and isinstance(g.value, Dense)]
    logits, *caches = ti.interpret(module(longest), "prefill", [prompt(), *caches])
    made = [logits]
    for n in range(tokens):
        word = np.array([np.argmax(made[-1])], np.int32)
        logits, *caches = ti.interpret(module(longest), "decode", [word, np.zeros(PROMPT + n, np.int8), *caches])
        made.append(logits)
    return tuple(made)


def test_tokens_are_those_of_the_interpreter() -> None:
    """64 tokens with packed caches in C; the caches of the interpreter are values."""
    session = compiled().session()
    got = generated(session, TOKENS)
    for a, b in zip(got, expected(TOKENS), strict=True):
        assert np.argmax(a) == np.argmax(b)
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)
    assert not compiled().stats.python


def test_caches_stay_packed_and_are_written_row_by_row() -> None:
    program = compiled()
    assert [r for r in program.remarks if r.rule == "state-in-place"] == []
    assert len(program.states) == 4
    for state in program.states.values():
        assert isinstance(state.type.encoding, Layout)
        assert {1, 2} == set(state.type.encoding.inner_dims)
    counts = program.counts(sizes={"P": 40}, function="decode")
    rows = 4 * 4 * 2 * 32  # bytes of what a token adds to the caches
    assert counts.copied_bytes == rows + 4 * 256 + 2 * 4 * (8 + 2) * 32  # and its embedding, and halves that are turned
    cache = sum(s.initial.nbytes for s in program.states.values())
    assert counts.relaid_bytes < cache / 4  # rows in tiles; no cache is laid out anew


def test_a_token_takes_as_much_however_many_there_are() -> None:
    first, *others = (compiled().counts(sizes={"P": p}, function="decode") for p in (0, 17, 40, LONGEST - 1))
    for other in others:
        for name in ("steps", "units", "read_bytes", "written_bytes", "relaid_bytes", "copied_bytes", "arena_bytes"):
            assert getattr(first, name) == getattr(other, name)


def test_sessions_go_on_from_copies() -> None:
    """A copy in the middle goes on as the original would have, and one that is dropped leaves no trace."""
    program, tokens = compiled(), 12
    want = expected(tokens)
    session = program.session()
    made = generated(session, 5)
    other = session.copy()
    del session
    for n in range(5, tokens):
        word = np.array([np.argmax(made[-1])], np.int32)
        made.append(other(word, np.zeros(PROMPT + n, np.int8), function="decode"))
    assert [int(np.argmax(a)) for a in made] == [int(np.argmax(a)) for a in want]
    other.reset()
    again = generated(other, 3)
    assert all(np.array_equal(a, b) for a, b in zip(again, made[:4], strict=True))
    keys = other["0.keys"]
    other["0.keys"] = keys
    assert np.array_equal(other["0.keys"], keys)
    assert keys.shape == (2, LONGEST, 32)
    assert not keys[:, PROMPT + 3 :].any()


def test_a_full_cache_is_refused_and_keeps_its_contents() -> None:
    session = compiled().session()
    generated(session, 2)
    before = session["1.values"]
    with pytest.raises(ti.TensorIRError):
        session(np.array([1], np.int32), np.zeros(LONGEST, np.int8), function="decode")
    assert np.array_equal(session["1.values"], before)
    session(np.array([1], np.int32), np.zeros(PROMPT + 2, np.int8), function="decode")


@pytest.mark.parametrize("data_tiling", ["off", "early"])
def test_other_pipelines(data_tiling: str) -> None:
    got = generated(ti.compile(module(), data_tiling=data_tiling, cache=False).session(), 4)
    for a, b in zip(got, expected(4), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)


def test_a_cache_that_ends_within_a_tile() -> None:
    got = generated(compiled(29).session(), 12)
    for a, b in zip(got, expected(12, 29), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)
