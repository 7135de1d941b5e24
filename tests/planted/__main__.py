"""Plants each error in a copy of this checkout and says which test finds it: `python -m tests.planted [WORD]`.

With a WORD only the errors are planted whose names contain it. The exit status is 1 if an error is not found, or if a
source no longer has the line that an error changes.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.planted.errors import ERRORS, RUNTIME, Planted
from tests.planted.layout_errors import LAYOUT_ERRORS

ROOT = Path(__file__).parents[2]
KERNELS = [f"tests/kernels/test_{n}.py" for n in ("plan", "plan_arena", "plan_threads", "plan_access", "checksum")]
RUNTIME_TESTS = [
    "tests/unit/runtime",
    "tests/property/test_tiles.py",
    "tests/property/test_in_place.py",
    "tests/e2e/test_concurrent_calls.py",
]
LAYOUT_TESTS = [
    "tests/unit/encoding/digits",
    "tests/unit/dialects/test_relayout.py",
    "tests/unit/transforms/datatiling/test_packed.py",
    "tests/filetests/lower-to-tiles/relayouts.tir",
    "tests/property/test_relayouts.py",
    "tests/property/test_digits.py",
    "tests/property/test_relaid_products.py",
]
"""The tests that should find an error, the fastest first."""


def main(words: Sequence[str]) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the background of a shell ignores it, and tests send it
    chosen = [e for e in (*ERRORS, *LAYOUT_ERRORS) if all(word in e.name for word in words)]
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        build(copy)
        if (failed := tested(copy, [*KERNELS, *RUNTIME_TESTS, *LAYOUT_TESTS])) is not None:
            print(f"without an error: {failed}")
            return 1
        missed = [e.name for e in chosen if not found(e, copy)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} errors are found")
    return bool(missed)


def found(error: Planted, copy: Path) -> bool:
    """Whether a test fails while the error is there; prints which one."""
    path = copy / error.file
    right = path.read_text()
    if right.count(error.text) != 1:
        print(f"{error.name}: {error.file} has its line {right.count(error.text)} times", flush=True)
        return False
    path.write_text(right.replace(error.text, error.wrong))
    if in_c := path.suffix == ".c":
        build(copy)
    of_python = RUNTIME_TESTS if error.file.startswith(RUNTIME) else LAYOUT_TESTS
    by = tested(copy, [*KERNELS, *RUNTIME_TESTS] if in_c else of_python)
    path.write_text(right)
    if in_c:
        build(copy)
    print(f"{error.name}: {by or 'NOT FOUND'}", flush=True)
    return by is not None


def build(copy: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    subprocess.run(command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, check=True)


def tested(copy: Path, tests: Sequence[str]) -> str | None:
    """Returns the first test that fails, or None. What hangs or dies fails."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "quick"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
    except subprocess.TimeoutExpired:
        return "no end within 900 s"
    if done.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else f"the tests end with status {done.returncode}"


sys.exit(main(sys.argv[1:]))
