"""Hypothesis strategies for the parts of programs. Whole programs are in `tensorir.testing.programs.random`."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Expanded, Projected, Transposed
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dims import Dim, ceildiv, floordiv, iteration_dim, mod, symbol
from tensorir.ir.dtype import DTYPES, DType, bf16, f32, f64, i8, i32
from tensorir.ir.scalar import (
    CONVERSIONS,
    SCALAR_FNS,
    Scalar,
    ScalarBody,
    apply,
    arg,
    bitcast,
    cast,
    const,
    iteration_index,
)
from tensorir.ir.types import TensorType
from tensorir.testing.programs.random import arguments, programs, regions

__all__ = [
    "affine_maps",
    "arguments",
    "contractions",
    "dims",
    "dtypes",
    "encodings",
    "layouts",
    "permutations",
    "programs",
    "projected_permutations",
    "regions",
    "scalar_bodies",
    "shapes",
    "tensor_types",
]


def dtypes() -> st.SearchStrategy[DType]:
    """Any element type."""
    return st.sampled_from(list(DTYPES.values()))


def dims(symbols: tuple[str, ...] = ("M", "N", "S")) -> st.SearchStrategy[Dim]:
    """Sizes: small ints, symbols, and expressions of them. Not every value of a symbol makes them non-negative."""
    return _expressions([symbol(s) for s in symbols])


def affine_results(num_dims: int) -> st.SearchStrategy[Dim]:
    """Results of a map of so many dims, at least one: numbers, dims, and expressions of them."""
    return _expressions([iteration_dim(d) for d in range(num_dims)])


def _expressions(variables: Sequence[Dim]) -> st.SearchStrategy[Dim]:
    def deeper(inner: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
        divisor = st.integers(1, 17)
        return st.one_of(
            st.builds(_add, inner, inner),
            st.builds(_multiply, inner, inner),
            *(st.builds(fn, inner, divisor) for fn in (ceildiv, floordiv, mod)),
        )

    leaves: st.SearchStrategy[Dim] = st.one_of(st.integers(0, 40), st.sampled_from(variables))
    return st.recursive(leaves, deeper, max_leaves=4)


def _add(a: Dim, b: Dim) -> Dim:
    return a + b


def _multiply(a: Dim, b: Dim) -> Dim:
    return a * b


def shapes(max_rank: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Static shapes with tile-like sizes, zeros and ones among them."""
    return st.lists(st.sampled_from([0, 1, 2, 3, 4, 7, 8, 9, 16, 17, 32]), max_size=max_rank).map(tuple)


def tensor_types() -> st.SearchStrategy[TensorType]:
    """Types with static and symbolic sizes, sometimes with an encoding or a layout."""

    def with_encoding(type: TensorType) -> st.SearchStrategy[TensorType]:
        if not type.rank:
            return st.just(type)
        encoded = st.one_of(st.none(), layouts(type.rank), encodings())
        return encoded.map(type.with_encoding)

    plain = st.builds(TensorType, st.lists(dims(), max_size=4).map(tuple), dtypes())
    return plain.flatmap(with_encoding)


def permutations(rank: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.permutations(range(rank)).map(tuple)


def projected_permutations(num_dims: int) -> st.SearchStrategy[AffineMap]:
    """Maps whose results are different dims."""
    kept = st.lists(st.integers(0, num_dims - 1), unique=True) if num_dims else st.just([])
    return kept.map(lambda dims: select(num_dims, dims))


def affine_maps() -> st.SearchStrategy[AffineMap]:
    """Any maps, expressions included."""
    return st.integers(0, 4).flatmap(
        lambda n: (
            st.builds(
                AffineMap,
                st.just(n),
                st.lists(affine_results(n), max_size=4).map(tuple),
            )
            if n
            else st.builds(AffineMap, st.just(0), st.lists(st.integers(0, 9), max_size=3).map(tuple))
        )
    )


@st.composite
def layouts(draw: st.DrawFn, rank: int) -> Layout:
    """Layouts of tensors of a rank."""
    inner = draw(st.lists(st.integers(0, rank - 1), unique=True, max_size=min(rank, 2)))
    tiles = [draw(st.sampled_from([1, 2, 3, 4, 8, 16])) for _ in inner]
    return Layout(tuple(inner), tuple(tiles), draw(permutations(rank)))


@st.composite
def contractions(draw: st.DrawFn) -> ContractionSpace:
    """Iteration spaces of matmuls with several dims of each kind, operands in any order of their dims."""
    numbers = iter(range(100))
    batch, m, n, k = ([next(numbers) for _ in range(draw(st.integers(least, 2)))] for least in (0, 1, 1, 1))
    dims = next(numbers)
    maps = [select(dims, draw(st.permutations([*batch, *pair]))) for pair in ((*m, *k), (*n, *k), (*m, *n))]
    types = draw(st.sampled_from([(f32, f32, f32), (f64, f64, f64), (i8, i8, i32), (bf16, bf16, f32)]))
    narrow = tuple(draw(st.one_of(st.none(), st.integers(1, 16))) for _ in range(dims))
    return ContractionSpace((maps[0], maps[1], maps[2]), types, narrow)


@st.composite
def encodings(draw: st.DrawFn) -> Encoding:
    """Intents with some views."""
    contraction = draw(contractions())
    roles: list[Role] = ["lhs", "rhs", "result"]
    encoding = Encoding(contraction, draw(st.sampled_from(roles)))
    rank = len(contraction.map_of(encoding.role).results)
    if draw(st.booleans()):
        encoding = encoding.through(Transposed(draw(permutations(rank))))
    if draw(st.booleans()):
        split = (*tuple((g,) for g in range(rank - 1)), (rank - 1, rank))
        shape = tuple(draw(st.sampled_from([1, 2, 16, 32])) for _ in range(rank + 1))
        return encoding.through(Expanded(split, shape))
    if draw(st.booleans()):
        return encoding.through(Projected((draw(st.integers(0, rank - 1)),)))
    return encoding


@st.composite
def scalar_bodies(draw: st.DrawFn, args: tuple[DType, ...], max_nodes: int = 8) -> ScalarBody:
    """Bodies over the given argument types, with shared subexpressions."""
    nodes: list[Scalar] = [arg(i, t) for i, t in enumerate(args)]
    if not nodes:
        nodes.append(const(draw(st.integers(0, 1)), f32))
    for _ in range(draw(st.integers(0, max_nodes))):
        x = draw(st.sampled_from(nodes))
        match draw(st.sampled_from(["const", "cast", "bitcast", "index", "apply", "apply", "apply"])):
            case "index":
                nodes.append(iteration_index(draw(st.integers(0, 2))))
            case "bitcast":
                nodes.append(bitcast(x, draw(st.sampled_from([t for t in DTYPES.values() if t.bits == x.dtype.bits]))))
            case "const":
                nodes.append(const(draw(st.integers(0, 1)), draw(dtypes())))
            case "cast":
                nodes.append(cast(x, draw(dtypes())))
            case _:
                other = (*CONVERSIONS, "select")
                fns = [f for f in SCALAR_FNS.values() if f.name not in other and _takes(f.domain, x.dtype)]
                fn = draw(st.sampled_from(fns))
                same = [n for n in nodes if n.dtype == x.dtype]
                nodes.append(apply(fn.name, x, *(draw(st.sampled_from(same)) for _ in range(fn.arity - 1))))
    return ScalarBody(args, nodes[-1])


def _takes(domain: str, dtype: DType) -> bool:
    return domain == "any" or (domain == "float") == dtype.is_float
