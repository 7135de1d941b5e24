"""Reading MLIR takes time in proportion to the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tensorir.mlir.reader.document import parse_document
from tests.support.growth import growth

LIMIT = 15
T = "tensor<128x256xf32>"


def generic(count: int) -> str:
    body = "\n".join(
        f'%{i + 1} = "arith.addf"(%{i}, %0) <{{fastmath = #arith.fastmath<none>}}> : ({T}, {T}) -> {T} loc(#l{i % 50})'
        for i in range(count)
    )
    locations = "\n".join(f'#l{i} = loc("a":{i}:1)' for i in range(50))
    return (
        f'"builtin.module"() ({{ "func.func"() ({{ ^bb0(%0: {T}):\n{body}\n }}) : () -> () }}) : () -> ()\n{locations}'
    )


def pretty(count: int) -> str:
    ops = (
        "%{i} = arith.addf %{p}, %{p} : {t}",
        "%{i} = math.tanh %{p} : {t}",
        "%{i} = tensor.empty() : {t}",
        "%{i} = linalg.fill ins(%c : f32) outs(%{p} : {t}) -> {t}",
        '%{i} = linalg.generic {{indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}} '
        "ins(%{p} : {t}) outs(%{p} : {t}) {{\n^bb0(%a: f32, %b: f32):\n  linalg.yield %a : f32\n}} -> {t}",
    )
    body = "\n".join(ops[i % len(ops)].format(i=i + 1, p=i, t=T) for i in range(count))
    head = f"#map = affine_map<(d0, d1) -> (d0, d1)>\nfunc.func @f(%0: {T}) -> {T} {{\n%c = arith.constant 0.0 : f32\n"
    return f"{head}{body}\nreturn %{count} : {T}\n}}\n"


def one_line(count: int) -> str:
    return pretty(count).replace("\n", " ")


def strings(count: int) -> str:
    """Escaped strings on one line: the end of the line is far for each."""
    return '"x.y"() {a = [' + ", ".join(['"\\n' + "x" * 20 + '"'] * count) + "]} : () -> ()"


def elements(count: int) -> str:
    return f'"x.y"() {{a = dense<[{", ".join(["1.5, 0x7FC00000"] * count)}]> : tensor<{2 * count}xf32>}} : () -> ()'


def aliases(count: int) -> str:
    lines = [f"#a{i} = [{i}, {i}]\n!t{i} = tensor<{i}xf32>" for i in range(count)]
    return "\n".join(lines) + "\n" + "\n".join(f'"x.y"() {{a = #a{i}, t = !t{i}}} : () -> ()' for i in range(count))


@pytest.mark.parametrize("text", [generic, pretty, one_line, strings, elements, aliases])
def test_ten_times_the_text_takes_about_ten_times_as_long(text: Callable[[int], str]) -> None:
    small, large = text(1000), text(10_000)
    assert growth(lambda: parse_document(small), lambda: parse_document(large), LIMIT) < LIMIT
