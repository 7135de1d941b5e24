"""Ops that have no effect in the core: barriers, ties, and the ops of IREE's calling convention."""

from __future__ import annotations

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim
from tensorir.mlir.importer.attributes import integer
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import element_type, ranked
from tensorir.mlir.syntax import Operation, TypeAttr


def each(op: Operation, scope: Scope) -> None:
    """Result i is operand i; further operands are sizes or fences."""
    if len(op.results) > len(op.operands):
        raise InferError(f"gives {len(op.results)} results for {len(op.operands)} operands")
    for result, source in zip(op.results, op.operands, strict=False):
        scope.same(result, source)


def tied(op: Operation, scope: Scope) -> None:
    """flow.tensor.tie_shape: the further operands are the sizes that are `?` in the type."""
    source, *sizes = op.operands
    value = scope.tensor(source)
    (result,) = op.results
    scope.bind(result, scope.with_shape(value, _tied(op, value.type.shape, [scope.dim(v) for v in sizes])))


def _tied(op: Operation, shape: tuple[Dim, ...], sizes: list[Dim]) -> tuple[Dim, ...]:
    written = ranked(op.results[0].type).shape
    if written.count(None) != len(sizes) or len(written) != len(shape):
        raise InferError(f"{len(sizes)} sizes are given for {op.results[0].type}")
    given = iter(sizes)
    return tuple(next(given) if d is None else own for d, own in zip(written, shape, strict=True))


def imported(op: Operation, scope: Scope) -> None:
    """hal.tensor.import: a buffer as a tensor of the same elements."""
    (result,) = op.results
    given = op.attributes.get("target_encoding", op.attributes.get("target"))
    if isinstance(given, TypeAttr) and element_type(given.type) != element_type(result.type):
        raise InferError(f"imports {given.type} as {result.type}: other element types are not supported")
    scope.bind(result, scope.tensor(op.operands[0]))


def exported(op: Operation, scope: Scope) -> None:
    """hal.tensor.export: a tensor as a buffer of the same elements."""
    given = op.attributes.get("source_encoding")
    source = op.operands[0]
    if isinstance(given, TypeAttr) and element_type(given.type) != element_type(source.type):
        raise InferError(f"exports {source.type} as {given.type}: other element types are not supported")
    scope.bind(op.results[0], scope.tensor(source))


def buffer_dim(op: Operation, scope: Scope) -> None:
    """hal.buffer_view.dim: a size of an argument."""
    shape = scope.shape(op.operands[0])
    index = integer(op, "index")
    if not 0 <= index < len(shape):
        raise InferError(f"index {index} is outside of rank {len(shape)}")
    scope.bind_dim(op.results[0], shape[index])


def ordering(op: Operation, scope: Scope) -> None:
    """Fences, devices and the like order work; one call at a time needs no order."""
    for result in op.results:
        scope.bind_nothing(result, f"is the result of {op.name}, which has no data")


OPS = {
    "util.optimization_barrier": each,
    "util.assume.int": each,
    "iree_tensor_ext.compute_barrier.start": each,
    "iree_tensor_ext.compute_barrier.end": each,
    "hal.tensor.barrier": each,
    "flow.tensor.tie_shape": tied,
    "hal.tensor.import": imported,
    "hal.tensor.export": exported,
    "hal.buffer_view.dim": buffer_dim,
    "hal.fence.create": ordering,
    "hal.fence.await": ordering,
    "hal.devices.get": ordering,
    "util.null": ordering,
    "util.status.check_ok": ordering,
}
