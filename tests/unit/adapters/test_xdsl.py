"""The pipeline as a pass of xDSL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("xdsl", reason="needs tensorir[xdsl]")

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.universe import Universe
from xdsl.utils.exceptions import PassFailedException

import tensorir as ti
from tensorir import mlir
from tensorir.adapters.xdsl import DataTilingPass
from tensorir.testing.iree import run_mlir
from tests.support.mlir_tools import needs_iree

MLP = """
builtin.module {
  func.func @mlp(%x: tensor<37x32xf32>, %b: tensor<16xf32>) -> tensor<37x16xf32> {
    %w = arith.constant dense<0.5> : tensor<32x16xf32>
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<37x16xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<37x16xf32>) -> tensor<37x16xf32>
    %h = linalg.matmul ins(%x, %w : tensor<37x32xf32>, tensor<32x16xf32>)
        outs(%init : tensor<37x16xf32>) -> tensor<37x16xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
        affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%h, %b : tensor<37x16xf32>, tensor<16xf32>) outs(%empty : tensor<37x16xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    } -> tensor<37x16xf32>
    func.return %y : tensor<37x16xf32>
  }
}
"""


def _parsed(text: str) -> tuple[Context, ModuleOp]:
    ctx = Context()
    for name, factory in get_all_dialects().items():
        ctx.register_dialect(name, factory)
    return ctx, Parser(ctx, text).parse_module()


def _text(module: ModuleOp) -> str:
    from io import StringIO

    out = StringIO()
    Printer(stream=out).print_op(module)
    return out.getvalue()


def _arguments() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(-4, 5, (37, 32)).astype(np.float32), rng.integers(-4, 5, 16).astype(np.float32)


@pytest.mark.parametrize("to", ["input", "encoded", "materialized"])
def test_the_module_is_replaced_by_the_tiled_one(to: str) -> None:
    ctx, module = _parsed(MLP)
    DataTilingPass(to=to).apply(ctx, module)
    module.verify()
    assert not ctx.allow_unregistered
    text = _text(module)
    assert ("linalg.pack" in text) == (to == "materialized")
    assert ("set_encoding" in text) == (to == "encoded")
    x, b = _arguments()
    (result,) = ti.interpret(mlir.parse(text), "mlp", [x, b])
    np.testing.assert_array_equal(result, x @ np.full((32, 16), 0.5, np.float32) + b)


def test_a_device_that_declines_gets_no_packs() -> None:
    ctx, module = _parsed(MLP)
    DataTilingPass(device="reference").apply(ctx, module)
    assert "pack" not in _text(module)


def test_what_is_not_read_is_refused_and_the_module_kept() -> None:
    text = "builtin.module { func.func @f(%x: memref<4xf32>) { func.return } }"
    ctx, module = _parsed(text)
    before = _text(module)
    with pytest.raises(PassFailedException, match=r"tensorir-data-tiling: <xdsl>:\d+:\d+: error: .*memref"):
        DataTilingPass().apply(ctx, module)
    assert _text(module) == before


def test_xdsl_finds_the_pass() -> None:
    assert Universe.get_multiverse().all_passes["tensorir-data-tiling"]() is DataTilingPass


@needs_iree
def test_xdsl_opt_gives_what_iree_compiles(tmp_path: Path) -> None:
    path = tmp_path / "mlp.mlir"
    path.write_text(MLP)
    command = [str(Path(sys.executable).parent / "xdsl-opt"), str(path), "-p", "tensorir-data-tiling"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    x, b = _arguments()
    (result,) = run_mlir(done.stdout, [x, b], "mlp")
    np.testing.assert_array_equal(result, x @ np.full((32, 16), 0.5, np.float32) + b)
