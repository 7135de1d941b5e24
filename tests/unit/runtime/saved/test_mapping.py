"""The constants of a loaded program are the file's memory: read-only, and one memory for all processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tensorir as ti
from tensorir.runtime.saved.container import read
from tests.support.smaps import AVAILABLE, kilobytes

WEIGHT = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)

CHILD = """
import sys, numpy as np, tensorir
program = tensorir.load(sys.argv[1])
print(float(program(np.ones((1, 1024), np.float32)).sum()), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (1, 1024), ti.f32) @ m.weight("w", WEIGHT))
    found = tmp_path_factory.mktemp("saved") / "program.tirx"
    ti.compile(m.build()).save(found)
    with found.open("rb") as file:
        os.fsync(file.fileno())  # pages that are not yet on the disk would count as dirty
    return found


@pytest.mark.skipif(not AVAILABLE, reason="only Linux says what processes share")
def test_two_processes_share_the_pages_of_the_weights(path: Path) -> None:
    program = ti.load(path)
    expected = float(program(np.ones((1, 1024), np.float32)).sum())
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert float(child.stdout.readline()) == expected
        for process in ("self", child.pid):
            used = kilobytes(process, path)
            assert used["Shared_Clean"] * 1024 >= WEIGHT.nbytes
            assert used["Private_Dirty"] == used["Shared_Dirty"] == 0
            assert used["Private_Clean"] == 0
        child.communicate("")
    assert child.returncode == 0


def test_constants_can_not_be_written(path: Path) -> None:
    sections = read(path)
    assert not sections.constants.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        sections.constants[0] = 1
    assert sections.constants.ctypes.data % 4096 == 0


def test_words_are_a_copy(path: Path) -> None:
    """The file may change behind the checks; the words that were checked must not."""
    sections = read(path)
    assert sections.words.base is None
    assert not np.may_share_memory(sections.words, sections.constants)
