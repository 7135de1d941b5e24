"""Convolutions of constant filters, as exporters write them: nothing is relaid for them, in any order of dims."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.dialects.linalg import Contract
from tensorir.interp import interpret
from tensorir.ir.module import Module
from tensorir.mlir import parse
from tensorir.mlir.importer.linalg.convolutions import layouts_of
from tensorir.transforms.constants.bind_parameters import bind_parameters
from tests.support.image_columns import Columns

SIZES = {"n": 2, "d": 4, "h": 9, "w": 8, "c": 5, "g": 3, "m": 2, "f": 20}
TAPS = {"d": 2, "h": 3, "w": 3}

NAMES = (
    *(
        "conv_1d_ncw_fcw",
        "conv_2d_nhwc_hwcf",
        "conv_2d_nhwc_fhwc",
        "conv_2d_nchw_fchw",
        "conv_2d_ngchw_gfchw",
        "conv_2d_ngchw_fgchw",
    ),
    *("conv_2d_nhwgc_gfhwc", "conv_3d_ncdhw_fcdhw", "depthwise_conv_2d_nhwc_hwc", "depthwise_conv_2d_nchw_chw"),
)

Arrays = dict[str, npt.NDArray[Any]]


def convolution(
    name: str, stride: int, dilation: int, sizes: dict[str, int], taps: dict[str, int] = TAPS
) -> tuple[Module, Arrays]:
    """A border of one, the convolution, and relu; its filters, small whole numbers whose sums are exact."""
    letters = layouts_of(name)
    space = letters.space
    image = tuple(sizes[c] for c in letters.image)
    wide = tuple(sizes[c] + (2 if c in space else 0) for c in letters.image)
    filters = tuple(taps[c] if c in space else sizes[c] for c in letters.window)
    places = {c: (sizes[c] + 2 - (taps[c] - 1) * dilation - 1) // stride + 1 for c in space}
    result = tuple(places.get(c, sizes[c]) for c in letters.out)
    edge = str([1 if c in space else 0 for c in letters.image])
    rank, count = len(image), len(space)
    args = ", ".join(f"%i{d}: index" for d in range(rank))
    edges = f"low{edge} high{edge} {{ ^bb0({args}): tensor.yield %zero : f32 }}"
    dims = ", ".join(f"d{d}" for d in range(len(result)))
    maps, kinds = ", ".join([f"affine_map<({dims}) -> ({dims})>"] * 2), ", ".join(['"parallel"'] * len(result))
    given = (("strides", stride), ("dilations", dilation))
    steps = ", ".join(f"{n} = dense<{by}> : vector<{count}xi64>" for n, by in given)
    text = f"""
util.global private @w = #flow.parameter.named<"model"::"w"> : {_type(filters)}
func.func @main(%x: {_type(image)}) -> {_type(result)} {{
  %zero = arith.constant 0.0 : f32
  %w = util.global.load @w : {_type(filters)}
  %wide = tensor.pad %x {edges} : {_type(image)} to {_type(wide)}
  %empty = tensor.empty() : {_type(result)}
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : {_type(result)}) -> {_type(result)}
  %sum = linalg.{name} {{{steps}}}
    ins(%wide, %w : {_type(wide)}, {_type(filters)}) outs(%zeros : {_type(result)}) -> {_type(result)}
  %r = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}
    ins(%sum : {_type(result)}) outs(%empty : {_type(result)}) {{
      ^bb0(%a: f32, %o: f32):
        %m = arith.maximumf %a, %zero : f32
        linalg.yield %m : f32
    }} -> {_type(result)}
  return %r : {_type(result)}
}}"""
    rng = np.random.default_rng(0)
    weights = {"w": rng.integers(-4, 4, filters).astype(np.float32)}
    return bind_parameters(parse(text), {"model": weights}), {"x": rng.integers(-4, 4, image).astype(np.float32)}


def _type(shape: tuple[int, ...]) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_relaid(name: str) -> None:
    stride, dilation = (2, 1) if "nchw" in name else (1, 2)
    module, args = convolution(name, stride, dilation, SIZES)
    (expected,) = interpret(module, "main", [args["x"]])
    for tiling in ("off", "late", "early"):
        program = compile(module, "cpu", tiling)
        assert np.array_equal(program(args["x"]), expected)
        if tiling == "late":
            assert program.stats.relaid_bytes == 0


def test_filters_are_kept_in_panels() -> None:
    """Once, and without padding, although their number is no multiple of a vector."""
    module, args = convolution("conv_2d_nchw_fchw", 1, 1, {**SIZES, "f": 50})
    program = compile(module, "cpu")
    products = [op for e in program.module.executables for op in e.body.ops if isinstance(op, Contract)]
    assert [op.rhs.type.shape for op in products] == [(1, 5, 3, 3, 50)]
    (weights,) = (g for g in module.globals)
    program(args["x"])
    assert program.stats.weights_bytes == 4 * weights.type.elements


def test_single_places_with_channels_first_are_not_turned() -> None:
    """A convolution of 1×1 is a product of a transposed image, which is read where it lies."""
    sizes = {**SIZES, "c": 40, "f": 48}
    taps = {**TAPS, "h": 1, "w": 1}
    module, args = convolution("conv_2d_nchw_fchw", 1, 1, sizes, taps)
    program = compile(module, "cpu")
    assert np.array_equal(program(args["x"]), interpret(module, "main", [args["x"]])[0])
    assert program.stats.relaid_bytes == 0


@pytest.mark.parametrize("matrix", ["rows", "batch"])
@pytest.mark.parametrize("form", ["op", "joined", "stacked"])
def test_im2col_runs_as_the_convolution_does(form: str, matrix: str) -> None:
    """The matrix of windows is never made: launches, steps, relaid bytes and memory are those of the convolution."""

    def convolution(form: str) -> Columns:
        return Columns(form=form, matrix=matrix, image=(14, 14), channels=16, taps=(3, 3), filters=32, bias=True)

    image = np.random.default_rng(1).standard_normal(convolution(form).shape, np.float32)
    programs = [compile(convolution(f).module(), "cpu", num_threads=1) for f in ("named", form)]
    named, columns = (p(image).ravel() for p in programs)
    assert np.array_equal(named, columns)
    plans = [p.stats for p in programs]
    expected, found = ((s.dispatches, s.kernels, s.relaid_bytes, s.transient_bytes, s.weights_bytes) for s in plans)
    assert found == expected
    assert programs[1].stats.relaid_bytes == 0
