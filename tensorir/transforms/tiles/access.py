"""Where the elements of a tensor lie in a buffer: each dim as mixed-radix digits, each digit with its own stride.

A row-major tensor has one digit per dim. Views of it, also merges of dims that are not neighbours in memory, are
other arrangements of the same digits, so they cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from tensorir.dialects.tile import Slice
from tensorir.encoding.views import Groups
from tensorir.ir.dims import Dim, product, quotient
from tensorir.ir.value import Value


class UnfitError(Exception):
    """A tensor can't be reached in the required way; the message says why."""


@frozen
class Digit:
    """`size` positions, `stride` elements apart."""

    size: Dim
    stride: Dim


Digits = tuple[Digit, ...]
"""The digits of one dim, outermost first."""


@frozen
class Access:
    """A tensor in `buffer`: `offset` is the element at position 0 of all dims."""

    buffer: Value
    offset: Dim
    dims: tuple[Digits, ...]

    @property
    def shape(self) -> tuple[Dim, ...]:
        return tuple(product(digit.size for digit in digits) for digits in self.dims)

    def is_at(self, other: Access) -> bool:
        """Whether every element lies where that of `other` lies; how far apart neighbours of one alone were says
        nothing."""
        same = (joined(a) == joined(b) for a, b in zip(self.dims, other.dims, strict=True))
        return self.buffer is other.buffer and self.offset == other.offset and all(same)

    def single(self, dim: int) -> Digit:
        """Returns the only digit of a dim. Raises UnfitError if it has several."""
        (digits,) = (self.dims[dim],)
        if len(digits) != 1:
            raise UnfitError(f"dim {dim} is not evenly spaced in memory")
        return digits[0]

    def transposed(self, permutation: Sequence[int]) -> Access:
        """Dim i of the result is dim `permutation[i]`."""
        return evolve(self, dims=tuple(self.dims[p] for p in permutation))

    def collapsed(self, groups: Groups) -> Access:
        """Merges the dims of each group, row-major; to a scalar there are no groups."""
        merged = (tuple(digit for d in group for digit in self.dims[d]) for group in groups)
        return evolve(self, dims=tuple(joined(digits) for digits in merged))

    def expanded(self, groups: Groups, shape: Sequence[Dim]) -> Access:
        """Splits dim g into dims of the sizes of `groups[g]`, row-major. Raises UnfitError if digits would be cut."""
        dims: list[Digits] = [] if groups else [(Digit(1, 0),) for _ in shape]
        for g, group in enumerate(groups):
            dims += split(self.dims[g], [shape[d] for d in group])
        return evolve(self, dims=tuple(dims))

    def broadcast(self, new: Sequence[int], shape: Sequence[Dim]) -> Access:
        """Adds the dims `new`, along which elements are repeated."""
        kept = iter(self.dims)
        return evolve(self, dims=tuple((Digit(s, 0),) if d in new else next(kept) for d, s in enumerate(shape)))

    def sliced(self, offsets: Sequence[Dim], sizes: Sequence[Dim], strides: Sequence[int]) -> Access:
        """Every `strides[d]`-th position from `offsets[d]` on. Raises UnfitError where several digits are cut."""
        offset, dims = self.offset, list[Digits]()
        for d, (begin, size, stride) in enumerate(zip(offsets, sizes, strides, strict=True)):
            if begin == 0 and stride == 1 and (size == self.shape[d] or len(self.dims[d]) == 1):
                dims.append(self.dims[d] if size == self.shape[d] else (Digit(size, self.dims[d][0].stride),))
                continue
            digit = self.single(d)
            offset = offset + begin * digit.stride
            dims.append((Digit(size, stride * digit.stride),))
        return Access(self.buffer, offset, tuple(dims))


def row_major(buffer: Value, shape: Sequence[Dim]) -> Access:
    """A tensor that is the whole buffer."""
    strides = (product(shape[d + 1 :]) for d in range(len(shape)))
    return Access(buffer, 0, tuple((Digit(s, stride),) for s, stride in zip(shape, strides, strict=True)))


def strided(buffer: Value, shape: Sequence[Dim], lies: Slice) -> Access:
    """A tensor with one stride per dim."""
    return Access(
        buffer, lies.offset, tuple((Digit(s, stride),) for s, stride in zip(shape, lies.strides, strict=True))
    )


def joined(digits: Digits) -> Digits:
    """Merges neighbouring digits that are evenly spaced together, and drops those of size 1."""
    made: list[Digit] = []
    for digit in digits:
        if digit.size == 1:
            continue
        if made and made[-1].stride == digit.size * digit.stride:
            made[-1] = Digit(made[-1].size * digit.size, digit.stride)
        else:
            made.append(digit)
    return tuple(made) or (Digit(1, 0),)


def split(digits: Digits, sizes: Sequence[Dim]) -> list[Digits]:
    """Distributes digits over dims of these sizes, whose product is that of the digits. Raises UnfitError if a digit
    would have to be cut where that is not known to be exact."""
    made: list[list[Digit]] = [[] for _ in sizes]
    left = [d for d in digits if d.size != 1]
    for i in range(len(sizes) - 1, -1, -1):
        wanted = sizes[i]
        while wanted != 1:
            if not left:
                raise UnfitError(f"a dim of size {wanted} has no elements left")
            digit = left.pop()
            if digit.size == wanted or (not i and not left):
                part, rest = (digit.size if digit.size == wanted else wanted), 1
            elif (rest := quotient(digit.size, wanted)) is not None:
                part = wanted
                left.append(Digit(rest, digit.stride * wanted))
            elif (quotient(wanted, digit.size)) is not None:
                part = digit.size
            else:
                raise UnfitError(f"a dim of {digit.size} can't be cut into parts of {wanted}")
            made[i].insert(0, Digit(part, digit.stride))
            divided = quotient(wanted, part)
            assert divided is not None
            wanted = divided
    return [tuple(d) or (Digit(1, 0),) for d in made]


def common(many: Sequence[Digits]) -> list[tuple[Dim, tuple[Dim, ...]]]:
    """Cuts the same dim of several tensors into common loops: (size, stride in each tensor), outermost first.

    Raises UnfitError if the digits have no common refinement."""
    rests = [[d for d in digits if d.size != 1] for digits in many]
    loops: list[tuple[Dim, tuple[Dim, ...]]] = []
    while any(rests):
        if not all(rests):
            raise UnfitError("the sizes of one dim differ")
        size = rests[0][-1].size
        for rest in rests[1:]:
            size = _smaller(size, rest[-1].size)
        strides: list[Dim] = []
        for rest in rests:
            digit = rest.pop()
            strides.append(digit.stride)
            over = quotient(digit.size, size)
            if over is None:
                raise UnfitError(f"parts of {digit.size} and {size} have no common refinement")
            if over != 1:
                rest.append(Digit(over, digit.stride * size))
        loops.insert(0, (size, tuple(strides)))
    return loops


def _smaller(a: Dim, b: Dim) -> Dim:
    if quotient(a, b) is not None:
        return b
    if quotient(b, a) is not None:
        return a
    raise UnfitError(f"parts of {a} and {b} have no common refinement")
