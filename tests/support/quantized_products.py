"""Random products of dequantized integers, in the spellings of exporters, with the scales and zero points drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen
from hypothesis import strategies as st

from tensorir.builder.module import ModuleBuilder
from tensorir.builder.tensor import Tensor
from tensorir.ir.dtype import DType, bf16, f16, f32, f64, i4, i8, i16, i32, u4, u8, u16
from tensorir.ir.module import Module

Array = npt.NDArray[Any]

SIZES = {"m": (1, 2, 5), "n": (1, 3, 4), "k": (2, 7), "b": (1, 2)}
NARROW = (i8, i8, u8, i4, u4)

TURNED = {i8: u8, u8: i8, i4: u4, u4: i4, i16: u16}


@frozen
class Side:
    """One operand as it is written: where it is stored, and how its numbers become floats."""

    letters: str
    sizes: dict[str, int]
    stored: DType
    dtype: DType


class QuantizedProduct:
    """@main(a, b, …) → the product, over M, N, K and perhaps a batch. `exact`: scales are powers of two, so that both
    forms round nothing, and integers narrow."""

    def __init__(self, drawn: st.DataObject, *, exact: bool) -> None:
        self.draw = drawn.draw
        self.exact = exact
        self.args: list[Array] = []
        self._rng = np.random.default_rng(self.draw(st.integers(0, 1 << 16)))
        self._builder = ModuleBuilder()
        self._f = self._builder.function("main")
        self.module = self._make()

    def _chance(self) -> bool:
        return self.draw(st.booleans())

    def _make(self) -> Module:
        draw = self.draw
        sizes = {c: draw(st.sampled_from(known)) for c, known in SIZES.items()}
        dtype = f32 if self.exact else draw(st.sampled_from((f32, f32, f64, f16, bf16)))
        batch = "b" if self._chance() else ""
        left = batch + draw(st.sampled_from(("mk", "km")))
        right = draw(st.sampled_from((batch, ""))) + draw(st.sampled_from(("kn", "nk")))
        out = batch + draw(st.sampled_from(("mn", "nm")))
        stored = draw(st.sampled_from(NARROW if self.exact else (*NARROW, i16))), draw(st.sampled_from(NARROW))
        a, b = (self._side(Side(w, sizes, t, dtype)) for w, t in zip((left, right), stored, strict=True))
        made = a.contract(b, f"{left},{right}->{out}")
        if self._chance():
            made = (made + 0.5).relu()
        self._f.returns(made)
        return self._builder.build()

    def _side(self, side: Side) -> Tensor:
        """(cast(q) − z)·s."""
        dtype = side.dtype
        q = self._integers(side, side.letters)
        if self._chance():  # as importers write the unsigned integers of MLIR, whose types say nothing of signs
            q = q.cast(TURNED[side.stored])
        zero = self.draw(st.sampled_from(("none", "literal", "added", "after", "before")))
        if zero in ("after", "before"):
            kept = self._kept(side)
            z = self._integers(side, kept)
            narrow = side.stored.bits > 8 or zero == "after"
            between = dtype if narrow else i32
            x = (q.cast(between) - self._spread(z, kept, side).cast(between)).cast(dtype)
        else:
            number = self.draw(st.integers(-9, 9))
            x = q.cast(dtype)
            x = x if zero == "none" else x - float(number) if zero == "literal" else x + float(number)
        for _ in range(self.draw(st.integers(1, 2))):
            if self._chance():
                x = x * self._scale() if self._chance() else x / self._scale()
                continue
            kept = self._kept(side)
            scale = self._spread(self._argument("s", self._scales(side, kept), dtype), kept, side)
            x = x * scale if self._chance() else scale * x if self._chance() else x / scale
        return x

    def _kept(self, side: Side) -> str:
        """The dims along which a scale or a zero point varies: none that is summed."""
        return "".join(c for c in side.letters if c != "k" and self._chance())

    def _spread(self, x: Tensor, kept: str, side: Side) -> Tensor:
        """With its dims of size 1 again, as it is broadcast; a scalar is one already."""
        return x if not kept else x.reshape(*(side.sizes[c] if c in kept else 1 for c in side.letters))

    def _scale(self) -> float:
        return self.draw(st.sampled_from((0.5, 2.0, 0.125) if self.exact else (0.05, 0.3, 1.7)))

    def _scales(self, side: Side, kept: str) -> Array:
        shape = [side.sizes[c] for c in kept]
        return 2.0 ** self._rng.integers(-3, 4, shape) if self.exact else self._rng.uniform(0.05, 1.5, shape)

    def _integers(self, side: Side, letters: str) -> Tensor:
        low, high = side.stored.range
        shape = [side.sizes[c] for c in letters]
        return self._argument("q", self._rng.integers(low, high + 1, shape), side.stored)

    def _argument(self, name: str, data: Array, dtype: DType) -> Tensor:
        self.args.append(np.asarray(data).astype(dtype.numpy))
        return self._f.arg(f"{name}{len(self.args)}", tuple(self.args[-1].shape), dtype)
