"""Convolutions as exporters write them with im2col: matrices whose rows or columns are windows, times a filter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from attrs import frozen

from tensorir.builder.module import FunctionBuilder, ModuleBuilder
from tensorir.builder.shapes import contraction_maps
from tensorir.builder.tensor import Tensor
from tensorir.dialects.linalg import Contract, Generic
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dims import iteration_dim
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.ir.scalar import ScalarBody, arg


@frozen
class Columns:
    """A 2-D convolution without border. `form`: the windows are an op, joined slices or stacked ones; `named`: they are
    not made a matrix, as in linalg's named convolutions. `matrix`: the rows
    N·P × K, a batch N × P × K, turned N × K × P, or columns, K × N × P or K × P × N."""

    channels_last: bool = True
    form: str = "op"
    matrix: str = "rows"
    filter_first: bool = False
    batch: int = 1
    image: tuple[int, int] = (6, 5)
    channels: int = 3
    taps: tuple[int, int] = (3, 2)
    filters: int = 4
    stride: int = 1
    dilation: int = 1
    begin: int = 0
    """Where the first window begins in each dim of space."""
    bias: bool = False
    summed: bool = False
    """Whether the product is added to an argument."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the image."""
        return self._placed(*self.image, self.channels)

    @property
    def places(self) -> tuple[int, int]:
        reach = ((n - self.begin, (t - 1) * self.dilation + 1) for n, t in zip(self.image, self.taps, strict=True))
        height, width = ((n - r) // self.stride + 1 for n, r in reach)
        return height, width

    def _placed(self, height: int, width: int, channels: int) -> tuple[int, ...]:
        space = (height, width)
        return (self.batch, *space, channels) if self.channels_last else (self.batch, channels, *space)

    def module(self) -> Module:
        """@main(image, start if `summed`) → the result as N × P × F or N × F × P; N·P × F if the matrix has such rows.
        Weights are random."""
        module = ModuleBuilder()
        f = module.function("main")
        rng = np.random.default_rng(0)
        depth = self.channels * self.taps[0] * self.taps[1]
        matrix = rng.standard_normal((depth, self.filters), np.float32)
        x = f.arg("image", self.shape, f32)
        columns, letters = self._columns(f, x)
        inner = self._inner() if self.form == "named" else (depth,)
        shape = (self.filters, *inner) if self.filter_first else (*inner, self.filters)
        weight = module.weight("w", (matrix.T if self.filter_first else matrix).reshape(shape))
        summed = "abc"[: len(inner)]
        right = f"f{summed}" if self.filter_first else f"{summed}f"
        out = letters.replace(summed[-1], "f") if len(inner) == 1 else letters.replace(summed, "f")
        maps = contraction_maps(f"{letters},{right}->{out}", len(letters), len(right))
        product = Contract(columns.value, f.load(weight).value, (), maps, f32)
        if self.summed:
            start = f.arg("start", product.result.type.shape, f32)
            product = Contract(product.lhs, product.rhs, (start.value,), maps, f32)
        made = f.add(product)
        if self.bias:
            bias = f.load(module.weight("b", rng.standard_normal(self.filters, np.float32)))
            made = (made + bias).relu()
        f.returns(made)
        return module.build()

    def _inner(self) -> tuple[int, ...]:
        """The summed dims in the order in which they are merged."""
        first = self.channels_last or self.form == "joined"
        return (*self.taps, self.channels) if first else (self.channels, *self.taps)

    def _columns(self, f: FunctionBuilder, x: Tensor) -> tuple[Tensor, str]:
        """The windows, and a letter for each of their dims: `a` to `c` are summed."""
        made = self._windows(f, x) if self.form in ("op", "named") else self._joined(x)
        if self.form == "named":
            return made, "nhwabc" if self.channels_last else "nabchw"
        places = self.places[0] * self.places[1]
        depth = self.channels * self.taps[0] * self.taps[1]
        if self.channels_last:
            if self.matrix == "rows":
                return made.reshape(self.batch * places, depth), "na"
            made = made.reshape(self.batch, places, depth)
            if self.matrix == "columns":
                return made.transpose(2, 0, 1), "anw"
            return (made, "nwa") if self.matrix == "batch" else (made.transpose(0, 2, 1), "naw")
        made = made.reshape(self.batch, depth, places)
        if self.matrix == "columns":
            return made.transpose(1, 2, 0), "awn"
        if self.matrix == "turned":
            return made, "naw"
        made = made.transpose(0, 2, 1)
        return (made, "nwa") if self.matrix == "batch" else (made.reshape(self.batch * places, depth), "na")

    def _windows(self, f: FunctionBuilder, x: Tensor) -> Tensor:
        d = iteration_dim
        order = (0, 1, 2, 3, 4, 5) if self.channels_last else (0, 4, 5, 2, 3, 1)  # n, places, taps, channels
        n, h, w, i, j, c = (d(place) for place in order)
        space = [a * self.stride + b * self.dilation + self.begin for a, b in ((h, i), (w, j))]
        read = (n, *space, c) if self.channels_last else (n, c, *space)
        sizes = (self.batch, *self.places, *self.taps, self.channels)
        shape = [0] * 6
        for place, size in zip(order, sizes, strict=True):
            shape[place] = size
        body = ScalarBody((f32,), arg(0, f32))
        return f.add(Generic((x.value,), (AffineMap(6, read), identity(6)), body, tuple(shape)))

    def _joined(self, x: Tensor) -> Tensor:
        first, *others = self._slices(x)
        stacked = self.form == "stacked"
        if not stacked:
            return first.concat(*others, axis=3 if self.channels_last else 1)
        axis = 3 if self.channels_last else 2
        shape = [*first.shape]
        shape.insert(axis, 1)
        first, *others = (s.reshape(*shape) for s in (first, *others))
        return first.concat(*others, axis=axis)

    def _slices(self, x: Tensor) -> Iterator[Tensor]:
        for tap in product(*map(range, self.taps)):
            h, w = (
                slice(first, first + (n - 1) * self.stride + 1, self.stride)
                for first, n in zip((self.begin + t * self.dilation for t in tap), self.places, strict=True)
            )
            yield x[:, h, w, :] if self.channels_last else x[:, :, h, w]
