"""Where an op with indexing maps finds its operands: the digits of each operand along each dim of the iteration
space."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, Division, quotient
from tensorir.ir.value import Value
from tensorir.transforms.tiles.access import Access, Digit, Digits, UnfitError
from tensorir.transforms.tiles.emitter import Emitter, Piece, cut, moved


def operands_digits(
    e: Emitter, values: Sequence[Value], maps: Sequence[AffineMap], pieces: Sequence[Piece]
) -> tuple[list[Access], list[list[Digits | None]]]:
    """Returns where the operands of an op with indexing maps lie, and the digits of each along each iteration dim."""
    accesses: list[Access] = []
    digits: list[list[Digits | None]] = []
    for value, map in zip(values, maps, strict=False):
        access, along = operand_digits(e, value, map, pieces)
        accesses.append(access)
        digits.append(along)
    return accesses, digits


def operand_digits(
    e: Emitter, value: Value, map: AffineMap, pieces: Sequence[Piece]
) -> tuple[Access, list[Digits | None]]:
    """Returns where an operand that is read through `map` lies, and its digits along each dim of the iteration space.

    Raises UnfitError if some dim is not read along digits of the loops."""
    return digits_along(e.accesses[value], map, pieces, whole=value in e.whole)


def digits_along(
    access: Access, map: AffineMap, pieces: Sequence[Piece], *, whole: bool
) -> tuple[Access, list[Digits | None]]:
    """The same for a tensor at `access`; `whole`: it is all there, not only what the unit computes of it."""
    along: list[Digits | None] = [None] * len(pieces)
    offset = access.offset
    for dim in range(len(map.results)):
        plain = map.dims[dim]
        if plain is not None:
            begin, found = cut(access.dims[dim], pieces[plain]) if whole else (0, access.dims[dim])
            offset = offset + begin
            along[plain] = _sum(along[plain], found)
            continue
        divided = map.divided(dim)
        if divided is not None and divided[0] != "ceildiv":
            begin, loop, found = _part_of_loop(divided, access.single(dim), pieces)
            offset = offset + begin
            along[loop] = _sum(along[loop], found)
            continue
        strides = map.strides(dim)
        if strides is None:
            raise UnfitError(f"{map} reads dim {dim} neither along a loop nor with a stride per loop")
        by_loop, constant = strides
        if not by_loop and constant == 0:
            continue
        digit = access.single(dim)
        offset = offset + constant * digit.stride
        for loop, stride in by_loop.items():
            piece = pieces[loop]
            if whole:
                offset = offset + piece.begin * (stride * digit.stride)
            elif piece.begin != 0:
                raise UnfitError(f"{map} reads more than a unit's piece of dim {dim}")
            along[loop] = _sum(along[loop], (Digit(piece.size, stride * digit.stride),))
    return moved(access, offset - access.offset), along


def _sum(a: Digits | None, b: Digits) -> Digits:
    """A loop along which two dims of an operand move."""
    if a is None:
        return b
    if len(a) != 1 or len(b) != 1:
        raise UnfitError("two dims of an operand run along one loop, and one of them is not evenly spaced in memory")
    return (Digit(a[0].size, a[0].stride + b[0].stride),)


def _part_of_loop(divided: tuple[Division, int, int], digit: Digit, pieces: Sequence[Piece]) -> tuple[Dim, int, Digits]:
    """Returns the offset of a dim that is read by a quotient or a remainder of a loop, the loop, and its digits: the
    loop counts quotients outside and remainders inside, and the dim moves along one of them."""
    kind, loop, divisor = divided
    piece = pieces[loop]
    outer, begin = quotient(piece.size, divisor), quotient(piece.begin, divisor) if piece.begin != 0 else 0
    if outer is None or begin is None or divisor < 1:
        raise UnfitError(f"a loop of {piece.size} is not cut by {divisor} without a rest")
    along, inside = (digit.stride, 0) if kind == "floordiv" else (0, digit.stride)
    return begin * along, loop, (Digit(outer, along), Digit(divisor, inside))
