"""Single steps of the C interface, run on NumPy views: one view for each operand, whose dimensions are the loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tensorir.native._kernels import ffi, lib
from tensorir.native.table import DTYPES, ELEMENT_TYPES, Features, cpu_features

Array = NDArray[Any]

Alive = tuple[object, object, Sequence[Array]]
"""What must stay alive while a step runs; the operands are the last."""

TYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def make_step(
    kind: int,
    sizes: Sequence[int],
    operands: Sequence[Array],
    *,
    attributes: Sequence[int] = (),
    code: Sequence[int] = (),
    types: Sequence[str] | None = None,
    features: Features | None = None,
) -> tuple[Any, Alive]:
    """A step whose operands are views of the loops' sizes, and what must stay alive while it runs.

    code: 64-bit words, signed or not. types: element types, where the views' own are not meant."""
    step: Any = ffi.new("tir_step *")
    step.kind, step.loops, step.operands, step.attributes = kind, len(sizes), len(operands), len(attributes)
    step.size = list(sizes)
    for o, view in enumerate(operands):
        assert view.shape == tuple(sizes), (o, view.shape, sizes)
        step.base[o] = ffi.cast("void *", view.ctypes.data)
        step.type[o] = ELEMENT_TYPES[types[o] if types is not None else TYPE_NAMES[view.dtype]]
        for loop, stride in enumerate(view.strides):
            step.stride[o][loop] = stride // view.itemsize
    step.attribute = list(attributes)
    words: Any = ffi.new("int64_t[]", [word - 2**64 if word >= 2**63 else word for word in code])
    step.code, step.code_words = words, len(code)
    memory: Any = ffi.new("char[]", lib.TIR_WORKSPACE_BYTES + 64)
    address: int = int(ffi.cast("uintptr_t", memory))
    step.workspace = memory + -address % 64
    step.cpu_features = int(cpu_features() if features is None else features)
    return step, (words, memory, operands)
