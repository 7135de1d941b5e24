"""Packed ops. A destination says the packed shape; mmt4d over K0×N0 tiles, which has no name, is linalg.generic."""

from __future__ import annotations

from tensorir.dialects import packing
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
