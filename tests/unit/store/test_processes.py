"""Many processes at once, some of them killed: the store stays sound, and all share one file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.children import in_a_child
from tests.support.stores import contents, files, found, kept

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
