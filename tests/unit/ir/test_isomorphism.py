"""What is part of a program and what is not, where random programs do not show it."""

from __future__ import annotations

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Module
from tensorir.text import parse

T = "tensor<2xf32>"
TWO = f"""
func private @a(%x: {T}) -> ({T}) {{ return %x : {T} }}
func private @b(%x: {T}) -> ({T}) {{
  %y = device.transfer %x {{device = "d"}} : ({T}) -> {T}
  return %y : {T}
}}
func @main(%x: {T}) -> ({T}) {{
  %y = func.call %x {{callee = @a, types = [{T}]}} : ({T}) -> {T}
  return %y : {T}
}}
"""


def read(text: str) -> Module:
    return parse(text, OPS)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (TWO, TWO.replace("@a", "@c"), True),
        (TWO, TWO.replace("@a", "@c").replace("@b", "@a").replace("@c", "@b"), True),
        (TWO, TWO.replace("callee = @a", "callee = @b"), False),
        (TWO, TWO.replace("private @b", "@b"), False),
        (TWO.replace("private @b", "@b"), TWO.replace("private @b", "@c"), False),
        (f"func @f(%x: {T}) -> () {{ return }}", f'func @f(%x: {T} on "") -> () {{ return }}', True),
        (f"func @f(%x: {T}) -> () {{ return }}", f'func @f(%x: {T} on "d") -> () {{ return }}', False),
        (f'func @f(%x: {T} on "e") -> () {{ return }}', f'func @f(%x: {T} on "d") -> () {{ return }}', False),
        (f'global @w : {T} = parameter<"s", "k">', f'global @v : {T} = parameter<"s", "k">', True),
        (f'global @w : {T} = parameter<"s", "k">', f'global @w : {T} = parameter<"s", "l">', False),
        (f'global @w : {T} = parameter<"s", "k">', f'global @w : {T} = parameter<"t", "k">', False),
        (f'global @w : {T} = parameter<"s", "k">', 'global @w : tensor<3xf32> = parameter<"s", "k">', False),
        (f'global @w : {T} = parameter<"s", "k">', f"global @w : {T} = dense<0.0>", False),
    ],
)
def test_private_names_are_free_and_the_rest_is_content(a: str, b: str, same: bool) -> None:
    x, y = read(a), read(b)
    assert isomorphic(x, y) == isomorphic(y, x) == same
    assert (fingerprint(x) == fingerprint(y)) == same


def test_long_chains_of_calls_have_fingerprints() -> None:
    def chain(count: int) -> Module:
        call = (
            "func private @f{0}(%x: {2}) -> ({2}) {{\n"
            "  %y = func.call %x {{callee = @f{1}, types = [{2}]}} : ({2}) -> {2}\n  return %y : {2}\n}}\n"
        )
        last = f"func private @f{count}(%x: {T}) -> ({T}) {{ return %x : {T} }}"
        return read("".join(call.format(i, i + 1, T) for i in range(count)) + last)

    assert fingerprint(chain(2000)) == fingerprint(chain(2000)) != fingerprint(chain(1999))


def test_functions_that_call_each_other_have_fingerprints() -> None:
    text = "func @{0}(%x: {2}) -> ({2}) {{\n  %y = func.call %x {{callee = @{1}, types = [{2}]}} : ({2}) -> {2}"
    text += "\n  return %y : {2}\n}}"
    cycle = "\n".join(text.format(a, b, T) for a, b in (("f", "g"), ("g", "h"), ("h", "f")))
    assert fingerprint(read(cycle)) == fingerprint(read(cycle))
    assert isomorphic(read(cycle), read(cycle))
    other = "\n".join(text.format(a, b, T) for a, b in (("f", "h"), ("g", "f"), ("h", "g")))
    assert fingerprint(read(cycle)) != fingerprint(read(other)) or isomorphic(read(cycle), read(other))


@pytest.mark.parametrize("shared", [64, 3000])
def test_bodies_of_a_fold_are_named_by_their_nodes_not_by_their_trees(shared: int) -> None:
    """As a tree the body would have 2**shared leaves, and be as deep as it is long."""
    steps = ["v0 = sub a1, a0", *(f"v{i} = mul v{i - 1}, v{i - 1}" for i in range(1, shared))]

    def folded(last: str) -> Module:
        body = f"(a0: f32, a1: f32) {{ {'; '.join([*steps, last])}; yield v{shared} }}"
        maps = "[(d0) -> (d0), (d0) -> ()]"
        return read(f"""
func @f(%x: {T}, %i: tensor<f32>) -> (tensor<f32>) {{
  %y = linalg.fold %x, %i {{maps = {maps}, bodies = [{body}]}} : ({T}, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}}
""")

    a, b = folded(f"v{shared} = add v{shared - 1}, a0"), folded(f"v{shared} = add v{shared - 1}, a1")
    assert fingerprint(a) == fingerprint(folded(f"v{shared} = add v{shared - 1}, a0"))
    assert fingerprint(a) != fingerprint(b)
