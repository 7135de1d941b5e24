"""Tile programs as words: how far several threads cut a grid, and the bits of elements."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tensorir.dialects.tile import Grid
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, bf16, f16, f64, i1, i8, i64, u64
from tensorir.ir.scalar import ScalarValue
from tensorir.runtime.image import THREADS, element_bits, program_words, signed_word
from tensorir.runtime.values import Entry, Values
from tensorir.runtime.words import ALL_FEATURES
from tests.support.executables import lowered
from tests.support.value_tables import numbers

TYPE = "tensor<[S]x8xf32>"
GRID = lowered(
    f"%x: {TYPE}", TYPE, f"%0 = linalg.softmax %x {{dims = [1]}} : ({TYPE}) -> {TYPE}\nyield %0 : {TYPE}"
).grid


def cut(grid: Grid, threads: int, size: int = 0) -> list[tuple[int, int]]:
    """Granules and block of each dim in a call."""
    values = Values((THREADS, "S"))
    _, dims, *words = program_words(grid, {"S": symbol("S")}, values, ALL_FEATURES)
    assert isinstance(dims, int)
    table = numbers(values, {THREADS: threads, "S": size})
    found = [table[values.ref(word)] for word in words[: 2 * dims] if isinstance(word, Entry)]
    return list(zip(found[::2], found[1::2], strict=True))


DIMS = st.tuples(st.integers(0, 300), st.integers(1, 4), st.integers(1, 40), st.integers(1, 40))
"""Total, granule, block, least."""


@given(st.lists(DIMS, min_size=1, max_size=3), st.integers(1, 16))
def test_threads_cut_further_but_never_below_the_least_block(
    dims: list[tuple[int, int, int, int]], threads: int
) -> None:
    totals, granules, blocks, least = zip(*dims, strict=True)
    grid = evolve(GRID, totals=totals, granules=granules, blocks=blocks, least=least)
    alone, shared = cut(grid, 1), cut(grid, threads)
    for (_, _, most, fewest), (extent, block), (same, other) in zip(dims, alone, shared, strict=True):
        assert same == extent
        assert min(extent, most) <= block <= most, "one thread takes the blocks of the grid"
        assert min(most, fewest) <= other <= most
    assert [e for e, _ in shared] == [-(-total // granule) for total, granule in zip(totals, granules, strict=True)]


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_each_of_several_threads_gets_about_four_units(threads: int) -> None:
    """Of the first dim as long as it has enough, then also of the second."""
    for totals in ((1000, 1000), (2, 1000)):
        grid = evolve(GRID, totals=totals, granules=(1, 1), blocks=(1000, 1000), least=())
        units = 1
        for extent, block in cut(grid, threads):
            units *= -(-extent // block)
        assert 4 * (threads - 1) <= units <= 4 * threads
    assert cut(evolve(GRID, totals=(1000,), granules=(1,), blocks=(1000,), least=(600,)), threads) == [(1000, 600)]


def test_sizes_of_a_call_are_cut_as_well() -> None:
    for size in (0, 1, 1000):
        ((extent, block),) = cut(evolve(GRID, blocks=(16,), least=(4,)), 8, size)
        assert (extent, block) == (size, 16 if size == 1000 else 4)


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (1.0, f16, 0x3C00),
        (-0.0, bf16, 0x8000),
        (-2.0, f64, 0xC000 << 48),
        (-1, i8, 0xFF),
        (True, i1, 1),
        (300, i64, 300),
    ],
)
def test_the_bits_of_an_element(value: ScalarValue, dtype: DType, bits: int) -> None:
    assert element_bits(value, dtype) == bits


def test_all_64_bits_of_an_element_fit_into_a_word() -> None:
    for value, dtype, word in (
        ((1 << 64) - 1, u64, -1),
        (-(1 << 63), i64, -(1 << 63)),
        ((1 << 63) - 1, i64, (1 << 63) - 1),
        (-0.0, f64, -(1 << 63)),
    ):
        assert signed_word(element_bits(value, dtype)) == word


def test_a_pack_has_the_bits_of_its_padding_in_the_element_type() -> None:
    packed = "tensor<[ceildiv(S, 4)]x2x4x4xf16>"
    made = lowered(
        "%x: tensor<[S]x6xf16>",
        packed,
        "%0 = linalg.pack %x {inner_dims_pos = [0, 1], inner_tiles = [4, 4], outer_dims_perm = [0, 1], "
        f"padding = 1.0}} : (tensor<[S]x6xf16>) -> {packed}\nyield %0 : {packed}",
    )
    values = Values((THREADS, "S"))
    assert program_words(made.grid, {"S": symbol("S")}, values, ALL_FEATURES)[-1] == 0x3C00
    made.check(S=5)
