"""Structured ops. Each result is written into a destination: `tensor.empty`, or a fill where it accumulates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorir.dialects import linalg
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.dims import Dim, DimExpr, Divided, iteration_dim, iteration_dims_of
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.types import Type
from tensorir.ir.value import Value
from tensorir.mlir.writer import composites
from tensorir.mlir.writer.bodies import op_name, write_body
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.sizes import SizeValues
from tensorir.mlir.writer.types import element_text, map_text


def fill(op: linalg.Fill, e: Emitter) -> None:
    e.result(op, e.fill_text(op.value, op.type))


def generic(op: linalg.Generic, e: Emitter) -> None:
    write_loops(op, op.loops(), e)


def write_loops(op: Op, loops: Loops, e: Emitter, attributes: str = "") -> None:
    """Any structured op whose totals have the element types of its results, as linalg.generic.

    Inputs that are read by a division of positions, or backwards, are extracted: IREE does not tile such maps."""
    given = loops.starts or (None,) * len(op.results)
    outs = [_destination(s, r.type, e) for s, r in zip(given, op.results, strict=True)]
    inputs, maps = loops.inputs, loops.maps
    extracts = not loops.combined and any(map(_divides_or_falls, maps))
    if extracts:
        inputs, maps = (), ()
    loop = Loop(e, (*maps, *loops.results), loops.combined, inputs, op.results, outs, attributes)
    elements = loop.args
    if extracts:
        read = zip(loops.inputs, loops.maps, strict=True)
        elements = [*(_extracted(v, m, loop, e) for v, m in read), *loop.args]
    loop.finish([write_body(body, elements, loop.let, e.dialect) for body in loops.bodies])


def _destination(start: Value | ScalarValue | None, type: Type, e: Emitter) -> str:
    if start is None:
        return e.empty(type)
    return e.names[start] if isinstance(start, Value) else e.filled(start, type)


def _divides_or_falls(map: AffineMap) -> bool:
    terms = [t for r in map.results if isinstance(r, DimExpr) for t in r.terms if t[0]]
    return any(c < 0 or any(isinstance(a, Divided) for a in monomial) for monomial, c in terms)


def _extracted(source: Value, map: AffineMap, loop: Loop, e: Emitter) -> str:
    """The element of `source` at this position."""
    dims: dict[Dim, str] = {}
    for d in range(map.num_dims):
        if any(d in iteration_dims_of(r) for r in map.results):
            dims[iteration_dim(d)] = loop.let(f"linalg.index {d} : index")
    position = SizeValues((), (), lambda v: "", loop.let, dims)
    at = ", ".join(position(r) for r in map.results)
    return loop.let(f"tensor.extract {e.names[source]}[{at}] : {e.type(source.type)}")


def fold(op: linalg.Fold, e: Emitter) -> None:
    """The attribute tells our reader that the op is a fold, even where it could be a reduction or contraction."""
    write_loops(op, op.loops(), e, ' attrs = {tensorir_op = "linalg.fold"}')


class Loop:
    """A linalg.generic while its body is written. `args` are the names of the elements: inputs, then results."""

    def __init__(
        self,
        e: Emitter,
        maps: Sequence[AffineMap],
        reduced: Sequence[int],
        inputs: Sequence[Value],
        results: Sequence[Value],
        outs: Sequence[str],
        attributes: str = "",
    ) -> None:
        self._e = e
        self._results = results
        dims = ("reduction" if d in reduced else "parallel" for d in range(maps[0].num_dims))
        iterators = ", ".join(f'"{kind}"' for kind in dims)
        types = [v.type for v in (*inputs, *results)]
        self.args = [e.names.fresh() for _ in types]
        elements = ", ".join(f"{n}: {element_text(t.dtype)}" for n, t in zip(self.args, types, strict=True))
        names = ", ".join(e.names.define(r) for r in results)
        ins = f" ins({e.typed(inputs)})" if inputs else ""
        self._out_types = ", ".join(e.type(r.type) for r in results)
        e.line(
            f"{names} = linalg.generic {{indexing_maps = [{', '.join(map(map_text, maps))}], "
            f"iterator_types = [{iterators}]}}{ins} outs({', '.join(outs)} : {self._out_types}){attributes} {{"
        )
        e.line(f"^bb0({elements}):")

    def let(self, text: str) -> str:
        """One more op of the body."""
        name = self._e.names.fresh()
        self._e.line(f"  {name} = {text}")
        return name

    def finish(self, values: Sequence[str]) -> None:
        """The end of the body: the new elements of the results."""
        types = ", ".join(element_text(r.type.dtype) for r in self._results)
        self._e.line(f"  linalg.yield {', '.join(values)} : {types}")
        results = self._out_types if len(self._results) == 1 else f"({self._out_types})"
        self._e.line(f"}} -> {results}")


NAMED: Mapping[tuple[AffineMap, ...], str] = {
    (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))): "matmul",
    (select(4, (0, 1, 3)), select(4, (0, 3, 2)), select(4, (0, 1, 2))): "batch_matmul",
    (select(2, (0, 1)), select(2, (1,)), select(2, (0,))): "matvec",
    (select(2, (1,)), select(2, (1, 0)), select(2, (0,))): "vecmat",
    (select(1, (0,)), select(1, (0,)), select(1, ())): "dot",
}
"""Contractions that have a name, by their maps. Others are linalg.generic."""


def contract(op: linalg.Contract, e: Emitter) -> None:
    """By its name where it has one. 16-bit floats are summed in f32, which no op of MLIR says: a composite."""
    if op.dtype.is_float and op.dtype.bits == 16:
        composites.write(op, e)
        return
    write_product(op, f"linalg.{NAMED[op.maps]}" if op.maps in NAMED else "", e)


def write_product(op: linalg.Contract | Mmt4d | BatchMmt4d, name: str, e: Emitter) -> None:
    """By the name that it has in MLIR, if that op converts operands as the core does: integers as signed ones."""
    loops = op.loops()
    kinds = {v.type.dtype.kind for v in loops.inputs}
    converts = all(v.type.dtype == op.dtype for v in loops.inputs)
    if not name or not (converts or (kinds == {op.dtype.kind} and op.dtype.kind in ("float", "signed"))):
        write_loops(op, loops, e)
        return
    out, type = _destination(loops.starts[0], op.result.type, e), e.type(op.result.type)
    e.result(op, f"{name} ins({e.typed(loops.inputs)}) outs({out} : {type}) -> {type}")


def reduce(op: linalg.Reduce, e: Emitter) -> None:
    """16-bit floats, dims in another order than MLIR's, and parts of dims are composites."""
    dtype = op.source.type.dtype
    if (dtype.is_float and dtype.bits == 16) or list(op.dims) != sorted(op.dims) or op.extent is not None:
        composites.write(op, e)
        return
    out = e.filled(linalg.neutral_element(op.kind, dtype), op.result.type)
    dims = ", ".join(map(str, op.dims))
    type = e.type(op.result.type)
    e.result(
        op,
        f"linalg.reduce {{ {op_name(op.kind, dtype)} }} ins({e.typed((op.source,))}) outs({out} : {type}) "
        f"dimensions = [{dims}]",
    )


def transpose(op: linalg.Transpose, e: Emitter) -> None:
    _moved(op, f"permutation = {list(op.permutation)}", e)


def broadcast(op: linalg.Broadcast, e: Emitter) -> None:
    _moved(op, f"dimensions = {list(op.dims)}", e)


def _moved(op: linalg.Transpose | linalg.Broadcast, how: str, e: Emitter) -> None:
    out, type = e.empty(op.result.type), e.type(op.result.type)
    e.result(op, f"{op.NAME} ins({e.typed((op.source,))}) outs({out} : {type}) {how}")


def softmax(op: linalg.Softmax, e: Emitter) -> None:
    """Along one dim, all of it; else a composite."""
    dim, *others = op.dims
    if op.extent is not None or others or op.source.type.dtype.bits == 16:
        composites.write(op, e)
        return
    out, type = e.empty(op.result.type), e.type(op.result.type)
    source = e.typed((op.source,))
    e.result(op, f"linalg.softmax dimension({dim}) ins({source}) outs({out} : {type}) -> {type}")
