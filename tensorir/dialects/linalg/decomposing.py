"""Helpers for writing decompositions: elementwise ops, sizes as scalars, conversions, masked rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from attrs import frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg.structured import Generic
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import DType, i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, apply, arg, cast, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value


class Decomposer:
    """Builds the body of an op's decomposition. `operands` are those of the op, unset where they are encoded."""

    def __init__(self, op: Op) -> None:
        self._op = op
        self._region = RegionBuilder()
        self._sizes: dict[Dim, Value] = {}
        args = [self._region.arg(v.type, v.hint) for v in op.operands]
        self.operands = [a if a.type.encoding is None else self.add(UnsetEncoding(a)) for a in args]

    def add(self, op: Op) -> Value:
        """Appends an op and returns its result."""
        return self._region.add(op).result

    def size(self, dim: Dim) -> Value:
        """Returns a size that is known only at run time as a scalar tensor, which is an argument of the body."""
        if dim not in self._sizes:
            self._sizes[dim] = self._region.arg(TensorType((), i64), "size")
        return self._sizes[dim]

    def map(
        self, inputs: Sequence[tuple[Value, AffineMap]], rank: int, body: Callable[[list[Scalar]], Scalar], *sizes: Dim
    ) -> Value:
        """Appends an elementwise op. `body` gets the elements of the inputs, then the `sizes` as i64."""
        scalars = [(self.size(d), select(rank, ())) for d in sizes if not isinstance(d, int)]
        every = [*inputs, *scalars]
        elements = [arg(i, v.type.dtype) for i, (v, _) in enumerate(every)]
        symbolic = iter(elements[len(inputs) :])
        given = [*elements[: len(inputs)], *(const(d, i64) if isinstance(d, int) else next(symbolic) for d in sizes)]
        made = ScalarBody(tuple(e.dtype for e in elements), body(given))
        maps = (*(m for _, m in every), identity(rank))
        return self.add(Generic(tuple(v for v, _ in every), maps, made))

    def convert(self, value: Value, dtype: DType) -> Value:
        """Converts `value` to another element type."""
        if value.type.dtype == dtype:
            return value
        rank = value.type.rank
        return self.map([(value, identity(rank))], rank, lambda x: cast(x[0], dtype))

    def finish(self, value: Value) -> Decomposition:
        """Returns the decomposition with the result `value`, encoded like the result of the op."""
        encoding = self._op.results[0].type.encoding
        made = value if encoding is None else self.add(SetEncoding(value, encoding))
        return Decomposition(self._region.finish((made,)), tuple(self._sizes))


@frozen
class Rows:
    """The positions along `dims` of a tensor of `shape` as one row-major axis, of which `extent` are valid (None: all).

    The other positions are masked: they contribute nothing and are zero in the result."""

    shape: tuple[Dim, ...]
    dims: tuple[int, ...]
    extent: Dim | None

    @property
    def strides(self) -> tuple[Dim, ...]:
        return tuple(product(self.shape[d] for d in self.dims[i + 1 :]) for i in range(len(self.dims)))

    @property
    def sizes(self) -> tuple[Dim, ...]:
        """The sizes that `masked` needs as scalars."""
        return () if self.extent is None else (self.extent, *self.strides)

    def masked(self, value: Scalar, sizes: Sequence[Scalar], other: ScalarValue = 0) -> Scalar:
        """Returns `value` at valid positions, `other` elsewhere. `sizes` are the values of `self.sizes`."""
        if self.extent is None:
            return value
        extent, *strides = sizes
        parts = [_times(iteration_index(d), stride) for d, stride in zip(self.dims, strides, strict=True)]
        counts = apply("lt", reduce(lambda a, b: apply("add", a, b), parts), extent)
        return apply("select", counts, value, const(other, value.dtype))

    @property
    def length(self) -> Dim:
        """The number of valid positions."""
        return product(self.shape[d] for d in self.dims) if self.extent is None else self.extent

    @property
    def all(self) -> AffineMap:
        """The map of the tensor itself."""
        return identity(len(self.shape))

    @property
    def kept(self) -> AffineMap:
        """The map of a tensor without the dims."""
        return select(len(self.shape), (d for d in range(len(self.shape)) if d not in self.dims))

    @property
    def along(self) -> AffineMap:
        """The map of a tensor that has only the dims."""
        return select(len(self.shape), self.dims)


def _times(index: Scalar, stride: Scalar) -> Scalar:
    return index if stride.fn == "const" and stride.value == 1 else apply("mul", index, stride)
