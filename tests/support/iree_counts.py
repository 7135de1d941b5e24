"""How many cases were compared with IREE in this run: shown at its end, so that an absent oracle is seen."""

from __future__ import annotations

from collections import Counter

from tensorir.testing.iree import iree_available

_COUNTS: Counter[str] = Counter()


def count(kind: str, cases: int = 1) -> None:
    """Notes that `cases` more cases of a kind were compared."""
    _COUNTS[kind] += cases


def counted(kind: str) -> int:
    """How many cases of a kind were compared so far."""
    return _COUNTS[kind]


def summary() -> str:
    """One line: all cases, then each kind."""
    parts = ", ".join(f"{n} {kind}" for kind, n in sorted(_COUNTS.items()))
    absent = "" if iree_available() else "; IREE is not installed: pip install 'tensorir[iree]'"
    return f"iree oracle: {_COUNTS.total()} cases ran" + (f" ({parts})" if parts else "") + absent
