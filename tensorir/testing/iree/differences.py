"""Where our materialization differs from IREE's, and why. Each entry turns IREE's facts into those expected of us."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from tensorir.encoding.encoding import NARROW, ContractionSpace
from tensorir.encoding.layout import Layout
from tensorir.testing.iree.structure import Case, Packing, Structure, iree_structure


@frozen
class Difference:
    """`expected` gives the facts that we should have, or None where the difference does not apply."""

    name: str
    why: str
    expected: Callable[[Case, Structure], Structure | None]


def explained(case: Case, iree: Structure) -> tuple[Structure, tuple[str, ...]]:
    """The structure that we should make of the case, and the names of the differences that lead there from IREE's."""
    names: list[str] = []
    for difference in DIFFERENCES:
        changed = difference.expected(case, iree)
        if changed is not None and changed != iree:
            iree = changed
            names.append(difference.name)
    return iree, tuple(names)


def _row_major_vectors(case: Case, iree: Structure) -> Structure | None:
    space = _space(case)
    return Structure("row-major") if not (space.m and space.n) else None


def _wide_in_place(case: Case, iree: Structure) -> Structure | None:
    """As IREE does where M and N are equally wide: neither is narrow, nothing is swapped or truncated."""
    if iree.order[:2] != ("rhs", "lhs"):
        return None
    space = _space(case)
    (m,), (n,) = space.m, space.n
    size = case.sizes[n]
    if size is not None and size <= NARROW:
        return None
    wide = tuple(1000 if d in (m, n) else s for d, s in enumerate(case.sizes))
    return iree_structure(evolve(case, sizes=wide))


def _reshape(case: Case, iree: Structure) -> Structure | None:
    def seen(packing: Packing | None, operand: int) -> Packing | None:
        shape = case.shape(min(operand, 2))
        if packing is None or None in shape:
            return packing
        layout = Layout(packing.inner_dims, packing.inner_tiles, packing.outer_perm)
        moves_nothing = layout.is_view(tuple(s for s in shape if s is not None))
        return evolve(packing, by="reshape") if moves_nothing else packing

    return evolve(iree, stored=tuple(seen(p, i) for i, p in enumerate(iree.stored)))


def _space(case: Case) -> ContractionSpace:
    return ContractionSpace(case.maps, case.types, (None,) * len(case.sizes))


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "vector",
        "A product with a vector has no N (or no M): IREE adds a dim of size 1 and packs; we leave it row-major, for "
        "packing a matrix that is read once costs more than the product.",
        _row_major_vectors,
    ),
    Difference(
        "wide N below M",
        f"IREE computes the transpose wherever N is known to be below M. Our encodings keep no sizes above {NARROW}, "
        "so that tensors of different sizes can have equal layouts: a wide N never swaps the operands.",
        _wide_in_place,
    ),
    Difference(
        "reshape",
        "A pack or unpack that moves nothing and adds no padding is an op in IREE and here a reshape, which is free.",
        _reshape,
    ),
)
