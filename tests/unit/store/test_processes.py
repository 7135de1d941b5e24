"""Many processes at once, some of them killed: the store stays sound, and all share one file."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tensorir.store.entry import entry_name
from tensorir.store.store import ConstantStore, Item
from tests.support.children import in_a_child
from tests.support.stores import contents, files, found, item, kept

KEEP = """
import sys, numpy as np
from pathlib import Path
from tensorir.store.store import ConstantStore
from tests.support.stores import contents, item
print("ready", flush=True)
sys.stdin.readline()
held = []
with ConstantStore(Path(sys.argv[1]), 1 << 30) as store:
    for number in range(10):
        key = bytes([number]) * 16
        data = store.find(key, 70_000)
        if data is None:
            (data,) = store.keep([item(key, number)]) or [None]
        assert data is not None and data.tobytes() == contents(number).tobytes(), store.problems
        held.append(data)
    assert not store.problems, store.problems
with open("/proc/self/maps") as maps:
    print(len({line.split()[5] for line in maps if "/data-" in line and "deleted" not in line}))
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_at_once_leave_a_sound_store_and_map_the_same_files(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "constants"
    children = [start(KEEP, path) for _ in range(8)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        out, err = child.communicate()
        assert (child.returncode, out.strip(), err) == (0, "10", ""), "each maps ten files that are still there"
    assert [len(files(path, kind)) for kind in ("data", "entry", "part")] == [10, 20, 0]
    for number in range(10):
        assert found(path, bytes([number]) * 16) == (contents(number).tobytes(), [])


def test_who_finds_a_half_of_what_another_one_is_storing_does_not_store_the_rest_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cache" / "constants"
    items = [item(bytes([n]) * 16, n) for n in range(3)]
    half, waiting, on = Event(), Event(), Event()
    rename, flock = os.rename, fcntl.flock

    def slow(old: str, new: str, **folders: int) -> None:
        if new == entry_name(items[1].key) and not half.is_set():
            half.set()
            assert on.wait(60)
        rename(old, new, **folders)

    def noticed(descriptor: int, how: int) -> None:
        try:
            flock(descriptor, how)
        except BlockingIOError:
            waiting.set()
            raise

    def keep(what: Sequence[Item]) -> list[bytes]:
        with ConstantStore(path, 1 << 30) as store:
            kept = store.keep(what)
            assert store.problems == []
            assert kept is not None
            return [k.tobytes() for k in kept]

    monkeypatch.setattr(os, "rename", slow)
    monkeypatch.setattr(fcntl, "flock", noticed)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keep, items)
        assert half.wait(60)
        assert [found(path, i.key)[0] is None for i in items] == [False, True, True]
        second = pool.submit(keep, items[1:])
        assert waiting.wait(60)
        on.set()
        assert first.result() + second.result() == [i.data.tobytes() for i in (*items, *items[1:])]
    assert [len(files(path, kind)) for kind in ("data", "entry", "part")] == [1, 6, 0]


CALLS = ("open", "writev", "fchmod", "fsync", "rename", "unlink", "close", "mkdir")


def keep_and_die(path: Path, step: int) -> None:
    """Keeps something, and kills this process before its call number `step` of the system."""
    calls = count(1)

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)

        return called

    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))
    assert kept(path) == []


def test_a_process_that_is_killed_anywhere_leaves_a_sound_store(tmp_path: Path) -> None:
    step, ended = 0, "SIGKILL"
    while ended:
        step += 1
        path = tmp_path / str(step) / "constants"
        ended = in_a_child(partial(keep_and_die, path, step))
        assert ended in ("SIGKILL", "")
        data, problems = found(path)
        assert data in (None, contents().tobytes())
        assert problems == []
        assert kept(path) == []
        assert found(path) == (contents().tobytes(), [])
    assert step > 15, "there were so many places to be killed at"
