"""Core modules as MLIR text, in the spelling of a version. What the core says and MLIR has no word for:

- Sizes. `?` tells no two sizes apart: functions have `tensorir_sizes = [["S", "8"], …]`, a list of sizes per argument
  in .tir text, and `tensor.cast` has `tensorir_shape`.
- Ops. What standard dialects lack is a call of a private function (`composites`); `tensorir_op` on an
  `arith.constant` or a `linalg.generic` says that it is a constant of the core and not a weight, or a fold.
- Encodings. IREE's attribute where it can say one, else `{tensorir.encoding = "#encoding<…>"}`, set and unset by
  `builtin.unrealized_conversion_cast`; so no tool needs to allow unregistered dialects.
- Devices and data outside: IREE's attributes; for LLVM 19, `#ml_program.extern` with `tensorir_parameter`.
- Signs. Integers become signless (`tensorir.mlir.signless`).

All of these attributes are hints for our reader: without them the text means the same program.
"""
