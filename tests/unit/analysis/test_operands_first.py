"""The order in which ops are visited follows from what they compute."""

from __future__ import annotations

from tensorir.analysis.operands_first import operands_first
from tensorir.dialects.registry import OPS
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Module
from tensorir.text import parse

PROGRAM = """
func @main(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> (tensor<4x4xf32>) {{
  %unread = linalg.transpose %x {{permutation = [1, 0]}} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  {lines}
  %z = linalg.generic {read} {{
    maps = [{maps}, (d0, d1) -> (d0, d1)], body = (a0: f32, a1: f32) {{ v0 = mul a0, a1; yield v0 }}
  }} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %z : tensor<4x4xf32>
}}
"""
MADE = "%{} = linalg.softmax %{} {{dims = [1]}} : (tensor<4x4xf32>) -> tensor<4x4xf32>"
TURNED = "%{} = linalg.transpose %{} {{permutation = [1, 0]}} : (tensor<4x4xf32>) -> tensor<4x4xf32>"
HERE, ACROSS = "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d1, d0)"


def visited(lines: list[str], read: str, *maps: str) -> list[str]:
    text = PROGRAM.format(lines="\n  ".join(lines), read=read, maps=", ".join(maps))
    module = parse(text, OPS)
    return [op.results[0].hint for op in operands_first(module.functions[0].body, EffectsIn(Module()))]


def test_what_is_made_by_fewer_ops_comes_first_and_what_nothing_reads_last() -> None:
    lines = [MADE.format("a", "x"), MADE.format("b", "a"), MADE.format("c", "y")]
    order = ["c", "a", "b", "z", "unread"]
    assert visited(lines, "%b, %c", HERE, HERE) == order
    assert visited(lines, "%c, %b", HERE, HERE) == order


def test_neither_the_order_of_operands_nor_that_of_the_text_decides() -> None:
    lines = [MADE.format("a", "x"), MADE.format("b", "y")]
    order = visited(lines, "%a, %b", HERE, ACROSS)
    assert order[2:] == ["z", "unread"]
    assert visited(lines, "%b, %a", ACROSS, HERE) == order
    assert visited([*reversed(lines)], "%a, %b", HERE, ACROSS) == order


def test_ops_that_move_elements_count_as_little_as_constants() -> None:
    lines = [MADE.format("a", "x"), TURNED.format("b", "a"), TURNED.format("c", "b"), MADE.format("d", "y")]
    lines += [MADE.format("e", "d")]
    assert visited(lines, "%e, %c", HERE, HERE) == visited(lines, "%c, %e", HERE, HERE) == [*"abcdez", "unread"]
    data = ["%one = linalg.fill {value = 1.0, type = tensor<4x4xf32>} : () -> tensor<4x4xf32>", MADE.format("a", "one")]
    data += [MADE.format("b", "a"), MADE.format("c", "x")]
    assert visited(data, "%c, %b", HERE, HERE) == ["one", "a", "b", "c", "z", "unread"]
