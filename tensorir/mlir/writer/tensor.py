"""Ops that move or slice tensors or ask for their sizes."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects import tensor
from tensorir.encoding.views import Groups
from tensorir.ir.affine import identity, select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.linalg import Loop
from tensorir.mlir.writer.literals import quoted
from tensorir.mlir.writer.types import element_text
from tensorir.mlir.writer.weights import MAX_DENSE_BYTES
from tensorir.text.sizes import size_text


def constant(op: tensor.Constant, e: Emitter) -> None:
    """A large constant is marked as not being a weight, because the reader would otherwise make it a global."""
    large = ' {tensorir_op = "tensor.constant"}' if op.value.nbytes > MAX_DENSE_BYTES else ""
    e.result(op, f"arith.constant{large} {e.program.weights.typed_data(op.value, 'constant', e.program.types)}")


def empty(op: tensor.Empty, e: Emitter) -> None:
    e.result(op, f"tensor.empty({e.dynamic(op.type.shape)}) : {e.type(op.type)}")


def dim(op: tensor.DimOp, e: Emitter) -> None:
    """As a tensor of rank 0: an index is not a value of the core."""
    _size(op, op.source.type.shape[op.index], e)


def size(op: tensor.Size, e: Emitter) -> None:
    _size(op, op.size, e)


def _size(op: Op, dim: Dim, e: Emitter) -> None:
    size = e.sizes(dim)
    scalar = e.let(f"arith.index_cast {size} : index to i64")
    e.result(op, f"tensor.from_elements {scalar} : tensor<i64>")


def expand_shape(op: tensor.ExpandShape, e: Emitter) -> None:
    _check_merged(op.groups, op.shape, op.source.type.shape)
    e.result(
        op,
        f"tensor.expand_shape {e.names[op.source]} {_groups(op.groups)} output_shape {e.size_list(op.shape)} : "
        f"{e.type(op.source.type)} into {e.type(op.result.type)}",
    )


def collapse_shape(op: tensor.CollapseShape, e: Emitter) -> None:
    _check_merged(op.groups, op.source.type.shape, op.result.type.shape)
    e.result(
        op,
        f"tensor.collapse_shape {e.names[op.source]} {_groups(op.groups)} : "
        f"{e.type(op.source.type)} into {e.type(op.result.type)}",
    )


def _check_merged(groups: Groups, many: Sequence[Dim], few: Sequence[Dim]) -> None:
    """MLIR's merged size is static only if its parts are. Raises TensorIRError where ours is 0 whatever a part is."""
    for group, merged in zip(groups, few, strict=True):
        if isinstance(merged, int) and not all(isinstance(many[d], int) for d in group):
            sizes = "·".join(str(many[d]) for d in group)
            raise TensorIRError(f"{sizes} = {merged}, a static size of parts that are not, has no MLIR form")


def _groups(groups: Groups) -> str:
    return str([list(g) for g in groups])


def extract_slice(op: tensor.ExtractSlice, e: Emitter) -> None:
    where = _slice(op.source.type.shape, op.offsets, op.sizes, op.strides, e)
    types = f"{e.type(op.source.type)} to {e.type(op.result.type)}"
    e.result(op, f"tensor.extract_slice {e.names[op.source]}{where} : {types}")


def insert_slice(op: tensor.InsertSlice, e: Emitter) -> None:
    where = _slice(op.dest.type.shape, op.offsets, op.source.type.shape, op.strides, e)
    types = f"{e.type(op.source.type)} into {e.type(op.dest.type)}"
    e.result(op, f"tensor.insert_slice {e.names[op.source]} into {e.names[op.dest]}{where} : {types}")


def _slice(
    whole: Sequence[Dim], offsets: Sequence[Dim], sizes: Sequence[Dim], strides: Sequence[int], e: Emitter
) -> str:
    """An offset at the end of a dim, of which nothing is taken then, is a value: MLIR refuses it as an attribute."""
    at_end = [isinstance(o, int) and isinstance(n, int) and o >= n for o, n in zip(offsets, whole, strict=True)]
    begins = [e.sizes(o) if end else e.sizes.static_or_value(o) for o, end in zip(offsets, at_end, strict=True)]
    return f"[{', '.join(begins)}] {e.size_list(sizes)} {e.size_list(strides)}"


def concat(op: tensor.Concat, e: Emitter) -> None:
    inputs = ", ".join(e.names[v] for v in op.inputs)
    types = ", ".join(e.type(v.type) for v in op.inputs)
    e.result(op, f"tensor.concat dim({op.dim}) {inputs} : ({types}) -> {e.type(op.result.type)}")


def pad(op: tensor.Pad, e: Emitter) -> None:
    dtype = op.source.type.dtype
    value = e.constant(op.value, dtype)
    low, high = e.size_list(op.low), e.size_list(op.high)
    indices = ", ".join(f"{e.names.fresh()}: index" for _ in op.low)
    e.result(op, f"tensor.pad {e.names[op.source]} low{low} high{high} {{")
    e.line(f"^bb0({indices}):")
    e.line(f"  tensor.yield {value} : {element_text(dtype)}")
    e.line(f"}} : {e.type(op.source.type)} to {e.type(op.result.type)}")


def gather(op: tensor.Gather, e: Emitter) -> None:
    """Rows, in the form that IREE knows: the row from an index tensor, the rest of the position as it is."""
    rank, rows = op.result.type.rank, op.indices.type.rank
    out = e.empty(op.result.type)
    loop = Loop(e, (select(rank, range(rows)), identity(rank)), (), (op.indices,), (op.result,), (out,))
    row = _index(loop, loop.args[0], op.indices.type.dtype)
    rest = [loop.let(f"linalg.index {d} : index") for d in range(rows, rank)]
    loop.finish([_element(op.source, [row, *rest], loop, e)])


def gather_nd(op: tensor.GatherNd, e: Emitter) -> None:
    """A linalg.generic over the indices that extracts."""
    rank = op.result.type.rank
    out = e.empty(op.result.type)
    loop = Loop(e, (identity(rank),) * (len(op.indices) + 1), (), op.indices, (op.result,), (out,))
    at = [_index(loop, name, v.type.dtype) for name, v in zip(loop.args[:-1], op.indices, strict=True)]
    loop.finish([_element(op.source, at, loop, e)])


def _element(source: Value, at: Sequence[str], loop: Loop, e: Emitter) -> str:
    return loop.let(f"tensor.extract {e.names[source]}[{', '.join(at)}] : {e.type(source.type)}")


def _index(loop: Loop, name: str, dtype: DType) -> str:
    cast = "index_castui" if dtype.kind == "unsigned" else "index_cast"
    return loop.let(f"arith.{cast} {name} : {element_text(dtype)} to index")


def cast(op: tensor.Cast, e: Emitter) -> None:
    """The sizes, which `?` does not tell apart, are an attribute."""
    source, result = op.source.type, op.result.type
    sizes = ", ".join(quoted(size_text(d)) for d in op.shape)
    e.result(
        op, f"tensor.cast {e.names[op.source]} {{tensorir_shape = [{sizes}]}} : {e.type(source)} to {e.type(result)}"
    )
