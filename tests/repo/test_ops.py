"""What is demanded of every op: facts, a meaning, a filetest, a malformed case, a place in random programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tensorir.dialects import control, flow, func, tensor, tile
from tensorir.dialects.registry import OPS
from tensorir.interp import IMPLEMENTATIONS
from tensorir.interp.tile_ops import STEPS
from tensorir.ir.op import Op
from tests.support.bad_ops import bad_ops, refusal
from tests.support.drawn import drawn_ops
from tests.support.targets import DEVICES

ROOT = Path(__file__).parents[2]

FILETESTS = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "tests" / "filetests").rglob("*.tir")))
DEVICE = next(name for name in DEVICES if name == "tiles-3x5x7-nk")
"""Tiles of three sizes, so that everything is padded."""
EVERY = pytest.mark.parametrize("cls", OPS.values(), ids=OPS)

NO_FACTS: Mapping[type[Op], str] = {
    tensor.Constant: "it has no operand, and its value is data",
    tensor.Empty: "it has no operand, and no value",
    tensor.Size: "it has no operand, and its value is a size",
    flow.GlobalLoad: "it has no operand, and its value is data",
    flow.Dispatch: "what it computes is its body",
    flow.Launch: "what it computes is its executable",
    func.Call: "what it computes is its callee",
    func.Assert: "it computes nothing",
    control.If: "what it computes are its regions",
    control.While: "what it computes are its regions",
    control.For: "what it computes is its body",
    tile.Grid: "what it computes is its body",
    tile.Scratch: "it has no operand, and no value",
    **dict.fromkeys(STEPS, "it is a part of a grid, which is one op for all analyses"),
}
"""Ops that declare neither a relation, nor loops, nor a decomposition, and why."""

WITHIN_GRIDS: frozenset[type[Op]] = frozenset({tile.Scratch, *STEPS})
"""Ops that have a meaning in a unit of a grid, whose interpretation runs them."""

NOT_MALFORMED: Mapping[type[Op], str] = {
    tensor.Constant: "any data is a constant",
    tensor.Empty: "any type can be empty",
    tile.Scratch: "memory can be of any type",
}
"""Ops whose fields can't contradict each other, and why."""

NOT_DRAWN: Mapping[type[Op], str] = {
    **dict.fromkeys(
        (control.If, control.While, control.For), "programs with them are drawn apart (tests/property/test_control.py)"
    ),
    func.Assert: "programs with effects are drawn apart (tests/support/effect_ops.py)",
    tile.Mmt4dMap: "products of weights of few bits are drawn apart (tests/property/test_narrow_constants.py)",
}
"""Ops that no random program has, and why."""


def declares(cls: type[Op]) -> bool:
    return any(getattr(cls, fact) is not getattr(Op, fact) for fact in ("relation", "loops", "decomposition"))


@EVERY
def test_it_says_its_facts_once(cls: type[Op]) -> None:
    assert declares(cls) != (cls in NO_FACTS), NO_FACTS.get(cls, "declare relation(), loops() or decomposition()")


@EVERY
def test_it_has_a_meaning(cls: type[Op]) -> None:
    said = any(getattr(cls, fact) is not getattr(Op, fact) for fact in ("loops", "decomposition"))
    assert said or cls in IMPLEMENTATIONS or cls in WITHIN_GRIDS, (
        "give it a decomposition, loops or a function in IMPLEMENTATIONS"
    )


@EVERY
def test_a_filetest_shows_it(cls: type[Op]) -> None:
    assert re.search(rf"\b{re.escape(cls.NAME)}\b", FILETESTS), "show it in tests/filetests/*.tir"


@cache
def refused() -> frozenset[str]:
    """The names of ops that a case of tests/unit/dialects or a filetest has wrong."""
    named = {refusal(make).partition(":")[0] for make, _ in bad_ops()}
    return frozenset(named | set(re.findall(r"expected-error\S* \{\{([a-z_0-9]+\.[a-z_0-9]+):", FILETESTS)))


@EVERY
def test_a_malformed_case_is_refused(cls: type[Op]) -> None:
    way_out = "add what its rules refuse to a list BAD in tests/unit/dialects"
    assert (cls.NAME in refused()) != (cls in NOT_MALFORMED), NOT_MALFORMED.get(cls, way_out)


@EVERY
def test_random_programs_have_it(cls: type[Op]) -> None:
    way_out = "add a step to testing/programs/steps.py"
    assert (cls in drawn_ops(DEVICE)) != (cls in NOT_DRAWN), NOT_DRAWN.get(cls, way_out)
