"""Ops without an equivalent in standard dialects, written as calls of private functions that compute them in standard
ops.

    func.func private @tensorir.layer_norm_0(…) -> … attributes {
        tensorir_op = "linalg.layer_norm", tensorir_attributes = "{dims = [1], epsilon = 1.0}"} { … }

The attributes are those of the op in .tir text. Our reader turns the call into the op again; other tools read the body.
A call has the op's operands and, after them, one tensor<i64> per symbolic size that the body computes with.
"""

from __future__ import annotations

from tensorir.dialects.tile import Grid
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.op import Op
from tensorir.mlir.writer.emitter import Emitter
from tensorir.mlir.writer.literals import symbol_name
from tensorir.mlir.writer.program import Composite
from tensorir.mlir.writer.types import STAGES
from tensorir.text.attributes import attributes_text


def write(op: Op, e: Emitter) -> None:
    """Writes the call; equal ops share a function. Raises TensorIRError for an op that has no decomposition."""
    parts = op.decomposition()
    if isinstance(op, Grid):
        raise TensorIRError(f"{op.NAME}: a tile program has no MLIR form: {STAGES}", op.loc)
    if parts is None:
        raise TensorIRError(f"{op.NAME} has no MLIR form: an op that has a decomposition() has one", op.loc)
    sizes = [e.let(f"tensor.from_elements {_as_i64(d, e)} : tensor<i64>") for d in parts.sizes]
    names = [*(e.names[v] for v in op.operands), *sizes]
    takes = ", ".join(e.type(v.type) for v in parts.body.args)
    gives = ", ".join(e.type(v.type) for v in parts.body.yields)
    attributes = attributes_text(op) or "{}"
    symbolic = ", ".join(str(a.type) for a in parts.body.args)  # `?` of equal texts may be different sizes
    key = (op.NAME, attributes, symbolic, gives)
    known = e.program.composites.get(key)
    if known is None:
        name = e.program.symbols.numbered(f"tensorir.{op.NAME.split('.')[-1]}")
        known = e.program.composites[key] = Composite(name, op.NAME, attributes, parts.body)
    results = ", ".join(e.names.define(r) for r in op.results)
    e.line(f"{results} = func.call {symbol_name(known.name)}({', '.join(names)}) : ({takes}) -> ({gives})")


def _as_i64(dim: Dim, e: Emitter) -> str:
    return e.let(f"arith.index_cast {e.sizes(dim)} : index to i64")
