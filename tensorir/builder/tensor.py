"""Tensors under construction: operators and methods that append ops to their function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from tensorir.builder import given
from tensorir.builder.elementwise import elementwise
from tensorir.builder.emitting import Emitting, Operand
from tensorir.builder.given import Axes, Shape, Size
from tensorir.builder.shapes import contraction_maps, matmul_spec, reshape_steps, resolved_shape, sliced, unit_groups
from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Contract, LayerNorm, Softmax, Transpose
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tensor import (
    CollapseShape,
    Concat,
    DimOp,
    ExpandShape,
    ExtractSlice,
    Gather,
    InsertSlice,
    Pad,
)
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import product
from tensorir.ir.dtype import DType, f64, i64, u64
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarValue, apply, cast, const

if TYPE_CHECKING:
    pass

Index: TypeAlias = "Size | slice | EllipsisType | None"


@frozen(eq=False, repr=False)
class Tensor(Emitting):
    """A value of a function under construction. A call means what it means in NumPy, or it is refused.

    Every method raises TensorIRError at once, naming the caller's line."""

    # -- elementwise, with NumPy's broadcasting; the operators are in `Operators`

    def equal(self, other: Operand) -> Tensor:
        """Elementwise ==, as i1."""
        return self == other

    def maximum(self, other: Operand) -> Tensor:
        """The larger of both; NaN if one of them is NaN."""
        return self._binary("max", other)

    def minimum(self, other: Operand) -> Tensor:
        """The smaller of both; NaN if one of them is NaN."""
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
        """x/2·(1 + erf(x/√2)): the exact form, not the tanh approximation."""
        return self._unary("gelu")

    def relu(self) -> Tensor:
        return self._elementwise(lambda x: apply("max", x[0], const(0, x[0].dtype)), self)

    def abs(self) -> Tensor:
        return self._unary("abs")

    def to(self, device: str) -> Tensor:
        """The same tensor in the memory of the device of this name (docs/devices.md)."""
        if not device:
            raise self.error("the name of a device is empty")
        return self._emit(lambda: [Transfer(self.value, device, loc=self._loc())])

    def cast(self, dtype: DType) -> Tensor:
        """Converts the element type: floats round to nearest even, floats to integers truncate and saturate, integers
        wrap."""
        return self._elementwise(lambda x: cast(x[0], given.element_type(dtype)), self)

    def where(self, yes: Operand, no: Operand) -> Tensor:
        """`yes` where this i1 tensor is true, `no` elsewhere; at least one of the two must be a tensor or an array."""

        def make() -> list[Op]:
            typed = [self._typed(x) for x in (yes, no) if not isinstance(x, bool | int | float)]
            if not typed:
                raise InferError("two numbers have no element type: make one of them with full(shape, value, dtype)")
            pair = [self._operand(x, typed[0]) for x in (yes, no)]
            return elementwise(lambda x: apply("select", x[2], x[0], x[1]), [*pair, self.value], self._loc())

        return self._emit(make)

    def broadcast_to(self, shape: Shape) -> Tensor:
        """The same elements, repeated along dims of size 1 and new leading dims."""
        return self._emit(lambda: elementwise(lambda x: x[0], [self.value], self._loc(), given.new_shape(shape)))

    # -- contractions

    def matmul(self, other: Operand) -> Tensor:
        """NumPy's matmul: the last two dims are multiplied, a vector is a row or a column, batch dims are equal."""

        def spec() -> str:
            return matmul_spec(self.shape, self._own(other).shape)

        return self.contract(other, self._checked(spec))

    def linear(self, weight: Operand, bias: Operand | None = None) -> Tensor:
        """x·Wᵀ + b with a weight of N×K, as torch stores it; no transpose is emitted. x: […, K] of rank 1 to 3."""
        rows = "abm"[-(len(self.shape) - 1) :] if len(self.shape) > 1 else ""
        made = self.contract(weight, f"{rows}k,nk->{rows}n")
        return made if bias is None else made + bias

    def contract(self, other: Operand, spec: str, dtype: DType | None = None) -> Tensor:
        """Sums over the letters that the result lacks, as einsum does: "bmk,bnk->bmn".

        Accumulates in `dtype`, to which both operands are converted; without it, both must have the same element
        type."""

        def make() -> list[Op]:
            rhs = self._own(other)
            maps = contraction_maps(spec, len(self.shape), len(rhs.shape))
            if dtype is None and self.dtype != rhs.dtype:
                raise InferError(
                    f"operand types differ: {self.dtype}, {rhs.dtype}; cast one, or state the type to accumulate in "
                    "by contract(…, dtype=)"
                )
            accumulator = self.dtype if dtype is None else given.element_type(dtype)
            return [Contract(self.value, rhs.value, (), maps, accumulator, loc=self._loc())]

        return self._emit(make)

    # -- shapes

    def reshape(self, *shape: Shape) -> Tensor:
        """Row-major; one size may be -1. Sizes may be given one by one or as one sequence."""
        wanted = self._checked(lambda: given.shape(given.spread(shape)))

        def make() -> list[Op]:
            ops: list[Op] = []
            value = self.value
            collapse, merged, expand = reshape_steps(self.shape, resolved_shape(self.shape, wanted))
            if collapse is not None:
                ops.append(CollapseShape(value, collapse, loc=self._loc()))
                value = ops[-1].result
            if expand is not None:
                ops.append(ExpandShape(value, expand, merged, loc=self._loc()))
            return ops

        def scalar() -> list[Op]:
            resolved_shape(self.shape, wanted)  # refuses more than one element
            return self._single(self.value)

        if not self.shape:
            ones = self._checked(lambda: resolved_shape((), wanted))
            return self.broadcast_to(ones) if ones else self
        return self._emit(make if wanted else scalar)

    def transpose(self, *permutation: Axes) -> Tensor:
        """Dim i of the result is dim `permutation[i]`; without arguments, all dims are reversed."""
        backwards = tuple(reversed(range(len(self.shape))))

        def make() -> list[Op]:
            order = given.spread(permutation) if permutation else None
            order = backwards if order is None else given.axes(order, len(self.shape))
            return [Transpose(self.value, order, loc=self._loc())]

        return self._emit(make)

    @property
    def T(self) -> Tensor:
        """All dims reversed."""
        return self.transpose()

    def __getitem__(self, index: Index | tuple[Index, ...]) -> Tensor:
        """Basic indexing: integers (which drop their dim), slices with static or symbolic bounds, one `...`, and
        None."""

        def make() -> list[Op]:
            cut = sliced(self.shape, index if isinstance(index, tuple) else (index,))
            whole = ExtractSlice(self.value, cut.offsets, cut.sizes, cut.strides, loc=self._loc())
            if not cut.sizes:
                return []
            if len(cut.dropped) == len(cut.sizes):
                return [whole, *self._single(whole.result)]
            if cut.dropped:
                groups = unit_groups(len(cut.sizes), cut.dropped)
                return [whole, CollapseShape(whole.result, groups, loc=self._loc())]
            return [whole]

        items = index if isinstance(index, tuple) else (index,)
        made = self._emit(make)
        if not any(i is None for i in items):
            return made
        return made.reshape(self._checked(lambda: sliced(self.shape, items).with_new_dims(made.shape)))

    def __len__(self) -> int:
        """The size of the first dim. Raises TensorIRError if it is symbolic."""
        if not self.shape:
            raise self.error("a scalar has no length")
        first = self.shape[0]
        if not isinstance(first, int):
            raise self.error(f"the size of dim 0 is {first}, known only when the program is called: use x.size(0)")
        return first

    def __iter__(self) -> Iterator[Tensor]:
        """Iterates over the rows. Raises TensorIRError if their number is symbolic."""
        if not self.shape:
            raise self.error("a scalar can't be iterated over")
        if not isinstance(self.shape[0], int):
            raise self.error(
                f"a loop over dim 0 would run {self.shape[0]} times, which is known only when the program is called: "
                "write the computation for all rows at once"
            )
        return iter([self[i] for i in range(self.shape[0])])

    def concat(self, *others: Operand, axis: int = 0) -> Tensor:
        """Concatenates this tensor and the others along `axis`."""

        def make() -> list[Op]:
            dim = given.axis(axis, len(self.shape))
            return [Concat((self.value, *(self._own(o).value for o in others)), dim, loc=self._loc())]

        return self._emit(make)

    def insert(self, part: Operand, *offsets: Size) -> Tensor:
        """This tensor with `part`, a tensor of the same rank, from these positions on; the rest stays as it is."""

        def make() -> list[Op]:
            if len(offsets) != len(self.shape):
                raise InferError(f"{len(offsets)} offsets for a tensor of rank {len(self.shape)}")
            at = tuple(given.size(o, "an offset") for o in offsets)
            return [InsertSlice(self._own(part).value, self.value, at, (1,) * len(at), loc=self._loc())]

        return self._emit(make)

    def pad(self, low: Sequence[Size], high: Sequence[Size], value: ScalarValue = 0) -> Tensor:
        """Adds `low[d]` elements before and `high[d]` elements after the tensor in each dim."""

        def make() -> list[Op]:
            before, after = given.shape(low, "low"), given.shape(high, "high")
            filling = given.number(value, self.dtype)
            return [Pad(self.value, before, after, filling, loc=self._loc())]

        return self._emit(make)

    def gather(self, indices: Operand) -> Tensor:
        """Rows of this table: `result[i…] = self[indices[i…]]`."""
        return self._emit(lambda: [Gather(self.value, self._own(indices).value, loc=self._loc())])

    def size(self, axis: int) -> Tensor:
        """The size of a dim in the current call, as a scalar i64."""
        return self._emit(lambda: [DimOp(self.value, given.axis(axis, len(self.shape)), loc=self._loc())])

    # -- along axes

    def sum(self, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
        """As in NumPy, integers and truth values are summed in 64 bits."""
        if self.dtype.is_float or self.dtype.bits == 64:
            return self._reduce("add", axis, keepdims)
        return self.cast(u64 if self.dtype.kind == "unsigned" else i64)._reduce("add", axis, keepdims)

    def max(self, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
        return self._reduce("max", axis, keepdims)

    def min(self, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
        return self._reduce("min", axis, keepdims)

    def mean(self, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
        """The sum divided by the number of elements, which may be known only at run time; f64 for integers."""
        if not self.dtype.is_float:
            return self.cast(f64).mean(axis, keepdims=keepdims)
        axes = self._checked(lambda: given.axes(axis, len(self.shape)))
        count = product(self.shape[a] for a in axes)
        total = self.sum(axes, keepdims=keepdims)
        if isinstance(count, int):
            return total / count
        for a in axes:
            total = total / self.size(a).cast(self.dtype)
        return total

    def softmax(self, axis: int = -1) -> Tensor:
        return self._emit(lambda: [Softmax(self.value, (given.axis(axis, len(self.shape)),), loc=self._loc())])

    def layer_norm(self, scale: Operand, bias: Operand, epsilon: float = 1e-5) -> Tensor:
        """(x − mean)/√(variance + epsilon)·scale + bias along the last dim."""

        def make() -> list[Op]:
            last = (given.axis(-1, len(self.shape)),)
            pair = self._own(scale).value, self._own(bias).value
            return [LayerNorm(self.value, *pair, last, float(given.number(epsilon, f64)), loc=self._loc())]

        return self._emit(make)

    def rms_norm(self, scale: Operand, epsilon: float = 1e-5) -> Tensor:
        """x/√(mean of x² + epsilon)·scale along the last dim."""

        def make() -> list[Op]:
            last = (given.axis(-1, len(self.shape)),)
            number = float(given.number(epsilon, f64))
            return [RmsNorm(self.value, self._own(scale).value, last, number, loc=self._loc())]

        return self._emit(make)
