"""Products of matrices of windows become contractions of windows: random convolutions in the forms of exporters."""

from __future__ import annotations

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.analysis.movement import is_windows
from tensorir.dialects.linalg import Contract, Transpose
from tensorir.interp import interpret
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.text import print_module
from tests.support.image_columns import Columns

PROGRAMS = settings(max_examples=max(300, settings().max_examples))


@st.composite
def columns(draw: st.DrawFn) -> Columns:
    taps = draw(st.sampled_from(((1, 2), (2, 1), (2, 2), (3, 2))))
    return Columns(
        channels_last=draw(st.booleans()),
        form=draw(st.sampled_from(("op", "joined", "stacked"))),
        matrix=draw(st.sampled_from(("rows", "batch", "turned", "columns"))),
        filter_first=draw(st.booleans()),
        batch=draw(st.sampled_from((1, 2))),
        image=(draw(st.integers(6, 7)), draw(st.integers(6, 7))),
        channels=draw(st.sampled_from((1, 3))),
        taps=taps,
        filters=draw(st.sampled_from((1, 4))),
        stride=draw(st.sampled_from((1, 2))),
        dilation=draw(st.sampled_from((1, 2))),
        begin=draw(st.sampled_from((0, 1))),
        summed=draw(st.booleans()),
    )


@PROGRAMS
@given(columns(), st.integers(0, 1 << 16))
def test_a_matrix_of_windows(given: Columns, seed: int) -> None:
    """Bit for bit, and what is multiplied is the windows, which no op merges or joins."""
    module = given.module()
    note(print_module(module))
    made = run_passes(module, [PASSES[n]() for n in ("canonicalize", "raise-ops")], verify_each=True)
    note(print_module(made))
    ops = made.functions[0].body.ops
    makers = {op.result: op for op in ops if len(op.results) == 1}
    (product,) = (op for op in ops if isinstance(op, Contract))
    maker = makers[product.lhs]
    assert is_windows(maker) and not isinstance(maker, Transpose)
    assert not any(op.NAME == "tensor.concat" for op in ops)
    rng = np.random.default_rng(seed)
    shapes = [[n for n in type.shape if isinstance(n, int)] for type in module.functions[0].body.arg_types]
    args = [rng.standard_normal(shape, np.float32) for shape in shapes]
    assert np.array_equal(interpret(made, "main", args)[0], interpret(module, "main", args)[0])
