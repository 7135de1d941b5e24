"""How many cases were compared with IREE in this run: shown at its end, so that an absent oracle is seen."""

from __future__ import annotations

from collections import Counter

from tensorir.testing.iree import iree_available

_COUNTS: Counter[str] = Counter()
_NOT_RUN: Counter[str] = Counter()


def count(kind: str, cases: int = 1) -> None:
    """Notes that `cases` more cases of a kind were compared."""
    _COUNTS[kind] += cases


def not_run(reason: str) -> None:
    """Notes that a case could not be compared, or would have shown nothing."""
    _NOT_RUN[reason] += 1


def counted() -> list[dict[str, int]]:
    """What this process has noted, as plain data for the process that sums up."""
    return [dict(_COUNTS), dict(_NOT_RUN)]


def add(noted: list[dict[str, int]]) -> None:
    """Adds what another process has noted."""
    for counts, more in zip((_COUNTS, _NOT_RUN), noted, strict=True):
        counts.update(more)


def summary() -> str:
    """One line: all cases that ran, each kind, and what did not run."""
    ran, skipped = (", ".join(f"{n} {kind}" for kind, n in sorted(c.items())) for c in (_COUNTS, _NOT_RUN))
    line = f"iree oracle: {_COUNTS.total()} cases ran" + (f" ({ran})" if ran else "")
    line += f"; {_NOT_RUN.total()} did not ({skipped})" if skipped else ""
    return line if iree_available() else f"{line}; IREE is not installed: pip install 'tensorir[iree]'"
