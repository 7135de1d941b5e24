"""A record of what a rewrite did: counts and time per pattern, and the refusals with their reasons."""

from __future__ import annotations

from attrs import define, field

from tensorir.ir.op import Op
from tensorir.rewrite.pattern import Pattern, Refused


@define
class PatternStats:
    """How often a pattern was tried, applied, refused, and the seconds it took."""

    tried: int = 0
    applied: int = 0
    refused: int = 0
    seconds: float = 0.0


@define
class Trace:
    """Collects over any number of rewrites; one per pass. `timed` costs two clock reads per attempt.

    `limit`: how many rewrites are done at most; what comes after is left as it is. `last` is the op and the pattern of
    the last rewrite, as tensorir bisect asks for it."""

    timed: bool = False
    limit: int | None = None
    last: tuple[Op, Pattern] | None = None
    patterns: dict[str, PatternStats] = field(factory=dict[str, PatternStats])
    refusals: list[tuple[Op, Pattern, Refused]] = field(factory=list[tuple[Op, Pattern, Refused]])
    _seen: set[tuple[str, int, str]] = field(factory=set[tuple[str, int, str]])

    def stats(self, pattern: Pattern) -> PatternStats:
        """The counters of `pattern`, created on first use."""
        found = self.patterns.get(pattern.name)
        if found is None:
            found = self.patterns[pattern.name] = PatternStats()
        return found

    @property
    def applied(self) -> int:
        """The number of rewrites so far."""
        return sum(p.applied for p in self.patterns.values())

    @property
    def is_spent(self) -> bool:
        """Whether no further rewrite may be done."""
        return self.limit is not None and self.applied >= self.limit

    def refuse(self, op: Op, pattern: Pattern, refused: Refused) -> None:
        """Records a refusal once per op (identified by its first result), however often the driver revisits it."""
        self.stats(pattern).refused += 1
        key = (pattern.name, id(op.results[0]) if op.results else id(op), refused.operand)
        if key not in self._seen:
            self._seen.add(key)
            self.refusals.append((op, pattern, refused))  # keeps the op alive, so its id stays its own
