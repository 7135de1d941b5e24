"""Ops without effect here, and IREE's calling convention."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.mlir_programs import argument_types, module, ops, refusal, result, run, same


def test_barriers_are_identities() -> None:
    text = """
    util.func public @f(%x: tensor<?xf32>, %y: tensor<4xf32>) -> (tensor<?xf32>, tensor<4xf32>) {
      %a:2 = util.optimization_barrier %x, %y : tensor<?xf32>, tensor<4xf32>
      %c = util.optimization_barrier %a#0 : tensor<?xf32>
      util.return %c, %a#1 : tensor<?xf32>, tensor<4xf32>
    }"""
    assert not ops(text)


def test_tied_and_assumed_sizes() -> None:
    text = """
    util.func public @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %y, %c0 : tensor<?xf32>
      %e = util.assume.int %d<umin = 1, umax = 32> : index
      %t = flow.tensor.tie_shape %x : tensor<?xf32>{%e}
      util.return %t : tensor<?xf32>
    }"""
    assert argument_types(text) == ["tensor<[x_0]xf32>", "tensor<[x_0]xf32>"]


BUFFERS = """
util.func public @f$async(%x: !hal.buffer_view, %y: !hal.buffer_view, %wait: !hal.fence, %signal: !hal.fence)
    -> !hal.buffer_view {
  %d = hal.buffer_view.dim<%x : !hal.buffer_view>[0] : index
  %a = hal.tensor.import wait(%wait) => %x : !hal.buffer_view -> tensor<?x2xf32>{%d}
  %b = hal.tensor.import wait(%wait) => %y : !hal.buffer_view -> tensor<?x2xf32>{%d}
  %s = arith.addf %a, %b : tensor<?x2xf32>
  %r = hal.tensor.barrier join(%s : tensor<?x2xf32>) => %signal : !hal.fence
  %e = hal.tensor.export %r : tensor<?x2xf32>{%d} -> !hal.buffer_view
  util.return %e : !hal.buffer_view
}
util.func public @f(%x: !hal.buffer_view, %y: !hal.buffer_view) -> !hal.buffer_view {
  %0 = util.null : !hal.fence
  %c-1_i32 = arith.constant -1 : i32
  %c0 = arith.constant 0 : index
  %device_0 = hal.devices.get %c0 : !hal.device
  %fence = hal.fence.create device(%device_0 : !hal.device) flags("None") : !hal.fence
  %1 = util.call @f$async(%x, %y, %0, %fence)
    : (!hal.buffer_view, !hal.buffer_view, !hal.fence, !hal.fence) -> !hal.buffer_view
  %status = hal.fence.await until([%fence]) timeout_millis(%c-1_i32) flags("None") : i32
  util.return %1 : !hal.buffer_view
}
"""


def test_buffers_are_tensors_and_fences_are_left_out() -> None:
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert same(result(BUFFERS, x, x), x * 2)
    wrapper = module(BUFFERS).functions[1]
    assert [str(t) for t in wrapper.body.arg_types] == ["tensor<[x_0]x2xf32>"] * 2
    assert same(run(BUFFERS, x, x, name="f$async")[0], x * 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "util.func public @f(%x: !hal.buffer_view) -> !hal.buffer_view {\n  util.return %x : !hal.buffer_view\n}",
            "util.func: @f: argument 0 is a !hal.buffer_view that no hal.tensor.import gives a type",
        ),
        ("func.func @f(%x: memref<4xf32>) {\n  return\n}", "memref<4xf32>"),
        ("func.func @f(%x: tensor<*xf32>) {\n  return\n}", "tensor<*xf32>"),
        ("func.func @f(%x: !torch.int) {\n  return\n}", "!torch.int"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:1:")
    assert message in found
