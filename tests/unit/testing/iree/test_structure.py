"""Our materialization has IREE's structure when it is given IREE's tiles; every difference is one that is listed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import pytest

from tensorir.dialects.packing import Mmt4d
from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Declined
from tensorir.ir.affine import select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.targets.answers import Answers
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.iree.differences import DIFFERENCES, explained
from tensorir.testing.iree.structure import Case, contraction_module, iree_device, iree_structure, our_structure
from tensorir.testing.iree.tiles import FLOATS, ISAS, lowest_tile
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tests.support.iree_counts import count
from tests.support.mlir_tools import needs_iree

MATMUL = ((0, 2), (2, 1), (0, 1))
F32 = ("f32", "f32", "f32")
I8 = ("i8", "i8", "i32")
OTHERS = (("i16", "i16", "i32"), ("i8", "i4", "i32"), ("f64", "f64", "f64"), ("i32", "i32", "i32"))
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100, None)


def case(
    isa: str, types: tuple[str, ...], sizes: tuple[int | None, ...], dims: tuple[tuple[int, ...], ...] = MATMUL
) -> Case:
    a, b, c = (DTYPES[t] for t in types)
    x, y, z = (select(len(sizes), d) for d in dims)
    return Case((a, b, c), (x, y, z), sizes, isa)


def every_isa_and_type() -> Iterator[Case]:
    for isa, types in product(ISAS, (*FLOATS, I8, *OTHERS)):
        yield case(isa, types, (100, 100, 33))


def every_order_of_dims() -> Iterator[Case]:
    for isa, types in (("avx512", F32), ("sse", F32), ("avx512bf16", FLOATS[-1]), ("avx512vnni", I8)):
        for lhs, rhs, out in product(permutations((0, 2)), permutations((1, 2)), permutations((0, 1))):
            for n in (200, 4):
                yield case(isa, types, (100, n, 33), (lhs, rhs, out))


def every_order_with_a_batch() -> Iterator[Case]:
    for lhs, rhs, out in product(permutations((0, 1, 3)), permutations((0, 2, 3)), permutations((0, 1, 2))):
        yield case("avx512", F32, (5, 100, 200, 33), (lhs, rhs, out))
    for m, n, b in product((1, 4, 100, None), (1, 4, 100, None), (1, 5, None)):
        yield case("avx2", I8, (b, m, n, 33), ((0, 1, 3), (0, 3, 2), (0, 1, 2)))


def narrow_and_dynamic() -> Iterator[Case]:
    for isa, m, n in product(("sse", "avx2", "avx512"), SIZES, SIZES):
        yield case(isa, F32, (m, n, 33))
    for m, n in product(SIZES, SIZES):
        yield case("neon", ("i8", "i4", "i32"), (m, n, 33))
    for k in (1, 2, 3, None):
        yield case("dotprod", I8, (100, 100, k))
        yield case("avx512", F32, (None, None, k))


def other_contractions() -> Iterator[Case]:
    yield case("avx512", F32, (100, 300), ((0, 1), (1,), (0,)))  # matrix by vector
    yield case("avx512", F32, (100, 300), ((1,), (1, 0), (0,)))
    yield case("sse", F32, (5, 100, 300), ((0, 2), (0, 2, 1), (0, 1)))
    yield case("avx512", F32, (20, 30, 40, 50, 60), ((0, 1, 4), (4, 2, 3), (0, 1, 2, 3)))  # two M, two N
    yield case("avx512", F32, (20, 30, 40, 50), ((0, 2, 3), (2, 3, 1), (0, 1)))  # two K
    yield case("avx512", F32, (2, 3, 40, 50, 60), ((0, 1, 2, 4), (0, 1, 4, 3), (0, 1, 2, 3)))  # two batch dims


GROUPS = {
    "ISA and type": every_isa_and_type,
    "order": every_order_of_dims,
    "batch": every_order_with_a_batch,
    "narrow": narrow_and_dynamic,
    "other": other_contractions,
}


@needs_iree
@pytest.mark.parametrize("group", GROUPS)
def test_our_structure_is_that_of_iree(group: str) -> None:
    """Each fact: op, operand order, inner tiles and their dims, outer permutation, what packs."""
    for c in GROUPS[group]():
        iree = iree_structure(c)
        expected, differences = explained(c, iree)
        assert our_structure(c) == expected, f"{c}: IREE has {iree}"
        count("structures that agree" if not differences else f"structures that differ by “{' + '.join(differences)}”")


@needs_iree
def test_every_difference_that_is_listed_occurs() -> None:
    """A reason that explains nothing is dropped from the list."""
    some = [*other_contractions(), case("sse", F32, (100, 17, 33)), case("sse", F32, (1, 100, 33))]
    found = {name for c in some for name in explained(c, iree_structure(c))[1]}
    assert found == {d.name for d in DIFFERENCES}
    assert all(len(d.why) > 40 for d in DIFFERENCES)


@needs_iree
def test_other_tiles_would_be_found() -> None:
    """The comparison sees a tile, an ISA, a type."""
    iree = iree_structure(case("avx512", F32, (100, 100, 33)))
    for other in (
        case("avx2", F32, (100, 100, 33)),
        case("avx512", I8, (100, 100, 33)),
        case("avx512", F32, (4, 9, 3)),
    ):
        assert our_structure(other) != explained(other, iree)[0]


@needs_iree
def test_what_iree_crashes_on_is_refused() -> None:
    with pytest.raises(TensorIRError, match="sums over no dim"):
        iree_structure(case("avx512", F32, (20, 30), ((0,), (1,), (0, 1))))


@needs_iree
def test_what_iree_refuses_is_an_error_with_its_message() -> None:
    with pytest.raises(TensorIRError, match="IREE"):
        iree_structure(case("avx512", ("i8", "f32", "f32"), (20, 30, 40)))


@pytest.mark.parametrize("sizes", [(3, 100, 7), (100, 3, 7), (None, 1, 5), (9, 9, 9)])
def test_the_swapped_form_computes_the_same(sizes: tuple[int | None, ...]) -> None:
    c = case("sse", F32, sizes)
    module = contraction_module(c)
    passes = (SetEncodings(), SpecializeEncodings(device="iree-sse"), MaterializeEncodings())
    after = run_passes(module, passes, PassContext(devices={"iree-sse": iree_device("sse")}))
    mmt4d = next(o for o in after.functions[0].body.ops if isinstance(o, Mmt4d))
    assert mmt4d.result.type.shape[-2:] == ((lowest_tile(8, 3 if 3 in sizes else 1 if 1 in sizes else None), 4))
    assert_equivalent(module, after)


@pytest.mark.parametrize(
    ("dims", "reason"),
    [
        (((0,), (0,), ()), "needs one M dim"),
        (((0, 1, 2, 4), (0, 1, 4, 3), (0, 1, 2, 3)), "one batch dim"),
    ],
)
def test_what_iree_does_not_tile_is_declined(dims: tuple[tuple[int, ...], ...], reason: str) -> None:
    c = case("avx512", F32, (2, 3, 4, 5, 6), dims)
    choice = Answers(iree_device("avx512")).choice(ContractionSpace(c.maps, c.types, (None,) * 5))
    assert isinstance(choice, Declined)
    assert reason in choice.reason
