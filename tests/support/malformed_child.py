"""Runs `tensorir opt` on many malformed texts within limits of memory and CPU time, and says how each ended.

Reads a JSON list of texts from the file in `sys.argv[1]`, writes a JSON list of [exit code, stderr] to stdout."""

from __future__ import annotations

import contextlib
import io
import json
import re
import resource
import signal
import sys
from pathlib import Path
from types import FrameType

from tensorir.tools.cli import main

MEMORY = 1 << 30
"""Address space that reading one text may add to what Python, NumPy and tensorir have mapped."""

SECONDS = 5
"""CPU time for one text: it does not depend on what else the machine does."""


def limit_memory() -> None:
    """From here on the process can map MEMORY more than it has."""
    found = re.search(r"VmSize:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None, "Linux says how much is mapped"
    mapped = int(found[1]) << 10
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))


def too_slow(signum: int, frame: FrameType | None) -> None:
    """Ends the text at hand: no handler of tensorir catches this."""
    raise SystemExit(f"over {SECONDS} s of CPU time")


def ended(path: Path) -> tuple[int | str | None, str]:
    """Exit code of `tensorir opt` and what it wrote to stderr."""
    errors = io.StringIO()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
            code: int | str | None = main(["opt", str(path)])
    except BaseException as e:
        code = repr(e)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return code, errors.getvalue()


def run(file: Path) -> None:
    """All texts of `file`, one after the other."""
    texts: list[str] = json.loads(file.read_text("utf-8"))
    path = file.with_name("malformed.mlir")
    signal.signal(signal.SIGPROF, too_slow)
    limit_memory()
    endings: list[tuple[int | str | None, str]] = []
    for text in texts:
        path.write_text(text, "utf-8")
        endings.append(ended(path))
    json.dump(endings, sys.stdout)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
