"""IREE's tiles for contractions on CPUs, as a resolver: what it would choose, so that structures can be compared.

Observed in IREE 3.13 (tests/unit/testing/iree/test_structure.py asks it again). `cpu` chooses by its own kernels.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, Tiles

Types = tuple[str, str, str]
Tile = tuple[int, int, int]


@frozen
class Isa:
    """A CPU as IREE's target attribute names it."""

    architecture: str
    features: str


_AVX2 = "+avx,+avx2,+fma,+f16c"
_AVX512 = f"{_AVX2},+avx512f,+avx512vl,+avx512bw,+avx512dq,+avx512cd"

ISAS: Mapping[str, Isa] = {
    "sse": Isa("x86_64", ""),
    "avx2": Isa("x86_64", _AVX2),
    "avx512": Isa("x86_64", _AVX512),
    "avx512vnni": Isa("x86_64", f"{_AVX512},+avx512vnni"),
    "avx512bf16": Isa("x86_64", f"{_AVX512},+avx512vnni,+avx512bf16"),
    "neon": Isa("aarch64", "+neon"),
    "dotprod": Isa("aarch64", "+neon,+dotprod"),
    "i8mm": Isa("aarch64", "+neon,+dotprod,+i8mm,+bf16"),
}

FLOATS: tuple[Types, ...] = (
    ("f32", "f32", "f32"),
    ("f16", "f16", "f16"),
    ("f16", "f16", "f32"),
    ("bf16", "bf16", "bf16"),
    ("bf16", "bf16", "f32"),
)
_BF16 = FLOATS[3:]
_I8: Types = ("i8", "i8", "i32")
_I16: Types = ("i16", "i16", "i32")
_I8_I4: Types = ("i8", "i4", "i32")


def _table(floats: Tile, *more: tuple[tuple[Types, ...], Tile]) -> Mapping[Types, Tile]:
    return {**dict.fromkeys(FLOATS, floats), **{types: tile for group, tile in more for types in group}}


TILES: Mapping[str, Mapping[Types, Tile]] = {
    "sse": _table((8, 4, 1), ((_I8, _I16), (8, 4, 2))),
    "avx2": _table((8, 8, 1), ((_I8, _I16), (8, 8, 2))),
    "avx512": _table((16, 16, 1), ((_I8, _I16), (16, 16, 2))),
    "avx512vnni": _table((16, 16, 1), ((_I8, _I16), (16, 16, 2))),
    "avx512bf16": _table((16, 16, 1), ((_I8, _I16, *_BF16), (16, 16, 2))),
    "neon": _table((8, 8, 1), ((_I8_I4,), (4, 16, 2))),
    "dotprod": _table((8, 8, 1), ((_I8,), (8, 8, 4)), ((_I8_I4,), (8, 8, 8))),
    "i8mm": _table((8, 8, 1), ((_I8,), (8, 8, 8)), (_BF16, (8, 8, 4)), ((_I8_I4,), (4, 8, 16))),
}
"""ISA → element types of lhs, rhs, result → M0, N0, K0. What is missing IREE leaves row-major."""


@frozen
class IreeLowering:
    """IREE tiles contractions with one M, one N and one K dim, and at most one batch dim."""

    def refusal(self, contraction: ContractionSpace) -> str:
        for name, dims in (("M", contraction.m), ("N", contraction.n), ("K", contraction.k)):
            if len(dims) != 1:
                return f"IREE needs one {name} dim, this contraction has {len(dims)}"
        return f"IREE needs one batch dim, this contraction has {n}" if (n := len(contraction.batch)) > 1 else ""


@frozen
class IreeResolver:
    """Answers encodings with IREE's tiles: rows of tiles for narrow M, and narrow N as narrow M of the transpose."""

    isa: str

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        first, second, third = (t.name for t in contraction.types)
        tile = TILES[self.isa].get((first, second, third))
        if tile is None:
            return Declined(f"IREE has no tile for {first} × {second} → {third} on {self.isa}")
        m0, n0, k0 = tile
        rows, columns = (contraction.narrow[d] for d in contraction.tiled[:2])
        if rows == columns:
            return Tiles(m0, n0, k0)  # neither is the narrow one, not even 1×1
        if columns is not None and (rows is None or columns < rows):
            return Tiles(n0, lowest_tile(m0, columns), k0, swapped=True)
        return Tiles(lowest_tile(m0, rows), n0, k0)


def lowest_tile(m0: int, rows: int | None) -> int:
    """The lowest of M0, M0/2, M0/4, … that takes `rows` at once; M0 if none does or the rows are not narrow."""
    while rows is not None and m0 // 2 >= rows:
        m0 //= 2
    return m0
