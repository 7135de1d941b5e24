"""Sessions: states from one call to the next."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

import tensorir as ti
from tensorir.dialects.tensor import Gather, InsertSlice
from tensorir.runtime.program import Program
from tensorir.runtime.session import Session, call_with_states

P = ti.symbol("P")


def counter_and_buffer() -> ti.Module:
    """Adds to a number, and puts a row at the position of the call into a buffer, of which it returns the sums."""
    m = ti.ModuleBuilder()
    count, buffer = m.state("count", np.float32(2)), m.state("buffer", np.zeros((8, 4), np.float32))
    f = m.function("main")
    x = f.arg("x", (1, 4), ti.f32)
    f.arg("past", (P,), ti.i8)
    f.update(count, f.state(count) + np.float32(1))
    f.update(buffer, f.add(InsertSlice(x.value, f.state(buffer).value, (P, 0), (1, 1))))
    f.returns(f.state(count) * np.float32(10), f.state(buffer).sum(0))
    g = m.function("peek")
    g.returns(g.state(count))
    return m.build()


def row(i: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full((1, 4), i + 1, np.float32), np.zeros(i, np.int8)


def functional(module: ti.Module, calls: int) -> list[tuple[np.ndarray, ...]]:
    """What the interpreter gives if states are handed from call to call."""
    states: tuple[np.ndarray, ...] = (np.asarray(2, np.float32), np.zeros((8, 4), np.float32))
    made: list[tuple[np.ndarray, ...]] = []
    for i in range(calls):
        *results, count, buffer = ti.interpret(module, "main", (*row(i), *states))
        states = count, buffer
        made.append(tuple(results))
    return made


@pytest.mark.parametrize("device", ["cpu", "vmvx", "reference"])
def test_a_session_gives_what_the_functions_give(device: str) -> None:
    module = counter_and_buffer()
    session = ti.compile(module, device).session()
    for i, expected in enumerate(functional(module, 8)):
        got = session(*row(i))
        assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))
    assert session(function="peek") == 10
    assert np.array_equal(session["buffer"], np.repeat(np.arange(1, 9, dtype=np.float32), 4).reshape(8, 4))


def test_states_are_updated_where_they_lie() -> None:
    program = ti.compile(counter_and_buffer())
    session = program.session()
    before = [a.ctypes.data for a in session.arrays(("count", "buffer"), (True, True))[0]]
    for i in range(3):
        session(*row(i))
        assert program.stats.written_bytes == 4 + 4 + 16 + 16  # the number, its product, a row, and the sums
    assert [a.ctypes.data for a in session.arrays(("count", "buffer"), (True, True))[0]] == before
    assert not program.remarks


def test_sessions_copies_and_resets_are_apart() -> None:
    program = ti.compile(counter_and_buffer())
    one, two = program.session(), program.session()
    one(*row(0))
    kept = one.copy()
    one(*row(1))
    assert (one["count"], kept["count"], two["count"]) == (4, 3, 2)
    assert np.array_equal(copy.copy(kept)["buffer"], copy.deepcopy(kept)["buffer"])
    one.reset()
    assert one["count"] == 2
    assert not one["buffer"].any()
    assert kept(*row(1))[0] == 40
    one["count"] = np.float32(5)
    assert one(*row(0))[0] == 60
    taken = one["count"]
    one(*row(1))
    assert taken == 6


def test_constants_are_shared() -> None:
    m = ti.ModuleBuilder()
    w, s = m.weight("w", np.ones((64, 64), np.float32)), m.state("s", np.ones((16, 64), np.float32))
    f = m.function("main")
    f.update(s, f.state(s) @ w)
    f.returns()
    program = ti.compile(m.build())
    assert program.stats.weights_bytes == 64 * 64 * 4
    session = program.session()
    assert session() == ()
    assert session() == ()
    assert session["s"][0, 0] == 64 * 64


def test_what_needs_two_arrays_is_said_and_right() -> None:
    """Two states that change places, and one whose old value is read after the new one is made."""
    m = ti.ModuleBuilder()
    a, b = m.state("a", np.ones(3, np.float32)), m.state("b", np.zeros(3, np.float32))
    s = m.state("s", np.arange(9, dtype=np.float32).reshape(3, 3))
    f = m.function("main")
    old_a, old_b, old = f.state(a), f.state(b), f.state(s)
    f.update(a, old_b)
    f.update(b, old_a)
    f.update(s, old.T)
    f.returns()
    program = ti.compile(m.build())
    said = [r.message for r in program.remarks if r.rule == "state-in-place"]
    assert any(message.startswith("@a takes two arrays") for message in said)
    assert any(message.startswith("@s takes two arrays") for message in said)
    session = program.session()
    start = np.arange(9, dtype=np.float32).reshape(3, 3)
    for i in range(4):
        session()
        assert session["a"][0] == (i % 2)
        assert session["b"][0] == 1 - (i % 2)
        assert np.array_equal(session["s"], start.T if i % 2 == 0 else start)


def test_a_chain_of_updates_is_in_place() -> None:
    m = ti.ModuleBuilder()
    s = m.state("s", np.zeros((64, 64), np.float32))
    f = m.function("main")
    x = f.arg("x", (4, 64), ti.f32)
    f.update(s, f.add(InsertSlice(x.value, f.state(s).value, (8, 0), (1, 1))))
    f.update(s, f.add(InsertSlice((x + x).value, f.state(s).value, (16, 0), (1, 1))))
    f.returns()
    program = ti.compile(m.build())
    session = program.session()
    session(np.ones((4, 64), np.float32))
    assert session["s"].sum() == 4 * 64 * 3
    assert not program.remarks
    assert program.stats.written_bytes <= 3 * 4 * 64 * 4  # the rows, and perhaps their sums


def failing() -> Program:
    """Counts, then looks up a row that may not exist."""
    m = ti.ModuleBuilder()
    count, table = m.state("count", np.zeros(3, np.float32)), m.state("table", np.ones((4, 3), np.float32))
    f = m.function("main")
    i = f.arg("i", (1,), ti.i32)
    f.update(count, f.state(count) + np.float32(1))
    f.returns(f.add(Gather(f.state(table).value, i.value)))
    return ti.compile(m.build())


def test_a_call_that_fails_before_it_runs_changes_nothing() -> None:
    program = ti.compile(counter_and_buffer())
    session = program.session()
    session(*row(0))
    for args in ((), (np.zeros((1, 5), np.float32), np.zeros(1, np.int8)), row(8)):
        with pytest.raises(ti.TensorIRError):
            session(*args)
    assert session["count"] == 3
    assert session(*row(1))[0] == 40


def test_a_call_that_fails_while_it_runs_leaves_a_session_to_reset() -> None:
    session = failing().session()
    session(np.array([3], np.int32))
    kept = session.copy()
    with pytest.raises(ti.TensorIRError, match="index 4"):
        session(np.array([4], np.int32))
    with pytest.raises(ti.TensorIRError, match=r"@main failed while it updated states: reset\(\)"):
        session(np.array([3], np.int32))
    kept(np.array([3], np.int32))
    assert kept["count"].tolist() == [2, 2, 2]
    session.reset()
    session(np.array([3], np.int32))
    assert session["count"].tolist() == [1, 1, 1]


def test_wrong_uses() -> None:
    program = ti.compile(counter_and_buffer())
    with pytest.raises(ti.TensorIRError, match=r"@main has the states @count, @buffer: call program.session\(\)"):
        program(*row(0))
    session = program.session()
    with pytest.raises(ti.TensorIRError, match="no state @nothing; known: @count, @buffer"):
        session["nothing"]
    with pytest.raises(ti.TensorIRError, match=r"@buffer is tensor<8x4xf32>, the array float32\[4\]"):
        session["buffer"] = np.zeros(4, np.float32)
    with pytest.raises(ti.TensorIRError, match="no function @other"):
        session(function="other")


def test_a_session_in_use_is_refused() -> None:
    program = ti.compile(counter_and_buffer(), "reference")
    session, inside, go = program.session(), Event(), Event()
    found: list[str] = []

    def hold(session: Session) -> None:
        with session._used():  # pyright: ignore[reportPrivateUsage]  # what a call does
            inside.set()
            go.wait(30)

    holder = Thread(target=hold, args=(session,))
    holder.start()
    inside.wait(30)
    for use in (lambda: session(*row(0)), session.reset, session.copy, lambda: session["count"]):
        with pytest.raises(ti.TensorIRError, match="in use by another call") as e:
            use()
        found.append(str(e.value))
    go.set()
    holder.join()
    assert session(*row(0))[0] == 30


def test_sessions_run_at_once() -> None:
    program = ti.compile(counter_and_buffer())
    results: dict[int, float] = {}

    def work(number: int) -> None:
        session = program.session()
        for i in range(number + 1):
            session(*row(i))
        results[number] = float(session["count"])

    threads = [Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == {n: n + 3 for n in range(6)}


def test_arguments_that_are_not_row_major() -> None:
    session = ti.compile(counter_and_buffer()).session()
    x = np.asfortranarray(np.arange(8, dtype=np.float32).reshape(2, 4))[1:]
    session(x, np.zeros(0, np.int8))
    assert session["buffer"][0].tolist() == [4, 5, 6, 7]


def test_counts_profiles_and_pickles() -> None:
    program = ti.compile(counter_and_buffer())
    assert program.counts(*row(2), function="main").steps == program.counts(sizes={"P": 2}, function="main").steps
    assert program.profile(*row(2), repeat=2, function="main").sizes == {"P": 2}
    again: Program = pickle.loads(pickle.dumps(program))
    assert again.remarks == program.remarks
    assert again.session()(*row(0))[0] == 30


def test_saved_programs_have_sessions(tmp_path: Path) -> None:
    m = ti.ModuleBuilder()
    keys, count = m.state("keys", np.ones((64, 32), np.float32)), m.state("count", np.float32(1))
    f = m.function("main")
    x, past = f.arg("x", (16, 32), ti.f32), f.arg("past", (P,), ti.i8)
    f.update(keys, f.state(keys).insert(x[:1], past.shape[0], 0))
    f.update(count, f.state(count) + np.float32(1))
    f.returns(x @ f.state(keys).T)
    program = ti.compile(m.build())
    assert program.states["keys"].layout is not None
    program.save(tmp_path / "p.tirx")
    loaded = ti.load(tmp_path / "p.tirx")
    own, other = program.session(), loaded.session()
    for i in range(5):
        x_now = np.random.default_rng(i).standard_normal((16, 32)).astype(np.float32)
        assert np.array_equal(own(x_now, np.zeros(i, np.int8)), other(x_now, np.zeros(i, np.int8)))
    for name in ("keys", "count"):
        assert np.array_equal(own[name], other[name])
    other.reset()
    assert (other["keys"] == 1).all()


def test_states_that_move_within_themselves() -> None:
    """Delay lines, in both directions, and a matrix that is transposed: none may read what it has written already."""
    m = ti.ModuleBuilder()
    start = np.arange(36, dtype=np.float32).reshape(6, 6)
    names = ("up", "down", "window", "turned")
    up, down, window, turned = (m.state(name, start) for name in names)
    f = m.function("main")
    x = f.arg("x", (1, 6), ti.f32)
    f.update(up, f.state(up).insert(f.state(up)[1:], 0, 0))
    f.update(down, f.state(down).insert(f.state(down)[:-1], 1, 0))
    f.update(window, f.state(window)[1:].concat(x))
    f.update(turned, f.state(turned).T + f.state(turned))
    f.returns()
    session = ti.compile(m.build()).session()
    want = dict.fromkeys(names, start)
    for i in range(4):
        row = np.full((1, 6), i, np.float32)
        session(row)
        want = {
            "up": np.concatenate([want["up"][1:], want["up"][-1:]]),
            "down": np.concatenate([want["down"][:1], want["down"][:-1]]),
            "window": np.concatenate([want["window"][1:], row]),
            "turned": want["turned"].T + want["turned"],
        }
        for name in names:
            assert np.array_equal(session[name], want[name]), name


def test_a_packed_program_means_the_same() -> None:
    """The interpreter takes and gives row-major states after every pass."""
    m = ti.ModuleBuilder()
    keys = m.state("keys", np.zeros((64, 32), np.float32))
    f = m.function("main")
    x = f.arg("x", (16, 32), ti.f32)
    f.update(keys, f.state(keys).insert(x[:1], 5, 0))
    f.returns(x @ f.state(keys).T)
    module = m.build()
    rng = np.random.default_rng(0)
    args = [rng.standard_normal(shape).astype(np.float32) for shape in ((16, 32), (64, 32))]
    expected = ti.interpret(module, "main", args)
    program = ti.compile(module)
    assert program.states["keys"].layout is not None
    for results in (
        ti.interpret(program.module, "main", args),
        ti.interpret(program.tiles, "main", args),
        call_with_states(program, args, "main"),
    ):
        np.testing.assert_allclose(results[0], expected[0], rtol=0, atol=1e-4)
        assert np.array_equal(results[1], expected[1])
