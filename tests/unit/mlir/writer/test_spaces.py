"""IREE's encodings have all sizes of a contraction, ours only small ones: where they come from."""

from __future__ import annotations

from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import parse as parse_mlir
from tensorir.mlir import print_mlir
from tensorir.mlir.writer.spaces import Spaces
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.text import parse

MATMUL = "maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], dtype = f32"


def encoded(*shapes: tuple[str, str, str]) -> Module:
    """One matmul for each (M, N, K)."""
    args: list[str] = []
    ops: list[str] = []
    results: list[str] = []
    for i, (m, n, k) in enumerate(shapes):
        a, b, c = (f"tensor<{x}x{y}xf32>" for x, y in ((m, k), (k, n), (m, n)))
        args += [f"%a{i}: {a}", f"%b{i}: {b}"]
        ops.append(f"%c{i} = linalg.contract %a{i}, %b{i} {{{MATMUL}}} : ({a}, {b}) -> {c}")
        results.append(c)
    values = ", ".join(f"%c{i}" for i in range(len(shapes)))
    types = ", ".join(results)
    text = f"func @main({', '.join(args)}) -> ({types}) {{ {' '.join(ops)} return {values} : {types} }}"
    return run_passes(parse(text, OPS), pipeline("late", to="encoded").passes)


def test_sizes_that_all_contractions_agree_on_are_static() -> None:
    module = encoded(("64", "32", "128"), ("64", "48", "128"))
    text = print_mlir(module)
    assert text.count("iteration_sizes = [64, ?, 128]") == 3
    assert "encoding_dims{%" in text
    assert isomorphic(parse_mlir(text), module)


def test_symbolic_sizes_are_given_to_the_ops() -> None:
    module = encoded(("[S]", "4", "128"))
    text = print_mlir(module)
    assert text.count("iteration_sizes = [?, 4, 128]") == 3
    assert text.count("set_encoding %a0 encoding_dims{%1}") == 1
    assert "%1 = tensor.dim %a0, %0 : tensor<?x128xf32>" in text
    assert isomorphic(parse_mlir(text), module)


def test_narrow_sizes_tell_spaces_apart() -> None:
    module = encoded(("64", "32", "128"), ("64", "4", "128"))
    text = print_mlir(module)
    assert text.count("iteration_sizes = [64, 32, 128]") == 3
    assert text.count("iteration_sizes = [64, 4, 128]") == 3


def test_a_function_without_the_contraction_gives_zeros() -> None:
    module = encoded(("[S]", "4", "128"))
    space = next(iter(Spaces([module.functions[0].body])._sizes))  # pyright: ignore[reportPrivateUsage]  # the only contraction that it has seen
    spaces = Spaces([module.functions[0].body])
    other = encoded(("8", "8", "8")).functions[0].body
    assert spaces.static_sizes(space) == (None, 4, 128)
    assert spaces.dynamic_sizes(space, other) == (0,)
