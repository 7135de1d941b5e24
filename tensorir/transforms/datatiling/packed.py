"""Packed values while a region is materialized: the physical tensor, its layout, and what is known of its padding.

Padding is unspecified unless `zero` names the dim: elementwise ops may leave anything there, NaN included. Only a
contraction along a padded dim needs zeros, and gets them by `with_zeros`.
"""

from __future__ import annotations

from typing import TypeVar

from attrs import define, field, frozen

from tensorir.dialects.linalg import Transpose, ZeroPadding
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding.layout import Layout
from tensorir.ir.dims import Dim, product
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.op import Op
from tensorir.ir.value import Value

O = TypeVar("O", bound=Op)


@frozen
class Packed:
    """`value` is stored as `layout` (None: row-major) of a logical tensor of `shape`.

    `zero`: logical dims whose padding is known to be zero."""

    value: Value
    shape: tuple[Dim, ...]
    layout: Layout | None = None
    zero: frozenset[int] = frozenset()


@define
class Emitter:
    """Appends physical ops; `loc` is that of the op being materialized."""

    ops: list[Op] = field(factory=list[Op])
    loc: Location = UNKNOWN

    def add(self, op: O) -> O:
        self.ops.append(op)
        return op

    def stored(self, x: Packed, layout: Layout | None) -> Packed:
        """`x` in another layout: nothing, one transpose of whole tiles, or through row-major."""
        if x.layout == layout:
            return x
        if x.layout is None:
            assert layout is not None
            return self._packed(x, layout)
        if layout is not None and x.layout.same_tiles(layout):
            outer = tuple(x.layout.outer_position(d) for d in layout.outer_perm)
            inner = range(len(outer), len(outer) + len(layout.inner_dims))
            value = self.add(Transpose(x.value, (*outer, *inner), loc=self.loc)).result
            return Packed(value, x.shape, layout, x.zero)
        row_major = self._unpacked(x, x.layout)
        return row_major if layout is None else self._packed(row_major, layout)

    def with_zeros(self, x: Packed, dim: int) -> Packed:
        """`x` with zeros where `dim` is padding."""
        if x.layout is None or dim in x.zero or dim not in x.layout.padded_dims(x.shape):
            return x
        along = axis_dims(x.layout, dim)
        value = self.add(ZeroPadding(x.value, along, x.shape[dim], loc=self.loc)).result
        return Packed(value, x.shape, x.layout, x.zero | {dim})

    def _packed(self, x: Packed, layout: Layout) -> Packed:
        everything = frozenset(range(len(x.shape)))
        if layout.is_view(x.shape):
            return Packed(self._reshaped(x.value, layout.packed_shape(x.shape)), x.shape, layout, everything)
        pack = Pack(x.value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, loc=self.loc)
        return Packed(self.add(pack).result, x.shape, layout, everything)

    def _unpacked(self, x: Packed, layout: Layout) -> Packed:
        if layout.is_view(x.shape):
            return Packed(self._reshaped(x.value, x.shape), x.shape)
        unpack = Unpack(x.value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, x.shape, loc=self.loc)
        return Packed(self.add(unpack).result, x.shape)

    def _reshaped(self, value: Value, shape: tuple[Dim, ...]) -> Value:
        """A view: all dims collapsed into one, then split."""
        if value.type.rank != 1:
            everything = (tuple(range(value.type.rank)),)
            value = self.add(CollapseShape(value, everything, loc=self.loc)).result
        if len(shape) == 1:
            return value
        assert product(shape) == value.type.shape[0]
        return self.add(ExpandShape(value, (tuple(range(len(shape))),), shape, loc=self.loc)).result


def axis_dims(layout: Layout, dim: int) -> tuple[int, ...]:
    """The physical dims that together count the logical `dim`, outer first."""
    outer = layout.outer_position(dim)
    return (outer,) if layout.tile(dim) is None else (outer, layout.inner_position(dim))
