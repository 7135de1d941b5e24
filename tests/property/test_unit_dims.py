"""Dims of size 1 go from every op that only carries them along, and no bit of a result changes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract, Generic, Reduce
from tensorir.dialects.linalg.rows import RowOp
from tensorir.interp import interpret
from tensorir.ir.op import Op
from tensorir.passes.runner import run_passes
from tensorir.text import print_module
from tensorir.transforms.raising.drop_unit_dims import DropUnitDims
from tests.support.unit_programs import Writer, arguments

PROGRAMS = settings(max_examples=max(300, settings().max_examples))


def carried(op: Op) -> int:
    """How many loops of size 1 an op has beyond those that it may keep: one for results with fewer than two longer
    dims, and one of each kind for a contraction; a reduction keeps what it sums."""
    sizes = op.loops().sizes if isinstance(op, Generic | Contract) else op.operands[0].type.shape
    units = [d for d, s in enumerate(sizes) if s == 1]
    longer = sum(s != 1 for s in op.result.type.shape)
    if isinstance(op, Contract):
        kinds = {tuple(d in m.dims for m in op.maps) for d in units}
        return len(units) - len(kinds)
    if isinstance(op, Reduce | RowOp):
        units = [d for d in units if d not in op.dims]
        longer = sum(s != 1 for s in sizes)
    return len(units) - (longer < 2)


@PROGRAMS
@given(drawn=st.data(), seed=st.integers(0, 1 << 16))
def test_no_bit_changes(drawn: st.DataObject, seed: int) -> None:
    module = Writer(drawn).module()
    note(print_module(module))
    made = run_passes(module, [DropUnitDims()], verify_each=True)
    note(print_module(made))
    args = arguments(module, seed)
    with np.errstate(all="ignore"):
        before, after = interpret(module, "main", args), interpret(made, "main", args)
    assert [(a.shape, a.tobytes()) for a in after] == [(b.shape, b.tobytes()) for b in before]
    for op in made.functions[0].body.ops:
        windows = isinstance(op, Generic) and not all(m.is_projected_permutation for m in op.maps)
        if isinstance(op, Generic | Contract | Reduce | RowOp) and not windows:
            assert carried(op) <= 0, op
    assert run_passes(made, [DropUnitDims()]) is made
