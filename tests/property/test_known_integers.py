"""Integers that are known are used, and nothing changes: no bit of a result, and no call that fails."""

from __future__ import annotations

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.passes.runner import run_passes
from tensorir.text import print_module
from tensorir.transforms.raising.known_positions import FoldKnownIntegers
from tests.support.position_programs import LENGTHS, Writer, arguments

PROGRAMS = settings(max_examples=max(300, settings().max_examples))


def results(module: Module, length: int) -> list[bytes] | None:
    """None for a call that fails."""
    try:
        return [r.tobytes() for r in interpret(module, "main", arguments(module, length))]
    except TensorIRError:
        return None


@PROGRAMS
@given(drawn=st.data())
def test_nothing_changes(drawn: st.DataObject) -> None:
    module = Writer(drawn).module()
    note(print_module(module))
    made = run_passes(module, [FoldKnownIntegers()], verify_each=True)
    note(print_module(made))
    for length in LENGTHS:
        before, after = results(module, length), results(made, length)
        assert before == after or (before is None and _unread(module, made))


def _unread(module: Module, made: Module) -> bool:
    """Whether look-ups or slices vanished because nothing reads them any more, and with them their checks."""
    checks = ("tensor.gather", "tensor.gather_nd", "tensor.extract_slice")
    before, after = (sum(o.NAME in checks for o in m.functions[0].body.ops) for m in (module, made))
    return after < before
