from __future__ import annotations

from tensorir.analysis.liveness import dying_values, needed_ops
from tensorir.dialects.registry import OPS
from tensorir.text import parse

TEXT = """
func @main(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>) {
  %a = linalg.transpose %x {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %b = linalg.transpose %x {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %c = linalg.transpose %a {permutation = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %a : tensor<3x2xf32>
}
"""


def test_values_die_after_their_last_reader_and_yields_never() -> None:
    body = parse(TEXT, OPS).functions[0].body
    names = [[v.hint for v in values] for values in dying_values(body)]
    assert names == [[], ["b", "x"], ["c"]] or names == [[], ["x", "b"], ["c"]]


def test_what_is_needed_is_kept_in_order() -> None:
    body = parse(TEXT, OPS).functions[0].body
    a, b, c = body.ops
    assert needed_ops(body) == [a]
    assert needed_ops(body, [c.result]) == [a, c]
    assert needed_ops(body, keep=lambda op: op is b) == [a, b]
    assert needed_ops(body, []) == []
