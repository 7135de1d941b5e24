"""The data-tiling pipeline as a pass of xDSL: `xdsl-opt -p 'tensorir-data-tiling{device="cpu"}' FILE.mlir`.

xDSL finds the pass through the entry point `xdsl.universe`. The module is passed as text in generic form in both
directions, so ops that xDSL does not know (`linalg.pack`, `linalg.mmt4d`) are unregistered ops there.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser
from xdsl.passes import ModulePass
from xdsl.printer import Printer
from xdsl.universe import Universe
from xdsl.utils.exceptions import PassFailedException

from tensorir import mlir
from tensorir.ir.diagnostic import TensorIRError
from tensorir.mlir.generic import generic_text
from tensorir.mlir.reader.document import parse_document
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline


@dataclass(frozen=True)
class DataTilingPass(ModulePass):
    """Runs tensorir's pipeline on the whole module: encodings, dispatches, layouts of a device, packed ops.

    `to` is "input", "encoded" or "materialized": the stages that MLIR's standard dialects can express. Raises
    PassFailedException with tensorir's message, which names the op and the operand, if the module can't be read."""

    name: ClassVar[str] = "tensorir-data-tiling"
    device: str = "cpu"
    data_tiling: str = "late"
    to: str = "materialized"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        try:
            tiled = data_tiled(_generic_text(op), self.device, self.data_tiling, self.to)
        except TensorIRError as e:
            raise PassFailedException(f"{self.name}: {e}") from e
        unregistered = ctx.allow_unregistered
        ctx.allow_unregistered = True  # ops without a class in xDSL stay in generic form
        try:
            made = Parser(ctx, tiled).parse_module()
        finally:
            ctx.allow_unregistered = unregistered
        for block in list(op.body.blocks):
            op.body.erase_block(block)
        made.body.move_blocks(op.body)


def data_tiled(text: str, device: str = "cpu", data_tiling: str = "late", to: str = "materialized") -> str:
    """Takes MLIR text and returns MLIR text in generic form. Raises TensorIRError."""
    module = mlir.parse(text, file="<xdsl>")
    module = run_passes(module, pipeline(data_tiling, device, to).passes, verify_each=False, verify_input=True)
    return generic_text(parse_document(mlir.print_mlir(module)))


def _generic_text(op: ModuleOp) -> str:
    out = StringIO()
    Printer(stream=out, print_generic_format=True).print_op(op)
    return out.getvalue()


UNIVERSE = Universe(all_passes={DataTilingPass.name: lambda: DataTilingPass})
