"""specialize-encodings: what becomes of intent on a device, what is written on the ops, and what is said."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

import tensorir as ti
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import Mmt4d
from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Choice, Declined, Tiles
from tensorir.ir.affine import select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import Remark, TensorIRError
from tensorir.ir.op import Op
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.targets.device import Device
from tensorir.targets.target import Target
from tensorir.testing.equivalence import assert_equivalent
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings

MATMUL = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))


@frozen
class Fixed:
    """One answer for everything."""

    answer: Choice

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return self.answer


def matmul() -> ti.Module:
    m = ti.ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("a", (20, 30), ti.f32) @ f.arg("b", (30, 40), ti.f32))
    return m.build()


def specialized(module: ti.Module, device: Device) -> tuple[ti.Module, list[Remark]]:
    ctx = PassContext(devices={"d": device})
    after = run_passes(module, (SetEncodings(), SpecializeEncodings(device="d")), ctx)
    verify(after)
    return after, [r for r in ctx.remarks if r.pass_name == "specialize-encodings"]


def ops(module: ti.Module) -> list[Op]:
    return [op for f in module.functions for op in f.body.walk()]


def contraction(module: ti.Module) -> Contract:
    (found,) = (op for op in ops(module) if isinstance(op, Contract))
    return found


def test_tiles_are_written_on_the_contraction_that_they_were_chosen_for() -> None:
    tiles = Tiles(8, 4, 2, "kn")
    after, remarks = specialized(matmul(), Device(Target("mine", Fixed(tiles))))
    op = contraction(after)
    assert (op.tiles, op.kernel, op.encoding) == (tiles, "", Layout((0, 1), (8, 4), (0, 1)))
    assert [v.type.encoding for v in op.operands] == [Layout((0, 1), (8, 2), (0, 1)), Layout((0, 1), (2, 4), (1, 0))]
    assert [(r.op, r.rule) for r in remarks] == [("linalg.contract", "no-kernel")]
    assert remarks[0].message == f"d: this device has no kernels: its tiles {tiles} are multiplied by NumPy"


def test_the_kernel_is_chosen_with_them() -> None:
    after, remarks = specialized(matmul(), Device("cpu", features="none"))
    op = contraction(after)
    assert op.tiles == Tiles(4, 4, 4, "kn")
    assert op.kernel.startswith("tir_mmt4d_f32f32f32_4x4x4kn_")
    assert remarks == []
    compiled = ti.compile(matmul(), "cpu{features=none}")
    (packed,) = (o for e in compiled.module.executables for o in e.body.ops if isinstance(o, Mmt4d))
    assert packed.kernel == op.kernel  # the same one, carried along
    assert compiled.module.executables[0].target == "cpu{features=none}"


def test_a_tile_without_a_fast_kernel_is_not_silent() -> None:
    target = evolve(Device("cpu").target, resolver=Fixed(Tiles(3, 5, 7)))
    after, remarks = specialized(matmul(), Device(target))
    assert contraction(after).kernel == ""
    assert [r.rule for r in remarks] == ["no-kernel"]
    assert "no fast mmt4d kernel for f32 × f32 → f32 in tiles 3×5×7, right side nk" in remarks[0].message
    program = ti.compile(matmul(), target)
    assert_equivalent(matmul(), program)
    # Not even by the reference in C.
    assert [name for name in program.stats.kernels if "mmt4d" in name] == ["python:linalg.mmt4d"]


def test_what_is_declined_is_gone_without_a_trace() -> None:
    device = Device(Target("mine", Fixed(Declined("not today"))))
    after, remarks = specialized(matmul(), device)
    assert ti.isomorphic(after, matmul())
    assert [str(r).split("remark: ")[1] for r in remarks] == [
        "[specialize-encodings] linalg.contract @main#1: declined: d: not today"
    ]
    late, off = (ti.compile(matmul(), device, tiling).module for tiling in ("late", "off"))
    assert ti.isomorphic(late, off)


def test_a_contraction_without_intent_is_a_remark_too() -> None:
    ctx = PassContext()
    module = run_passes(matmul(), (SpecializeEncodings(),), ctx)
    assert module is not None
    assert [(r.rule, r.message) for r in ctx.remarks] == [
        ("no-encoding", "cpu: it has no encoding, and stays row-major")
    ]


def test_tiles_of_another_contraction_are_not_taken() -> None:
    """A front end may store a result as another contraction wants it: that says nothing about this one's tiles."""
    op = contraction(matmul())
    other = Encoding(ContractionSpace(tuple(reversed(MATMUL)), (ti.f32,) * 3, (None,) * 3), "result")  # pyright: ignore[reportArgumentType]  # three maps
    b = RegionBuilder()
    a, w = (b.arg(v.type, n) for v, n in zip(op.operands, "ab", strict=True))
    stored = b.add(Contract(a, w, (), MATMUL, ti.f32, other))
    module = ti.Module([ti.Function("main", b.finish([b.add(UnsetEncoding(stored.result)).result]))])
    after, remarks = specialized(module, Device(Target("mine", Fixed(Tiles(8, 4, 2)))))
    assert contraction(after).tiles is None
    assert [r.rule for r in remarks] == ["other-encoding"]
    assert_equivalent(matmul(), ti.compile(module, Target("mine", Fixed(Tiles(8, 4, 2)))))


def test_packed_matmuls_of_the_program_get_their_kernel() -> None:
    b = RegionBuilder()
    lhs, rhs = (b.arg(ti.TensorType((2, 3, 4, 4), ti.f32), n) for n in "ab")
    module = ti.Module([ti.Function("main", b.finish([b.add(Mmt4d(lhs, rhs, (), ti.f32, "kn")).result]))])
    program = ti.compile(module, "cpu{features=none}")
    assert_equivalent(module, program)
    assert any(k.startswith("tir_mmt4d_f32f32f32_4x4x4kn") for k in program.stats.kernels)
    assert program.remarks == ()


def test_a_bad_answer_is_an_error_at_the_contraction() -> None:
    module = matmul()
    loc = contraction(module).loc
    try:
        specialized(module, Device(Target("mine", Fixed(Tiles(0, 4, 2)))))
    except TensorIRError as e:
        (error,) = e.diagnostics
    else:
        raise AssertionError("a tile of 0 was taken")
    assert error.message.startswith("device 'mine': its resolver is wrong: m0 is 0, expected an int from 1 to 4096")
    assert error.loc == loc


def test_initializers_and_the_bodies_of_launches_are_answered_too() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    w = f.constant(np.ones((30, 40), np.float32))
    f.returns(f.arg("a", (20, 30), ti.f32) @ w)
    passes = pipeline("late", "cpu", "specialized").passes
    after = run_passes(m.build(), passes)
    encodings = [v.type.encoding for s in after.all_symbols() if s.region for v in s.region.args]
    values = [r.type.encoding for s in after.all_symbols() if s.region for o in s.region.walk() for r in o.results]
    assert not any(isinstance(e, Encoding) for e in (*encodings, *values))
    assert any(isinstance(o, SetEncoding) for g in after.globals if g.region for o in g.region.ops)


def test_names_of_devices_are_those_of_the_compilation() -> None:
    ctx = PassContext(devices={"cpu": Device("reference", name="cpu")})
    after = run_passes(matmul(), (SetEncodings(), SpecializeEncodings(device="cpu")), ctx)
    assert ti.isomorphic(after, matmul())  # what the compilation calls cpu declines
