"""The numbers of operands and results of ops, because generic text can give them any number.

Ops that are not listed check them in their importers."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.diagnostic import InferError
from tensorir.mlir.syntax import Operation

ANY = 1 << 62

COUNTS: Mapping[str, tuple[int, int, int]] = {
    "arith.constant": (0, 0, 1),
    "cf.assert": (1, 1, 0),
    "flow.tensor.tie_shape": (1, ANY, 1),
    "flow.tensor.transfer": (1, ANY, 1),
    "hal.buffer_view.dim": (1, 1, 1),
    "hal.tensor.export": (1, ANY, 1),
    "hal.tensor.import": (1, ANY, 1),
    "iree_encoding.set_encoding": (1, ANY, 1),
    "iree_encoding.unset_encoding": (1, ANY, 1),
    "linalg.map": (1, ANY, 1),
    "linalg.pack": (2, ANY, 1),
    "linalg.unpack": (2, ANY, 1),
    "ml_program.global_load": (0, 0, 1),
    "ml_program.global_load_const": (0, 0, 1),
    "ml_program.global_store": (1, 1, 0),
    "tensor.bitcast": (1, 1, 1),
    "tensor.cast": (1, 1, 1),
    "tensor.collapse_shape": (1, 1, 1),
    "tensor.concat": (1, ANY, 1),
    "tensor.dim": (2, 2, 1),
    "tensor.empty": (0, ANY, 1),
    "tensor.expand_shape": (1, ANY, 1),
    "tensor.extract": (1, ANY, 1),
    "tensor.extract_slice": (1, ANY, 1),
    "tensor.gather": (2, 2, 1),
    "tensor.from_elements": (0, ANY, 1),
    "tensor.generate": (0, ANY, 1),
    "tensor.insert": (2, ANY, 1),
    "tensor.insert_slice": (2, ANY, 1),
    "tensor.pad": (1, ANY, 1),
    "tensor.rank": (1, 1, 1),
    "tensor.reshape": (2, 2, 1),
    "tensor.splat": (1, ANY, 1),
    "util.global.load": (0, 0, 1),
    "util.global.store": (1, 1, 0),
    "util.unfoldable_constant": (0, 0, 1),
}
"""Op → the smallest and the largest number of operands, and the number of results."""


def check_counts(op: Operation) -> None:
    """Raises InferError for an op with wrong counts."""
    least, largest, results = COUNTS.get(op.name, (0, ANY, len(op.results)))
    if not least <= len(op.operands) <= largest:
        wanted = f"{least} operands" if least == largest else f"{least} or more operands"
        raise InferError(f"takes {wanted}, got {len(op.operands)}")
    if len(op.results) != results:
        raise InferError(f"gives {results} results, {len(op.results)} are written")
