"""Ops that are known and not supported: refused by name, with the way out."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed

_LOWER = "lower it to linalg on tensors first"
_TORCH = "run torch-mlir's pipeline to linalg on tensors first (torch-backend-to-linalg-on-tensors-backend-pipeline)"

_LATER = "this reader takes programs as `iree-compile --compile-to=input` prints them, not from later phases"

_REASONS: Mapping[str, str] = {
    "torch.*": _TORCH,
    "torch_c.*": _TORCH,
    "scf.*": "scf.if, scf.for and scf.while are",
    "cf.*": "cf.br, cf.cond_br and cf.assert are",
    "tosa.*": _LOWER + " (tosa-to-linalg)",
    "stablehlo.*": _LOWER + " (stablehlo-legalize-to-linalg)",
    "memref.*": "ops on memory are not supported; this reader takes programs before bufferization",
    "vector.*": "vectors are not supported; this reader takes programs before vectorization",
    "bufferization.*": "this reader takes programs before bufferization",
    "onnx.*": _LOWER + " (iree-import-onnx, then iree-compile --compile-to=input)",
    "mhlo.*": _LOWER + " (by way of stablehlo)",
    "iree_linalg_ext.*": "write it as linalg ops, or have it decomposed (iree-linalg-ext-decompose-attention)",
    "flow.*": _LATER,
    "stream.*": _LATER,
    "linalg.winograd_filter_transform": "write the convolution that it belongs to",
    "linalg.winograd_input_transform": "write the convolution that it belongs to",
    "linalg.winograd_output_transform": "write the convolution that it belongs to",
}


def _refusal(reason: str) -> Assembly:
    def refuse(p: OpParser, op: str) -> Parsed:
        raise p.lex.error(f"{op} is not supported: {reason}", p.op_start)

    return refuse


ASSEMBLY: Mapping[str, Assembly] = {name: _refusal(reason) for name, reason in _REASONS.items()}
