"""The answer to why a program does what it does in a call: what was decided, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from tensorir.analysis.layout_decision import Decision
from tensorir.ir.diagnostic import Remarks, UnsupportedError
from tensorir.runtime.counts import Counts
from tensorir.runtime.explain.passes import PassTexts
from tensorir.runtime.explain.source import SourceValue
from tensorir.runtime.plan import Plan

if TYPE_CHECKING:
    from tensorir.runtime.explain.values import Answers  # which asks for this

FROM_A_FILE = "a program from a file holds its plan as words, but neither decisions nor remarks"
"""Why there is nothing more to say about a saved program."""


@frozen(eq=False)
class FunctionExplanation:
    """What a call of a function does with these `sizes` of its symbols. `counts` is None where `why_not` says why there
    are none. `plan` is None for a program from a file, and where Python runs the ops."""

    name: str
    sizes: Mapping[str, int]
    counts: Counts | None
    plan: Plan | None
    why_not: str = ""


@frozen(eq=False)
class Explanation:
    """`decision` is None for a program from a file, which holds no decisions; it then has no remarks and no values
    either."""

    device: str
    decision: Decision | None
    remarks: Remarks
    source: Sequence[SourceValue]
    functions: tuple[FunctionExplanation, ...]

    def __str__(self) -> str:
        """The decisions with their next best, then the launches, relayouts and plan of each function, then remarks."""
        from tensorir.runtime.explain.report import report

        return report(self)

    def value(self, name: str) -> str:
        """Returns how a value is stored, why, what it costs and what the next best choice was.

        `name`: as the program's text names it, "%x" or "@w" (without the sign is as good); the id of an op,
        "@main#17"; or a place, "file:line" or "file:line:col", of which the last part of the path is enough. If several
        values have that name, there is an answer for each.

        Raises TensorIRError with similar names if there is no such value, UnsupportedError for a program from a
        file."""
        if self._answers is None:
            raise UnsupportedError(f"{name}: {FROM_A_FILE}")
        return self._answers.to(name)

    def html(self, passes: PassTexts | None = None, title: str = "tensorir explain") -> str:
        """Returns all of it as one page, which loads nothing from anywhere. `passes`: the program after each pass
        (`PassTexts`); without them that part is empty."""
        from tensorir.runtime.explain.page import page

        return page(self, passes or PassTexts(), title)

    @cached_property
    def _answers(self) -> Answers | None:
        from tensorir.runtime.explain.values import Answers

        return None if self.decision is None else Answers(self, self.decision)
