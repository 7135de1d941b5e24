from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from attrs import field, frozen

from tensorir.dialects.packing import Mmt4d, Pack
from tensorir.encoding.resolver import Declined
from tensorir.interp import Context
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, f32, f64, i64
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.native.arrays import calls
from tensorir.native.table import Features, Kernel, cpu_features, kernels
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.memory import HOST

CTX = Context(Module(), {})
F32 = ("f32", "f32", "f32")
MMT4D = [k for k in kernels() if k.op == "mmt4d" and k.isa != "ref" and k.types == F32 and k.runs_with(cpu_features())]


def shape(value: Value) -> tuple[int, ...]:
    return tuple(d for d in value.type.shape if isinstance(d, int))


def tiled(tile: tuple[int, ...], order: Any, kernel: str, *, init: bool = False) -> Mmt4d:
    m0, n0, k0 = tile
    rhs = (5, 3, n0, k0) if order == "nk" else (5, 3, k0, n0)
    shapes = [(2, 3, m0, k0), rhs, *([(2, 5, m0, n0)] if init else [])]
    lhs, right, *start = (Value(TensorType(s, f32)) for s in shapes)
    return Mmt4d(lhs, right, tuple(start), f32, order, kernel)


@pytest.mark.parametrize("kernel", MMT4D, ids=lambda k: k.name)
def test_the_kernel_that_an_op_names_is_the_one_that_runs(kernel: Any) -> None:
    """Also where another line of the table would be preferred."""
    op = tiled(kernel.tile, kernel.rhs_order, kernel.name)
    call = CpuKernels().call(op, HOST)
    assert call is not None
    rng = np.random.default_rng(0)
    lhs, rhs = (rng.integers(-4, 5, shape(v)).astype(np.float32) for v in op.operands)
    result, ran = call((lhs, rhs), CTX)
    assert ran == kernel.name
    expected = np.einsum("mkac,nkcb->mnab" if op.rhs_order == "kn" else "mkac,nkbc->mnab", lhs, rhs)
    np.testing.assert_array_equal(result, expected)


def test_a_call_is_given_the_features_of_its_kernel_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else this machine has: no line of the table that comes with other features can take over."""
    given: list[Features] = []

    def recorded(*arrays: Any, features: Features, **rest: Any) -> Kernel:
        given.append(features)
        return run(*arrays, features=features, **rest)

    run = calls.mmt4d
    monkeypatch.setattr(calls, "mmt4d", recorded)
    for kernel in MMT4D:
        op = tiled(kernel.tile, kernel.rhs_order, kernel.name)
        call = CpuKernels().call(op, HOST)
        assert call is not None
        call(tuple(np.zeros(shape(v), np.float32) for v in op.operands), CTX)
    assert given == [kernel.features for kernel in MMT4D]


def test_a_kernel_is_selected_within_the_features() -> None:
    m0, n0, k0 = MMT4D[0].tile
    best = CpuKernels().select((f32, f32, f32), (m0, n0, k0), "kn" if MMT4D[0].rhs_order == "kn" else "nk")
    assert best == MMT4D[0].name
    generic = CpuKernels(Features.NONE).select((f32, f32, f32), (4, 4, 4), "kn")
    assert isinstance(generic, str)
    assert generic.endswith("_generic")


def test_the_reference_is_not_a_fast_kernel() -> None:
    choice = CpuKernels().select((f32, f32, f32), (3, 5, 7), "nk")
    reason = "no fast mmt4d kernel for f32 × f32 → f32 in tiles 3×5×7, right side nk"
    assert choice == Declined(reason)
    assert isinstance(CpuKernels().select((i64, i64, i64), (8, 8, 8), "kn"), Declined)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tir_mmt4d_of_dreams", "a.tir:1:2: error: linalg.mmt4d: there is no mmt4d kernel 'tir_mmt4d_of_dreams'"),
        ("tir_pack_b32_1x4rows_generic", "there is no mmt4d kernel 'tir_pack_b32_1x4rows_generic'"),
        (MMT4D[0].name, f"the kernel '{MMT4D[0].name}' is for other tiles or element types"),
    ],
)
def test_a_kernel_that_an_op_cannot_have_is_refused_when_the_program_is_made(name: str, message: str) -> None:
    op = tiled((3, 5, 7), "kn", name).evolve(loc=Location("a.tir", 1, 2))
    with pytest.raises(TensorIRError) as e:
        CpuKernels().call(op, HOST)
    assert message in str(e.value)


def test_a_kernel_of_another_machine_is_refused() -> None:
    special = next((k for k in kernels() if k.op == "mmt4d" and k.features and k.types == F32), None)
    if special is None:
        pytest.skip("every kernel of this table runs everywhere")
    op = tiled(special.tile, special.rhs_order, special.name)
    with pytest.raises(TensorIRError, match=r"needs .*, which this device lacks; compile the program for this device"):
        CpuKernels(Features.NONE).call(op, HOST)


@frozen
class Sevens:
    """Memory that is full of sevens, and knows what was asked for."""

    asked: list[tuple[int, ...]] = field(factory=list[tuple[int, ...]])

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        self.asked.append(shape)
        return np.full(shape, 7, dtype)


def test_results_lie_in_the_device_s_memory_and_nothing_of_it_is_left() -> None:
    memory = Sevens()
    op = tiled(MMT4D[0].tile, MMT4D[0].rhs_order, MMT4D[0].name, init=True)
    pack = Pack(Value(TensorType((5, 6), f64)), (0,), (4,), (0, 1))
    run, packed = CpuKernels().call(op, memory), CpuKernels().call(pack, memory)
    assert run is not None
    assert packed is not None
    lhs, rhs, init = (np.ones(shape(v), np.float32) for v in op.operands)
    result, _ = run((lhs, rhs, init), CTX)
    np.testing.assert_array_equal(result, np.full(result.shape, 3 * MMT4D[0].tile[2] + 1, np.float32))
    array, _ = packed((np.ones((5, 6)),), CTX)
    assert set(np.unique(array)) == {0, 1}
    assert memory.asked == [result.shape, (2, 6, 4)]


def test_elements_of_less_than_a_byte_are_packed_by_numpy() -> None:
    assert CpuKernels().call(Pack(Value(TensorType((5, 6), DTYPES["i4"])), (0,), (4,), (0, 1)), HOST) is None
    assert CpuKernels().call(tiled((8, 8, 8), "kn", ""), HOST) is None
