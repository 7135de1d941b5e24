"""The decisions of passes not to apply a rule, with pass, op, rule, operand and reason. All remarks are made of
them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from attrs import define, field

from tensorir.ir.diagnostic import Remark, Remarks
from tensorir.ir.op import Op

Key = tuple[str, str, str, str, str, str]


class Refuse(Protocol):
    """Records what one pass declined: `Decisions.refuse` with the name of the pass already given."""

    def __call__(self, op: Op, rule: str, reason: str, operand: str = "") -> None: ...


def unheard(op: Op, rule: str, reason: str, operand: str = "") -> None:
    """Discards all decisions."""


@define
class Decisions:
    """A store that keeps each decision once, in the order in which they were first made.

    Decisions are the same if pass, op, rule, operand and reason are. Ops are identified by the ids that the runner
    gives them (`tensorir.passes.numbering`), never by their line; ops without ids are identified by their location."""

    _kept: dict[Key, Remark] = field(factory=dict[Key, Remark])

    def add(self, remark: Remark) -> None:
        """Records a remark, unless the same one is already recorded."""
        which = remark.op_id or str(remark.loc)
        self._kept.setdefault((remark.pass_name, which, remark.op, remark.rule, remark.operand, remark.message), remark)

    def extend(self, remarks: Iterable[Remark]) -> None:
        """Records remarks from elsewhere, such as those of the reader."""
        for remark in remarks:
            self.add(remark)

    def refuse(self, pass_name: str, op: Op, rule: str, reason: str, operand: str = "") -> None:
        """Records that `pass_name` did not apply `rule` to `op`, because of `reason`. `operand` is the operand
        concerned, as named by `Op.operand_name`, or "" if the reason concerns the op as a whole."""
        self.add(Remark(pass_name, op.NAME, rule, reason, operand, op.loc, op.loc.op))

    def of(self, pass_name: str) -> Refuse:
        """Returns the function with which one pass records what it declined."""
        return partial(self.refuse, pass_name)

    @property
    def remarks(self) -> Remarks:
        """All decisions so far."""
        return Remarks(self._kept.values())
