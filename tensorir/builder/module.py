"""Builds modules with an array-like interface; this is how the compiler is embedded.

Every op remembers the line of the caller that made it, so that errors and remarks point into the caller's source.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy.typing as npt
from attrs import frozen

from tensorir.builder import given
from tensorir.builder.control import ControlFlow
from tensorir.builder.given import Shape
from tensorir.builder.operators import Operators
from tensorir.builder.places import SOMEWHERE, Places
from tensorir.builder.scopes import Scope
from tensorir.builder.tensor import Tensor
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Constant
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dtype import DType
from tensorir.ir.location import Location, caller_location
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import verify

_HERE = str(Path(__file__).parent)

T = TypeVar("T")


@frozen(eq=False)
class Weight(Operators):
    """A constant of the module; `function.load(weight)` or an operator with a tensor makes it a tensor of that
    function."""

    name: str
    type: TensorType

    def _binary(self, fn: str, other: Any, *, swapped: bool = False) -> Tensor:
        if not isinstance(other, Tensor):
            self._need_function()
        return other.function.load(self)._binary(fn, other, swapped=swapped)  # pyright: ignore[reportPrivateUsage]  # one family

    def _unary(self, fn: str) -> Tensor:
        self._need_function()

    def _need_function(self) -> NoReturn:
        raise self.error("no operand is a tensor, so the function is unknown: use function.load(weight)")

    def error(self, message: str) -> TensorIRError:
        """The error with `message` at the caller's line."""
        return TensorIRError(f"the weight @{self.name}: {message}", caller_location(_HERE))


@frozen(eq=False)
class State:
    """A value that a session keeps between calls; `function.state(…)` is its current value in a function, and
    `function.update(…)` gives it a new one."""

    name: str
    type: TensorType


class ModuleBuilder:
    """Collects weights, states and functions; `build()` gives the verified module."""

    def __init__(self) -> None:
        self._globals: dict[str, Global] = {}
        self._functions: dict[str, FunctionBuilder] = {}

    def weight(self, name: str, array: npt.ArrayLike) -> Weight:
        """A named constant. The array is copied only if it is writable or not C-contiguous.

        Raises TensorIRError if the name is taken."""
        loc = caller_location(_HERE)
        self._check_free(name, loc)
        data = _at(loc, lambda: given.array(array))
        self._globals[name] = Global(name, TensorType(data.shape, data.dtype), data, loc)
        return Weight(name, self._globals[name].type)

    def state(self, name: str, initial: npt.ArrayLike) -> State:
        """A state whose value is `initial` when a session begins. The array is copied as that of a weight is.

        Raises TensorIRError if the name is taken."""
        loc = caller_location(_HERE)
        self._check_free(name, loc)
        data = _at(loc, lambda: given.array(initial))
        type = TensorType(data.shape, data.dtype)
        self._globals[name] = Global(name, type, data, loc, mutable=True)
        return State(name, type)

    def function(self, name: str) -> FunctionBuilder:
        """A new function. Raises TensorIRError if the name is taken."""
        loc = caller_location(_HERE)
        self._check_free(name, loc)
        self._functions[name] = made = FunctionBuilder(name, loc)
        return made

    def build(self) -> Module:
        """Returns the module. Raises TensorIRError for a function without `returns`, VerifyError for an invalid
        program."""
        module = Module([f.finished() for f in self._functions.values()], list(self._globals.values()))
        verify(module)
        return module

    def _check_free(self, name: str, loc: Location) -> None:
        if not isinstance(name, str) or not name:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without types
            raise TensorIRError(f"a name must be a non-empty string, got {name!r}", loc)
        if name in self._globals or name in self._functions:
            raise TensorIRError(f"the name {name!r} is taken", loc)


class FunctionBuilder(ControlFlow):
    """One function: arguments, then ops through tensors, then `returns`."""

    def __init__(self, name: str, loc: Location) -> None:
        self.name = name
        self._loc = loc
        self._names: set[str] = set()
        self._function: Function | None = None
        self._places = Places()
        self._scope = self._body = Scope(self._places)
        self._arg_devices: list[str] = []
        self._states: dict[str, Value] = {}
        self._current: dict[str, Tensor] = {}

    def arg(self, name: str, shape: Shape, dtype: DType, *, device: str = "") -> Tensor:
        """A new argument. A size may be an int or `symbol("S")`; equal symbols mean equal sizes. `device`: the name of
        the one that has it."""
        self._check_open()
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without types
            raise TensorIRError(f"the name of an argument must be a string, got {name!r}", self.location())
        if name in self._names:
            raise TensorIRError(f"@{self.name} has an argument {name!r} already", self.location())
        type = self._type(shape, dtype)
        self._names.add(name)
        made = self._body.new_arg(type, name, device or SOMEWHERE)
        self._arg_devices.append(device)
        return Tensor(self, made)

    def state(self, state: State) -> Tensor:
        """Returns the current value of a state: what the last call left, until `update` gives it another one."""
        self._check_open()
        if state.name not in self._states:
            self._states[state.name] = made = self._body.new_arg(state.type, state.name, SOMEWHERE)
            self._current[state.name] = Tensor(self, made)
        return self._current[state.name]

    def update(self, state: State, value: Tensor | Weight) -> None:
        """Gives a state a new value, which the next call finds. Raises TensorIRError for a value of another type."""
        self._check_open()
        new = self.own(value, f"the new value of @{state.name}")
        if new.value.type != state.type:
            message = f"the state @{state.name} is {state.type}, its new value {new.value.type}"
            raise TensorIRError(message, self.location())
        self.state(state)
        self._current[state.name] = new

    def on(self, device: str) -> AbstractContextManager[None]:
        """A scope whose ops run on the device of this name: what they read is moved there (docs/devices.md). Constants
        are not moved, because each device has its own.

        Raises TensorIRError for a name that is empty, and inside of the scope of another device."""
        if not device:
            raise TensorIRError("the name of a device is empty", self.location())
        return self._on(device, self.location())

    @contextmanager
    def _on(self, device: str, loc: Location) -> Generator[None]:
        outer = self._places.scope
        if outer and outer != device:
            raise TensorIRError(f"ops on {outer!r} can't run on {device!r} too", loc)
        self._places.scope = device
        try:
            yield
        finally:
            self._places.scope = outer

    def load(self, weight: Weight) -> Tensor:
        """Returns the tensor of a weight; repeated calls return the same tensor."""
        loaded = self._scope.loaded
        if weight.name not in loaded:
            loaded[weight.name] = self.add(GlobalLoad(weight.name, weight.type, loc=self.location())).value
        return Tensor(self, loaded[weight.name])

    def constant(self, value: npt.ArrayLike) -> Tensor:
        """Returns a literal. A Python float makes f64 and an int i64; pass NumPy values for other types."""
        data = _at(self.location(), lambda: given.array(value))
        return self.add(Constant(data, loc=self.location()))

    def full(self, shape: Shape, value: ScalarValue, dtype: DType) -> Tensor:
        """A tensor of one value."""
        type = self._type(shape, dtype)
        number = _at(self.location(), lambda: given.number(value, type.dtype))
        return self.add(Fill(number, type, loc=self.location()))

    def returns(self, *results: Tensor | Weight, devices: Sequence[str] = ()) -> None:
        """Ends the function. `devices`: the names of those on which the results are wanted, "" where any will do.

        Raises TensorIRError if it has already ended, and for another number of devices than of results."""
        self._check_open()
        if devices and len(devices) != len(results):
            raise TensorIRError(f"{len(devices)} devices for {len(results)} results", self.location())
        given = [self.own(r, f"result {i}") for i, r in enumerate(results)]
        body = self._scope.builder.finish(self._here([*given, *(self._current[name] for name in self._states)]))
        last = tuple(self._states.values())
        if last:
            body = Region((*(a for a in body.args if a not in last), *last), body.ops, body.yields)
        unplaced = [""] * len(last)
        placed = (*self._arg_devices, *unplaced) if any(self._arg_devices) else ()
        wanted = (*devices, *unplaced) if devices else ()
        self._function = Function(self.name, body, self._loc, placed, wanted, states=tuple(self._states))

    def finished(self) -> Function:
        """Returns the function. Raises TensorIRError if `returns` has not been called."""
        if self._function is None:
            raise TensorIRError(f"@{self.name} does not return: call returns(…) before build()", self._loc)
        return self._function

    def add(self, op: Op) -> Tensor:
        """Appends an op with one result, for ops that have no method of `Tensor`."""
        (made,) = self.add_all(op)
        return made

    def add_all(self, op: Op) -> tuple[Tensor, ...]:
        """Appends an op, and returns all of its results."""
        self._check_open()
        local = self._here([self._tensor(v) for v in op.operands])
        if any(a is not b for a, b in zip(local, op.operands, strict=True)):
            op = op.with_operands(local)
        return tuple(Tensor(self, r) for r in self._scope.add(self._places.placed(op, self._scope.add)).results)

    def own(self, x: Tensor | Weight, what: str) -> Tensor:
        """Returns `x` as a tensor of this function. Raises TensorIRError if it belongs to another function or is not a
        tensor."""
        if isinstance(x, Weight):
            return self.load(x)
        if not isinstance(x, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without types
            way_out = "pass results one by one" if isinstance(x, list | tuple) else "make it one with constant(…)"
            raise TensorIRError(f"{what} is a {type(x).__name__}, not a tensor: {way_out}", self.location())
        if x.function is not self:
            raise TensorIRError(f"{what} is a tensor of @{x.function.name}, used in @{self.name}", self.location())
        return x

    def _tensor(self, value: Value) -> Tensor:
        return Tensor(self, value)

    def location(self) -> Location:
        """Returns the line of the caller, which is outside of this folder."""
        return caller_location(_HERE)

    def _type(self, shape: Shape, dtype: DType) -> TensorType:
        return _at(self.location(), lambda: TensorType(given.new_shape(shape), given.element_type(dtype)))

    def _check_open(self) -> None:
        if self._function is not None:
            raise TensorIRError(f"@{self.name} has returned already", self.location())


def _at(loc: Location, make: Callable[[], T]) -> T:
    """What `make` gives. Raises its InferError as TensorIRError at `loc`."""
    try:
        return make()
    except InferError as e:
        raise TensorIRError(str(e), loc) from None
