"""How a tensor under construction makes ops: it checks operands, appends ops and reports errors at the caller's
line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.builder import given
from tensorir.builder.elementwise import elementwise
from tensorir.builder.given import Axes
from tensorir.builder.meaning import binary, unary
from tensorir.builder.operators import Operators
from tensorir.dialects.linalg import Reduce, ReductionKind
from tensorir.dialects.tensor import Constant
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarValue
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

if TYPE_CHECKING:
    from tensorir.builder.module import FunctionBuilder, Weight
    from tensorir.builder.tensor import Tensor

T = TypeVar("T")
Operand: TypeAlias = "Tensor | Weight | ScalarValue | np.generic | npt.NDArray[Any]"


@frozen(eq=False, repr=False)
class Emitting(Operators):
    """The value of a function under construction, with the helpers that all methods of `Tensor` use."""

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

    def _unary(self, fn: str) -> Tensor:
        return self._elementwise(lambda x: unary(fn, x[0]), cast("Tensor", self))

    def _binary(self, fn: str, other: Operand, *, swapped: bool = False) -> Tensor:
        if fn == "@":
            beside = self._checked(lambda: self._own(other))
            return beside.matmul(cast("Tensor", self)) if swapped else cast("Tensor", self).matmul(beside)
        this = cast("Tensor", self)
        return self._elementwise(lambda x: binary(fn, *x), *((other, this) if swapped else (this, other)))

    def _elementwise(self, make: Callable[[Sequence[Scalar]], Scalar], *operands: Operand) -> Tensor:
        def ops() -> list[Op]:
            return elementwise(make, [self._operand(x, self.dtype) for x in operands], self._loc())

        return self._emit(ops)

    def _reduce(self, kind: ReductionKind, axis: Axes, keepdims: bool) -> Tensor:
        def make() -> list[Op]:
            dims = given.axes(axis, len(self.shape))
            if kind in ("max", "min") and (empty := [d for d in dims if self.shape[d] == 0]):
                raise InferError(f"{kind} along dim {empty[0]} of size 0 has no value")
            return [Reduce(self.value, kind, dims, loc=self._loc())]

        made = self._emit(make)
        if not keepdims:
            return made
        dims = given.axes(axis, len(self.shape))
        return made.reshape(tuple(1 if d in dims else s for d, s in enumerate(self.shape)))

    def _single(self, value: Value) -> list[Op]:
        """Returns the only element of a tensor as a scalar."""
        return [Reduce(value, "max", tuple(range(value.type.rank)), loc=self._loc())]

    def _emit(self, make: Callable[[], Sequence[Op]]) -> Tensor:
        """Appends the ops that `make` returns; the result of the last one becomes the tensor."""
        made = [self.function.add(op) for op in self._checked(make)]
        return made[-1] if made else cast("Tensor", self)

    def _checked(self, make: Callable[[], T]) -> T:
        """Returns what `make` returns. Turns its InferError into a TensorIRError at the caller's line."""
        try:
            return make()
        except InferError as e:
            raise TensorIRError(str(e), self._loc()) from None

    def error(self, message: str) -> TensorIRError:
        """The error with `message` at the caller's line."""
        return TensorIRError(message, self._loc())

    def _operand(self, x: Operand, beside: DType) -> Value | ScalarValue:
        """Converts an operand of an elementwise op whose tensors have the element type `beside`."""
        found = self._known(x)
        if found is not None:
            return found.value
        made = given.scalar_or_array(x, beside)
        return self._constant(made).value if isinstance(made, Dense) else made

    def _own(self, x: Operand) -> Tensor:
        """Converts an operand that must be a tensor; arrays become constants."""
        if (found := self._known(x)) is not None:
            return found
        if isinstance(x, np.ndarray | list):
            return self._constant(given.array(x))
        raise InferError(f"expected a tensor or an array, got {x!r}")

    def _typed(self, x: Operand) -> DType:
        found = self._known(x)
        return found.dtype if found is not None else given.array(x).dtype

    def _known(self, x: object) -> Tensor | None:
        """A tensor or a weight as a tensor of this function; None for anything else."""
        return self.function.own(cast("Tensor | Weight", x), "an operand") if isinstance(x, Operators) else None

    def _constant(self, data: Dense) -> Tensor:
        return self.function.add(Constant(data, loc=self._loc()))

    def _loc(self) -> Location:
        return self.function.location()

    def __repr__(self) -> str:
        return f"<Tensor {self.type} of @{self.function.name}>"
