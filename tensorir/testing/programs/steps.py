"""All steps that random programs are made of, by name: ours, and those of plug-ins."""

from __future__ import annotations

from tensorir.plugins import Table
from tensorir.testing.programs import calls, contractions, elementwise, moves, packed, rows
from tensorir.testing.programs.step import Step

_FAMILIES = (contractions, elementwise, rows, moves, packed, calls)


def _name(step: Step) -> str:
    return step.name


def _ours() -> dict[str, Step]:
    made = (s for family in _FAMILIES for s in vars(family).values() if isinstance(s, Step))
    return {s.name: s for s in (*made, *rows.row_steps())}


STEPS: Table[str, Step] = Table("STEPS", _ours(), _name)
