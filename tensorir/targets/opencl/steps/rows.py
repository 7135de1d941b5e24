"""Steps along rows: reductions, softmax and norms. One work item computes a row.

Sums have the order of all parts of the framework: 16 lanes, of which each adds its elements in chains of 256."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from attrs import frozen

from tensorir.dialects.linalg.reduce import ReductionKind, neutral_element
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tile import LayerNorm, Reduce, RmsNorm, Softmax
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarBody, apply, arg
from tensorir.targets.opencl.bodies import Bodies, converted
from tensorir.targets.opencl.elements import literal, rounded, value_type
from tensorir.targets.opencl.writer import Operand, Writer

LANES, CHAIN = 16, 256


@frozen
class _Row:
    """A row of a step. `outer`: the position of the row; `sizes`: those of its loops; `extent`: how many of its
    positions are valid, None if all are."""

    w: Writer
    outer: Sequence[str]
    sizes: Sequence[str]
    extent: str | None
    total: DType
    """The type in which it is computed."""

    @contextmanager
    def positions(self) -> Generator[tuple[list[str], str, str]]:
        """A loop along the row; gives the position in all loops of the step, its number, and whether it is valid."""
        with self.w.serial(self.sizes) as at:
            number = at[0] if at else "0"
            for size, position in zip(self.sizes[1:], at[1:], strict=True):
                number = f"({number} * {size} + {position})"
            yield [*self.outer, *at], number, "true" if self.extent is None else f"{number} < {self.extent}"

    @property
    def count(self) -> str:
        return self.extent or " * ".join(self.sizes) or "1L"

    def combined(self, kind: ReductionKind, dtype: DType, element: Callable[[list[str]], str]) -> str:
        """Combines a value per valid position, which is neutral for `dtype` if there is none; returns its name."""
        w, type = self.w, value_type(self.total)
        lanes, chains = w.name("lanes"), w.name("chains")
        neutral = literal(neutral_element(kind, dtype), self.total)
        w.line(f"{type} {lanes}[{LANES}], {chains}[{LANES}];")
        w.line(f"for (int l = 0; l < {LANES}; l++) {lanes}[l] = {chains}[l] = {neutral};")
        with self.positions() as (at, number, valid), w.block(f"if ({valid})"):
            lane = w.name("l")
            w.line(f"const int {lane} = (int)({number} & {LANES - 1});")
            self._combine(kind, f"{chains}[{lane}]", f"{chains}[{lane}]", element(at))
            with w.block(f"if (({number} & {LANES * CHAIN - 1}) / {LANES} == {CHAIN - 1})"):
                self._combine(kind, f"{lanes}[{lane}]", f"{lanes}[{lane}]", f"{chains}[{lane}]")
                w.line(f"{chains}[{lane}] = {neutral};")
        with w.block(f"for (int l = 0; l < {LANES}; l++)"):
            self._combine(kind, f"{lanes}[l]", f"{lanes}[l]", f"{chains}[l]")
        with w.block(f"for (int h = {LANES // 2}; h > 0; h /= 2) for (int l = 0; l < h; l++)"):
            self._combine(kind, f"{lanes}[l]", f"{lanes}[l]", f"{lanes}[l + h]")
        return f"{lanes}[0]"

    def _combine(self, kind: ReductionKind, out: str, a: str, b: str) -> None:
        body = ScalarBody((self.total, self.total), apply(kind, arg(0, self.total), arg(1, self.total)))
        (made,) = Bodies(self.w.line, self.w.fails).values((body,), (a, b), {}, self.w.name("c"))
        self.w.line(f"{out} = {made};")

    def mean(self, element: Callable[[list[str]], str]) -> str:
        type, name = value_type(self.total), self.w.name("mean")
        summed = self.combined("add", self.total, element)
        self.w.line(f"const {type} {name} = {summed} / ({type})({self.count});")
        return name

    def element(self, operand: Operand, at: Sequence[str]) -> str:
        """An element in the type in which the row is computed."""
        return f"({value_type(self.total)}){operand.load(at)}"

    def write(self, out: Operand, value: Callable[[list[str]], str]) -> None:
        """Writes a value to each valid position, and zero to the others."""
        with self.positions() as (at, _, valid):
            made = rounded(out.dtype, value(at))
            self.w.line(out.store(at, f"({valid} ? {made} : {literal(0, self.total)})"))


@contextmanager
def _rows(w: Writer, op: Reduce | Softmax | LayerNorm | RmsNorm, dtype: DType) -> Generator[_Row]:
    sizes = [w.value(s) for s in op.shape.results]
    extent = None if op.extent is None else w.value(op.extent.results[0])
    kept = len(sizes) - op.rows
    with w.shared(sizes[:kept]) as outer:
        yield _Row(w, outer, sizes[kept:], extent, accumulation_type(dtype))


def write_reduce(w: Writer, op: Reduce, operands: list[Operand]) -> None:
    source, out = operands
    with _rows(w, op, source.dtype) as row:

        def element(at: list[str]) -> str:
            return converted(source.load(at), source.dtype, row.total)

        found = row.combined(op.kind, source.dtype, element)
        w.line(out.store([*row.outer, *("0" for _ in row.sizes)], converted(found, row.total, out.dtype)))


def write_softmax(w: Writer, op: Softmax, operands: list[Operand]) -> None:
    source, out = operands
    with _rows(w, op, source.dtype) as row:
        largest = row.combined("max", source.dtype, lambda at: row.element(source, at))

        def power(at: Sequence[str]) -> str:
            return f"exp({row.element(source, at)} - {largest})"

        summed = row.combined("add", row.total, power)
        row.write(out, lambda at: f"({power(at)} / {summed})")


def write_layer_norm(w: Writer, op: LayerNorm, operands: list[Operand]) -> None:
    source, scale, bias, out = operands
    with _rows(w, op, source.dtype) as row:
        mean = row.mean(lambda at: row.element(source, at))

        def around(at: Sequence[str]) -> str:
            return f"({row.element(source, at)} - {mean})"

        deviation = _deviation(row, row.mean(lambda at: f"({around(at)} * {around(at)})"), op.epsilon)

        def scaled(at: list[str]) -> str:
            value = f"{around(at)} / {deviation} * {row.element(scale, at)}"
            return f"({value} + {row.element(bias, at)})"

        row.write(out, scaled)


def write_rms_norm(w: Writer, op: RmsNorm, operands: list[Operand]) -> None:
    source, scale, out = operands
    with _rows(w, op, source.dtype) as row:

        def square(at: list[str]) -> str:
            return f"({row.element(source, at)} * {row.element(source, at)})"

        deviation = _deviation(row, row.mean(square), op.epsilon)
        row.write(out, lambda at: f"({row.element(source, at)} / {deviation} * {row.element(scale, at)})")


def _deviation(row: _Row, variance: str, epsilon: float) -> str:
    name = row.w.name("deviation")
    row.w.line(f"const {value_type(row.total)} {name} = sqrt({variance} + {literal(epsilon, row.total)});")
    return name
