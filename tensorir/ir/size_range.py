"""A range of a size, for which a function has a plan of its own."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from tensorir.ir.diagnostic import InferError
from tensorir.ir.known import Known, SizeFact


@frozen(cache_hash=True)
class SizeRange:
    """`least` ≤ `symbol` ≤ `most` (None: no limit). `typical`: what the symbol counts as where costs of the range are
    compared.

    Raises InferError for an empty range, and if `typical` is outside of it."""

    symbol: str
    least: int
    most: int | None
    typical: int

    def __attrs_post_init__(self) -> None:
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise InferError(f"{self}: there is no such size")
        if self.typical not in self:
            raise InferError(f"{self}: its typical size, {self.typical}, is outside of it")

    def __contains__(self, size: int) -> bool:
        return self.least <= size and (self.most is None or size <= self.most)

    @property
    def known(self) -> Known:
        """What holds for the symbol."""
        return Known(((self.symbol, SizeFact(self.least, self.most)),))

    def has(self, sizes: Mapping[str, int]) -> bool:
        """Whether these sizes of symbols are in the range."""
        return sizes[self.symbol] in self

    def __str__(self) -> str:
        return f"{self.symbol} = {self.least} … {'' if self.most is None else self.most}".rstrip()
