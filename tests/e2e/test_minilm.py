"""all-MiniLM-L6-v2 with its real weights, through the late pipeline and without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.demo.sentences import QUERY, SENTENCES
from tensorir.demo.tokenizer import encode
from tensorir.demo.weights import load_weights
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.linalg import Contract
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Executable, Module
from tensorir.runtime.program import Program
from tensorir.runtime.saved.load import load
from tests.support.stores import environment

Array = npt.NDArray[Any]

LENGTHS = (1, 7, 16, 128)


@cache
def weights() -> Mapping[str, Array]:
    return load_weights()


@cache
def model(sequence: Dim | None = None, batch: Dim | None = None) -> Module:
    return build_minilm(weights(), sequence=sequence, batch=batch)


@cache
def program(device: str, tiling: str, sequence: Dim | None = None, batch: Dim | None = None) -> Program:
    return compile(model(sequence, batch), (device,), tiling, verify_each=True)


def tokens(length: int) -> tuple[Array, Array]:
    ids, mask = encode(" ".join(SENTENCES))
    assert len(ids) >= length
    return ids[:length], mask[:length]


@cache
def exact(length: int) -> Array:
    return interpret(model(), "embed", tokens(length), widen=True)[0]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("static", [False, True], ids=["any length", "fixed length"])
def test_the_embedding_is_that_of_a_float64_run(length: int, tiling: str, static: bool) -> None:
    got = program("cpu", tiling, length if static else None)(*tokens(length))
    assert np.max(np.abs(got - exact(length))) <= 1e-5


def test_portable_kernels_give_the_embedding_and_late_has_the_bits_of_off() -> None:
    given = tokens(LENGTHS[0])
    late, off = (program("vmvx", tiling)(*given) for tiling in ("late", "off"))
    assert np.max(np.abs(late - exact(LENGTHS[0]))) <= 1e-5
    assert late.tobytes() == off.tobytes()


@pytest.mark.parametrize("sequence", [None, 16], ids=["any length", "fixed length"])
def test_a_saved_model_gives_the_same_bits(sequence: Dim | None, tmp_path: Path) -> None:
    compiled = program("cpu", "late", sequence)
    compiled.save(tmp_path / "minilm.tirx")
    loaded = load(tmp_path / "minilm.tirx")
    for length in LENGTHS if sequence is None else (16,):
        assert loaded(*tokens(length)).tobytes() == compiled(*tokens(length)).tobytes()
    assert loaded.stats.kernels == compiled.stats.kernels


def test_the_float64_run_is_that_of_the_plain_formulas() -> None:
    """The interpreter against NumPy written out, so that an error in both builder and interpreter would show."""
    ids, mask = tokens(16)
    np.testing.assert_allclose(exact(16), by_hand(weights(), ids, mask), atol=1e-12)


def by_hand(w: Mapping[str, Array], ids: Array, mask: Array) -> Array:
    from math import erf

    w = {k: v.astype(np.float64) for k, v in w.items()}

    def norm(x: Array, name: str) -> Array:
        centered = x - x.mean(-1, keepdims=True)
        scaled = centered / np.sqrt((centered**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * w[name + ".weight"] + w[name + ".bias"]

    def linear(x: Array, name: str) -> Array:
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    e = "embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][: len(ids)]
    x = norm(x + w[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
    for layer in range(6):
        p = f"encoder.layer.{layer}."
        q, k, v = (
            linear(x, f"{p}attention.self.{n}").reshape(-1, 12, 32).swapaxes(0, 1) for n in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / np.sqrt(32) + np.where(mask > 0, 0.0, -np.inf)
        p_ = np.exp(scores - scores.max(-1, keepdims=True))
        context = (p_ / p_.sum(-1, keepdims=True)) @ v
        x = norm(
            linear(context.swapaxes(0, 1).reshape(-1, 384), p + "attention.output.dense") + x,
            p + "attention.output.LayerNorm",
        )
        h = linear(x, p + "intermediate.dense")
        h = h * 0.5 * (1 + np.vectorize(erf)(h / np.sqrt(2)))
        x = norm(linear(h, p + "output.dense") + x, p + "output.LayerNorm")
    mean = (x * mask[:, None]).sum(0) / mask.sum()
    return mean / np.linalg.norm(mean)


def test_masked_tokens_do_not_change_the_embedding() -> None:
    plain = program("cpu", "late")(*encode(QUERY))
    padded = program("cpu", "late")(*encode(QUERY, pad_to=40))
    np.testing.assert_allclose(padded, plain, atol=2e-6)


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("sizes", [(3, 20), (symbol("B"), None)], ids=["fixed sizes", "any sizes"])
def test_a_batch_is_its_sentences(tiling: str, sizes: tuple[Dim, Dim | None]) -> None:
    """Sentences of different lengths, so that a mask of another sentence or a mean over another one would show."""
    sentences = SENTENCES[0], SENTENCES[3], QUERY
    alone = [encode(s) for s in sentences]
    assert len({len(ids) for ids, _ in alone}) == 3
    ids, mask = (np.stack(parts) for parts in zip(*(encode(s, pad_to=20) for s in sentences), strict=True))
    got = program("cpu", tiling, sizes[1], sizes[0])(ids, mask)
    wanted = [interpret(model(), "embed", args, widen=True)[0] for args in alone]
    assert got.shape == (3, 384)
    np.testing.assert_allclose(got, wanted, atol=1e-5)


@pytest.mark.parametrize("sizes", [(8, 16), (symbol("B"), None)], ids=["fixed sizes", "any sizes"])
def test_a_batch_of_eight_has_the_bits_of_eight_batches_of_one(sizes: tuple[Dim, Dim | None]) -> None:
    alone = [encode(s, pad_to=16) for s in (*SENTENCES, *SENTENCES)[:8]]
    ids, mask = (np.stack(parts) for parts in zip(*alone, strict=True))
    of_one = program("cpu", "late", sizes[1], 1 if isinstance(sizes[0], int) else sizes[0])
    batch = program("cpu", "late", sizes[1], sizes[0])
    wanted = [of_one(ids[i : i + 1], mask[i : i + 1]).tobytes() for i in range(8)]
    for threads in (1, 2):
        assert [row.tobytes() for row in batch(ids, mask, num_threads=threads)] == wanted


def test_every_contraction_of_a_batch_runs_in_a_kernel() -> None:
    late = program("cpu", "late", None, symbol("B"))
    ids, mask = tokens(16)
    late(np.stack([ids, ids]), np.stack([mask, mask]))
    assert sum(n for name, n in late.stats.kernels.items() if name.startswith("tir_mmt4d_")) == 36 + 12


def test_every_contraction_runs_in_a_kernel_and_no_constant_is_packed() -> None:
    late, off = program("cpu", "late", 128), program("cpu", "off", 128)
    late(*tokens(128))
    assert sum(isinstance(o, Contract) for o in model(128).functions[0].body.ops) == 36 + 12
    kernels = late.stats.kernels
    assert sum(n for name, n in kernels.items() if name.startswith("tir_mmt4d_")) == 36 + 12
    assert late.stats.dispatches <= off.stats.dispatches
    assert late.stats.init_dispatches == 0
    assert all(isinstance(g.value, Dense) for g in late.module.globals)
    # Packs in a call read what the call computed: embeddings, mask, keys and values of six layers.
    assert sum(n for name, n in kernels.items() if name.startswith("tir_pack_")) <= 2 + 6 * 2
    assert not packed_constants(late.module)


def packed_constants(module: Module) -> list[str]:
    """Globals that some launch packs."""
    found: list[str] = []
    body = module.functions[0].body
    for op in body.ops:
        if not isinstance(op, Launch):
            continue
        inner = module.lookup(Executable, op.executable).body
        packed = {v for o in inner.ops if o.NAME == "linalg.pack" for v in o.operands}
        for value, arg in zip(op.inputs, inner.args, strict=True):
            load = body.definitions.get(value)
            if isinstance(load, GlobalLoad) and arg in packed:
                found.append(load.symbol)
    return found


def test_weights_are_kept_once() -> None:
    late, off = program("cpu", "late", 128), program("cpu", "off", 128)
    assert late.stats.weights_bytes == off.stats.weights_bytes
    loads = [o.symbol for o in late.module.functions[0].body.ops if isinstance(o, GlobalLoad)]
    assert len(loads) == len(set(loads))


def test_on_the_reference_device_late_is_off() -> None:
    assert isomorphic(program("reference", "late").module, program("reference", "off").module)


def test_the_ranking_makes_sense() -> None:
    embed = program("cpu", "late")
    query = embed(*encode(QUERY))
    scores = {s: float(embed(*encode(s)) @ query) for s in SENTENCES}
    best = sorted(scores, key=scores.__getitem__, reverse=True)[:4]
    assert set(best) == set(SENTENCES[:4])  # the four about dough and yeast


STORED = """
import json, numpy as np, tensorir
from tensorir.demo.minilm import build_minilm
from tensorir.demo.weights import load_weights
program = tensorir.compile(build_minilm(load_weights()))
rules = [r.message for r in program.remarks if r.rule == "store-constants"]
y = program(np.arange(1000, 1016), np.ones(16, np.float32))
print(json.dumps([program.stats.constants_packed, program.stats.constants_mapped, rules, y.tobytes().hex()]))
"""


def test_a_second_process_packs_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STORED]
    first, second = (json.loads(subprocess.check_output(command, env=environment(tmp_path))) for _ in range(2))
    packed, _, _, y = first
    assert packed >= 6 * 6, "the matrices of six layers"
    assert first == [packed, 0, [], y]
    assert second == [0, packed, [], y]
