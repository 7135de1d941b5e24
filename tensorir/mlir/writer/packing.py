"""Packed ops. A destination says the packed shape; mmt4d over K0×N0 tiles, which has no name, is linalg.generic."""

from __future__ import annotations

from tensorir.dialects import packing
from tensorir.dialects.relayout import Relayout
from tensorir.encoding.digits import as_pack
from tensorir.ir.diagnostic import TensorIRError
from tensorir.mlir.writer import composites
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.linalg import write_product
from tensorir.mlir.writer.types import element_text


def pack(op: packing.Pack, e: Emitter) -> None:
    """The padding is written where there is some, or where it is not 0."""
    dtype = op.source.type.dtype
    padded = op.layout.padded_dims(op.source.type.shape) or op.padding != 0
    value = f" padding_value({e.constant(op.padding, dtype)} : {element_text(dtype)})" if padded else ""
    e.result(op, f"{_name('pack', e)} {e.names[op.source]}{value}{_into(op, e)}")


def unpack(op: packing.Unpack, e: Emitter) -> None:
    e.result(op, f"{_name('unpack', e)} {e.names[op.source]}{_into(op, e)}")


def relayout(op: Relayout, e: Emitter) -> None:
    """As the op that it is, with a body in standard ops; or as an unpack and a pack, where the body would need sizes
    that the memory does not bind. Raises TensorIRError for layouts that `linalg.pack` can't say."""
    before, after = as_pack(op.before), as_pack(op.after)
    if before is None or after is None:
        raise TensorIRError(f"{op.NAME} has no MLIR form: linalg.pack can't say one of its layouts", op.loc)
    if op.decomposition() is not None:
        composites.write(op, e)
        return
    value = op.source
    if not before.is_plain:
        plain = packing.Unpack(value, before.inner_dims, before.inner_tiles, before.outer_perm, op.shape, loc=op.loc)
        unpack(plain, e)
        value = plain.result
    parts = after.inner_dims, after.inner_tiles, after.outer_perm
    pack(packing.Pack(value, *parts, op.padding, results=op.results, loc=op.loc), e)


def _name(op: str, e: Emitter) -> str:
    return f"{'tensor' if e.dialect == 'llvm19' else 'linalg'}.{op}"


def _into(op: packing.Pack | packing.Unpack, e: Emitter) -> str:
    out = e.empty(op.result.type)
    return (
        f" outer_dims_perm = {list(op.outer_dims_perm)} inner_dims_pos = {list(op.inner_dims_pos)} "
        f"inner_tiles = {list(op.inner_tiles)} into {out} : {e.type(op.source.type)} -> {e.type(op.result.type)}"
    )


def mmt4d(op: packing.Mmt4d | packing.BatchMmt4d, e: Emitter) -> None:
    """By its name for tiles N0×K0, which is MLIR's order."""
    if op.dtype.is_float and op.dtype.bits == 16:
        composites.write(op, e)
        return
    write_product(op, op.NAME if op.rhs_order == "nk" else "", e)
