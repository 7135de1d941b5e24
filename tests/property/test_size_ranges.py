"""Laws of plans for ranges of sizes: whatever is worth a plan, a program gives the bits that it gives with one plan for
all sizes, and what the interpreter gives, within each range and at its ends; its constants are the same, and what it
says of a call is what the call does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from hypothesis import event, given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import evaluate, symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.size_range import SizeRange
from tensorir.runtime.program import Program
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.programs.values import data
from tensorir.text import print_module
from tensorir.transforms.layouts import ranges
from tests.support.counted import assert_counted
from tests.support.tile_programs import same_bits

Array = npt.NDArray[Any]
M, N = symbol("M"), symbol("N")


def called(program: Program, args: list[Array]) -> tuple[Array, ...] | str:
    """The results of a call, or why there are none."""
    try:
        return program.call(args)
    except TensorIRError as e:
        return str(e)


def arguments(module: Module, sizes: Mapping[str, int], seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    types = module.lookup(Function, "main").body.arg_types
    return [data(rng, tuple(evaluate(d, sizes) for d in t.shape), t.dtype) for t in types]


WIDTHS = (1, 9, 16, 33, 64)
LAYERS = ("argument", "argument", "weight", "transposed", "relu", "bias", "softmax", "with itself", "second result")


@st.composite
def models(draw: st.DrawFn) -> Module:
    """Layers on a matrix with any number of rows: products with arguments, weights and the matrix itself, and what
    stands between them. The rows may stand in the second dim, or be a symbol of two."""
    m = ModuleBuilder()
    f = m.function("main")
    width = draw(st.sampled_from(WIDTHS))
    rows = draw(st.sampled_from([M, M, M + N]))
    if rows is not M:
        f.arg("sizes", (M, N), f32)
    turned = draw(st.booleans())
    x = f.arg("x", (width, rows), f32).transpose((1, 0)) if turned else f.arg("x", (rows, width), f32)
    results: list[Tensor] = []
    rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    for i, layer in enumerate(draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=6))):
        other = draw(st.sampled_from(WIDTHS))
        match layer:
            case "argument":
                x, width = x @ f.arg(f"w{i}", (width, other), f32), other
            case "transposed":
                x, width = x @ f.arg(f"w{i}", (other, width), f32).transpose((1, 0)), other
            case "weight":
                w = m.weight(f"w{i}", rng.integers(-2, 3, (width, other)).astype(np.float32))
                x, width = x @ w, other
            case "bias":
                x = x + f.arg(f"b{i}", (width,), f32)
            case "with itself":
                x = (x @ x.transpose((1, 0))).softmax(-1) @ x
            case "softmax":
                x = x.softmax(-1)
            case "second result":
                results.append(x)
            case _:
                x = x.relu()
    f.returns(x, *results)
    return m.build()


@given(models(), st.integers(0, 1 << 30), st.data())
def test_plans_for_ranges_compute_the_same(module: Module, seed: int, draw: st.DataObject) -> None:
    main = module.lookup(Function, "main")
    with patch.object(ranges, "LEAST_SHARE", 0.0), patch.object(ranges, "LEAST_NS", 0.0):
        several = compile(module, "cpu")
    one = compile(module, "cpu", ranges=False)
    assert several.decision is not None
    found: list[SizeRange] = [r.sizes for _, of in several.decision.ranges for r in of]
    event(f"{len(found)} ranges")
    note(print_module(module))
    stored = [
        sorted((str(g.type), g.value.digest) for g in p.module.globals if isinstance(g.value, Dense))
        for p in (several, one)
    ]
    assert stored[0] == stored[1]
    most = 300  # the interpreter is slow
    ends = {n for r in found for n in (r.least, r.typical, r.most or r.least, (r.most or r.least) + 1) if n <= most}
    sizes = dict.fromkeys(main.symbols, draw.draw(st.sampled_from([1, 7, 8, 21])))
    checked = draw.draw(st.sampled_from(sorted(ends | {1})))
    for n in sorted(ends | {1}):
        args = arguments(module, {**sizes, ranges.leading_symbol(main): n}, seed)
        got, expected = called(several, args), called(one, args)
        if isinstance(got, str) or isinstance(expected, str):
            assert got == expected
            continue
        same_bits(got, expected)
        if n == checked:
            assert_agrees(module, "main", args, got)
            assert_counted(several, {**sizes, ranges.leading_symbol(main): n})
        assert several.stats.steps == several.counts(*args).steps
