"""What decompositions are written with: elementwise ops, sizes as scalars, conversions, rows that are masked."""

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
    """Writes the body of an op's decomposition. `operands` are the op's, unset where they are encoded."""

    def __init__(self, op: Op) -> None:
        self._op = op
        self._region = RegionBuilder()
        self._sizes: dict[Dim, Value] = {}
        args = [self._region.arg(v.type, v.hint) for v in op.operands]
        self.operands = [a if a.type.encoding is None else self.add(UnsetEncoding(a)) for a in args]

    def add(self, op: Op) -> Value:
        """The result of one more op."""
        return self._region.add(op).result

    def size(self, dim: Dim) -> Value:
        """A size that is not known before run time as a scalar tensor: an argument of the body."""
        if dim not in self._sizes:
            self._sizes[dim] = self._region.arg(TensorType((), i64), "size")
        return self._sizes[dim]

    def map(
        self, inputs: Sequence[tuple[Value, AffineMap]], rank: int, body: Callable[[list[Scalar]], Scalar], *sizes: Dim
    ) -> Value:
        """An elementwise op. `body` gets the elements of the inputs, then the `sizes` as i64."""
        scalars = [(self.size(d), select(rank, ())) for d in sizes if not isinstance(d, int)]
        every = [*inputs, *scalars]
        elements = [arg(i, v.type.dtype) for i, (v, _) in enumerate(every)]
        symbolic = iter(elements[len(inputs) :])
        given = [*elements[: len(inputs)], *(const(d, i64) if isinstance(d, int) else next(symbolic) for d in sizes)]
        made = ScalarBody(tuple(e.dtype for e in elements), body(given))
        maps = (*(m for _, m in every), identity(rank))
        return self.add(Generic(tuple(v for v, _ in every), maps, made))

    def convert(self, value: Value, dtype: DType) -> Value:
        """`value` in another element type."""
        if value.type.dtype == dtype:
            return value
        rank = value.type.rank
        return self.map([(value, identity(rank))], rank, lambda x: cast(x[0], dtype))

    def finish(self, value: Value) -> Decomposition:
        """The decomposition whose result is `value`, encoded as the op's is."""
        encoding = self._op.results[0].type.encoding
        made = value if encoding is None else self.add(SetEncoding(value, encoding))
        return Decomposition(self._region.finish((made,)), tuple(self._sizes))


@frozen
class Rows:
    """Positions along `dims` of a tensor of `shape`, taken as one row-major axis of which `extent` count (None: all).

    What does not count is masked by position: it contributes nothing and is zero in the result."""

    shape: tuple[Dim, ...]
    dims: tuple[int, ...]
    extent: Dim | None

    @property
    def strides(self) -> tuple[Dim, ...]:
        return tuple(product(self.shape[d] for d in self.dims[i + 1 :]) for i in range(len(self.dims)))

    @property
    def sizes(self) -> tuple[Dim, ...]:
        """What `masked` needs as scalars."""
        return () if self.extent is None else (self.extent, *self.strides)

    def masked(self, value: Scalar, sizes: Sequence[Scalar], other: ScalarValue = 0) -> Scalar:
        """`value` where the element counts, `other` elsewhere. `sizes` are those of `self.sizes`."""
        if self.extent is None:
            return value
        extent, *strides = sizes
        parts = [_times(iteration_index(d), stride) for d, stride in zip(self.dims, strides, strict=True)]
        counts = apply("lt", reduce(lambda a, b: apply("add", a, b), parts), extent)
        return apply("select", counts, value, const(other, value.dtype))

    @property
    def length(self) -> Dim:
        """How many positions count."""
        return product(self.shape[d] for d in self.dims) if self.extent is None else self.extent

    @property
    def all(self) -> AffineMap:
        """How the tensor itself is indexed."""
        return identity(len(self.shape))

    @property
    def kept(self) -> AffineMap:
        """How a tensor without the dims is indexed."""
        return select(len(self.shape), (d for d in range(len(self.shape)) if d not in self.dims))

    @property
    def along(self) -> AffineMap:
        """How a tensor of the dims only is indexed."""
        return select(len(self.shape), self.dims)


def _times(index: Scalar, stride: Scalar) -> Scalar:
    return index if stride.fn == "const" and stride.value == 1 else apply("mul", index, stride)
