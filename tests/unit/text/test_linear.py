"""Reading and printing take linear time in everything a text can have many of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tensorir.dialects.registry import OPS
from tensorir.text import parse, print_module
from tests.support.growth import growth

T = "tensor<4xf32>"


def ops(count: int) -> str:
    op = f"linalg.transpose %x {{permutation = [0]}} : ({T}) -> {T}"
    return f"func @f(%x: {T}) -> () {{\n" + "".join(f"%{i} = {op}\n" for i in range(count)) + "return }"


def elements(count: int) -> str:
    return f"global @g : tensor<{count + 1}xf32> = dense<[{'1.5, ' * count}2]>"


def steps(count: int) -> str:
    body = "".join(f"v{i + 1} = add v{i}, v{i}; " for i in range(count))
    attributes = f"maps = [(i) -> (i), (i) -> (i)], body = (v0: f32) {{ {body} yield v{count} }}"
    return f"func @f(%x: {T}) -> () {{ %y = linalg.generic %x {{{attributes}}} : ({T}) -> {T}\n return }}"


def symbols(count: int) -> str:
    return "".join(f"global @g{i} : {T} = dense<1.0>\n" for i in range(count))


def arguments(count: int) -> str:
    return f"func @f({', '.join(f'%a{i}: tensor<[S{i}]xf32>' for i in range(count))}) -> () {{ return }}"


@pytest.mark.parametrize("make", [ops, elements, steps, symbols, arguments])
def test_ten_times_as_much_takes_less_than_twenty_times_as_long(make: Callable[[int], str]) -> None:
    small, large = make(500), make(5_000)
    assert growth(lambda: parse(small, OPS), lambda: parse(large, OPS), 20) < 20
    few, many = parse(small, OPS), parse(large, OPS)
    assert growth(lambda: print_module(few), lambda: print_module(many), 20) < 20
