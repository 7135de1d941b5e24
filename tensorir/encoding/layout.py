"""Layouts say where the elements of a tensor lie. A layout is the index map of `linalg.pack`, with an algebra.

For a logical tensor of rank r, physical dims are: the outer dims in the order `outer_perm` (those of tiled dims
counted in tiles), then one inner dim per tile. Element (…, i, …) of a dim tiled by t lies at outer i // t, inner
i % t. Laws (tests/property/test_layout.py): `transposed`, `expanded`, `collapsed` and `projected` commute with
packing, and return None where they would not.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed, View
from tensorir.ir.dims import Dim, ceildiv, divisible
from tensorir.ir.types import TensorType, TypeEncoding


def longer_dims(group: Sequence[int], shape: Sequence[Dim]) -> tuple[int, ...]:
    """Returns the dims of a group whose size is not 1; the last dim if there are none."""
    return tuple(d for d in group if shape[d] != 1) or (group[-1],)


@frozen(cache_hash=True)
class Layout(TypeEncoding):
    """`inner_dims[i]` is tiled by `inner_tiles[i]`; `outer_perm[j]` is the logical dim of physical dim j."""

    inner_dims: tuple[int, ...]
    inner_tiles: tuple[int, ...]
    outer_perm: tuple[int, ...]

    @property
    def rank(self) -> int:
        """The rank of the logical tensor."""
        return len(self.outer_perm)

    @property
    def is_plain(self) -> bool:
        """Whether this is the row-major layout: no tiles, dims in order."""
        return not self.inner_dims and self.outer_perm == tuple(range(self.rank))

    def tile(self, dim: int) -> int | None:
        """The tile of a logical dim, or None if it is not tiled."""
        return self.inner_tiles[self.inner_dims.index(dim)] if dim in self.inner_dims else None

    def outer_position(self, dim: int) -> int:
        """The physical dim that counts `dim` in tiles."""
        return self.outer_perm.index(dim)

    def inner_position(self, dim: int) -> int:
        """The physical dim within the tiles of `dim`. Raises ValueError if it is not tiled."""
        return self.rank + self.inner_dims.index(dim)

    def packed_shape(self, shape: tuple[Dim, ...]) -> tuple[Dim, ...]:
        """The physical shape of a tensor of logical `shape`."""
        outer = (ceildiv(shape[d], self.tile(d) or 1) for d in self.outer_perm)
        return (*outer, *self.inner_tiles)

    def packed_type(self, type: TensorType) -> TensorType:
        """The physical type, which has no encoding."""
        return TensorType(self.packed_shape(type.shape), type.dtype)

    def padded_dims(self, shape: tuple[Dim, ...]) -> tuple[int, ...]:
        """Logical dims whose last tile may be partly padding."""
        tiles = zip(self.inner_dims, self.inner_tiles, strict=True)
        return tuple(d for d, t in tiles if not divisible(shape[d], t))

    def is_view(self, shape: tuple[Dim, ...]) -> bool:
        """True if packing a row-major tensor moves nothing: the order of elements is the same and there is no padding.

        Physical dims of size 1 don't count; what remains must be in row-major order of (dim, part)."""
        if self.padded_dims(shape):
            return False
        kept = self.memory(shape)
        return kept == tuple(sorted(kept))

    def memory(self, shape: tuple[Dim, ...]) -> tuple[tuple[int, int, int], ...]:
        """The physical dims in memory order, outermost first, without those of size 1: a dim counted in tiles is (dim,
        0, tile), the part within a tile (dim, 1, tile), an untiled dim (dim, 0, 1). Layouts for which this is equal
        differ only by a reshape."""
        tile = {d: t for d, t in zip(self.inner_dims, self.inner_tiles, strict=True) if shape[d] != t}
        parts = [(d, 0) for d in self.outer_perm] + [(d, int(d in tile)) for d in self.inner_dims]
        packed = self.packed_shape(shape)
        return tuple((d, part, tile.get(d, 1)) for (d, part), size in zip(parts, packed, strict=True) if size != 1)

    def same_tiles(self, other: Layout) -> bool:
        """Whether the layouts differ at most in the order of outer dims, that is, by one transpose of whole tiles."""
        return (self.inner_dims, self.inner_tiles) == (other.inner_dims, other.inner_tiles)

    def through(self, view: View) -> Layout | None:
        """The layout of the tensor behind a view, or None where tiles would be cut."""
        match view:
            case Transposed():
                return self.transposed(view.permutation)
            case Expanded():
                return self.expanded(view)
            case Collapsed():
                return self.collapsed(view)
            case Projected():
                return self.projected(view.dims)

    def transposed(self, permutation: tuple[int, ...]) -> Layout:
        """pack(transpose(x)) with this layout transposed == pack(x): memory does not change."""
        return self.projected(permutation)

    def projected(self, dims: tuple[int, ...]) -> Layout:
        """The layout of a tensor that has only the dims `dims`, in that order."""
        new = {old: i for i, old in enumerate(dims)}
        inner = [(new[d], t) for d, t in zip(self.inner_dims, self.inner_tiles, strict=True) if d in new]
        return Layout(
            tuple(d for d, _ in inner),
            tuple(t for _, t in inner),
            tuple(new[d] for d in self.outer_perm if d in new),
        )

    def expanded(self, view: Expanded) -> Layout | None:
        """Returns the layout after a split, or None if a tile would be cut: the innermost part of a tiled dim must be a
        multiple of the tile. Parts of size 1 are ignored; if only one other part remains, it takes the tiles."""
        if len(view.groups) != self.rank or not all(view.groups):
            return None
        longer = [longer_dims(group, view.shape) for group in view.groups]
        for d, t in zip(self.inner_dims, self.inner_tiles, strict=True):
            if len(longer[d]) > 1 and not divisible(view.shape[longer[d][-1]], t):
                return None
        return Layout(
            tuple(longer[d][-1] for d in self.inner_dims),
            self.inner_tiles,
            tuple(new for d in self.outer_perm for new in view.groups[d]),
        )

    def collapsed(self, view: Collapsed) -> Layout | None:
        """Returns the layout after a merge, or None: only the innermost dim may be tiled, and the tile must divide it.
        Dims of size 1 without tiles are ignored.

        The merged dim stands where its innermost part stood, so merging parts that were not neighbours also
        reorders outer dims (see `expanded`, which undoes the merge but not the reordering)."""
        if not all(view.groups):
            return None
        last: dict[int, int] = {}
        for g, group in enumerate(view.groups):
            *outer, innermost = longer_dims(group, view.shape)
            last[innermost] = g
            if any((self.tile(d) or 1) > 1 for d in group if d != innermost):
                return None
            if outer and not divisible(view.shape[innermost], self.tile(innermost) or 1):
                return None
        tiles = [(last[d], t) for d, t in zip(self.inner_dims, self.inner_tiles, strict=True) if d in last]
        outer_perm = tuple(last[d] for d in self.outer_perm if d in last)
        return Layout(tuple(d for d, _ in tiles), tuple(t for _, t in tiles), outer_perm)

    def __str__(self) -> str:
        inner = f"inner_dims = {list(self.inner_dims)}, inner_tiles = {list(self.inner_tiles)}"
        return f"#layout<{inner}, outer_perm = {list(self.outer_perm)}>"
