"""Resolvers: how a device turns encodings into tiles. A resolver is the only part of data-tiling that a target must
provide."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, Union, runtime_checkable

from attrs import frozen

from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.ir.dtype import DType


class Identity:
    """The type of IDENTITY."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "IDENTITY"


IDENTITY: Final = Identity()
"""Stands for "leave the tensor row-major" and is compared by `is`. The encoding is then removed from the program."""

RhsOrder = Literal["nk", "kn"]


@frozen(cache_hash=True)
class Tiles:
    """The tile of a contraction: M0×N0×K0, and whether rhs tiles are stored N0×K0 ("nk") or K0×N0 ("kn").

    `swapped`: the contraction is computed as rhsᵀ·lhsᵀ and the result is stored N first. This serves kernels made for
    few rows when there are few columns. lhs and rhs change places: `rhs_order` is then the order of lhs tiles ("nk":
    M0×K0)."""

    m0: int
    n0: int
    k0: int
    rhs_order: RhsOrder = "nk"
    swapped: bool = False

    def as_multiplied(
        self, types: tuple[DType, DType, DType]
    ) -> tuple[tuple[DType, DType, DType], tuple[int, int, int]]:
        """Returns what the kernel sees: the element types of its lhs, rhs and result, and its tile."""
        if self.swapped:
            return (types[1], types[0], types[2]), (self.n0, self.m0, self.k0)
        return types, (self.m0, self.n0, self.k0)

    def __str__(self) -> str:
        return f"#tiles<{self.m0}, {self.n0}, {self.k0}, {self.rhs_order}{', swapped' if self.swapped else ''}>"


@frozen
class Declined:
    """The contraction stays row-major; the reason becomes a remark."""

    reason: str


Choice: TypeAlias = Union[Tiles, Declined]


@runtime_checkable
class Resolver(Protocol):
    """Chooses the tiles of contractions for a target. The choice must depend on the contraction alone, so that lhs, rhs
    and result of one contraction always agree (`tensorir.testing.targets.check_target`)."""

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        """Returns the tile for a contraction, or the reason why it stays row-major. It is called only for contractions
        that the target's lowering can express (see `targets.lowering`)."""
        ...


def layout_for(encoding: Encoding, choice: Choice) -> Layout | Identity:
    """Returns the layout of `encoding` if `choice` was made for its contraction, or IDENTITY.

    Canonical order: outer dims batch, then M, K (lhs), N, K (rhs), M, N (result; N, M if swapped); inner likewise,
    except that a "kn" right side swaps its inner two. The views of the encoding are then applied; a view that would cut
    a tile gives IDENTITY for that tensor alone."""
    if isinstance(choice, Declined):
        return IDENTITY
    layout: Layout | None = operand_layout(encoding, choice)
    for view in encoding.views:
        layout = layout.through(view) if layout is not None else None
    return IDENTITY if layout is None else layout


def operand_layout(encoding: Encoding, tiles: Tiles) -> Layout:
    """Returns the layout of the operand `encoding.role` itself, before its views. Requires an M, an N and a K dim. Of
    several, one is cut into tiles, and the others stand before it."""
    contraction = encoding.contraction
    m, n, k = contraction.tiled
    result, right = ((n, m), "lhs") if tiles.swapped else ((m, n), "rhs")
    rows, columns = {"lhs": (m, k), "rhs": (n, k), "result": result}[encoding.role]
    size = {m: tiles.m0, n: tiles.n0, k: tiles.k0}
    every = {m: contraction.m, n: contraction.n, k: contraction.k}
    outer = [(*(d for d in every[tiled] if d != tiled), tiled) for tiled in (rows, columns)]
    position = {d: i for i, d in enumerate(contraction.map_of(encoding.role).positions())}
    inner = (columns, rows) if encoding.role == right and tiles.rhs_order == "kn" else (rows, columns)
    return Layout(
        tuple(position[d] for d in inner),
        tuple(size[d] for d in inner),
        tuple(position[d] for d in (*contraction.batch, *outer[0], *outer[1])),
    )
