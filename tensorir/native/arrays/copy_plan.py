"""pack and unpack of any rank as calls of the C library, which supports only matrices.

C gets two dimensions as a matrix and one more as its batch; Python loops over the
others. The two are the last tiled ones. A single tiled dimension is paired with an untiled
one, with tiles of size 1.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from attrs import evolve, frozen

from tensorir.native._kernels import ffi, lib
from tensorir.native.arrays.operands import Array, aligned, check_once, element_strides, inner_contiguous, pointer
from tensorir.native.arrays.pieces import bytes_of, line_pieces
from tensorir.native.table import Features, Kernel, kernels, status_error

if TYPE_CHECKING:
    from tensorir.native._kernels import CData, CopyParams  # in the stub only


@frozen
class Fill:
    """The bit pattern of a padding element."""

    bits: int

    @classmethod
    def of(cls, value: complex, dtype: np.dtype[Any]) -> Self:
        """ValueError if `dtype` can't hold `value`; floats are rounded."""
        if type(value) is int and value == 0:
            return cls(0)
        try:
            if isinstance(value, complex) and dtype.kind != "c":
                raise TypeError("astype would drop the imaginary part")
            element = np.array(value).astype(dtype) if dtype.kind in "fcV" else np.array(value, dtype=dtype)
        except (OverflowError, TypeError, ValueError) as error:
            raise ValueError(f"padding: expected a value of dtype {dtype}, got {value!r}") from error
        if dtype.kind in "iub" and element != value:
            raise ValueError(f"padding: expected a value of dtype {dtype}, got {value!r}")
        return cls(int.from_bytes(element.tobytes(), sys.byteorder))


@frozen
class Axis:
    """One dimension: its sizes, and its strides in elements."""

    size: int
    tile: int
    outer: int
    plain: int
    """From one element to the next in the plain array."""
    packed: int
    """From one tile to the next in the packed array."""
    inside: int
    """From one element to the next in a tile."""


NO_AXIS = Axis(1, 1, 1, 1, 1, 1)

# The query which kernel would run takes pointers but does not dereference them.
ANYWHERE = ffi.cast("void *", 64)


@frozen
class Arrangement:
    """The dimensions that C gets (rows, columns, batch), and those over which Python loops."""

    rows: Axis
    columns: Axis
    batch: Axis
    loops: tuple[Axis, ...]

    def steps(self) -> Iterator[tuple[int, int, bool]]:
        """For each call of C: the element offsets in the plain and the packed array, and whether it is all padding."""
        if not self.loops:
            yield 0, 0, False
            return
        for index in product(*(range(axis.outer * axis.tile) for axis in self.loops)):
            plain = packed = 0
            beyond = False
            for position, axis in zip(index, self.loops, strict=True):
                plain += position * axis.plain
                packed += position // axis.tile * axis.packed + position % axis.tile * axis.inside
                beyond = beyond or position >= axis.size
            yield plain, packed, beyond


def _check_dims(name: str, dims: tuple[int, ...], rank: int) -> None:
    if len(set(dims)) != len(dims) or not all(0 <= dim < rank for dim in dims):
        raise ValueError(f"{name}: expected distinct dimensions from 0 to {rank - 1}, got {dims}")


Shape = tuple[int, ...]


def _axes(
    names: tuple[str, str],
    plain: tuple[Shape, Shape],
    packed: tuple[Shape, Shape],
    inner_dims: Shape,
    outer_perm: Shape | None,
) -> list[Axis]:
    """The dimensions of plain, in its order. Arrays are given as (shape, element strides)."""
    (plain_shape, plain_strides), (packed_shape, packed_strides) = plain, packed
    rank = len(plain_shape)
    if rank == 0:
        raise ValueError(f"{names[0]}: expected rank 1 or more, got a scalar")
    _check_dims("inner_dims", inner_dims, rank)
    perm = tuple(range(rank)) if outer_perm is None else outer_perm
    _check_dims("outer_perm", perm, rank)
    if len(perm) != rank:
        raise ValueError(f"outer_perm: expected all {rank} dimensions of {names[0]}, got {perm}")
    if len(packed_shape) != rank + len(inner_dims):
        raise ValueError(
            f"{names[1]}: expected rank {rank} + {len(inner_dims)} for inner_dims {inner_dims}, "
            f"got shape {packed_shape}"
        )
    tiles = dict(zip(inner_dims, packed_shape[rank:], strict=True))
    if 0 in tiles.values():
        raise ValueError(f"{names[1]}: expected tile sizes of at least 1, got shape {packed_shape}")
    expected = tuple(-(-plain_shape[dim] // tiles.get(dim, 1)) for dim in perm)
    if packed_shape[:rank] != expected:
        raise ValueError(
            f"{names[1]}: expected outer sizes {expected} for {names[0]} of shape {plain_shape}, "
            f"got shape {packed_shape}"
        )
    inside = dict(zip(inner_dims, packed_strides[rank:], strict=True))
    axes = [NO_AXIS] * rank
    for position, dim in enumerate(perm):
        axes[dim] = Axis(
            size=plain_shape[dim],
            tile=tiles.get(dim, 1),
            outer=packed_shape[position],
            plain=plain_strides[dim],
            packed=packed_strides[position],
            inside=inside.get(dim, 1),
        )
    return axes


def _arranged(axes: list[Axis], inner_dims: Shape) -> Arrangement:
    left = list(range(len(axes)))

    def take(dim: int) -> Axis:
        left.remove(dim)
        return axes[dim]

    if len(inner_dims) >= 2:
        rows, columns = take(inner_dims[-2]), take(inner_dims[-1])
    else:
        columns = take(inner_dims[-1] if inner_dims else len(axes) - 1)
        # A contiguous neighbour is transposed in registers; otherwise the largest saves most calls.
        rows = take(max(left, key=lambda dim: (axes[dim].plain == 1, axes[dim].size))) if left else NO_AXIS
    untiled = [dim for dim in left if dim not in inner_dims]
    loops = _merged([axes[dim] for dim in untiled])
    batch = NO_AXIS
    if loops:
        batch = max(loops, key=lambda axis: axis.size)
        loops.remove(batch)
    loops += [axes[dim] for dim in left if dim in inner_dims]
    return Arrangement(rows, columns, batch, tuple(loops))


def _merged(axes: list[Axis]) -> list[Axis]:
    """Merges dimensions that are adjacent in memory on both sides."""
    found: list[Axis] = []
    for axis in sorted(axes, key=lambda axis: -abs(axis.plain)):
        last = found[-1] if found else None
        if last and last.plain == axis.plain * axis.size and last.packed == axis.packed * axis.size:
            size = last.size * axis.size
            found[-1] = Axis(size, 1, size, axis.plain, axis.packed, 1)
        else:
            found.append(axis)
    return found


def _fill_in(params: "CopyParams", arranged: Arrangement, element_bytes: int, features: Features) -> None:
    rows, columns, batch = arranged.rows, arranged.columns, arranged.batch
    params.batch = batch.size
    params.plain_batch_stride, params.packed_batch_stride = batch.plain, batch.packed
    params.d0, params.plain_stride0 = rows.size, rows.plain
    params.d1, params.plain_stride1 = columns.size, columns.plain
    params.o0, params.packed_stride0, params.t0 = rows.outer, rows.packed, rows.tile
    params.o1, params.packed_stride1, params.t1 = columns.outer, columns.packed, columns.tile
    params.element_bytes = element_bytes
    params.cpu_features = features


@frozen
class Plan:
    """All parameters of a call except the pointers and the padding."""

    kernel: Kernel
    params: Any
    """tir_pack_params or tir_unpack_params. Never given to C itself: each call fills in
    a copy, so that threads don't meet."""
    arranged: Arrangement


def _plan(arranged: Arrangement, item: int, packing: bool, features: Features) -> Plan:
    if packing:
        pack_params = params = ffi.new("tir_pack_params *")
        _fill_in(pack_params, arranged, item, features)
        pack_params.plain = pack_params.packed = ANYWHERE
        index = lib.tir_pack_kernel(pack_params)
    else:
        unpack_params = params = ffi.new("tir_unpack_params *")
        _fill_in(unpack_params, arranged, item, features)
        unpack_params.plain = unpack_params.packed = ANYWHERE
        index = lib.tir_unpack_kernel(unpack_params)
    if index < 0:
        raise status_error("pack" if packing else "unpack", -index)
    return Plan(kernels()[index], params, arranged)


@lru_cache(maxsize=1024)
def plan_copy(
    names: tuple[str, str],
    plain: tuple[Shape, Shape],
    packed: tuple[Shape, Shape],
    item: int,
    inner_dims: Shape,
    outer_perm: Shape | None,
    features: Features,
) -> Plan | None:
    """The calls for arrays given as (shape, byte strides); None if the input must be copied first.

    names: of the plain and of the packed one, for messages. The input is the one named
    `source`; ValueError if the shapes don't fit, or if `out` has strides that C can't walk.
    """
    plain_strides = element_strides(*plain, item)
    packed_strides = element_strides(*packed, item)
    tiles_whole = packed_strides is not None and inner_contiguous(packed[0], packed_strides, len(inner_dims))
    packing = names[1] == "out"
    if packing and not tiles_whole:
        raise ValueError(
            f"out: expected contiguous tiles in the last {len(inner_dims)} dimensions, "
            f"got strides {packed[1]} for shape {packed[0]}"
        )
    if not packing and plain_strides is None:
        raise ValueError(f"out: expected strides of whole elements, got {plain[1]} for elements of {item} bytes")
    if plain_strides is None or packed_strides is None or not tiles_whole:
        return None
    axes = _axes(names, (plain[0], plain_strides), (packed[0], packed_strides), inner_dims, outer_perm)
    check_once("out", *((packed[0], packed_strides) if packing else (plain[0], plain_strides)))
    return _plan(_arranged(axes, inner_dims), item, packing, features)


def _planned(
    names: tuple[str, str],
    plain: Array,
    packed: Array,
    inner_dims: Sequence[int],
    outer_perm: Sequence[int] | None,
    features: Features,
) -> tuple[Plan, Array, Array]:
    """Returns a plan and the arrays, where the input may be a copy."""
    dims = tuple(inner_dims)
    perm = None if outer_perm is None else tuple(outer_perm)
    for _ in range(2):
        plan = None
        if aligned(plain) and aligned(packed):
            given = (plain.shape, plain.strides), (packed.shape, packed.strides)
            plan = plan_copy(names, *given, plain.itemsize, dims, perm, features)
        if plan is not None:
            return plan, plain, packed
        if names[0] == "source":
            plain = np.array(plain, order="C")
        else:
            packed = np.array(packed, order="C")
    raise AssertionError("a new contiguous array always has a plan")


def _run(
    call: Callable[[Any], int], params: Any, plain: "CData", packed: "CData", plan: Plan, *, padding: bool
) -> Kernel:
    """Calls C for each step or part of a step; with `padding`, also for those beyond the plain array."""
    arranged, item = plan.arranged, params.element_bytes
    for plain_offset, packed_offset, beyond in arranged.steps():
        if beyond and not padding:
            continue
        for part in _parts(arranged, item, bytes_of(plan.kernel.isa)):
            rows, columns, batch = part.rows, part.columns, part.batch
            params.d0, params.o0 = 0 if beyond else rows.size, rows.outer
            params.d1, params.o1, params.batch = columns.size, columns.outer, batch.size
            params.plain = plain if beyond else plain + (plain_offset + part.plain) * item
            params.packed = packed + (packed_offset + part.packed) * item
            status = call(params)
            if status != lib.TIR_STATUS_OK:
                raise status_error(plan.kernel.op, status)
    return plan.kernel


@frozen
class _Part:
    """A range of batches, rows and columns of a matrix, and its offset in elements."""

    rows: Axis
    columns: Axis
    batch: Axis
    plain: int
    packed: int


def _parts(arranged: Arrangement, item: int, most: int) -> Iterator[_Part]:
    """Splits the matrix into parts of at most `most` bytes of tiles: by batch, else by rows, else by columns."""
    rows, columns, batch = arranged.rows, arranged.columns, arranged.batch
    row = columns.outer * columns.tile * rows.tile * item
    matrix = rows.outer * row
    if batch.size * matrix <= most:
        yield _Part(rows, columns, batch, 0, 0)
        return
    for b, batches in line_pieces(batch.size, matrix, most):
        for r, row_tiles in line_pieces(rows.outer, row, most):
            for c, column_tiles in line_pieces(columns.outer, columns.tile * rows.tile * item, most):
                yield _Part(
                    _cut(rows, r, row_tiles),
                    _cut(columns, c, column_tiles),
                    evolve(batch, size=batches),
                    b * batch.plain + r * rows.tile * rows.plain + c * columns.tile * columns.plain,
                    b * batch.packed + r * rows.packed + c * columns.packed,
                )


def _cut(axis: Axis, first: int, tiles: int) -> Axis:
    """`tiles` tiles of a dimension, from tile `first` on."""
    return evolve(axis, size=max(0, min(axis.size - first * axis.tile, tiles * axis.tile)), outer=tiles)


def run_pack(
    source: Array,
    out: Array,
    inner_dims: Sequence[int],
    outer_perm: Sequence[int] | None,
    fill: Fill,
    features: Features,
) -> Kernel:
    """`calls.pack` after the checks of the individual arrays."""
    plan, source, out = _planned(("source", "out"), source, out, inner_dims, outer_perm, features)
    params = ffi.new("tir_pack_params *", plan.params[0])
    params.padding = fill.bits
    plain, packed = pointer(source, writable=False), pointer(out, writable=True)
    return _run(lib.tir_pack, params, plain, packed, plan, padding=True)


def run_unpack(
    source: Array, out: Array, inner_dims: Sequence[int], outer_perm: Sequence[int] | None, features: Features
) -> Kernel:
    """`calls.unpack` after the checks of the individual arrays."""
    plan, out, source = _planned(("out", "source"), out, source, inner_dims, outer_perm, features)
    params = ffi.new("tir_unpack_params *", plan.params[0])
    plain, packed = pointer(out, writable=True), pointer(source, writable=False)
    return _run(lib.tir_unpack, params, plain, packed, plan, padding=False)
