"""Whole modules: what is refused and how, and the time it takes."""

from __future__ import annotations

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError, VerifyError
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op, Trait, op, operand
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.mlir import parse as parse_mlir
from tensorir.mlir import print_mlir
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.text import parse
from tests.support.growth import growth
from tests.support.mlir_tools import mlir_opt_19, needs_mlir_opt_19

T = "tensor<8x8xf32>"
MATMUL = """
func @main(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>) -> (tensor<64x64xf32>) {
  %0 = linalg.contract %a, %b {maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)],
    dtype = f32} : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}
"""


def program(text: str) -> Module:
    return parse(text, OPS, file="p.tir")


def staged(stage: str) -> Module:
    return run_passes(program(MATMUL), pipeline("late", to=stage).passes)


def test_a_specialized_program_is_refused_with_the_stages_that_can_be_written() -> None:
    with pytest.raises(TensorIRError) as error:
        print_mlir(staged("specialized"))
    message = str(error.value)
    assert message.startswith("p.tir:3:3: error: ")
    assert "is a layout of one device: input, encoded and materialized programs can be written" in message
    assert "\n" not in message


@op("test.mirror", Trait.PURE)
class Mirror(Op):
    """An op of somebody else, which says nothing of itself."""

    source: Value = operand()

    def infer_types(self) -> tuple[TensorType, ...]:
        return (self.source.type,)


def test_an_op_that_has_no_form_is_refused_with_what_would_give_it_one() -> None:
    x = Value(TensorType((2,), f32))
    made = Mirror(x, loc=Location("p.tir", 7, 3))
    module = Module([Function("main", Region((x,), (made,), made.results))])
    with pytest.raises(TensorIRError, match=r"^p\.tir:7:3: error: test\.mirror has no MLIR form: .* decomposition\(\)"):
        print_mlir(module)


@pytest.mark.parametrize("stage", ["input", "encoded", "dispatch", "materialized"])
def test_the_other_stages_are_written(stage: str) -> None:
    for text in (print_mlir(staged(stage)), print_mlir(staged(stage), dialect="llvm19")):
        assert parse_mlir(text).functions[0].name == "main"


def test_unknown_dialects_and_weights_are_refused() -> None:
    module = program(MATMUL)
    with pytest.raises(TensorIRError, match="unknown MLIR dialect 'llvm18'; known: current, llvm19"):
        print_mlir(module, dialect="llvm18")  # pyright: ignore[reportArgumentType]  # on purpose
    with pytest.raises(TensorIRError, match="weights must be one of inline, external, got 'no'"):
        print_mlir(module, weights="no")  # pyright: ignore[reportArgumentType]  # on purpose


def test_an_invalid_program_is_refused_as_the_verifier_does() -> None:
    module = program(MATMUL)
    twice = Module((module.functions[0], module.functions[0]))
    with pytest.raises(VerifyError, match="the symbol @main is defined twice"):
        print_mlir(twice)


def test_sizes_of_arguments_are_named() -> None:
    text = "func @main(%x: tensor<[2*S]xf32>, %y: tensor<[S]xf32>) -> (tensor<[S]xf32>) { return %y : tensor<[S]xf32> }"
    assert 'attributes {tensorir_sizes = [["2*S"], ["S"]]}' in print_mlir(program(text))


def test_maps_that_are_not_affine_are_refused() -> None:
    text = f"""func @main(%x: tensor<64x8xf32>) -> ({T}) {{
  %0 = linalg.generic %x {{maps = [(d0, d1) -> (d0*d1, d1), (d0, d1) -> (d0, d1)],
    body = (a0: f32) {{ yield a0 }}, shape = [8, 8]}} : (tensor<64x8xf32>) -> {T}
  return %0 : {T}
}}"""
    with pytest.raises(TensorIRError, match=r"p\.tir:2:3: error: linalg\.generic: .* is not affine, MLIR's maps can't"):
        print_mlir(program(text))


def test_a_layout_in_a_signature_is_refused_at_the_function() -> None:
    layout = "tensor<8x8xf32, #layout<inner_dims = [0], inner_tiles = [8], outer_perm = [0, 1]>>"
    with pytest.raises(TensorIRError, match=r"p\.tir:1:\d+: error: @main: #layout<.*> is a layout of one device"):
        print_mlir(program(f"func @main(%x: {layout}) -> ({layout}) {{ return %x : {layout} }}"))


def test_a_static_size_of_symbolic_parts_is_refused() -> None:
    text = """func @main(%x: tensor<[S]x0xf32>) -> (tensor<0xf32>) {
  %0 = tensor.collapse_shape %x {groups = [[0, 1]]} : (tensor<[S]x0xf32>) -> tensor<0xf32>
  return %0 : tensor<0xf32>
}"""
    with pytest.raises(TensorIRError, match=r"p\.tir:2:3: error: tensor\.collapse_shape: S·0 = 0, a static size"):
        print_mlir(program(text))


def test_a_user_function_may_have_the_name_of_a_composite() -> None:
    text = f"""func @tensorir.zero_padding_0(%x: {T}) -> ({T}) {{
  %0 = linalg.zero_padding %x {{dims = [0], extent = 5}} : ({T}) -> {T}
  return %0 : {T}
}}"""
    written = print_mlir(program(text))
    assert "func.func private @tensorir.zero_padding_1(" in written
    assert "func.call @tensorir.zero_padding_1(%x)" in written


def test_equal_composites_share_a_function() -> None:
    op = f"linalg.zero_padding %x {{dims = [0], extent = 5}} : ({T}) -> {T}"
    other = f"linalg.zero_padding %x {{dims = [1], extent = 5}} : ({T}) -> {T}"
    body = f"  %0 = {op}\n  %1 = {op}\n  %2 = {other}\n  return %0, %1, %2 : {T}, {T}, {T}"
    written = print_mlir(program(f"func @main(%x: {T}) -> ({T}, {T}, {T}) {{\n{body}\n}}"))
    assert written.count("func.func private") == 2
    assert written.count("func.call @tensorir.zero_padding_0(") == 2


def test_an_assertion_is_of_a_scalar_with_its_message_quoted() -> None:
    module = program("""func @main(%c: tensor<i1>, %d: tensor<2x[N]xi1>) -> () {
  func.assert %c {message = "one \\"two\\""} : (tensor<i1>) -> ()
  func.assert %d {message = "three"} : (tensor<2x[N]xi1>) -> ()
  return
}""")
    written = print_mlir(module)
    assert 'cf.assert %0, "one \\22two\\22"' in written
    assert written.index("linalg.reduce { arith.andi }") < written.index('"three"')
    assert "dimensions = [0, 1]" in written


@needs_mlir_opt_19
def test_upstream_reads_an_assertion() -> None:
    module = program("""func @main(%d: tensor<2xi1>) -> () {
  func.assert %d {message = "three"} : (tensor<2xi1>) -> ()
  return
}""")
    (text,) = mlir_opt_19([print_mlir(module, dialect="llvm19")])
    assert "cf.assert %" in text


def chain(count: int) -> Module:
    """Ops of several kinds, each on the result of the one before; composites and calls among them."""
    ops = (
        "linalg.transpose %{p} {{permutation = [1, 0]}} : ({t}) -> {t}",
        "linalg.generic %{p} {{maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d0, d1)], "
        "body = (a0: f32) {{ v0 = exp a0; yield v0 }}}} : ({t}) -> {t}",
        "linalg.softmax %{p} {{dims = [1]}} : ({t}) -> {t}",
        "linalg.contract %{p}, %{p} {{maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), "
        "(d0, d1, d2) -> (d0, d1)], dtype = f32}} : ({t}, {t}) -> {t}",
        "linalg.zero_padding %{p} {{dims = [0], extent = 5}} : ({t}) -> {t}",
    )
    lines = [f"  %v{i + 1} = " + ops[i % len(ops)].format(p=f"v{i}", t=T) for i in range(count)]
    return program(f"func @main(%v0: {T}) -> ({T}) {{\n" + "\n".join(lines) + f"\n  return %v{count} : {T}\n}}")


def test_ten_times_the_ops_take_about_ten_times_as_long() -> None:
    small, large = chain(1_000), chain(10_000)
    assert growth(lambda: print_mlir(small), lambda: print_mlir(large), 15) < 15
