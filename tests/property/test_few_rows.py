"""Law L9 on products of few rows or columns with a matrix that comes with the call: late and off, AVX2 and AVX-512 give
the same bits, whether or not the sizes fill tiles, and the matrix is read where it lies."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tests.property.test_same_bits import RUNNABLE, TILINGS, assert_same_bits

SIZES = (1, 16, 64, 100, 512, 1000, 4096)
PRODUCTS = ("mk,kn->mn", "mk,nk->mn", "km,kn->mn", "km,nk->mn", "bmk,bkn->bmn", "bmk,bnk->bmn", "mk,kn->nm")
MOST = 1 << 21
"""Elements of a matrix, so that an example takes no longer than others."""


def product(spec: str, sizes: dict[str, int], bias: bool) -> Module:
    lhs, rhs = spec.split("->")[0].split(",")
    m = ModuleBuilder()
    f = m.function("main")
    a, b = (f.arg(name, tuple(sizes[d] for d in dims), f32) for name, dims in (("a", lhs), ("b", rhs)))
    found = a.contract(b, spec)
    f.returns((found + f.arg("c", (sizes[spec[-1]],), f32)).relu() if bias else found)
    return m.build()


@given(
    spec=st.sampled_from(PRODUCTS),
    few=st.sampled_from("mn"),
    rows=st.integers(1, 8),
    many=st.sampled_from(SIZES),
    depth=st.sampled_from(SIZES),
    bias=st.booleans(),
    seed=st.integers(0, 1 << 30),
)
@example(spec="mk,kn->mn", few="m", rows=1, many=4096, depth=4096, bias=False, seed=0)
@example(spec="mk,nk->mn", few="m", rows=1, many=4096, depth=4096, bias=False, seed=0)
@example(spec="bmk,bnk->bmn", few="m", rows=1, many=512, depth=64, bias=True, seed=0)
@example(spec="mk,nk->mn", few="m", rows=1, many=1, depth=4096, bias=False, seed=0)
def test_a_matrix_of_the_call_is_read_in_place_with_the_bits_of_tiles(
    spec: str, few: str, rows: int, many: int, depth: int, bias: bool, seed: int
) -> None:
    if many * depth > MOST and seed:
        many = MOST // depth
    sizes = {"b": 2, "m": many, "n": many, "k": depth, few: rows}
    rng = np.random.default_rng(seed)
    module = product(spec, sizes, bias)
    given = [
        rng.standard_normal([int(str(s)) for s in t.shape], np.float32) for t in module.functions[0].body.arg_types
    ]
    expected = None
    for device in RUNNABLE:
        for tiling in TILINGS:
            program = compile(module, (device,), tiling, num_threads=1)
            got = list(program.call(given))
            if expected is None:
                expected = got
            assert_same_bits(f"{device}, {tiling}", got, expected)
            if min(many, depth) > 16:  # matrices of one tile's width are tiles as they lie
                assert not any("mmt4d" in kernel for kernel in program.stats.kernels)
