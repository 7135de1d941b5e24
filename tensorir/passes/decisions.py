"""What passes decided against, each with its pass, op, rule, operand and reason: the source of all remarks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from attrs import define, field

from tensorir.ir.diagnostic import Remark, Remarks
from tensorir.ir.op import Op

Key = tuple[str, str, str, str, str, str]


class Refuse(Protocol):
    """Takes what one pass declined: `Decisions.refuse` without the name of the pass."""

    def __call__(self, op: Op, rule: str, reason: str, operand: str = "") -> None: ...


def unheard(op: Op, rule: str, reason: str, operand: str = "") -> None:
    """Where nobody wants to know."""


@define
class Decisions:
    """A store that keeps each decision once, in the order in which they were first made.

    Decisions are the same if pass, op, rule, operand and reason are. Ops are told apart by the ids that the runner
    gives them (`tensorir.passes.numbering`), never by their line; where nobody has numbered them, by their place."""

    _kept: dict[Key, Remark] = field(factory=dict[Key, Remark])

    def add(self, remark: Remark) -> None:
        """Keeps a remark, unless the same one is there already."""
        which = remark.op_id or str(remark.loc)
        self._kept.setdefault((remark.pass_name, which, remark.op, remark.rule, remark.operand, remark.message), remark)

    def extend(self, remarks: Iterable[Remark]) -> None:
        """Keeps what others have said, such as the reading of a program."""
        for remark in remarks:
            self.add(remark)

    def refuse(self, pass_name: str, op: Op, rule: str, reason: str, operand: str = "") -> None:
        """`pass_name` did not do to `op` what `rule` would do, because of `reason`. `operand`: the one that it is
        about, as `Op.operand_name` says it; "" if it is about the op as a whole."""
        self.add(Remark(pass_name, op.NAME, rule, reason, operand, op.loc, op.loc.op))

    def of(self, pass_name: str) -> Refuse:
        """Where one pass says what it declined."""
        return partial(self.refuse, pass_name)

    @property
    def remarks(self) -> Remarks:
        """All decisions up to now."""
        return Remarks(self._kept.values())
