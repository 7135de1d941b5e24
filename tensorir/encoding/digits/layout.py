"""A layout is an order of digits: element (…, i_d, …) of a tensor lies where the digits of all i_d, read as one number
in a mixed radix, say.

`[(0, 8, ?), (1, 16, ?), (0, 1, 8), (1, 1, 16)]` are tiles of 8×16: i_0 // 8, i_1 // 16, i_0 % 8, i_1 % 16. A dim may
have any number of digits. Its open digit is the outermost; where the size of the dim is not a multiple of its stride,
the memory has padding. A dim without digits does not move the element: it has size 1, or all of its positions are the
same element (a broadcast).
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, NotRefinable, Padding
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product
from tensorir.ir.known import NOTHING, Known


@frozen(cache_hash=True)
class DigitLayout:
    """The digits of a tensor of rank `rank`, outer to inner, and what the padding of each dim holds.

    Raises InferError unless the strides of each dim begin with 1, each is the one before times its extent, and only the
    last digit is open. Where strides are symbols, `chain` decides that for given facts."""

    rank: int
    digits: tuple[Digit, ...]
    padding: tuple[Padding, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.padding) != self.rank:
            raise InferError(f"{len(self.padding)} states of padding for {self.rank} dims")
        for digit in self.digits:
            if not 0 <= digit.dim < self.rank:
                raise InferError(f"digit {digit} of a tensor of rank {self.rank}")
            if any(isinstance(n, int) and n < 1 for n in (digit.stride, digit.extent)):
                raise InferError(f"digit {digit}: stride and extent are at least 1")
        for dim in range(self.rank):
            self._check_dim(dim)

    def _check_dim(self, dim: int) -> None:
        mine = self.positions(dim)
        opens = [p for p in mine if self.digits[p].extent is None]
        if mine and len(opens) != 1:
            raise InferError(f"dim {dim} has {len(opens)} open digits: needs one, the outermost")
        if not mine and self.padding[dim] != NO_PADDING:
            raise InferError(f"dim {dim} has no digits, and so no padding")
        chain = self.chain(dim)
        if isinstance(chain, NotRefinable) and all(isinstance(s, int) for s in chain.strides):
            raise InferError(str(chain))

    def positions(self, dim: int) -> list[int]:
        """The places of the digits of a dim, outer to inner."""
        return [p for p, digit in enumerate(self.digits) if digit.dim == dim]

    def open_digit(self, dim: int) -> Digit | None:
        """The outermost digit of a dim, None if it has none."""
        return next((d for d in self.digits if d.dim == dim and d.extent is None), None)

    def granule(self, dim: int) -> Dim:
        """The stride of the open digit: the memory has whole granules of a dim."""
        digit = self.open_digit(dim)
        return 1 if digit is None else digit.stride

    def chain(self, dim: int, known: Known = NOTHING) -> list[int] | NotRefinable:
        """Returns the places of the digits of a dim from that of stride 1 on to the open one, each of which begins
        where the one before ends."""
        left = self.positions(dim)
        made: list[int] = []
        reached: Dim | None = 1 if left else None
        while left:
            fits = [p for p in left if reached is not None and known.equal(self.digits[p].stride, reached)]
            fits.sort(key=lambda p: self.digits[p].extent != 1)  # of two with the same stride, that of one position
            if not fits:
                return NotRefinable(dim, tuple(self.digits[p].stride for p in (*made, *left)))
            (next_one, *_), digit = fits, self.digits[fits[0]]
            reached = None if digit.extent is None else digit.stride * digit.extent
            made.append(next_one)
            left.remove(next_one)
        return made

    def extent(self, digit: Digit, shape: Sequence[Dim], known: Known = NOTHING) -> Dim:
        """The number of positions of a digit in a tensor of this shape."""
        return known.ceildiv(shape[digit.dim], digit.stride) if digit.extent is None else digit.extent

    def packed_shape(self, shape: Sequence[Dim], known: Known = NOTHING) -> tuple[Dim, ...]:
        """The physical shape of a tensor of logical `shape`: one dim per digit."""
        return tuple(self.extent(digit, shape, known) for digit in self.digits)

    def storage_size(self, shape: Sequence[Dim], known: Known = NOTHING) -> Dim:
        """The number of elements in memory, padding included."""
        return product(self.packed_shape(shape, known))

    def memory_strides(self, shape: Sequence[Dim], known: Known = NOTHING) -> tuple[Dim, ...]:
        """How many elements apart the positions of each digit lie."""
        extents = self.packed_shape(shape, known)
        return tuple(product(extents[p + 1 :]) for p in range(len(extents)))

    def capacity(self, dim: int, shape: Sequence[Dim], known: Known = NOTHING) -> Dim:
        """The positions of a dim in memory, padding included; for a dim without digits its size."""
        digit = self.open_digit(dim)
        return shape[dim] if digit is None else self.extent(digit, shape, known) * digit.stride

    def padded_dims(self, shape: Sequence[Dim], known: Known = NOTHING) -> tuple[int, ...]:
        """The dims that are not known to have no padding in a tensor of this shape."""
        return tuple(d for d in range(self.rank) if not known.divides(self.granule(d), shape[d]))

    def with_padding(self, shape: Sequence[Dim], state: Padding = UNSPECIFIED, known: Known = NOTHING) -> DigitLayout:
        """The same digits, with `state` wherever a tensor of this shape may have padding, and none elsewhere."""
        padded = self.padded_dims(shape, known)
        return evolve(self, padding=tuple(state if d in padded else NO_PADDING for d in range(self.rank)))

    def check(self, shape: Sequence[Dim], known: Known = NOTHING) -> None:
        """Raises InferError if the layout is not one of tensors of this shape, or says of a dim that may have padding
        that it has none."""
        if len(shape) != self.rank:
            raise InferError(f"a layout of rank {self.rank} for a tensor of rank {len(shape)}")
        for d in self.padded_dims(shape, known):
            if self.padding[d] == NO_PADDING:
                raise InferError(
                    f"dim {d} of size {shape[d]} is said to have no padding, but is not known to be a multiple of "
                    f"{self.granule(d)}: say what the padding holds, or that the size is a multiple"
                )

    def simplest(self, shape: Sequence[Dim], known: Known = NOTHING) -> DigitLayout:
        """The same memory in as few digits as possible: without those of one position, and with neighbours merged."""
        made: list[Digit] = []
        for digit in self._without_ones(shape, known):
            outer = made[-1] if made else None
            if (
                outer is not None
                and digit.extent is not None
                and outer.dim == digit.dim
                and known.equal(outer.stride, digit.stride * digit.extent)
                and (outer.extent is not None or known.divides(outer.stride, shape[digit.dim]))
            ):
                extent = None if outer.extent is None else outer.extent * digit.extent
                made[-1] = Digit(digit.dim, digit.stride, extent)
            else:
                made.append(digit)
        padded = self.padded_dims(shape, known)
        return made_of(self.rank, made, [p if d in padded else NO_PADDING for d, p in enumerate(self.padding)])

    def _without_ones(self, shape: Sequence[Dim], known: Known) -> list[Digit]:
        """The digits of more than one position. Where the open digit has one, the next takes its place, unless it
        would be shorter then."""
        made: list[Digit | None] = list(self.digits)
        for dim in range(self.rank):
            chain = self.chain(dim, known)
            if isinstance(chain, NotRefinable):
                continue
            while chain and known.equal(self.extent(self.digits[chain[-1]], shape, known), 1):
                inner = self.digits[chain[-2]] if len(chain) > 1 else None
                if inner is not None:
                    if not known.equal(known.ceildiv(shape[dim], inner.stride), inner.extent or 1):
                        break
                    made[chain[-2]] = Digit(dim, inner.stride)
                made[chain.pop()] = None
        return [d for d in made if d is not None and d.extent != 1]

    def __str__(self) -> str:
        padding = ", ".join(map(str, self.padding))
        return f"#digits<[{', '.join(map(str, self.digits))}], padding = [{padding}]>"


def made_of(rank: int, digits: Sequence[Digit], padding: Sequence[Padding]) -> DigitLayout:
    """Returns a layout in which dims without digits have no padding."""
    present = {d.dim for d in digits}
    states = (p if d in present else NO_PADDING for d, p in enumerate(padding))
    return DigitLayout(rank, tuple(digits), tuple(states))


def row_major(rank: int) -> DigitLayout:
    """Returns the row-major layout: one digit per dim, in order."""
    return DigitLayout(rank, tuple(Digit(d, 1) for d in range(rank)), (NO_PADDING,) * rank)
