"""The contractions that a target is asked about, and a small program for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from tensorir.dialects.linalg import Contract, Generic
from tensorir.encoding.encoding import NARROW, ContractionSpace
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i8, i16, i32, i64, u8
from tensorir.ir.module import Function, Module
from tensorir.ir.scalar import ScalarBody, apply, arg, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Types = tuple[DType, DType, DType]
Maps = tuple[AffineMap, AffineMap, AffineMap]

TYPES: tuple[Types, ...] = (
    *((f32, f32, f32), (f64, f64, f64), (f16, f16, f16), (f16, f16, f32), (bf16, bf16, f32), (bf16, bf16, bf16)),
    *((i8, i8, i32), (u8, i8, i32), (i16, i16, i32), (i32, i32, i32), (i64, i64, i64), (f32, f64, f64)),
)

KINDS: Mapping[str, tuple[str, str, str]] = {
    "matmul": ("mk", "kn", "mn"),
    "left side transposed": ("km", "kn", "mn"),
    "right side transposed": ("mk", "nk", "mn"),
    "result transposed": ("mk", "kn", "nm"),
    "batch": ("bmk", "bkn", "bmn"),
    "batch inside": ("mbk", "kbn", "mnb"),
    "two batch dims": ("bcmk", "bckn", "bcmn"),
    "two rows": ("mrk", "kn", "mrn"),
    "two sums": ("mkl", "lkn", "mn"),
    "matrix times vector": ("mk", "k", "m"),
    "vector times matrix": ("k", "kn", "n"),
    "dot": ("k", "k", ""),
    "outer": ("m", "n", "mn"),
}
"""Name → the dims of lhs, rhs and result. Their order in the iteration space is that of their first occurrence."""

ROWS = (None, 0, 1, 2, 3, 5, 8, 9, NARROW)
SIZES: tuple[Mapping[str, Dim], ...] = (
    {"m": 20, "n": 33, "k": 17},
    {"m": 1, "n": 40, "k": 16},
    {"m": 33, "n": 1, "k": 9},
    {"m": symbol("M"), "n": symbol("N"), "k": symbol("K")},
)
"""Beside the tiles that targets have, at them, narrow, and known only in a call. Every other dim has 2."""


@frozen
class Case:
    """A contraction of a kind on element types. `sizes`: those of the dims m, n and k."""

    kind: str
    types: Types
    sizes: Mapping[str, Dim]

    def __str__(self) -> str:
        lhs, rhs, result = KINDS[self.kind]
        types = f"{self.types[0]} × {self.types[1]} → {self.types[2]}"
        return f"{self.kind} ({lhs} × {rhs} → {result or '·'}), {types}, {self.shape}"

    @property
    def shape(self) -> str:
        """The sizes of the dims that the kind has."""
        dims = dict.fromkeys("".join(KINDS[self.kind]))
        return ", ".join(f"{d} = {self.sizes.get(d, 2)}" for d in dims)


def spaces() -> Iterator[tuple[str, ContractionSpace]]:
    """Every kind on all element types with all narrow sizes, and what to call it."""
    for kind in KINDS:
        maps, dims = _maps(kind)
        for types in TYPES:
            for rows in ROWS if "m" in dims else (None,):
                for columns in (None, 1, 4) if "n" in dims else (None,):
                    narrow = tuple({"m": rows, "n": columns}.get(d) for d in dims)
                    yield kind, ContractionSpace(maps, types, narrow)


def cases() -> Iterator[Case]:
    """Every kind in f32 with all sizes, and on every other element types with one of them, taken in turn."""
    for k, kind in enumerate(KINDS):
        yield from (Case(kind, TYPES[0], sizes) for sizes in SIZES)
        for t, types in enumerate(TYPES[1:]):
            yield Case(kind, types, SIZES[(k + t) % len(SIZES)])


def program(case: Case) -> Module:
    """@main(lhs, rhs, init): the contraction without and with an initial value."""
    maps, _ = _maps(case.kind)
    b = RegionBuilder()
    lhs, rhs, init = _operands(b, case)
    plain = b.add(Contract(lhs, rhs, (), maps, case.types[2]))
    added = b.add(Contract(lhs, rhs, (init,), maps, case.types[2]))
    return Module([Function("main", b.finish([plain.result, added.result]))])


def chain(dtype: DType) -> Module:
    """@main(x, w, v): (1 / (x·w))·v with no size a multiple of a tile. What was zero padding of x·w becomes infinite on
    the way, and is summed over."""
    m, k, n, p = symbol("M"), symbol("K"), 13, 7
    b = RegionBuilder()
    x, w, v = (b.arg(TensorType(s, dtype), name) for s, name in (((m, k), "x"), ((k, n), "w"), ((n, p), "v")))
    maps, _ = _maps("matmul")
    first = b.add(Contract(x, w, (), maps, dtype)).result
    body = ScalarBody((dtype,), apply("div", const(1, dtype), arg(0, dtype)))
    inverse = b.add(Generic((first,), (identity(2), identity(2)), body)).result
    return Module([Function("main", b.finish([b.add(Contract(inverse, v, (), maps, dtype)).result]))])


def _maps(kind: str) -> tuple[Maps, str]:
    """The maps of a kind, and its iteration dims in order."""
    lhs, rhs, result = KINDS[kind]
    dims = "".join(dict.fromkeys(lhs + rhs + result))
    first, second, third = (select(len(dims), tuple(dims.index(d) for d in part)) for part in (lhs, rhs, result))
    return (first, second, third), dims


def _operands(b: RegionBuilder, case: Case) -> tuple[Value, Value, Value]:
    shapes = (tuple(case.sizes.get(d, 2) for d in part) for part in KINDS[case.kind])
    lhs, rhs, init = (
        b.arg(TensorType(shape, dtype), name)
        for shape, dtype, name in zip(shapes, case.types, ("lhs", "rhs", "init"), strict=True)
    )
    return lhs, rhs, init
