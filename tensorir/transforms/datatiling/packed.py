"""Packed values while a region is materialized: the physical tensor, its layout, and what is known about its padding.

Padding is unspecified unless `zero` names the dim: elementwise ops may leave anything there, NaN included. Only a
contraction along a padded dim needs zeros, which `with_zeros` writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attrs import define, evolve, field, frozen

from tensorir.dialects.linalg import Fill, Transpose, ZeroPadding
from tensorir.dialects.packing import Pack, Unpack
from tensorir.dialects.relayout import Relayout
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.encoding.digits import NO_PADDING, UNSPECIFIED, NotRefinable, filled, from_pack, relayout
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Collapsed, Groups, groups_around
from tensorir.ir.dims import Dim, product
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.op import Op
from tensorir.ir.types import Type
from tensorir.ir.value import Value
from tensorir.transforms.layouts.moved import is_zero

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
    """Appends physical ops; `loc` is that of the op being materialized. `through_row_major` is called with each value
    that is unpacked only to be packed again, `zeroing` with each value of which the padding of a dim becomes zero."""

    ops: list[Op] = field(factory=list[Op])
    loc: Location = UNKNOWN
    _origins: dict[Value, Value] = field(factory=dict[Value, Value])
    """A value that differs from another only in dims of size 1 → that other value."""
    _packs: dict[tuple[Value, tuple[Dim, ...], Layout], Value] = field(
        factory=dict[tuple[Value, tuple[Dim, ...], Layout], Value]
    )
    """A value that was packed, without dims of size 1 → the packed value."""
    _relayouts: dict[Value, tuple[Packed, Layout, Layout]] = field(factory=dict[Value, "tuple[Packed, Layout, Layout]"])
    """A value that was copied to other tiles → what was copied, its layout, and the new one."""
    _fills: dict[Value, Fill] = field(factory=dict[Value, Fill])
    """A value all of whose elements are the same → what makes it."""
    through_row_major: Callable[[Packed], None] = lambda x: None
    zeroing: Callable[[Packed, int], None] = lambda x, dim: None

    def add(self, op: O) -> O:
        self.ops.append(op)
        if isinstance(op, Fill):
            self._fills[op.result] = op
        if isinstance(op, CollapseShape | ExpandShape) and _longer_sizes(op.source.type) == _longer_sizes(
            op.result.type
        ):
            self._origins[op.result] = self._origins.get(op.source, op.source)
        return op

    def stored(self, x: Packed, layout: Layout | None) -> Packed:
        """Returns `x` in another layout: unchanged, with other dims of size 1, by one transpose of whole tiles, by one
        copy from tiles to tiles, or, where the tiles have no common digits, through row-major."""
        if x.layout == layout:
            return x
        if x.layout is None:
            assert layout is not None
            return self._packed(x, layout)
        if layout is not None and x.layout.memory(x.shape) == layout.memory(x.shape):
            value = self._with_ones(x.value, layout.packed_shape(x.shape))
            return Packed(value, x.shape, layout, x.zero)
        if layout is not None and x.layout.same_tiles(layout):
            outer = tuple(x.layout.outer_position(d) for d in layout.outer_perm)
            inner = range(len(outer), len(outer) + len(layout.inner_dims))
            value = self.add(Transpose(x.value, (*outer, *inner), loc=self.loc)).result
            return Packed(value, x.shape, layout, x.zero)
        if layout is not None and (found := self._relaid(x, x.layout, layout)) is not None:
            return found
        row_major = self._unpacked(x, x.layout)
        if layout is None:
            return row_major
        self.through_row_major(x)
        return self._packed(row_major, layout)

    def _relaid(self, x: Packed, old: Layout, new: Layout, zero: frozenset[int] = frozenset()) -> Packed | None:
        """Returns `x` copied to other tiles, None if no copy does that. New padding is zero, and so is that of the dims
        `zero`. Where a dim keeps its tiles, unspecified padding is copied as if it were part of the tensor: in one
        piece with the rest, so that units can run along the dim."""
        padded = old.padded_dims(x.shape)
        copied = {d for d in padded if d not in x.zero and old.tile(d) == new.tile(d)} - zero
        counts = old.packed_shape(x.shape)
        shape = tuple(
            counts[old.outer_position(d)] * (old.tile(d) or 1) if d in copied else n for d, n in enumerate(x.shape)
        )
        states = tuple(
            NO_PADDING if d not in padded or d in copied else filled(0) if d in x.zero else UNSPECIFIED
            for d in range(old.rank)
        )
        before = evolve(from_pack(old), padding=states)
        after = from_pack(new).with_padding(shape, filled(0))
        copy = relayout(before, after, shape)
        if isinstance(copy, NotRefinable):
            return None
        if copy.is_view:
            value = self._reshaped(x.value, new.packed_shape(x.shape))
        else:
            value = self.add(Relayout(x.value, before, after, shape, loc=self.loc)).result
            self._relayouts[value] = x, old, new
        return Packed(value, x.shape, new, frozenset(range(len(x.shape))) - copied)

    def with_zeros(self, x: Packed, dim: int) -> Packed:
        """Returns `x` with zeros in the padding of `dim`. A copy that was made for `x` is made anew with zeros."""
        if x.layout is None or dim in x.zero or dim not in x.layout.padded_dims(x.shape):
            return x
        self.zeroing(x, dim)
        along = axis_dims(x.layout, dim)
        if (made := self._relayouts.get(x.value)) is not None:
            # A transpose may have given the same memory other names of dims since.
            source, old, new = made
            names = {axis_dims(new, d): d for d in range(new.rank)}
            zero = {names.get(axis_dims(x.layout, d)) for d in x.zero | {dim}}
            if None not in zero:
                found = self._relaid(source, old, new, frozenset(d for d in zero if d is not None))
                assert found is not None  # it only differs in what lies in the padding
                return Packed(found.value, x.shape, x.layout, x.zero | {dim})
        value = self.add(ZeroPadding(x.value, along, x.shape[dim], loc=self.loc)).result
        return Packed(value, x.shape, x.layout, x.zero | {dim})

    def merged(self, value: Value, groups: Groups) -> Value:
        """Returns a view in which each group of physical dims is one."""
        if len(groups) == value.type.rank:
            return value
        return self.add(CollapseShape(value, groups, loc=self.loc)).result

    def split(self, value: Value, groups: Groups, shape: tuple[Dim, ...]) -> Value:
        """Returns a view of `shape` that splits each physical dim into a group."""
        if len(groups) == len(shape):
            return value
        return self.add(ExpandShape(value, groups, shape, loc=self.loc)).result

    def _packed(self, x: Packed, layout: Layout) -> Packed:
        everything = frozenset(range(len(x.shape)))
        if layout.is_view(x.shape):
            return Packed(self._reshaped(x.value, layout.packed_shape(x.shape)), x.shape, layout, everything)
        if (fill := self._fills.get(x.value)) is not None:
            made = Fill(fill.value, layout.packed_type(fill.type), loc=self.loc)
            return Packed(self.add(made).result, x.shape, layout, everything if is_zero(fill.value) else frozenset())
        key = (self._origins.get(x.value, x.value), *_without_ones(x.shape, layout))
        if key not in self._packs:
            pack = Pack(x.value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, loc=self.loc)
            self._packs[key] = self.add(pack).result
        value = self._with_ones(self._packs[key], layout.packed_shape(x.shape))
        return Packed(value, x.shape, layout, everything)

    def _unpacked(self, x: Packed, layout: Layout) -> Packed:
        if layout.is_view(x.shape):
            return Packed(self._reshaped(x.value, x.shape), x.shape)
        unpack = Unpack(x.value, layout.inner_dims, layout.inner_tiles, layout.outer_perm, x.shape, loc=self.loc)
        return Packed(self.add(unpack).result, x.shape)

    def _with_ones(self, value: Value, shape: tuple[Dim, ...]) -> Value:
        """Returns a view that differs only in dims of size 1."""
        old, new = ([d for d, s in enumerate(sizes) if s != 1] for sizes in (value.type.shape, shape))
        if value.type.shape == shape:
            return value
        if not old:
            return self._reshaped(value, shape)
        if len(old) != value.type.rank:
            value = self.add(CollapseShape(value, groups_around(old, value.type.rank), loc=self.loc)).result
        if len(new) != len(shape):
            value = self.add(ExpandShape(value, groups_around(new, len(shape)), shape, loc=self.loc)).result
        return value

    def _reshaped(self, value: Value, shape: tuple[Dim, ...]) -> Value:
        """Returns a view: all dims are collapsed into one, which is then split."""
        if value.type.rank != 1:
            everything = (tuple(range(value.type.rank)),)
            value = self.add(CollapseShape(value, everything, loc=self.loc)).result
        if len(shape) == 1:
            return value
        assert product(shape) == value.type.shape[0]
        return self.add(ExpandShape(value, (tuple(range(len(shape))),), shape, loc=self.loc)).result


def _longer_sizes(type: Type) -> list[Dim]:
    return [s for s in type.shape if s != 1]


def _without_ones(shape: tuple[Dim, ...], layout: Layout) -> tuple[tuple[Dim, ...], Layout]:
    """Drops dims of size 1, in which tensors with the same packed form may differ."""
    kept = [d for d, s in enumerate(shape) if s != 1]
    inner = layout.collapsed(Collapsed(groups_around(kept, len(shape)), shape)) if kept else None
    return (shape, layout) if inner is None else (tuple(shape[d] for d in kept), inner)


def axis_dims(layout: Layout, dim: int) -> tuple[int, ...]:
    """Returns the physical dims that together index the logical `dim`, outer first."""
    outer = layout.outer_position(dim)
    return (outer,) if layout.tile(dim) is None else (outer, layout.inner_position(dim))
