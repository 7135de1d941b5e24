"""Builds the body of one grid: where every value lies in a unit, and the steps that compute it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from tensorir.dialects.tile import UNIT_DIMS, Copy, Gather, Scratch, Step
from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Tiles
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dims import Dim, ceildiv, iteration_dim, product, quotient
from tensorir.ir.dtype import DType
from tensorir.ir.known import NOTHING
from tensorir.ir.location import UNKNOWN
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError, common, row_major
from tensorir.transforms.tiles.unit_dims import UnitDim


@frozen
class Piece:
    """The part of a dim or loop that belongs to a unit: `size` positions from `begin` on. A dim along which no unit dim
    runs begins at 0."""

    begin: Dim
    size: Dim
    most: Dim
    """The largest size in any unit, from sizes alone."""


@frozen
class Loop:
    """One dim of an op's iteration space: its piece, and the digits of each operand along it (None: does not move)."""

    piece: Piece
    digits: tuple[Digits | None, ...]


@frozen
class MadeSide:
    """A tensor of which `body` computes each element, from one of each of `sources`, which have the dims of the tensor;
    along some of them they may stand still."""

    body: ScalarBody
    sources: tuple[Access, ...]


class Emitter:
    """The state of one grid."""

    def __init__(
        self, device: Device, units: Sequence[UnitDim], blocks: Sequence[Dim], whole: Mapping[Value, Access]
    ) -> None:
        """`whole`: values outside of the units, as accesses to the arguments of the grid's body."""
        self.device = device
        self.units, self.blocks = units, blocks
        self.accesses: dict[Value, Access] = dict(whole)
        self.whole = set(whole)
        self.made: Mapping[Value, MadeSide] = {}
        """What is not stored, but computed where it is read as the right side of a product."""
        self.packed_rows: Mapping[Op, Dim] = {}
        """How many rows of a product in tiles count, where that is known."""
        self.known = NOTHING
        """Facts about sizes."""
        self.inside: Mapping[Value, Sequence[Dim]] = {}
        """The sizes of what is padded, for padded values: units run along these, and leave out the padding."""
        self.latest: dict[Value, Value] = {}
        """The latest version of each buffer, for those that were written."""
        self.steps: list[Op] = []
        self.loc = UNKNOWN
        self.origin = ""

    def attributed(self, op: Op) -> None:
        """Steps from now on belong to `op`."""
        self.loc, self.origin = op.loc, op.NAME

    def tiles_for(self, types: tuple[DType, DType, DType]) -> Tiles | None:
        """The tiles in which the device multiplies a large matrix of these element types, or None."""
        return device_tiles(self.device, types)

    def kernel_for(self, types: tuple[DType, DType, DType], tiles: Tiles) -> str:
        """The device's kernel for these tiles, or "" if it has none: any kernel that computes them runs then."""
        found = Answers(self.device).kernel(types, tiles, self.loc)
        return found if isinstance(found, str) else ""

    @property
    def first_loop(self) -> int:
        """The number of unit dims of maps."""
        return UNIT_DIMS * len(self.units)

    # ---- pieces ---------------------------------------------------------------------------------------------------

    def piece(self, unit: int, factor: int, size: Dim) -> Piece:
        """The piece of a dim of `size` along which unit dim number `unit` runs with `factor` positions per granule. The
        dim may end before the unit dim does: then later units have no part of it."""
        u = self.units[unit]
        start, count, valid = (iteration_dim(UNIT_DIMS * unit + i) for i in range(UNIT_DIMS))
        begin, positions, whole = start * factor, count * factor, u.extent * factor
        block = self.blocks[unit] * factor
        most = min(block, size) if isinstance(block, int) and isinstance(size, int) else block
        if size == whole:
            return Piece(begin, positions, most)
        if isinstance(size, int) and isinstance(whole, int) and size != u.total:
            return Piece(begin, _before(size, begin, positions, whole), most)
        return Piece(begin, valid, most)

    def value_pieces(self, value: Value) -> list[Piece]:
        """The piece of each dim of a value that the region computes."""
        pieces = [Piece(0, s, s) for s in value.type.shape]
        shape = self.inside.get(value, value.type.shape)
        for k, unit in enumerate(self.units):
            if (at := unit.values.get(value)) is not None:
                pieces[at.dim] = self.piece(k, at.factor, shape[at.dim])
        return pieces

    def ends(self, value: Value, dim: int) -> tuple[Dim, Dim]:
        """Whether the piece of a dim of a static size is the first one, and whether it is the last one: 1 or 0."""
        for k, unit in enumerate(self.units):
            if (at := unit.values.get(value)) is not None and at.dim == dim:
                start, count = (iteration_dim(UNIT_DIMS * k + i) for i in range(2))
                return 1 - ceildiv(start, unit.extent), 1 - ceildiv(unit.extent - start - count, unit.extent)
        return 1, 1

    def unit_along(self, value: Value, dim: int) -> tuple[int, int]:
        """The unit dim that runs along a dim of a value, and its positions per granule; there must be one."""
        found = ((k, unit.values.get(value)) for k, unit in enumerate(self.units))
        return next((k, at.factor) for k, at in found if at is not None and at.dim == dim)

    def loop_pieces(self, op: Op, sizes: Sequence[Dim]) -> list[Piece]:
        """The piece of each loop of an op, whose loops have these `sizes`."""
        pieces = [Piece(0, s, s) for s in sizes]
        for k, unit in enumerate(self.units):
            if (at := unit.ops.get(op)) is not None:
                pieces[at.dim] = self.piece(k, at.factor, sizes[at.dim])
        return pieces

    # ---- storage --------------------------------------------------------------------------------------------------

    def scratch(self, value: Value) -> Access:
        """Gives a value memory of the unit."""
        return self.scratch_of(
            [p.size for p in self.value_pieces(value)],
            [p.most for p in self.value_pieces(value)],
            value.type,
            value.hint,
        )

    def scratch_of(self, sizes: Sequence[Dim], most: Sequence[Dim], type: TensorType, hint: str = "") -> Access:
        """Memory of the unit for `sizes` positions, of which there are at most `most`."""
        made = Scratch(TensorType(tuple(most), type.dtype))
        self.steps.append(made)
        object.__setattr__(made.result, "hint", hint)  # the value is not shared yet
        whole = row_major(made.result, most)
        dims = tuple((Digit(s, d[0].stride),) for s, d in zip(sizes, whole.dims, strict=True))
        return Access(made.result, 0, dims)

    def within(self, access: Access, pieces: Sequence[Piece]) -> Access:
        """The pieces of a tensor that exists as a whole."""
        offset, dims = access.offset, list[Digits]()
        for digits, piece in zip(access.dims, pieces, strict=True):
            moved, kept = cut(digits, piece)
            offset = offset + moved
            dims.append(kept)
        return Access(access.buffer, offset, tuple(dims))

    # ---- steps ----------------------------------------------------------------------------------------------------

    def emit(
        self,
        make: Callable[..., Step],
        inputs: Sequence[Access],
        outs: Sequence[Access],
        loops: Sequence[tuple[Dim, Sequence[Dim]]],
        **attributes: Any,
    ) -> None:
        """Appends a step. `loops`: size, and the stride of each operand; the accesses give buffers and offsets."""
        dims, count = self.first_loop, len(loops)
        maps: list[AffineMap] = []
        for i, access in enumerate((*inputs, *outs)):
            total: Dim = access.offset
            for l, (_, strides) in enumerate(loops):
                total = total + strides[i] * iteration_dim(dims + l) if strides[i] != 0 else total
            maps.append(AffineMap(dims + count, (total,)))
        bodies: Sequence[ScalarBody] = attributes.get("bodies", ())
        may_fail = make is Gather or any(body.may_fail for body in bodies)
        step = make(
            buffers=tuple(self.latest.get(a.buffer, a.buffer) for a in (*inputs, *outs)),
            shape=AffineMap(dims, tuple(size for size, _ in loops)),
            maps=tuple(maps),
            origin=self.origin if may_fail else "",
            loc=self.loc,
            **attributes,
        )
        self.steps.append(step)
        for access, result in zip(outs, step.results, strict=True):
            object.__setattr__(result, "hint", access.buffer.hint)  # the value is not shared yet
            self.latest[access.buffer] = result

    def copy(self, source: Access, out: Access, pieces: Sequence[Piece]) -> None:
        """Appends a copy between two tensors of the sizes of `pieces`, if they lie in different places."""
        if source.is_at(out):
            return
        loops = refined([Loop(p, (source.dims[d], out.dims[d])) for d, p in enumerate(pieces)])
        self.emit(Copy, [source], [out], [loop for part in loops for loop in part])

    def unit_map(self, *results: Dim) -> AffineMap:
        """A map from the unit dims alone."""
        return AffineMap(self.first_loop, results)


def _before(end: int, begin: Dim, positions: Dim, whole: int) -> Dim:
    """How many of the `positions` from `begin` on lie before `end`, for pieces of the positions below `whole`, of which
    `end` is one: all but those behind the end, of which those before the piece are not counted."""

    def behind(position: Dim) -> Dim:
        over = position - end
        return over * ceildiv(over, whole)  # ⌈over / whole⌉ is 1 if over is positive, else 0: over is above -whole

    return positions - behind(begin + positions) + behind(begin)


def cut(digits: Digits, piece: Piece) -> tuple[Dim, Digits]:
    """Returns the offset of a piece of a dim, and its digits. Raises UnfitError if the piece cuts a digit."""
    total = product(d.size for d in digits)
    if piece.begin == 0 and piece.size == total:
        return 0, digits
    if len(digits) == 1:
        return piece.begin * digits[0].stride, (Digit(piece.size, digits[0].stride),)
    outer, *inner = digits
    per = product(d.size for d in inner)
    begin, size = quotient(piece.begin, per) if piece.begin != 0 else 0, quotient(piece.size, per)
    if begin is None or size is None:
        raise UnfitError(f"pieces of {piece.size} positions cut parts of {per}")
    return begin * outer.stride, (Digit(size, outer.stride), *inner)


def refined(loops: Sequence[Loop]) -> list[list[tuple[Dim, tuple[Dim, ...]]]]:
    """Cuts each dim of an iteration space into loops along which every operand has one stride."""
    made: list[list[tuple[Dim, tuple[Dim, ...]]]] = []
    for loop in loops:
        moving = [i for i, d in enumerate(loop.digits) if d is not None]
        if all(len(loop.digits[i] or ()) == 1 for i in moving):  # also where the size is not known to be the same
            made.append([(loop.piece.size, tuple((d[0].stride if d else 0) for d in loop.digits))])
            continue
        parts = common([loop.digits[i] or () for i in moving])
        made.append(
            [
                (size, tuple(strides[moving.index(i)] if i in moving else 0 for i in range(len(loop.digits))))
                for size, strides in parts
            ]
            or [(1, (0,) * len(loop.digits))]
        )
    return made


def moved(access: Access, by: Dim) -> Access:
    """The same tensor, `by` elements further on."""
    return evolve(access, offset=access.offset + by) if by != 0 else access


def device_tiles(device: Device, types: tuple[DType, DType, DType]) -> Tiles | None:
    """The device's tiles for M×K times K×N."""
    maps = select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))
    found = device.resolver.tiles_for(ContractionSpace(maps, types, (None,) * 3))
    return found if isinstance(found, Tiles) and not found.swapped else None
