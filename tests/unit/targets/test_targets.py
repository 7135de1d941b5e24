from __future__ import annotations

import pytest

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Declined, Tiles
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType, f32, f64, i8, i32
from tensorir.native.table import Features, cpu_features, kernels, select_mmt4d
from tensorir.targets.answers import Answers
from tensorir.targets.cpu import CPU, CpuResolver
from tensorir.targets.device import Device
from tensorir.targets.reference import REFERENCE
from tensorir.targets.registry import device_names, device_target, register_target
from tensorir.targets.target import Target


def space(
    maps: tuple[AffineMap, AffineMap, AffineMap] = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))),
    types: tuple[DType, DType, DType] = (f32, f32, f32),
    rows: int | None = None,
) -> ContractionSpace:
    return ContractionSpace(maps, types, (rows, *(None,) * (maps[0].num_dims - 1)))


LEVELS = [Features.NONE, Features.X86_AVX2, Features.X86_AVX2 | Features.X86_AVX512]


@pytest.mark.parametrize("features", LEVELS, ids=str)
@pytest.mark.parametrize("rows", [None, 1, 2, 3, 4, 5, 7, 8, 16])
def test_tiles_are_those_of_a_kernel_that_runs(features: Features, rows: int | None) -> None:
    choice = CpuResolver(features).tiles_for(space(rows=rows))
    assert isinstance(choice, Tiles)
    used = select_mmt4d(
        ("f32", "f32", "f32"), (choice.m0, choice.n0, choice.k0), rhs_order=choice.rhs_order, features=features
    )
    assert used.isa != "ref"
    assert used.tile == (choice.m0, choice.n0, choice.k0)
    assert choice.k0 == choice.n0  # the result's tiles are the next left side's


@pytest.mark.parametrize(("rows", "tile"), [(None, 16), (0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (7, 8), (9, 16)])
def test_few_rows_take_the_lowest_tile_that_holds_them(rows: int | None, tile: int) -> None:
    if all(k.isa != "avx512" for k in kernels()):
        tile = min(tile, 4)  # another machine, whose table has the portable kernels only
    choice = CpuResolver(Features.X86_AVX2 | Features.X86_AVX512).tiles_for(space(rows=rows))
    assert isinstance(choice, Tiles)
    assert choice.m0 == tile


@pytest.mark.parametrize(
    ("contraction", "reason"),
    [
        (space(types=(f64, f64, f64)), "no mmt4d kernel for f64 × f64 → f64"),
        (space(types=(i8, i8, i32)), "no mmt4d kernel for i8 × i8 → i32"),
        (
            space((select(2, (0, 1)), select(2, (1,)), select(2, (0,)))),
            "mmt4d needs a dim N, this one has none",
        ),
        (
            space((select(2, (1,)), select(2, (1, 0)), select(2, (0,)))),
            "mmt4d needs a dim M, this one has none",
        ),
        (
            space((select(2, (0,)), select(2, (1,)), select(2, (0, 1)))),
            "mmt4d needs a dim K, this one has none",
        ),
    ],
)
def test_what_no_kernel_can_do_is_declined_with_the_reason(contraction: ContractionSpace, reason: str) -> None:
    choice = Answers(Device("cpu")).choice(contraction)
    assert isinstance(choice, Declined)
    assert choice.reason == reason


def test_the_reference_device_declines_everything() -> None:
    assert isinstance(REFERENCE.resolver.tiles_for(space()), Declined)


def test_devices_are_found_by_name() -> None:
    assert device_names()[:2] == ("cpu", "reference")
    assert device_target("cpu") is CPU
    with pytest.raises(TensorIRError, match="unknown device 'tpu'; known: cpu, reference"):
        device_target("tpu")
    with pytest.raises(TensorIRError, match="'cpu' is a built-in device"):
        register_target(Target("cpu", CPU.resolver, ""))


def test_the_resolver_reads_the_one_table() -> None:
    tiles = {k.tile for k in kernels() if k.op == "mmt4d" and k.runs_with(cpu_features()) and k.isa != "ref"}
    choice = CPU.resolver.tiles_for(space())
    assert isinstance(choice, Tiles)
    assert (choice.m0, choice.n0, choice.k0) in tiles
