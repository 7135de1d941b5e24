"""set and unset of encodings: IREE's ops where its attribute can say the encoding, else a cast that changes only it."""

from __future__ import annotations

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.encoding.encoding import Encoding
from tensorir.ir.types import TypeEncoding
from tensorir.mlir.writer.emitter import Emitter


def set_encoding(op: SetEncoding, e: Emitter) -> None:
    _change(op, op.encoding, e)


def unset_encoding(op: UnsetEncoding, e: Emitter) -> None:
    assert op.source.type.encoding is not None
    _change(op, op.source.type.encoding, e)


def _change(op: SetEncoding | UnsetEncoding, encoding: TypeEncoding, e: Emitter) -> None:
    source, result = e.type(op.source.type), e.type(op.result.type)
    name = e.names[op.source]
    if not isinstance(encoding, Encoding) or not e.program.types.is_native(encoding):
        e.result(op, f"builtin.unrealized_conversion_cast {name} : {source} to {result}")
        return
    dims = ", ".join(map(e.sizes, e.program.spaces.dynamic_sizes(encoding.contraction, e.region)))
    needs = f" encoding_dims{{{dims}}}" if dims else ""
    if isinstance(op, SetEncoding):
        e.result(op, f"iree_encoding.set_encoding {name}{needs} : {source} -> {result}")
        return
    sizes = e.dynamic(op.result.type.shape)
    dynamic = f"{{{sizes}}}" if sizes else ""
    e.result(op, f"iree_encoding.unset_encoding {name}{needs} : {source} -> {result}{dynamic}")
