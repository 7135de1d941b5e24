"""Laws L3, L6 and L9 on weights that are read in two ways, as they are and transposed, or row by row: all ways of
running them give the same bits, and a layout of which a launch can make the other one is the only one that is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.interp import interpret
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32, i64
from tensorir.ir.module import Module
from tensorir.text import print_module
from tests.property.test_same_bits import RUNNABLE, TILINGS, assert_same_bits
from tests.support.counted import assert_counted

M = symbol("M")
WORTH_A_COPY = 32768
"""A second layout of a weight of so many bytes costs more than making one of the other, for up to 128 rows."""

TILES = 1.2
"""How much larger a weight is in tiles at most, of the sizes that are drawn for large ones."""


@st.composite
def tied(draw: st.DrawFn) -> tuple[Module, list[npt.NDArray[Any]], int]:
    """A weight of K×N that both products multiply with, or the rows of one that are looked up before; the arguments of
    a call; the bytes of the weight."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k, n = draw(st.sampled_from([7, 16, 40, 100, 144])), draw(st.sampled_from([9, 16, 33, 96, 112]))
    rows: Dim = draw(st.sampled_from([M, M, 1, 12, 50]))
    count = rows if isinstance(rows, int) else draw(st.sampled_from([1, 9, 70]))
    module = ModuleBuilder()
    f = module.function("main")
    w = f.load(module.weight("w", rng.standard_normal((k, n), np.float32)))
    looked_up, first = draw(st.booleans()), draw(st.booleans())
    if looked_up:
        y, x = w.gather(f.arg("x", (rows,), i64)), rng.integers(0, k, count)
    elif first:
        y, x = f.arg("x", (rows, k), f32) @ w, rng.standard_normal((count, k), np.float32)
    else:
        y, x = f.arg("x", (rows, n), f32).linear(w), rng.standard_normal((count, n), np.float32)
    y = y.relu() if draw(st.booleans()) else y
    f.returns(y @ w.transpose(1, 0) if looked_up or first else y @ w)
    return module.build(), [x], 4 * k * n


@settings(max_examples=max(1, settings().max_examples // 8))
@given(case=tied())
def test_one_layout_serves_both(case: tuple[Module, list[npt.NDArray[Any]], int]) -> None:
    module, args, weight = case
    note(print_module(module))
    (reference,) = interpret(module, "main", args, widen=True)
    for alike in (RUNNABLE, ["vmvx"]):
        wanted = None
        for device in alike:
            for tiling in TILINGS:
                program = compile(module, device, tiling)
                if weight >= WORTH_A_COPY:
                    event("a large weight")
                    assert program.stats.weights_bytes <= TILES * weight
                sizes = {"M": len(args[0])} if M in module.functions[0].body.arg_types[0].shape else {}
                assert_counted(program, sizes)
                for threads in (1, 3):
                    got = list(program.call(args, num_threads=threads))
                    wanted = wanted or got
                    assert_same_bits(f"{device}, {tiling}, {threads} threads", got, wanted)
        assert wanted is not None
        np.testing.assert_allclose(wanted[0], reference, rtol=1e-5, atol=1e-4 * float(np.abs(reference).max()))
