"""A device of one's own in one file: which tiles it has, its kernels, what work costs, and an option.

`python examples/own_device.py` checks it, and runs a program on it and on the CPU. docs/write-a-target.md says what
else a target may have."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

import tensorir as ti
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, RhsOrder, Tiles
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op
from tensorir.targets.costs import Costs
from tensorir.targets.kernels import CallSizes, KernelCall
from tensorir.targets.memory import Memory
from tensorir.targets.target import Option, Target

Array = npt.NDArray[Any]
FAST = "blas_products"


@frozen
class WideTiles:
    """Tiles of `rows` × 32 × 32 for f32; all else is declined, and stays row-major."""

    rows: int = 16

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        if any(t is not ti.f32 for t in contraction.types):
            return Declined(f"only f32 is tiled, not {contraction.types[0]}")
        return Tiles(m0=self.rows, n0=32, k0=32, rhs_order="nk")


@frozen
class BlasKernels:
    """Multiplies tiles with NumPy's matrix product, which is a BLAS."""

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        if any(t is not ti.f32 for t in types) or rhs_order != "nk":
            return Declined(f"{FAST} is for f32 and right sides in the order nk")
        return FAST

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        if not isinstance(op, Mmt4d | BatchMmt4d):
            return None  # NumPy runs it
        if op.kernel not in ("", FAST):
            raise ti.TensorIRError(f"{op.NAME}: this device has no kernel {op.kernel!r}", op.loc)
        batched = isinstance(op, BatchMmt4d)

        def run(inputs: tuple[Array, ...], sizes: CallSizes) -> tuple[Array, str]:
            lhs, rhs, *init = inputs if batched else tuple(v[None] for v in inputs)
            out = memory.allocate(tuple(sizes.dim(d) for d in op.result.type.shape), sizes.numpy(op.dtype))
            made = out if batched else out[None]
            made[...] = product(lhs, rhs)
            if init:
                made += init[0]
            return out, FAST

        return run if op.kernel == FAST else None


def product(lhs: Array, rhs: Array) -> Array:
    """[B, M, K, m, k] · [B, N, K, n, k] → [B, M, N, m, n], as one product of matrices per batch."""
    b, m1, k1, m0, k0 = lhs.shape
    _, n1, _, n0, _ = rhs.shape
    rows = lhs.transpose(0, 1, 3, 2, 4).reshape(b, m1 * m0, k1 * k0)
    columns = rhs.transpose(0, 1, 3, 2, 4).reshape(b, n1 * n0, k1 * k0)
    made = rows @ columns.transpose(0, 2, 1)
    return made.reshape(b, m1, m0, n1, n0).transpose(0, 1, 3, 2, 4)


def _rows(given: object) -> int:
    rows = int(str(given))
    if rows not in (8, 16):
        raise ValueError(f"expected 8 or 16, got {rows}")
    return rows


ROWS = Option("rows", "the rows of a tile, 8 or 16", _rows, lambda t, rows: evolve(t, resolver=WideTiles(rows)))
TARGET = Target(
    "blas",
    WideTiles(),
    "an example: tiles for a BLAS",
    kernels=BlasKernels(),
    costs=Costs(multiply_adds_per_ns=16.0, bytes_per_ns=8.0),
    options=(ROWS,),
)

if __name__ == "__main__":
    from tensorir.targets.registry import register_target
    from tensorir.testing import check_target

    register_target(TARGET)  # `blas` and `blas{rows=8}` are devices from now on
    check_target(ti.Device("blas", rows=8), examples=2)

    rng = np.random.default_rng(0)
    first, second = (rng.standard_normal((128, 128), np.float32) for _ in range(2))
    model = ti.ModuleBuilder()
    f = model.function("main")
    x = f.arg("x", (ti.symbol("M"), 128), ti.f32, device="host")
    hidden = (x @ model.weight("first", first)).to("blas")
    f.returns(hidden @ model.weight("second", second), devices=("host",))
    program = ti.compile(model.build(), devices={"host": "cpu", "blas": "blas{rows=8}"})
    given = rng.standard_normal((3, 128), np.float32)
    assert np.allclose(program(given), given @ first @ second, atol=1e-3)
    print(program.stats.transfers, "transfers; bytes of weights:", dict(program.stats.weights_by_device))
