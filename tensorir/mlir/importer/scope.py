"""The state of one function (or initializer) being converted: the core value, size or literal of each MLIR value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from tensorir.dialects.device import Transfer
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import Cast, Constant, Size
from tensorir.ir.affine import AffineMap
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import InferError, Remark
from tensorir.ir.dims import Dim, DimExpr, plain_symbol, symbols_of
from tensorir.ir.dtype import DType, i64
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, arg, cast, const
from tensorir.ir.types import TensorType, TypeEncoding
from tensorir.ir.value import Value
from tensorir.mlir.importer.attributes import integers
from tensorir.mlir.importer.encodings import type_encoding
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.sizes import SizeEquations
from tensorir.mlir.importer.states import States
from tensorir.mlir.importer.types import element_type, is_buffer, is_unranked, ranked
from tensorir.mlir.syntax import DYNAMIC, Block, Operation, RankedTensor, SSAValue, Type

O = TypeVar("O", bound=Op)

NO_SIZE = "{} is used as a size, but is not an expression of the sizes of arguments"


class Scope:
    """Values of MLIR and what they are in the core.

    A tensor is a core value. A scalar can be up to three things: a literal, a size (`Dim`), a rank-0 core value; the
    last is made of the others only when an op asks for it. Importers raise InferError or TensorIRError where something
    does not fit: whoever runs them adds the place."""

    def __init__(self, program: ImportState, sizes: SizeEquations, run: Callable[[Block, Scope], None]) -> None:
        self.program = program
        self.sizes = sizes
        self.run = run
        """Converts the ops of a block."""
        self.region = RegionBuilder()
        self.returned: tuple[SSAValue, ...] | None = None
        """The operands of the terminator, once it was seen."""
        self.stores: dict[str, Value] | None = None
        """In an initializer: what it stores to globals."""
        self.states: States | None = None
        """In the body of a function: the values of mutable globals."""
        self.depth = self.written_out = 0
        """The nesting depth of inlined calls, and the number of their ops. See `importer.inlining`."""
        self._op = program.document.module
        self._tensors: dict[SSAValue, Value] = {}
        self._dims: dict[SSAValue, Dim] = {}
        self._literals: dict[SSAValue, ScalarValue] = {}
        self._why: dict[SSAValue, str] = {}
        self._sources: set[str] = set()
        self._made_sizes: dict[Dim, Value] = {}
        self._elements: dict[SSAValue, tuple[Dim | None, ...]] = {}
        self._loads: dict[str, Value] = {}
        self._of_sizes: set[SSAValue] = set()
        self._producers: dict[Value, Op] = {}
        self.device = ""
        """Where the op at hand runs, "" if it does not say."""
        self._moved: dict[tuple[Value, str], Value] = {}
        self.outer: Scope | None = None
        """The function or region around a region."""
        self.captured: dict[Value, Value] = {}
        """In a region: a value outside → the argument that stands for it here."""

    def inner(self) -> Scope:
        """Returns the state of a region in this function or region: what it reads from here becomes an argument."""
        made = Scope(self.program, self.sizes, self.run)
        made.outer, made.stores, made._op, made.depth = self, self.stores, self._op, self.depth
        made._dims, made._literals, made._why = dict(self._dims), dict(self._literals), dict(self._why)
        made._elements, made._of_sizes, made._sources = dict(self._elements), set(self._of_sizes), set(self._sources)
        return made

    def _taken(self, value: Value) -> Value:
        """Returns the argument that stands for a value outside of this region."""
        if value not in self.captured:
            self.captured[value] = self.region.arg(value.type, value.hint)
        return self.captured[value]

    def _has(self, v: SSAValue) -> bool:
        return v in self._tensors or (self.outer is not None and self.outer._has(v))

    # -- the op at hand

    @property
    def loc(self) -> Location:
        """Of the op being converted."""
        return self._op.loc

    def at(self, op: Operation) -> None:
        """Sets the op that is converted from here on."""
        self._op = op

    def remark(self, op: Operation, rule: str, message: str) -> None:
        """Records a remark about something that was left out or changed."""
        self.program.remarks.append(Remark("mlir", op.name, rule, message, loc=op.loc))

    # -- asking

    def tensor(self, v: SSAValue) -> Value:
        """The core value of `v`, on the device of the op at hand if that names one. A scalar is a rank-0 tensor; a size
        is computed from the sizes of the arguments."""
        found = self._known(v)
        maker = self._producers.get(found)
        if not self.device or (maker is not None and not maker.operands):  # each device has its own constants
            return found
        key = found, self.device
        if key not in self._moved:
            self._moved[key] = self.add(Transfer(found, self.device, loc=self.loc)).result
        return self._moved[key]

    def _known(self, v: SSAValue) -> Value:
        found = self._tensors.get(v)
        if found is not None:
            return found
        if v in self._literals and not isinstance(v.type, RankedTensor):
            value = const(self._literals[v], dtype := element_type(v.type)).value
            found = self.add(Constant(Dense.own(scalar_array(value, dtype)), loc=self.loc)).result
        elif v in self._dims:
            found = self.size_tensor(self._dims[v], element_type(v.type))
        elif self.outer is not None and self.outer._has(v):
            found = self._taken(self.outer._known(v))
        else:
            raise InferError(f"{v.name} of type {v.type} {self._why.get(v, 'has no value here')}")
        self._tensors[v] = found
        return found

    def tensors(self, vs: Iterable[SSAValue]) -> tuple[Value, ...]:
        """The core value of each."""
        return tuple(self.tensor(v) for v in vs)

    def dim(self, v: SSAValue) -> Dim:
        """A scalar as a size. Raises InferError if it is not one: computed from the elements of tensors, or an
        argument."""
        found = self.optional_dim(v)
        if found is None and v in self._of_sizes:
            return self.sizes.known(self.sizes.unknown(v, self._op))
        if found is None:
            raise InferError(NO_SIZE.format(v.name))
        return found

    def is_of_sizes(self, v: SSAValue) -> bool:
        """Whether a scalar depends on nothing but sizes: it is one, or was computed from some."""
        return v in self._of_sizes or v in self._dims or (v in self._literals and not isinstance(v.type, RankedTensor))

    def mark_of_sizes(self, result: SSAValue) -> None:
        """`result` was computed from sizes in a way that no size can say (their minimum, say). Where it is used as a
        size, it is an unknown one: the program must say elsewhere which size it is equal to."""
        self._of_sizes.add(result)

    def optional_dim(self, v: SSAValue) -> Dim | None:
        """Returns a scalar as a size, or None if it is not one."""
        if v in self._dims:
            return self._dims[v]
        literal = self._literals.get(v)
        return literal if type(literal) is int and not isinstance(v.type, RankedTensor) else None

    def mixed(self, op: Operation, name: str, operands: Sequence[SSAValue]) -> tuple[Dim, ...]:
        """A list of sizes of which some are operands, as `static_offsets` and the like write it."""
        rest = list(reversed(operands))
        found: list[Dim] = []
        for n in integers(op, name):
            if n == DYNAMIC and not rest:
                raise InferError(f"{name} needs more operands than the {len(operands)} given")
            found.append(self.dim(rest.pop()) if n == DYNAMIC else n)
        if rest:
            raise InferError(f"{name} has room for {len(operands) - len(rest)} operands, got {len(operands)}")
        return tuple(found)

    def constant(self, v: SSAValue) -> ScalarValue | None:
        """The literal that a scalar is, or every element of a tensor; None if there is none. Integers are in the range
        of their core type."""
        if v in self._literals:
            return self._literals[v]
        dim = self._dims.get(v)
        return dim if isinstance(dim, int) else None

    def scalar_of(self, v: SSAValue) -> Scalar | None:
        """`constant` as a node of a scalar body, or None."""
        literal = self.constant(v)
        return None if literal is None else const(literal, element_type(v.type))

    def shape(self, v: SSAValue) -> tuple[Dim, ...]:
        """The sizes of a tensor."""
        return self.tensor(v).type.shape

    def written_shape(self, v: SSAValue | Type, dynamic: Sequence[Dim]) -> tuple[Dim, ...]:
        """The sizes in a written type, with `dynamic` in place of its `?`, in order."""
        shape = ranked(v.type if isinstance(v, SSAValue) else v).shape
        if shape.count(None) != len(dynamic):
            raise InferError(f"{shape.count(None)} sizes are missing in the type, {len(dynamic)} are given")
        given = iter(dynamic)
        return tuple(next(given) if d is None else d for d in shape)

    def type(self, written: Type, shape: tuple[Dim, ...] = ()) -> TensorType:
        """The core type of a written type whose sizes are `shape`."""
        return TensorType(shape, element_type(written), self._encoding(written))

    # -- adding

    def add(self, op: O) -> O:
        """Appends a core op. Raises InferError for a size below 0: an op that nobody uses is never run."""
        for size in (size for r in op.results for size in r.type.shape):
            if isinstance(size, int) and size < 0:
                raise InferError(f"a size can't be negative, got {size}")
        self._producers.update(dict.fromkeys(op.results, op))
        return self.region.add(op)

    def producer(self, value: Value) -> Op | None:
        """The op that made a value; None for an argument."""
        return self._producers.get(value)

    def arg(self, v: SSAValue, type: TensorType, hint: str) -> Value:
        """Makes `v` an argument of the function. Its plain symbols are where sizes come from."""
        value = self._tensors[v] = self.region.arg(type, hint)
        for dim in type.shape:
            if (name := plain_symbol(dim)) is not None:
                self._sources.add(name)
        if not type.rank:
            self._why[v] = "is an argument"
        return value

    def bind(self, result: SSAValue, value: Value, literal: ScalarValue | None = None) -> None:
        """`result` is `value`. Static sizes of the written type must be, or become, those of the value.

        `literal`: what every element of it is, if that is known."""
        self._tensors[result] = self.fitted(value, result.type)
        if not value.hint and (hint := result.name.lstrip("%"))[:1].isalpha():
            object.__setattr__(value, "hint", hint)  # not shared yet: its op was made for this result
        if literal is not None:
            self._literals[result] = literal

    def bind_dim(self, result: SSAValue, dim: Dim) -> None:
        """`result` is a size."""
        self._dims[result] = dim

    def bind_literal(self, result: SSAValue, value: ScalarValue) -> None:
        """The scalar `result` is a literal; checked against the range of its type."""
        self._literals[result] = const(value, element_type(result.type)).value

    def bind_nothing(self, result: SSAValue, why: str) -> None:
        """`result` has no value in the core (a fence, a device); who asks for one is told that it `why`."""
        self._why[result] = why

    def same(self, result: SSAValue, source: SSAValue) -> None:
        """`result` is `source` in every respect but its written type."""
        if source in self._dims:
            self._dims[result] = self._dims[source]
        if source in self._literals:
            self._literals[result] = self._literals[source]
        if source in self._elements:
            self._elements[result] = self._elements[source]
        if source in self._tensors:
            self._tensors[result] = self.fitted(self._tensors[source], result.type)
        if source in self._of_sizes:
            self._of_sizes.add(result)
        if source in self._why:
            self._why[result] = self._why[source]

    def note_elements(self, result: SSAValue, elements: Sequence[Dim | None]) -> None:
        """The elements of a tensor of rank 1 as sizes: what tensor.reshape wants to know."""
        self._elements[result] = tuple(elements)

    def elements(self, v: SSAValue) -> tuple[Dim | None, ...] | None:
        """What is known of the elements of a tensor of rank 1."""
        return self._elements.get(v)

    def load(self, op: GlobalLoad) -> Value:
        """The value of a global, loaded once."""
        if op.symbol not in self._loads:
            self._loads[op.symbol] = self.add(op).result
        return self._loads[op.symbol]

    # -- sizes

    def equal(self, a: Dim, b: Dim) -> None:
        """The program says that two sizes are equal. Raises InferError if they can't be."""
        self.sizes.equal(a, b)

    def with_shape(self, v: Value, shape: Sequence[Dim]) -> Value:
        """`v` with sizes that are equal to its own: stated here by a cast, everywhere in the next conversion."""
        shape = tuple(shape)
        if v.type.shape == shape:
            return v
        if len(shape) != v.type.rank:
            raise InferError(f"{v.type} must have rank {len(shape)}")
        for a, b in zip(v.type.shape, shape, strict=True):
            self.equal(a, b)
        return self.add(Cast(v, shape, loc=self.loc)).result

    def fitted(self, value: Value, written: Type) -> Value:
        """`value` as the written type says it: its static sizes are the value's."""
        type = value.type
        if is_buffer(written) or is_unranked(written):
            return value
        shape = written.shape if isinstance(written, RankedTensor) else ()
        wanted = self.type(written)
        if len(shape) != type.rank or wanted.dtype != type.dtype:
            raise InferError(f"the result is {type}, its written type {written}")
        if wanted.encoding != type.encoding:
            raise InferError(f"the result is {type}, its written type has another encoding")
        return self.with_shape(value, [b if b is not None else a for a, b in zip(type.shape, shape, strict=True)])

    def size_tensor(self, dim: Dim, dtype: DType = i64) -> Value:
        """A size as a rank-0 tensor."""
        if isinstance(dim, int):
            return self.add(Constant(Dense.own(scalar_array(const(dim, dtype).value, dtype)), loc=self.loc)).result
        wide = self._made_sizes.get(dim)
        if wide is None:
            wide = self._made_sizes[dim] = self._computed_size(dim)
        if dtype == i64:
            return wide
        return self.add(_scalar_generic((wide,), cast(arg(0, i64), dtype), self.loc)).result

    def _computed_size(self, dim: DimExpr) -> Value:
        if self.outer is not None:
            return self._taken(self.outer.size_tensor(dim))
        names = sorted(symbols_of(dim))
        if missing := [n for n in names if n not in self._sources]:
            raise InferError(f"the size {missing[0]} is the size of no argument")
        return self.add(Size(dim, loc=self.loc)).result

    def _encoding(self, written: Type) -> TypeEncoding | None:
        if not isinstance(written, RankedTensor) or written.encoding is None:
            return None
        return type_encoding(written.encoding)


def _scalar_generic(inputs: tuple[Value, ...], result: Scalar, loc: Location) -> Generic:
    scalar_map = AffineMap(0, ())
    body = ScalarBody(tuple(v.type.dtype for v in inputs), result)
    return Generic(inputs, (scalar_map,) * (len(inputs) + 1), body, loc=loc)


def scalar_array(value: ScalarValue, dtype: DType) -> np.ndarray[Any, Any]:
    """A literal as an array of rank 0."""
    wide = np.float64 if dtype.is_float else np.uint64 if dtype.kind == "unsigned" else np.int64
    return np.asarray(value, wide).astype(dtype.numpy)
