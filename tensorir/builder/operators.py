"""Python's operators on tensors, and the protocols of Python that a tensor without elements can't answer.

A tensor under construction stands for numbers that are known only when the program is called. Whatever needs the
numbers at once (`if`, `and`, `not`, `in`, `max(a, b)`, `float(x)`) is therefore refused at the caller's line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from tensorir.builder.meaning import BINARY_UFUNCS, UNARY_UFUNCS
from tensorir.ir.diagnostic import TensorIRError

if TYPE_CHECKING:
    from tensorir.builder.module import Weight
    from tensorir.builder.tensor import Operand, Tensor

_NO_TRUTH = (
    "a tensor has no truth value while the program is built: its elements are known only when it is called. Write "
    "(1 < x) & (x < 5) for 1 < x < 5, & | ~ for and, or, not, x.maximum(y) for max(x, y), c.where(x, y) for if"
)

_NO_FUNCTION = "np.{} does not take tensors of a program under construction; look for a method of Tensor"


class NoSuchAttributeError(TensorIRError, AttributeError):
    """What an array of NumPy has and a tensor lacks: `hasattr` is False, whoever needs it reads the way out."""


INSTEAD: Mapping[str, str] = {
    "all": "write x.min() for truth values",
    "any": "write x.max() for truth values",
    "argmax": "compare with the maximum, x == x.max(axis, keepdims=True)",
    "argmin": "compare with the minimum, x == x.min(axis, keepdims=True)",
    "astype": "write x.cast(dtype)",
    "clip": "write x.maximum(low).minimum(high)",
    "copy": "tensors are immutable, use x itself",
    "dot": "write x @ y",
    "flatten": "write x.reshape(-1)",
    "item": "its elements are known only when the program is called",
    "ndim": "write len(x.shape)",
    "ravel": "write x.reshape(-1)",
    "round": "write round(x)",
    "squeeze": "write x.reshape(…) with the shape wanted",
    "std": "write ((x - x.mean(axis, keepdims=True)) ** 2).mean(axis).sqrt()",
    "swapaxes": "write x.transpose(…) with all dims in the order wanted",
    "tolist": "its elements are known only when the program is called",
    "var": "write ((x - x.mean(axis, keepdims=True)) ** 2).mean(axis)",
}
"""What NumPy's arrays have and tensors lack → how it is written here."""


class Operators:
    """The operators of `Tensor`. They are elementwise with NumPy's broadcasting unless their docstring says
    otherwise."""

    __slots__ = ()
    __hash__ = object.__hash__

    def _binary(self, fn: str, other: Any, *, swapped: bool = False) -> Tensor:
        raise AssertionError(f"{type(self).__name__} defines this; asked for {fn} of {other}, {swapped}")

    def _unary(self, fn: str) -> Tensor:
        raise AssertionError(f"{type(self).__name__} defines this; asked for {fn}")

    def error(self, message: str) -> TensorIRError:
        """The error with `message` at the caller's line."""
        raise AssertionError(f"{type(self).__name__} defines this; asked for {message}")

    # -- arithmetic

    def __add__(self, other: Operand) -> Tensor:
        return self._binary("+", other)

    def __radd__(self, other: Operand) -> Tensor:
        return self._binary("+", other, swapped=True)

    def __sub__(self, other: Operand) -> Tensor:
        return self._binary("-", other)

    def __rsub__(self, other: Operand) -> Tensor:
        return self._binary("-", other, swapped=True)

    def __mul__(self, other: Operand) -> Tensor:
        return self._binary("*", other)

    def __rmul__(self, other: Operand) -> Tensor:
        return self._binary("*", other, swapped=True)

    def __truediv__(self, other: Operand) -> Tensor:
        return self._binary("/", other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return self._binary("/", other, swapped=True)

    def __floordiv__(self, other: Operand) -> Tensor:
        return self._binary("//", other)

    def __rfloordiv__(self, other: Operand) -> Tensor:
        return self._binary("//", other, swapped=True)

    def __mod__(self, other: Operand) -> Tensor:
        return self._binary("%", other)

    def __rmod__(self, other: Operand) -> Tensor:
        return self._binary("%", other, swapped=True)

    def __divmod__(self, other: Operand) -> tuple[Tensor, Tensor]:
        return self // other, self % other

    def __rdivmod__(self, other: Operand) -> tuple[Tensor, Tensor]:
        return self.__rfloordiv__(other), self.__rmod__(other)

    def __pow__(self, other: Operand, modulo: None = None) -> Tensor:
        if modulo is not None:
            raise self.error("pow takes no third operand here")
        return self._binary("**", other)

    def __rpow__(self, other: Operand) -> Tensor:
        return self._binary("**", other, swapped=True)

    def __neg__(self) -> Tensor:
        return self._unary("neg")

    def __pos__(self) -> Tensor:
        return self._unary("pos")

    def __abs__(self) -> Tensor:
        return self._unary("abs")

    def __round__(self, digits: None = None) -> Tensor:
        """Rounds to the nearest integer, halves to even, as NumPy's round does."""
        if digits is not None:
            raise self.error("round takes no number of digits here: scale, round, scale back")
        return self._unary("roundeven")

    # -- bits and truth values

    def __and__(self, other: Operand) -> Tensor:
        return self._binary("&", other)

    def __rand__(self, other: Operand) -> Tensor:
        return self._binary("&", other, swapped=True)

    def __or__(self, other: Operand) -> Tensor:
        return self._binary("|", other)

    def __ror__(self, other: Operand) -> Tensor:
        return self._binary("|", other, swapped=True)

    def __xor__(self, other: Operand) -> Tensor:
        return self._binary("^", other)

    def __rxor__(self, other: Operand) -> Tensor:
        return self._binary("^", other, swapped=True)

    def __lshift__(self, other: Operand) -> Tensor:
        return self._binary("<<", other)

    def __rlshift__(self, other: Operand) -> Tensor:
        return self._binary("<<", other, swapped=True)

    def __rshift__(self, other: Operand) -> Tensor:
        return self._binary(">>", other)

    def __rrshift__(self, other: Operand) -> Tensor:
        return self._binary(">>", other, swapped=True)

    def __invert__(self) -> Tensor:
        return self._unary("not")

    # -- comparisons, as i1

    def __eq__(self, other: Operand) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]  # as in NumPy
        return self._binary("==", other)

    def __ne__(self, other: Operand) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]  # as in NumPy
        return self._binary("!=", other)

    def __lt__(self, other: Operand) -> Tensor:
        return self._binary("<", other)

    def __le__(self, other: Operand) -> Tensor:
        return self._binary("<=", other)

    def __gt__(self, other: Operand) -> Tensor:
        return self._binary(">", other)

    def __ge__(self, other: Operand) -> Tensor:
        return self._binary(">=", other)

    # -- operations that need the elements at once

    def __bool__(self) -> bool:
        raise self.error(_NO_TRUTH)

    def __contains__(self, item: object) -> bool:
        raise self.error(
            "`in` needs elements, which are known only when the program is called: write (x == item).max()"
        )

    def __index__(self) -> int:
        raise self.error("a tensor is not an integer while the program is built: sizes come from shape")

    def __int__(self) -> int:
        raise self.error("a tensor is not a number while the program is built: use cast for its elements")

    def __float__(self) -> float:
        raise self.error("a tensor is not a number while the program is built: use methods such as x.sqrt()")

    def __format__(self, spec: str) -> str:
        """As str, for messages. Raises TensorIRError for the format of a number."""
        if spec:
            raise self.error(f"a tensor is not a number while the program is built: it has no digits for {spec!r}")
        return str(self)

    def __getattr__(self, name: str) -> NoReturn:
        """Raises for what a tensor lacks: with the way out where an array of NumPy has it."""
        if name in INSTEAD:
            raise NoSuchAttributeError(f"a tensor has no {name}: {INSTEAD[name]}", self.error("").diagnostics[0].loc)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __complex__(self) -> complex:
        raise self.error("a tensor is not a number while the program is built, and there are no complex elements")

    def __array__(self, *args: object, **kwargs: object) -> NoReturn:
        raise self.error("a tensor has no elements while the program is built: compile the program and call it")

    def __setitem__(self, index: object, value: object) -> None:
        raise self.error("tensors are immutable: build the new one with where, concat or pad")

    def __delitem__(self, index: object) -> None:
        raise self.error("tensors are immutable: build the new one by slicing")

    def __iter__(self) -> Iterator[Tensor]:
        raise AssertionError(f"{type(self).__name__} defines this")

    # -- NumPy's functions

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Tensor:
        """Maps `array * x`, `np.exp(x)` and similar calls to the operator or method of the same meaning."""
        name: str = ufunc.__name__
        if method != "__call__" or kwargs:
            raise self.error(f"np.{name} on tensors takes no {', '.join(kwargs) or method}")
        if name == "rint" and not self.type.dtype.is_float:
            raise self.error(f"np.rint of elements of {self.type.dtype} makes f64 in NumPy: cast the tensor first")
        if name in UNARY_UFUNCS:
            return self._unary(UNARY_UFUNCS[name])
        if name in BINARY_UFUNCS and len(inputs) == 2:
            first, second = inputs
            if isinstance(first, Operators):
                return first._binary(BINARY_UFUNCS[name], second)
            return second._binary(BINARY_UFUNCS[name], first, swapped=True)
        raise self.error(
            f"np.{name} does not take tensors of a program under construction; look for a method of Tensor"
        )

    def __array_function__(self, function: Any, types: object, args: object, kwargs: object) -> NoReturn:
        raise self.error(_NO_FUNCTION.format(function.__name__))

    def __matmul__(self, other: Tensor | Weight) -> Tensor:
        return self._binary("@", other)

    def __rmatmul__(self, other: Tensor | Weight) -> Tensor:
        return self._binary("@", other, swapped=True)
