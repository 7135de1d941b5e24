"""Relayouts in MLIR: as they are, or as what they do through row-major."""

from __future__ import annotations

import pytest

from tensorir import mlir
from tensorir.dialects.registry import OPS
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import print_mlir
from tensorir.testing.equivalence import assert_equivalent
from tensorir.text import parse
from tests.support.mlir_tools import iree_opt, mlir_opt_19, needs_iree, needs_mlir_opt_19

EIGHTS = "#digits<[(0, 8, ?), (1, 1, ?), (0, 1, 8)], padding = [unspecified, none]>"
SIXTEENS = "#digits<[(0, 16, ?), (1, 1, ?), (0, 1, 16)], padding = [2.5, none]>"
FOURS = "#digits<[(0, 16, ?), (1, 1, ?), (0, 1, 4), (0, 4, 4)], padding = [2.5, none]>"
CASES = {SIXTEENS: "2x3x16", FOURS: "2x3x4x4"}


def program(size: str, after: str) -> Module:
    """Rows in tiles of eight, in other tiles."""
    sizes = CASES[after] if size != "S" else CASES[after].replace("2", "[ceildiv(S, 16)]", 1)
    source, result = f"tensor<{'[ceildiv(S, 8)]' if size == 'S' else '3'}x3x8xf32>", f"tensor<{sizes}xf32>"
    attributes = f"{{before = {EIGHTS}, after = {after}, shape = [{size}, 3]}}"
    return parse(
        f"func @main(%s: tensor<[S]xf32>, %x: {source}) -> ({result}) {{\n"
        f"  %0 = linalg.relayout %x {attributes} : ({source}) -> {result}\n"
        f"  return %0 : {result}\n}}\n",
        OPS,
    )


@pytest.mark.parametrize("after", CASES)
def test_a_relayout_of_known_sizes_is_read_again(after: str) -> None:
    module = program("20", after)
    text = print_mlir(module)
    assert "linalg.unpack" in text
    assert ("linalg.pack" in text) == (after == SIXTEENS), "a pack has one tile per dim"
    assert isomorphic(mlir.parse(text), module)


@pytest.mark.parametrize(
    ("after", "ops"), [(SIXTEENS, ["linalg.pack"]), (FOURS, ["tensor.pad", "tensor.expand_shape"])]
)
def test_one_of_unknown_sizes_goes_through_row_major(after: str, ops: list[str]) -> None:
    module = program("S", after)
    again = mlir.parse(print_mlir(module))
    assert [op.NAME for op in again.functions[0].body.ops][: 1 + len(ops)] == ["linalg.unpack", *ops]
    assert_equivalent(module, again)


@needs_iree
@pytest.mark.parametrize("size", ["20", "S"])
@pytest.mark.parametrize("after", CASES)
def test_iree_accepts_both(size: str, after: str) -> None:
    iree_opt(print_mlir(program(size, after)))


@needs_mlir_opt_19
def test_mlir_opt_19_accepts_both() -> None:
    mlir_opt_19([print_mlir(program(size, after), dialect="llvm19") for size in ("20", "S") for after in CASES])
