"""Tensors under construction: operators and methods that append ops to their function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from tensorir.builder.elementwise import elementwise
from tensorir.builder.shapes import (
    contraction_maps,
    normal_axes,
    reshape_steps,
    resolved_shape,
    sliced,
    unit_groups,
)
from tensorir.dialects.linalg import Contract, LayerNorm, Reduce, ReductionKind, Softmax, Transpose
from tensorir.dialects.tensor import (
    CollapseShape,
    Concat,
    DimOp,
    ExpandShape,
    ExtractSlice,
    Gather,
    Pad,
)
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import Dim, product
from tensorir.ir.dtype import DType
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarValue, apply, cast, const
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

if TYPE_CHECKING:
    from tensorir.builder.module import FunctionBuilder, Weight

Index: TypeAlias = "int | slice | EllipsisType"
Operand: TypeAlias = "Tensor | Weight | ScalarValue"


@frozen(eq=False)
class Tensor:
    """A value of a function under construction. Every method raises TensorIRError naming the caller's line."""

    function: FunctionBuilder
    value: Value

    @property
    def type(self) -> TensorType:
        return self.value.type

    @property
    def shape(self) -> tuple[Dim, ...]:
        return self.value.type.shape

    @property
    def dtype(self) -> DType:
        return self.value.type.dtype

    # -- elementwise, with NumPy's broadcasting

    def __add__(self, other: Operand) -> Tensor:
        return self._binary("add", other)

    def __radd__(self, other: Operand) -> Tensor:
        return self._binary("add", other, swapped=True)

    def __sub__(self, other: Operand) -> Tensor:
        return self._binary("sub", other)

    def __rsub__(self, other: Operand) -> Tensor:
        return self._binary("sub", other, swapped=True)

    def __mul__(self, other: Operand) -> Tensor:
        return self._binary("mul", other)

    def __rmul__(self, other: Operand) -> Tensor:
        return self._binary("mul", other, swapped=True)

    def __truediv__(self, other: Operand) -> Tensor:
        return self._binary("div", other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return self._binary("div", other, swapped=True)

    def __neg__(self) -> Tensor:
        return self._unary("neg")

    def __lt__(self, other: Operand) -> Tensor:
        return self._binary("lt", other)

    def __le__(self, other: Operand) -> Tensor:
        return self._binary("le", other)

    def __gt__(self, other: Operand) -> Tensor:
        return self._binary("gt", other)

    def __ge__(self, other: Operand) -> Tensor:
        return self._binary("ge", other)

    def equal(self, other: Operand) -> Tensor:
        """Elementwise ==, as i1."""
        return self._binary("eq", other)

    def maximum(self, other: Operand) -> Tensor:
        """The larger of both; NaN if one is."""
        return self._binary("max", other)

    def minimum(self, other: Operand) -> Tensor:
        """The smaller of both; NaN if one is."""
        return self._binary("min", other)

    def exp(self) -> Tensor:
        return self._unary("exp")

    def log(self) -> Tensor:
        return self._unary("log")

    def sqrt(self) -> Tensor:
        return self._unary("sqrt")

    def rsqrt(self) -> Tensor:
        return self._unary("rsqrt")

    def tanh(self) -> Tensor:
        return self._unary("tanh")

    def erf(self) -> Tensor:
        return self._unary("erf")

    def gelu(self) -> Tensor:
        """x/2·(1 + erf(x/√2)): the exact form, not the tanh one."""
        return self._unary("gelu")

    def relu(self) -> Tensor:
        return self._elementwise(lambda x: apply("max", x[0], const(0, x[0].dtype)), self)

    def abs(self) -> Tensor:
        return self._unary("abs")

    def cast(self, dtype: DType) -> Tensor:
        """Another element type: floats round to nearest even, to integers truncate, integers wrap."""
        return self if dtype == self.dtype else self._elementwise(lambda x: cast(x[0], dtype), self)

    def where(self, yes: Operand, no: Operand) -> Tensor:
        """`yes` where this i1 tensor is true, `no` elsewhere; at least one of them a tensor."""
        return self._elementwise(lambda x: apply("select", x[2], x[0], x[1]), yes, no, self)

    def broadcast_to(self, shape: Sequence[Dim]) -> Tensor:
        """The same elements, repeated along dims of size 1 and new leading dims."""
        return self._emit(lambda: elementwise(lambda x: x[0], [self.value], self._loc(), tuple(shape)))

    # -- contractions

    def __matmul__(self, other: Tensor | Weight) -> Tensor:
        return self.matmul(other)

    def matmul(self, other: Tensor | Weight) -> Tensor:
        """NumPy's matmul: ranks 1 and 2, or equal leading batch dims."""
        rank, other = len(self.shape), self._own(other)
        batch = "bcdefgh"[: max(rank, len(other.shape), 2) - 2]
        lhs = batch + "mk" if rank > 1 else "k"
        rhs = batch + "kn" if len(other.shape) > 1 else "k"
        out = batch + ("m" if rank > 1 else "") + ("n" if len(other.shape) > 1 else "")
        return self.contract(other, f"{lhs},{rhs}->{out}")

    def linear(self, weight: Tensor | Weight, bias: Tensor | Weight | None = None) -> Tensor:
        """x·Wᵀ + b with a weight of N×K, as torch stores it; no transpose is emitted. x: […, K] of rank 1 to 3."""
        rows = "abm"[-(len(self.shape) - 1) :] if len(self.shape) > 1 else ""
        made = self.contract(weight, f"{rows}k,nk->{rows}n")
        return made if bias is None else made + bias

    def contract(self, other: Tensor | Weight, spec: str, dtype: DType | None = None) -> Tensor:
        """Σ over the letters that the result lacks, einsum's way: "bmk,bnk->bmn". Accumulates in `dtype`."""

        def make() -> list[Op]:
            rhs = self._own(other)
            maps = contraction_maps(spec, len(self.shape), len(rhs.shape))
            return [Contract(self.value, rhs.value, (), maps, dtype or self.dtype, loc=self._loc())]

        return self._emit(make)

    # -- shapes

    def reshape(self, *shape: Dim) -> Tensor:
        """Row-major; one size may be -1."""

        def make() -> list[Op]:
            ops: list[Op] = []
            value = self.value
            collapse, merged, expand = reshape_steps(self.shape, resolved_shape(self.shape, shape))
            if collapse is not None:
                ops.append(CollapseShape(value, collapse, loc=self._loc()))
                value = ops[-1].result
            if expand is not None:
                ops.append(ExpandShape(value, expand, merged, loc=self._loc()))
            return ops

        if not self.shape:
            return self.broadcast_to(tuple(1 for _ in shape)) if shape else self
        return self._emit(make) if shape else self.max(range(len(self.shape)))

    def transpose(self, *permutation: int) -> Tensor:
        """Dim i of the result is dim `permutation[i]`; without arguments all dims reversed."""
        backwards = tuple(reversed(range(len(self.shape))))

        def make() -> list[Op]:
            order = normal_axes(permutation, len(self.shape)) if permutation else backwards
            return [Transpose(self.value, order, loc=self._loc())]

        return self._emit(make)

    @property
    def T(self) -> Tensor:
        """All dims reversed."""
        return self.transpose()

    def __getitem__(self, index: Index | tuple[Index, ...]) -> Tensor:
        """Basic slicing with ints, slices of static or symbolic bounds, and one `...`. Ints drop their dim."""

        def make() -> list[Op]:
            offsets, sizes, strides, dropped = sliced(self.shape, index if isinstance(index, tuple) else (index,))
            ops: list[Op] = [ExtractSlice(self.value, offsets, sizes, strides, loc=self._loc())]
            if len(dropped) == len(sizes):
                ops.append(Reduce(ops[0].result, "max", dropped, loc=self._loc()))  # of one element: that element
            elif dropped:
                ops.append(CollapseShape(ops[0].result, unit_groups(len(sizes), dropped), loc=self._loc()))
            return ops

        return self._emit(make)

    def concat(self, *others: Tensor | Weight, axis: int = 0) -> Tensor:
        """This tensor and the others one after the other along `axis`."""

        def make() -> list[Op]:
            (dim,) = normal_axes((axis,), len(self.shape))
            return [Concat((self.value, *(self._own(o).value for o in others)), dim, loc=self._loc())]

        return self._emit(make)

    def pad(self, low: Sequence[Dim], high: Sequence[Dim], value: ScalarValue = 0) -> Tensor:
        """`low[d]` elements before and `high[d]` after in each dim."""
        return self._emit(lambda: [Pad(self.value, tuple(low), tuple(high), value, loc=self._loc())])

    def gather(self, indices: Tensor | Weight) -> Tensor:
        """Rows of this table: `result[i…] = self[indices[i…]]`."""
        return self._emit(lambda: [Gather(self.value, self._own(indices).value, loc=self._loc())])

    def size(self, axis: int) -> Tensor:
        """The size of a dim in this call, as a scalar i64."""
        return self._emit(lambda: [DimOp(self.value, normal_axes((axis,), len(self.shape))[0], loc=self._loc())])

    # -- along axes

    def sum(self, axis: int | Sequence[int] | None = None, *, keepdims: bool = False) -> Tensor:
        return self._reduce("add", axis, keepdims)

    def max(self, axis: int | Sequence[int] | None = None, *, keepdims: bool = False) -> Tensor:
        return self._reduce("max", axis, keepdims)

    def min(self, axis: int | Sequence[int] | None = None, *, keepdims: bool = False) -> Tensor:
        return self._reduce("min", axis, keepdims)

    def mean(self, axis: int | Sequence[int] | None = None, *, keepdims: bool = False) -> Tensor:
        """The sum divided by the number of elements, which may be known only when called."""
        axes = range(len(self.shape)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        count = product(self.shape[a] for a in axes)
        total = self.sum(axis, keepdims=keepdims)
        if isinstance(count, int):
            return total / count
        for a in axes:
            total = total / self.size(a).cast(self.dtype)
        return total

    def softmax(self, axis: int = -1) -> Tensor:
        return self._emit(lambda: [Softmax(self.value, normal_axes((axis,), len(self.shape)), loc=self._loc())])

    def layer_norm(self, scale: Tensor | Weight, bias: Tensor | Weight, epsilon: float = 1e-5) -> Tensor:
        """(x − mean)/√(variance + epsilon)·scale + bias along the last dim."""

        def make() -> list[Op]:
            last = (len(self.shape) - 1,)
            pair = self._own(scale).value, self._own(bias).value
            return [LayerNorm(self.value, *pair, last, epsilon, loc=self._loc())]

        return self._emit(make)

    # -- how ops are made

    def _unary(self, fn: str) -> Tensor:
        return self._elementwise(lambda x: apply(fn, x[0]), self)

    def _binary(self, fn: str, other: Operand, *, swapped: bool = False) -> Tensor:
        pair = (other, self) if swapped else (self, other)
        return self._elementwise(lambda x: apply(fn, *x), *pair)

    def _elementwise(self, make: Callable[[Sequence[Scalar]], Scalar], *operands: Operand) -> Tensor:
        def ops() -> list[Op]:
            given = [x if isinstance(x, int | float) else self._own(x).value for x in operands]
            return elementwise(make, given, self._loc())

        return self._emit(ops)

    def _reduce(self, kind: ReductionKind, axis: int | Sequence[int] | None, keepdims: bool) -> Tensor:
        rank = len(self.shape)
        given = tuple(range(rank)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        made = self._emit(lambda: [Reduce(self.value, kind, normal_axes(given, rank), loc=self._loc())])
        if not keepdims:
            return made
        axes = normal_axes(given, rank)
        return made.reshape(*(1 if d in axes else s for d, s in enumerate(self.shape)))

    def _emit(self, make: Callable[[], Sequence[Op]]) -> Tensor:
        """Appends the ops that `make` gives; the last one's result is the tensor."""
        try:
            result = self
            for op in make():
                result = self.function.add(op)
            return result
        except InferError as e:
            raise TensorIRError(str(e), self._loc()) from None

    def _own(self, x: Operand) -> Tensor:
        if isinstance(x, int | float):
            raise InferError(f"expected a tensor, got the number {x}")
        return self.function.own(x, "an operand")

    def _loc(self) -> Location:
        return self.function.location()

    def __repr__(self) -> str:
        return f"<Tensor {self.type} of @{self.function.name}>"
