"""iree_encoding: conversions between row-major tensors and encoded ones."""

from __future__ import annotations

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import Operation


def set_encoding(op: Operation, scope: Scope) -> None:
    """Further operands (`encoding_dims`) are sizes that the encoding leaves open: no layout depends on them here."""
    source, result = op.operands[0], op.results[0]
    encoding = scope.type(result.type).encoding
    if encoding is None:
        raise InferError(f"the result's type {ranked(result.type)} has no encoding")
    scope.bind(result, scope.add(SetEncoding(scope.tensor(source), encoding, loc=scope.loc)).result)


def unset_encoding(op: Operation, scope: Scope) -> None:
    """The sizes that are `?` in the result come before those of `encoding_dims`, and are the source's."""
    source, result = op.operands[0], op.results[0]
    value = scope.add(UnsetEncoding(scope.tensor(source), loc=scope.loc)).result
    missing = ranked(result.type).shape.count(None)
    sizes = iter(op.operands[1 : 1 + missing])
    shape = list(value.type.shape)
    for d, written in enumerate(ranked(result.type).shape):
        if written is None and (v := next(sizes, None)) is not None:
            shape[d] = scope.dim(v)
    scope.bind(result, scope.with_shape(value, shape))


def conversion(op: Operation, scope: Scope) -> None:
    """builtin.unrealized_conversion_cast between types that differ in the encoding: what upstream dialects can say."""
    if len(op.operands) != 1 or len(op.results) != 1:
        raise InferError(f"{len(op.operands)} operands, {len(op.results)} results: only one each is supported")
    source, result = ranked(op.operands[0].type), ranked(op.results[0].type)
    if (source.shape, source.element) != (result.shape, result.element) or not source.encoding != result.encoding:
        raise InferError(f"{source} to {result}: only a conversion that sets or unsets an encoding is supported")
    if source.encoding is None:
        set_encoding(op, scope)
    elif result.encoding is None:
        unset_encoding(op, scope)
    else:
        raise InferError("a conversion between two encodings is not supported; unset the first, then set the other")


OPS = {
    "iree_encoding.set_encoding": set_encoding,
    "iree_encoding.unset_encoding": unset_encoding,
    "builtin.unrealized_conversion_cast": conversion,
}
