"""Packed constants in the store: a second process packs none of the large ones, and all processes share them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensorir as ti
from tensorir.ir.dense import Dense
from tensorir.ir.module import Module
from tensorir.runtime.program import Program
from tensorir.transforms.constants.initializer_programs import InitializerPrograms
from tests.support.smaps import AVAILABLE, kilobytes
from tests.support.stores import environment, files, model

X = np.linspace(-1, 1, 5 * 256, dtype=np.float32).reshape(5, 256)
LARGE = 2
"""Weights of the model that are stored."""

CHILD = """
import hashlib, json, sys, numpy as np, tensorir
from tests.support.stores import model
print("ready", flush=True)
sys.stdin.readline()
program = tensorir.compile(model())
y = program(np.linspace(-1, 1, 5 * 256, dtype=np.float32).reshape(5, 256))
s = program.stats
rules = [r.message for r in program.remarks if r.rule == "store-constants"]
print(json.dumps([s.constants_packed, s.constants_mapped, rules, hashlib.sha256(y.tobytes()).hexdigest()]), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for compilations in this process."""
    for name, value in environment(tmp_path / "cache").items():
        monkeypatch.setenv(name, value)
    return tmp_path / "cache"


def counts(program: Program) -> tuple[int, int]:
    return program.stats.constants_packed, program.stats.constants_mapped


def problems(program: Program) -> list[str]:
    return [r.message for r in program.remarks if r.rule == "store-constants"]


def large(program: Program) -> list[Dense]:
    return [g.value for g in program.module.globals if isinstance(g.value, Dense) and g.value.nbytes > 1 << 16]


def test_the_second_compilation_packs_nothing_large(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ti.compile(model(), cache=False)
    first = ti.compile(model())
    packed = counts(first)[0]
    assert counts(first) == counts(expected) == (packed, 0)
    computed: list[int] = []
    compute = InitializerPrograms._computed  # pyright: ignore[reportPrivateUsage]  # what packs

    def counted(self: InitializerPrograms, program: str, body: Any, sources: Any, out: Any, limit: Any) -> Any:
        computed.append(out.nbytes)
        return compute(self, program, body, sources, out, limit)

    monkeypatch.setattr(InitializerPrograms, "_computed", counted)
    second = ti.compile(model())
    assert counts(second) == (packed - LARGE, LARGE)
    assert [size for size in computed if size >= 1 << 16] == []
    assert len(files(cache / "constants", "data")) == LARGE
    assert first(X).tobytes() == second(X).tobytes() == expected(X).tobytes()
    assert problems(first) == problems(second) == []
    for a, b, c in zip(large(first), large(second), large(expected), strict=True):
        assert a.array.tobytes() == b.array.tobytes() == c.array.tobytes()
        assert np.shares_memory(a.array, b.array)


def test_it_is_off_where_the_environment_or_the_call_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counts(ti.compile(model(), cache=False))[1] == 0
    monkeypatch.setenv("TENSORIR_CACHE", "0")
    assert counts(ti.compile(model()))[1] == 0
    assert not cache.exists()
    monkeypatch.setenv("TENSORIR_CACHE", "maybe")
    with pytest.raises(ti.TensorIRError, match="TENSORIR_CACHE: expected 0"):
        ti.compile(model())
    ti.compile(model(), cache=False)


def with_weight(w: Any, name: str = "w", rows: int = 4) -> Module:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (rows, w.shape[0]), ti.f32) @ m.weight(name, w))
    return m.build()


WEIGHT = np.random.default_rng(0).standard_normal((256, 256)).astype(np.float32)


def test_a_weight_is_known_by_its_contents_whatever_it_is_called(cache: Path) -> None:
    assert counts(ti.compile(with_weight(WEIGHT))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT, "another", 9))) == (0, 1)


def test_one_bit_of_a_weight_another_layout_or_device_is_another_constant(cache: Path) -> None:
    ti.compile(with_weight(WEIGHT))
    other = WEIGHT.copy()
    other.view(np.int32)[17, 5] ^= 1
    assert counts(ti.compile(with_weight(other))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT), "vmvx")) == (1, 0)
    transposed = ti.compile(with_weight(np.ascontiguousarray(WEIGHT.T)))
    assert counts(transposed) == (1, 0)
    x = np.eye(4, 256, dtype=np.float32)
    assert (transposed(x) == WEIGHT.T[:4]).all()


def test_other_code_is_another_constant(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorir.transforms.constants import stored_constants

    ti.compile(with_weight(WEIGHT))
    for name in ("installation", "kernel_table"):
        with monkeypatch.context() as m:
            m.setattr(stored_constants, name, lambda: bytes(16))
            assert counts(ti.compile(with_weight(WEIGHT))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT))) == (0, 1)


def test_small_constants_and_those_of_python_are_not_stored(cache: Path) -> None:
    assert counts(ti.compile(with_weight(WEIGHT[:64, :64]))) == (1, 0)
    ti.compile(with_weight(WEIGHT), "reference")
    assert not cache.exists()


def test_programs_with_mapped_constants_can_be_saved_and_pickled(cache: Path, tmp_path: Path) -> None:
    import pickle

    ti.compile(model())
    program = ti.compile(model())
    expected = program(X).tobytes()
    program.save(tmp_path / "p.tirx")
    again = pickle.loads(pickle.dumps(program))
    assert counts(again) == counts(program)
    del program
    for p in (cache / "constants").iterdir():
        p.unlink()
    assert ti.load(tmp_path / "p.tirx")(X).tobytes() == again(X).tobytes() == expected


def test_a_store_that_can_not_be_used_is_one_remark(cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    program = ti.compile(model())
    (problem,) = problems(program)
    assert f"the store of constants is not used: {cache} is open to other users" in problem
    assert program(X).tobytes() == ti.compile(model(), cache=False)(X).tobytes()


def test_a_limit_that_is_reached_is_one_remark(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSORIR_CACHE_LIMIT", "1000")
    program = ti.compile(model())
    (problem,) = problems(program)
    assert "it is full: its limit is 1000 bytes" in problem
    assert program(X).tobytes() == ti.compile(model(), cache=False)(X).tobytes()


def children(cache: Path, count: int) -> list[subprocess.Popen[str]]:
    """Processes that have imported the compiler and wait."""
    command, pipe = [sys.executable, "-c", CHILD], subprocess.PIPE
    env = environment(cache)
    started = [subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, text=True) for _ in range(count)]
    for child in started:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    return started


def compiled(started: Sequence[subprocess.Popen[str]]) -> list[Any]:
    """What they say of their compilations, which they make at the same time. They go on living."""
    for child in started:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    return [json.loads(child.stdout.readline()) for child in started if child.stdout is not None]


def ended(started: Sequence[subprocess.Popen[str]]) -> None:
    for child in started:
        child.communicate("\n")
        assert child.returncode == 0


def test_constants_that_were_damaged_are_packed_again(cache: Path) -> None:
    """Another process has made them: a file must not be cut off while this one has it mapped."""
    started = children(cache, 1)
    compiled(started)
    ended(started)
    for p in files(cache / "constants", "data"):
        os.truncate(p, 100)
    program = ti.compile(model())
    assert len(problems(program)) == LARGE
    assert program(X).tobytes() == ti.compile(model(), cache=False)(X).tobytes()
    assert counts(ti.compile(model()))[1] == LARGE


def test_a_second_process_packs_nothing_large(tmp_path: Path) -> None:
    said: list[Any] = []
    for _ in range(2):
        started = children(tmp_path / "cache", 1)
        said += compiled(started)
        ended(started)
    (packed, mapped, remarks, y), second = said
    assert (mapped, remarks) == (0, [])
    assert second == [packed - LARGE, LARGE, [], y]


@pytest.mark.skipif(not AVAILABLE, reason="only Linux says what processes share")
def test_eight_processes_at_once_share_the_pages_of_one_copy(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "constants"
    started = children(tmp_path / "cache", 8)
    said = compiled(started)
    assert len({y for _, _, _, y in said}) == 1
    assert all(remarks == [] for _, _, remarks, _ in said)
    assert [len(files(path, kind)) for kind in ("data", "entry", "part")] == [LARGE, LARGE, 0]
    for p in files(path, "data"):
        with p.open("rb") as file:
            os.fsync(file.fileno())  # pages that are not yet on the disk would count as dirty
    size = sum(p.stat().st_size for p in files(path, "data"))
    for child in started:
        used = kilobytes(child.pid, path)
        assert used["Rss"] * 1024 >= size
        assert used["Shared_Clean"] == used["Rss"]
        assert used["Pss"] * 1024 < size / 4
    ended(started)
