"""Constants: small ones stay in the function, large ones become globals, large splats fills."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Fill
from tensorir.dialects.tensor import Constant
from tests.support.mlir_programs import module, ops, refusal, result, run, same


def returned(value: str, type: str) -> str:
    return f"func.func @f() -> {type} {{\n  %c = arith.constant {value} : {type}\n  return %c : {type}\n}}"


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        ("dense<[[1.5, -2.0]]>", "tensor<1x2xf32>", np.asarray([[1.5, -2.0]], np.float32)),
        ("dense<[true, false]>", "tensor<2xi1>", np.asarray([True, False])),
        ("dense<[-1, 127]>", "tensor<2xi8>", np.asarray([-1, 127], np.int8)),
        ("dense<[1, 2]>", "tensor<2xindex>", np.asarray([1, 2], np.int64)),
        ("dense<3.0>", "tensor<f64>", np.asarray(3.0)),
        ("dense<>", "tensor<0x4xf32>", np.zeros((0, 4), np.float32)),
        ("dense<7>", "tensor<2x2xi32>", np.full((2, 2), 7, np.int32)),
        ('dense<"0x0000C03F000000C0">', "tensor<2xf32>", np.asarray([1.5, -2.0], np.float32)),
    ],
)
def test_small_data_is_a_constant(value: str, type: str, expected: np.ndarray) -> None:
    text = returned(value, type)
    assert [op.NAME for op in ops(text)] == [Constant.NAME]
    assert same(result(text), expected)


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [("true", "i1", True), ("-3 : i8", "i8", -3), ("255 : i8", "i8", -1), ("0.5 : f16", "f16", 0.5)],
)
def test_scalars(value: str, type: str, expected: object) -> None:
    text = f"func.func @f() -> {type} {{\n  %c = arith.constant {value}\n  return %c : {type}\n}}"
    assert result(text).item() == expected


def test_a_large_splat_is_a_fill_and_takes_no_memory() -> None:
    (op,) = ops(returned("dense<1.0>", "tensor<1000000x1000000xf32>"))
    assert isinstance(op, Fill)
    assert op.value == 1.0


def test_equal_large_data_is_one_global() -> None:
    numbers = ", ".join(map(str, range(100)))
    text = f"""
    func.func @f() -> (tensor<100xi32>, tensor<100xi32>, tensor<100xi64>) {{
      %a = arith.constant dense<[{numbers}]> : tensor<100xi32>
      %b = arith.constant dense<[{numbers}]> : tensor<100xi32>
      %c = arith.constant dense<[{numbers}]> : tensor<100xi64>
      %dead = arith.constant dense<[1, {numbers}]> : tensor<101xi64>
      return %a, %b, %c : tensor<100xi32>, tensor<100xi32>, tensor<100xi64>
    }}"""
    assert [(g.name, str(g.type)) for g in module(text).globals] == [
        ("constant", "tensor<100xi32>"),
        ("constant_0", "tensor<100xi64>"),
    ]
    assert sum(isinstance(op, GlobalLoad) for op in ops(text)) == 2
    assert same(run(text)[2], np.arange(100))


def resource(data: bytes, type: str, alignment: int = 4) -> str:
    blob = "0x" + struct.pack("<I", alignment).hex() + data.hex()
    end = f'{{-#\n  dialect_resources: {{\n    builtin: {{\n      w: "{blob}"\n    }}\n  }}\n#-}}'
    return returned("dense_resource<w>", type) + f"\n{end}\n"


def test_resources_are_named_globals() -> None:
    data = np.arange(100, dtype=np.float32)
    text = resource(data.tobytes(), "tensor<10x10xf32>")
    assert [g.name for g in module(text).globals] == ["w"]
    assert same(result(text), data.reshape(10, 10))


def test_resources_of_bools_and_of_eight_bytes() -> None:
    flags = np.arange(300) % 3 == 0
    assert same(result(resource(flags.tobytes(), "tensor<300xi1>", 1)), flags)
    doubles = np.arange(40, dtype=np.float64)
    assert same(result(resource(doubles.tobytes(), "tensor<40xf64>", 8)), doubles)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (returned("dense_resource<missing>", "tensor<4xf32>"), "missing"),
        (resource(b"\0" * 12, "tensor<4xf32>"), "12 bytes"),
        (resource(b"\2" * 4, "tensor<4xi1>", 1), "not 0 or 1"),
        (resource(b"\0" * 4, "tensor<4xi4>", 1), "i4"),
        (returned("dense<(1.0, 2.0)>", "tensor<2xcomplex<f32>>"), "complex"),
        (returned("dense<1>", "tensor<?xi32>"), "static"),
        (returned("1", "i128"), "i128"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = refusal(text)
    assert found.startswith("t.mlir:")
    assert message in found


def test_unfoldable_constants_are_constants_in_functions_and_in_bodies() -> None:
    text = """
    func.func @f(%x: tensor<2xf32>) -> (tensor<2xf32>, i32, tensor<2xf32>) {
      %c = util.unfoldable_constant dense<[1.0, 2.0]> : tensor<2xf32>
      %n = util.unfoldable_constant 7 : i32
      %r = linalg.map ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>) (%a: f32) {
        %three = util.unfoldable_constant 3.0 : f32
        %y = arith.addf %a, %three : f32
        linalg.yield %y : f32
      }
      return %c, %n, %r : tensor<2xf32>, i32, tensor<2xf32>
    }"""
    c, n, r = run(text, np.asarray([1, 2], np.float32))
    assert same(c, np.asarray([1, 2], np.float32))
    assert same(n, np.asarray(7, np.int32))
    assert same(r, np.asarray([4, 5], np.float32))
