"""Laws L6 and L10 for any costs of a device: they decide how fast a program is, and never what it computes."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.builder.module import ModuleBuilder, Weight
from tensorir.builder.tensor import Tensor
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.targets.costs import Costs
from tensorir.targets.cpu import CPU
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tests.support.laws import LAWS, Case

RATE = st.floats(-6, 6).map(lambda exponent: float(f"{10**exponent:.3g}"))
ROWS = st.integers(1, 300)
COSTS = st.builds(
    Costs,
    multiply_adds_per_ns=RATE,
    bytes_per_ns=RATE,
    received_bytes_per_ns=RATE,
    stored_byte_ns=RATE,
    copied_byte_ns=RATE,
    tiles_read_per_ns=RATE | st.just(0.0),
    rows_per_unit=ROWS,
    tiles_read_ns=RATE,
    row_major_product=RATE,
    product_in_place=RATE | st.just(0.0),
    rows_in_place=ROWS | st.just(0),
    folded_run_bytes=ROWS | st.just(0),
)

SIZES = st.sampled_from([1, 5, 16, 40, 70])
COUNT = symbol("M")


@st.composite
def chains(draw: st.DrawFn) -> Module:
    """Products of which each reads the one before, with transpositions and elementwise ops between them, so that what
    is best for one is not what is best for all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    module = ModuleBuilder()
    f = module.function("main")
    rows: Dim = draw(SIZES | st.just(COUNT))
    width: Dim = draw(SIZES)
    y = f.arg("x", (rows, width), f32)
    for i in range(draw(st.integers(1, 3))):
        n = draw(SIZES)
        if isinstance(width, int) and draw(st.booleans()):
            w: Weight | Tensor = module.weight(f"w{i}", rng.integers(-2, 3, (width, n)).astype(np.float32))
        else:
            w = f.arg(f"w{i}", (width, n), f32)
        y, width = y @ w, n
        match draw(st.sampled_from(["", "relu", "transpose", "softmax"])):
            case "relu":
                y = y.relu()
            case "transpose":
                y, rows, width = y.transpose(1, 0) + 1.0, width, rows
            case "softmax":
                y = y.softmax()
            case _:
                pass
    f.returns(y)
    return module.build()


@settings(max_examples=max(1, settings().max_examples // 16))
@given(module=programs() | chains(), costs=COSTS, seed=st.integers(0, 1 << 30))
def test_the_choice_is_exact_and_the_program_right(module: Module, costs: Costs, seed: int) -> None:
    note(print_module(module))
    case = Case(module, seed, evolve(CPU, name="priced", costs=costs), "all")
    for law in ("L6", "L10"):
        LAWS[law](case)
    decision = case.program("late").decision
    assert decision is not None and dict(decision.costs) == {"priced": costs}
