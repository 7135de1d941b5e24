"""tensor.gather: slices of a tensor at coordinates that stand in another one."""

from __future__ import annotations

from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, iteration_dim
from tensorir.ir.dtype import i64
from tensorir.ir.scalar import Scalar, arg, cast, iteration_index
from tensorir.ir.types import TensorType
from tensorir.mlir.importer.attributes import integers
from tensorir.mlir.importer.linalg.extracts import extracted
from tensorir.mlir.importer.linalg.structured import Structured, elementwise
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import Operation


def gather(op: Operation, scope: Scope) -> None:
    """`result[i…, s…] = source[s… with indices[i…, k] in place of dim gather_dims[k]]`. The gathered dims are of size 1
    in the result, or left out of it. A coordinate outside of the source is an error when run."""
    table, indices = scope.tensors(op.operands)
    dims = _gathered(op, table.type, indices.type)
    batch = indices.type.rank - 1
    rank = len(ranked(op.results[0].type).shape)
    left_out = rank == batch + table.type.rank - len(dims)
    if not left_out and rank != batch + table.type.rank:
        full = batch + table.type.rank
        ranks = f"rank {full}, or {full - len(dims)} without the gathered dims"
        raise InferError(f"gives {ranks}; its result is {op.results[0].type}")
    where: list[Scalar] = []
    sizes: list[Dim] = list(indices.type.shape[:-1])
    for d, size in enumerate(table.type.shape):
        if d in dims:
            where.append(cast(arg(dims.index(d), indices.type.dtype), i64))
        else:
            where.append(iteration_index(len(sizes)))
        if d not in dims or not left_out:
            sizes.append(1 if d in dims else size)
    maps = [AffineMap(rank, (*map(iteration_dim, range(batch)), k)) for k in range(len(dims))]
    found = extracted(table, where, [indices] * len(dims), maps, tuple(sizes), scope)
    if found.map.is_identity:
        scope.bind(op.results[0], found.value)
        return
    whole = Structured((found.value,), (), (found.map,), ())
    scope.bind(op.results[0], elementwise(scope, whole, arg(0, table.type.dtype), identity(rank), sizes))


def _gathered(op: Operation, table: TensorType, indices: TensorType) -> tuple[int, ...]:
    """The attribute gather_dims. Raises InferError unless it lists dims of `table` in order, one per coordinate."""
    dims = integers(op, "gather_dims")
    if not dims or list(dims) != sorted(set(dims)) or not 0 <= dims[0] <= dims[-1] < table.rank:
        raise InferError(f"gather_dims {list(dims)} must be dims of {table} in ascending order, at least one")
    if not indices.dtype.is_integer or indices.dtype.kind == "bool":
        raise InferError(f"the coordinates must be integers, got {indices.dtype}")
    if not indices.rank or indices.shape[-1] != len(dims):
        raise InferError(f"the last dim of {indices} must be {len(dims)}, one coordinate per dim of gather_dims")
    return dims


OPS = {"tensor.gather": gather}
