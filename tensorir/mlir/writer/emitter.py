"""Where the ops of one function go: lines, names, types, sizes, and the constants and destinations that MLIR needs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.types import Type
from tensorir.ir.value import Value
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.literals import scalar_text
from tensorir.mlir.writer.names import Names
from tensorir.mlir.writer.program import WriterState
from tensorir.mlir.writer.sizes import SizeValues
from tensorir.mlir.writer.types import element_text


class Emitter:
    """The body of one function while it is written. `lines` has its ops so far."""

    def __init__(self, program: WriterState, region: Region, write: Callable[[Op, Emitter], None]) -> None:
        """`write` appends an op."""
        self.program = program
        self.region = region
        self._write = write
        self._depth = 1
        self.lines: list[str] = []
        self.names = Names()
        self._constants: dict[tuple[str, DType], str] = {}
        self.arg_names = tuple(self.names.define(a) for a in region.args)
        self.sizes = SizeValues(region.args, self.arg_names, lambda v: self.type(v.type), self.let)

    @property
    def dialect(self) -> Dialect:
        """The spelling that is written."""
        return self.program.dialect

    # -- text

    def line(self, text: str) -> None:
        """One more line."""
        self.lines.append(f"{'  ' * self._depth}{text}")

    def write(self, op: Op) -> None:
        """Appends an op of a region of the function. Raises TensorIRError with its place if it can't be written."""
        self._write(op, self)

    @contextmanager
    def nested(self) -> Generator[None]:
        """A region in the function: it sees what was written before, and what is written in it is not seen behind."""
        constants, sizes = dict(self._constants), self.sizes.known()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._constants = constants
            self.sizes.forget_all_but(sizes)

    def rename(self, values: Sequence[Value], names: Sequence[str]) -> None:
        """Gives the arguments of a region names that the text has already."""
        for value, name in zip(values, names, strict=True):
            self.names.same(value, name)

    def let(self, text: str) -> str:
        """`%n = text`, a value that only the text has."""
        name = self.names.fresh()
        self.line(f"{name} = {text}")
        return name

    def result(self, op: Op, text: str) -> None:
        """`%result = text`."""
        self.line(f"{self.names.define(op.result)} = {text}")

    def type(self, type: Type) -> str:
        """The text of a type."""
        return self.program.types(type)

    def typed(self, values: Sequence[Value]) -> str:
        """`%a, %b : t, u`."""
        return f"{', '.join(self.names[v] for v in values)} : {', '.join(self.type(v.type) for v in values)}"

    # -- values that ops of the core do without

    def constant(self, value: ScalarValue, dtype: DType) -> str:
        """A scalar, written once in a function."""
        text = scalar_text(value, dtype)
        if (text, dtype) not in self._constants:
            type = "" if dtype.kind == "bool" else f" : {element_text(dtype)}"
            self._constants[text, dtype] = self.let(f"arith.constant {text}{type}")
        return self._constants[text, dtype]

    def empty(self, type: Type) -> str:
        """A destination."""
        return self.let(f"tensor.empty({self.dynamic(type.shape)}) : {self.type(type)}")

    def filled(self, value: ScalarValue, type: Type) -> str:
        """A destination whose elements are `value`."""
        return self.let(self.fill_text(value, type))

    def fill_text(self, value: ScalarValue, type: Type) -> str:
        """A linalg.fill of a new destination; the scalar and the destination get lines of their own."""
        scalar, empty, text = self.constant(value, type.dtype), self.empty(type), self.type(type)
        return f"linalg.fill ins({scalar} : {element_text(type.dtype)}) outs({empty} : {text}) -> {text}"

    # -- sizes

    def dynamic(self, dims: Sequence[Dim]) -> str:
        """The sizes that a type writes as `?`."""
        return ", ".join(self.sizes(d) for d in dims if not isinstance(d, int))

    def size_list(self, dims: Sequence[Dim]) -> str:
        """`[2, %n]`."""
        return f"[{', '.join(map(self.sizes.static_or_value, dims))}]"
