"""vmvx: portable kernels only, their tiles, and the results of cpu as far as rounding allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tensorir as ti
from tensorir.dialects import tile
from tensorir.interp import interpret
from tensorir.ir.dims import evaluate
from tensorir.native.table import kernels
from tensorir.targets.vmvx import VMVX
from tensorir.testing import check_target
from tensorir.testing.equivalence import assert_equivalent
from tests.support.graphs import GRAPHS, SIZES


def arguments(name: str, module: ti.Module) -> list[NDArray[Any]]:
    """Numbers whose sums of products round."""
    rng = np.random.default_rng(3)
    types = module.functions[0].body.arg_types
    shapes = [[evaluate(d, SIZES.get(name, {})) for d in t.shape] for t in types]
    return [(rng.standard_normal(s) * 3).astype(t.dtype.numpy) for s, t in zip(shapes, types, strict=True)]


def test_it_keeps_the_laws_of_targets() -> None:
    check_target(VMVX, examples=10)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_right_and_late_has_the_bits_of_off(name: str) -> None:
    module = GRAPHS[name]()
    args = arguments(name, module)
    late, off = (ti.compile(module, "vmvx", tiling) for tiling in ("late", "off"))
    assert [r.tobytes() for r in late.call(args)] == [r.tobytes() for r in off.call(args)]
    assert_equivalent(module, late)


@pytest.mark.parametrize("name", GRAPHS)
def test_it_runs_what_cpu_runs_with_its_own_tiles(name: str) -> None:
    """No op in Python where cpu has none, and every kernel is a portable one."""
    module = GRAPHS[name]()
    here, there = ti.compile(module, "vmvx"), ti.compile(module, "cpu")
    args = arguments(name, module)
    for program in (here, there):
        program.call(args)
    python = [{k for k in p.stats.kernels if k.startswith("python:")} for p in (here, there)]
    assert python[0] == python[1]
    isa = {k.name: k.isa for k in kernels()}
    used = {isa[k] for k in here.stats.kernels if k in isa}
    assert used <= {"generic"}


def test_tiles_are_not_those_of_a_cpu_with_vectors() -> None:
    module = GRAPHS["matmul f32"]()
    (step,) = (o for o in ti.compile(module, "vmvx").tiles.walk() if isinstance(o, tile.Mmt4d))
    assert step.kernel.endswith("_generic")


def test_without_products_the_bits_are_those_of_cpu() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    x, y = (f.arg(n, (ti.symbol("S"), 33), ti.f32) for n in "xy")
    f.returns(x + y, (x - y).maximum(y), x / y)
    module = m.build()
    rng = np.random.default_rng(0)
    args = [rng.standard_normal((7, 33)).astype(np.float32) for _ in range(2)]
    expected = interpret(module, "main", args)
    for device in ("vmvx", "cpu"):
        got = ti.compile(module, device).call(args)
        assert [r.tobytes() for r in got] == [r.tobytes() for r in expected]


def test_a_saved_program_needs_no_feature(tmp_path: Any) -> None:
    module = GRAPHS["mlp"]()
    program = ti.compile(module, "vmvx")
    program.save(tmp_path / "p.tirx")
    loaded = ti.load(tmp_path / "p.tirx")
    args = arguments("mlp", module)
    assert loaded.device == "vmvx"
    assert [r.tobytes() for r in loaded.call(args)] == [r.tobytes() for r in program.call(args)]
