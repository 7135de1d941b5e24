"""Laws L6 and L9 on weights of few bits: they are stored as they are, all ways of running them give the same bits, and
what the interpreter gives but for the order of sums."""

from __future__ import annotations

from math import prod
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import dtype_of, f32
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.text import print_module
from tests.property.test_same_bits import RUNNABLE, TILINGS, assert_same_bits
from tests.support.counted import assert_counted

TYPES = {
    "i8": np.int8,
    "u8": np.uint8,
    "i4": ml_dtypes.int4,
    "u4": ml_dtypes.uint4,
    "bf16": ml_dtypes.bfloat16,
    "f16": np.float16,
}
M = symbol("M")


def numbers(
    rng: np.random.Generator, name: str, shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    if name in ("bf16", "f16"):
        return rng.standard_normal(shape).astype(TYPES[name])
    info = ml_dtypes.iinfo(TYPES[name])
    return rng.integers(info.min, info.max + 1, shape).astype(TYPES[name])


Given = list[npt.NDArray[Any]]
"""What comes with a call behind x."""


@st.composite
def products(draw: st.DrawFn) -> tuple[Module, Given, int]:
    """A product with such a weight, of K×N or N×K, whose scales and zero points are of the whole, of columns or of
    groups along k, and perhaps a bias; what of these comes with the call; and the bytes of the others."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    name = draw(st.sampled_from(sorted(TYPES)))
    n, groups = draw(st.sampled_from([1, 5, 16, 32, 40, 96])), draw(st.sampled_from([1, 2, 3, 8, 17]))
    per = draw(st.sampled_from([1, 4, 16, 32, 48]))
    by_columns = draw(st.booleans())
    shape, scales = ((groups, per, n), (groups, 1, n)) if by_columns else ((n, groups, per), (n, groups, 1))
    scales = tuple(1 if draw(st.integers(0, 3)) == 0 else s for s in scales)
    module = ModuleBuilder()
    f = module.function("main")
    x = f.arg("x", (draw(st.sampled_from([M, 1, 3, 20])), groups * per), f32)
    comes, with_call = draw(st.sampled_from([(), (), ("w",), ("w", "zero", "scale"), ("scale",)])), Given()

    def stored(name: str, array: npt.NDArray[Any]) -> Tensor:
        if name not in comes:
            return f.load(module.weight(name, array))
        with_call.append(array)
        return f.arg(name, array.shape, dtype_of(array.dtype))

    weight = stored("w", numbers(rng, name, shape)).cast(f32)
    if draw(st.booleans()):
        weight = weight - stored("zero", numbers(rng, name, scales)).cast(f32)
    if draw(st.booleans()):
        weight = weight * stored("scale", rng.standard_normal(scales, np.float32))
    y = x @ weight.reshape(groups * per, n) if by_columns else x.linear(weight.reshape(n, groups * per))
    if draw(st.booleans()):
        y = (y + stored("bias", rng.standard_normal(n, np.float32))).relu()
    f.returns(y)
    built = module.build()
    return built, with_call, sum((prod(numbers_of(g.type)) * g.type.dtype.bits + 7) // 8 for g in built.globals)


def numbers_of(type: TensorType, rows: int = 0) -> list[int]:
    return [s if isinstance(s, int) else rows for s in type.shape]


@given(product=products(), rows=st.sampled_from([1, 2, 7, 9, 70]), seed=st.integers(0, 2**32 - 1))
def test_every_way_gives_the_same_bits(product: tuple[Module, Given, int], rows: int, seed: int) -> None:
    module, with_call, model = product
    note(print_module(module))
    x = np.random.default_rng(seed).standard_normal(numbers_of(module.functions[0].body.arg_types[0], rows), np.float32)
    (reference,) = interpret(module, "main", [x, *with_call], widen=True)
    constants = [g.value.array for g in module.globals if isinstance(g.value, Dense)]
    weights = [np.abs(a.astype(np.float64)).max() for a in (*constants, *with_call)]
    scale = max(1.0, float(np.prod(weights))) * float(np.abs(x).sum(1).max())
    for alike in (RUNNABLE, ["vmvx"]):
        wanted = None
        for device in alike:
            for tiling in TILINGS:
                program = compile(module, device, tiling)
                assert program.stats.weights_bytes <= model + 1024 or tiling == "late"
                for threads in (1, 3):
                    got = list(program.call([x, *with_call], num_threads=threads))
                    wanted = wanted or got
                    assert_same_bits(f"{device}, {tiling}, {threads} threads", got, wanted)
        assert wanted is not None
        np.testing.assert_allclose(wanted[0], reference, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("name", ["i4", "u4"])
@pytest.mark.parametrize("device", RUNNABLE)
def test_zero_points_of_four_bits_are_taken_apart_like_the_weights(name: str, device: str) -> None:
    """Zero points that stand two to a byte are no bytes that kernels could widen."""
    rng, module = np.random.default_rng(0), ModuleBuilder()
    weight, zero = (module.weight(n, numbers(rng, name, s)) for n, s in (("w", (48, 96)), ("zero", (1, 96))))
    scale = module.weight("scale", rng.standard_normal((1, 96), np.float32))
    f = module.function("main")
    f.returns(f.arg("x", (20, 48), f32) @ ((f.load(weight).cast(f32) - f.load(zero).cast(f32)) * f.load(scale)))
    built, x = module.build(), rng.standard_normal((20, 48), np.float32)
    wanted = None
    for tiling in TILINGS:
        got = list(compile(built, device, tiling).call([x]))
        wanted = wanted or got
        assert_same_bits(f"{device}, {tiling}", got, wanted)
    assert wanted is not None
    np.testing.assert_allclose(wanted[0], interpret(built, "main", [x])[0], rtol=1e-4, atol=1e-2)


@given(product=products(), rows=st.sampled_from([1, 9, 70]), device=st.sampled_from([*RUNNABLE, "vmvx"]))
def test_what_steps_touch_is_counted(product: tuple[Module, Given, int], rows: int, device: str) -> None:
    module, _, _ = product
    note(print_module(module))
    sizes = {"M": rows} if M in module.functions[0].body.arg_types[0].shape else {}
    for tiling in TILINGS:
        assert_counted(compile(module, device, tiling, num_threads=1), sizes)
