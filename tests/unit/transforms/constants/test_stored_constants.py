"""Packed constants in the store: a second process packs none, and all processes share them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Transpose
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.module import Global, Module
from tensorir.ir.types import TensorType
from tensorir.passes.pass_ import PassContext
from tensorir.runtime.program import Program
from tensorir.store.store import ConstantStore
from tensorir.transforms.constants import stored_constants
from tensorir.transforms.constants.evaluate_initializers import EvaluateInitializers
from tensorir.transforms.constants.initializer_programs import Initializer, InitializerPrograms
from tests.support.smaps import AVAILABLE, kilobytes
from tests.support.stores import environment, files, model

X = np.linspace(-1, 1, 5 * 256, dtype=np.float32).reshape(5, 256)

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


def constants(program: Program) -> list[Dense]:
    return [g.value for g in program.module.globals if isinstance(g.value, Dense)]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of the constants that are computed from now on."""
    sizes: list[int] = []
    run = InitializerPrograms.run

    def counted(self: InitializerPrograms, initializer: Initializer, load: Any, memory_limit: int | None) -> Any:
        sizes.append(initializer.size)
        return run(self, initializer, load, memory_limit)

    monkeypatch.setattr(InitializerPrograms, "run", counted)
    return sizes


def test_the_second_compilation_packs_nothing(cache: Path, computed: list[int]) -> None:
    expected = ti.compile(model(), cache=False)
    first = ti.compile(model())
    assert counts(first) == counts(expected) == (4, 0)
    assert len(computed) == 2 * 4
    second = ti.compile(model())
    assert counts(second) == (0, 4)
    assert len(computed) == 2 * 4
    assert [len(files(cache / "constants", kind)) for kind in ("data", "entry", "part")] == [1, 6, 0]
    assert first(X).tobytes() == second(X).tobytes() == expected(X).tobytes()
    assert problems(first) == problems(second) == []
    for a, b, c in zip(*map(constants, (first, second, expected)), strict=True):
        assert a.array.tobytes() == b.array.tobytes() == c.array.tobytes()
        assert np.shares_memory(a.array, b.array)
        assert a.array.ctypes.data % 64 == 0


def test_small_constants_are_one_content_that_is_another_one_if_any_of_them_is(cache: Path) -> None:
    ti.compile(model())
    other = model()
    globals = [
        evolve(g, value=Dense(g.value.array + np.float32(1))) if g.name == "b2" and isinstance(g.value, Dense) else g
        for g in other.globals
    ]
    program = ti.compile(other.replace(globals=globals))
    assert counts(program) == (2, 2), "only the large ones are found"
    assert program(X).tobytes() == ti.compile(other.replace(globals=globals), cache=False)(X).tobytes()
    assert counts(ti.compile(model())) == (0, 4)


def shared() -> Module:
    """Two functions, for which a weight may be packed otherwise, of two equal weights and another one."""
    m = ti.ModuleBuilder()
    w = np.random.default_rng(3).standard_normal((256, 256)).astype(np.float32)
    first, tied, other = (m.weight(n, d) for n, d in (("w", w), ("tied", w.copy()), ("other", 2 * w)))
    for name, rows in (("prefill", 64), ("decode", 5)):
        f = m.function(name)
        f.returns(((f.arg("x", (rows, 256), ti.f32) @ first).exp() @ tied).exp() @ other)
    return m.build()


def test_there_is_one_copy_for_each_content_and_layout_with_the_store_as_without(cache: Path) -> None:
    """Law L3, in memory and on the disk."""
    programs = [ti.compile(shared(), cache=False), ti.compile(shared()), ti.compile(shared())]
    expected = {(str(g.type), g.value) for g in programs[0].module.globals}
    assert len(expected) == len(programs[0].module.globals)
    for program in programs:
        held = [(str(g.type), g.value) for g in program.module.globals]
        assert set(held) == expected
        assert len(held) == len(expected)
        assert program.stats.weights_bytes == programs[0].stats.weights_bytes
    assert counts(programs[2])[0] == 0
    on_disk = {d.array.tobytes() for d in constants(programs[1])}
    assert sum(p.stat().st_size for p in files(cache / "constants", "data")) <= sum(map(len, on_disk)) + 4096


@pytest.mark.parametrize("left", [(0,), (3,), (0, 2), (1, 3), (0, 1, 2, 3)])
def test_what_kernels_can_not_compute_is_not_stored(
    cache: Path, monkeypatch: pytest.MonkeyPatch, left: tuple[int, ...]
) -> None:
    """What Python computes may have other bits with another NumPy."""
    expected = ti.compile(model(), cache=False)
    run, calls = InitializerPrograms.run, count()

    def some(self: InitializerPrograms, initializer: Initializer, load: Any, memory_limit: int | None) -> Any:
        return None if next(calls) in left else run(self, initializer, load, memory_limit)

    with monkeypatch.context() as m:
        m.setattr(InitializerPrograms, "run", some)
        assert counts(ti.compile(model())) == (4, 0)
    program = ti.compile(model())
    assert counts(program) == (len(left), 4 - len(left))
    assert program(X).tobytes() == expected(X).tobytes()


def test_constants_are_written_before_there_are_too_many(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_constants, "AT_ONCE", 1)
    program = ti.compile(model())
    assert len(files(cache / "constants", "data")) == 3, "two large ones, and the small ones"
    assert program(X).tobytes() == ti.compile(model(), cache=False)(X).tobytes()
    monkeypatch.undo()
    for name, value in environment(cache).items():
        monkeypatch.setenv(name, value)
    assert counts(ti.compile(model())) == (0, 4)


LARGE = TensorType((128, 256), ti.f32)


def turned(name: str, source: str, type: TensorType) -> Global:
    """A global that is the transpose of another one of such a type."""
    b = RegionBuilder()
    value = b.add(Transpose(b.add(GlobalLoad(source, type)).result, (1, 0))).result
    return Global(name, TensorType(type.shape[::-1], type.dtype), b.finish([value]))


def evaluated(module: Module) -> tuple[list[Dense], Counter[str]]:
    with ConstantStore() as store:
        ctx = PassContext(store=store)
        after = EvaluateInitializers().run(module, ctx)
    return [g.value for g in after.globals if isinstance(g.value, Dense)], ctx.constants


def test_what_is_computed_from_computed_constants_is_found_by_what_those_are_computed_from(
    cache: Path, computed: list[int]
) -> None:
    def chain(data: Any) -> Module:
        return Module(
            globals=[turned("c", "b", LARGE.with_shape((256, 128))), turned("b", "a", LARGE), Global("a", LARGE, data)]
        )

    data, other = (Dense(np.random.default_rng(n).standard_normal((128, 256)).astype(np.float32)) for n in (0, 1))
    first, constants = evaluated(chain(data))
    assert constants == {"packed": 2, "mapped": 0}
    again, constants = evaluated(chain(data))
    assert constants == {"packed": 0, "mapped": 2}
    assert first == again == [data, Dense(data.array.T), data]
    assert evaluated(chain(other))[0] == [other, Dense(other.array.T), other]
    assert len(computed) == 4


def test_a_constant_that_depends_on_itself_is_an_error_also_with_a_store(cache: Path) -> None:
    square = TensorType((256, 256), ti.f32)
    with pytest.raises(ti.TensorIRError, match="the initializer of @a depends on itself: a → b → a"):
        evaluated(Module(globals=[turned("a", "b", square), turned("b", "a", square)]))


def test_it_is_off_where_the_environment_or_the_call_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counts(ti.compile(model(), cache=False))[1] == 0
    monkeypatch.setenv("TENSORIR_CACHE", "0")
    assert counts(ti.compile(model()))[1] == 0
    assert not cache.exists()
    monkeypatch.setenv("TENSORIR_CACHE", "maybe")
    with pytest.raises(ti.TensorIRError, match="TENSORIR_CACHE: expected 0"):
        ti.compile(model())
    ti.compile(model(), cache=False)


def with_weight(w: Any, name: str = "w", rows: int = 40) -> Module:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (rows, w.shape[0]), ti.f32) @ m.weight(name, w))
    return m.build()


WEIGHT = np.random.default_rng(0).standard_normal((256, 256)).astype(np.float32)


def test_a_weight_is_known_by_its_contents_whatever_it_is_called(cache: Path) -> None:
    assert counts(ti.compile(with_weight(WEIGHT))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT, "another", 72))) == (0, 1)


def test_one_bit_of_a_weight_another_layout_or_device_is_another_constant(cache: Path) -> None:
    ti.compile(with_weight(WEIGHT))
    other = WEIGHT.copy()
    other.view(np.int32)[17, 5] ^= 1
    assert counts(ti.compile(with_weight(other))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT), "vmvx")) == (1, 0)
    transposed = ti.compile(with_weight(np.ascontiguousarray(WEIGHT.T)))
    assert counts(transposed) == (1, 0)
    x = np.eye(40, 256, dtype=np.float32)
    assert (transposed(x) == WEIGHT.T[:40]).all()


def test_other_code_is_another_constant(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ti.compile(with_weight(WEIGHT))
    for name in ("installation", "kernel_table"):
        with monkeypatch.context() as m:
            m.setattr(stored_constants, name, lambda: bytes(16))
            assert counts(ti.compile(with_weight(WEIGHT))) == (1, 0)
    assert counts(ti.compile(with_weight(WEIGHT))) == (0, 1)


def test_constants_that_are_small_together_and_those_of_python_are_not_stored(cache: Path) -> None:
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
    assert ["it is made again" in problem for problem in problems(program)] == [True]
    assert program(X).tobytes() == ti.compile(model(), cache=False)(X).tobytes()
    assert counts(ti.compile(model())) == (0, 4)


def test_a_second_process_packs_nothing(tmp_path: Path) -> None:
    said: list[Any] = []
    for _ in range(2):
        started = children(tmp_path / "cache", 1)
        said += compiled(started)
        ended(started)
    (packed, mapped, remarks, y), second = said
    assert (packed, mapped, remarks) == (4, 0, [])
    assert second == [0, 4, [], y]


@pytest.mark.skipif(not AVAILABLE, reason="only Linux says what processes share")
def test_eight_processes_at_once_share_the_pages_of_one_copy(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "constants"
    started = children(tmp_path / "cache", 8)
    said = compiled(started)
    assert len({y for _, _, _, y in said}) == 1
    assert all(remarks == [] for _, _, remarks, _ in said)
    assert [len(files(path, kind)) for kind in ("data", "entry", "part")] == [1, 6, 0]
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
