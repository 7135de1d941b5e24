"""Random programs with branches and loops mean the same once they were written as MLIR and read again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tensorir import mlir
from tensorir.ir.module import Module
from tensorir.testing.equivalence import assert_equivalent
from tests.property.test_control import with_control
from tests.support.mlir_tools import iree_opt, needs_iree


@given(with_control(), st.integers(0, 1 << 30))
def test_written_as_mlir(module: Module, seed: int) -> None:
    assert_equivalent(module, mlir.parse(mlir.print_mlir(module)), seed=seed)


@needs_iree
@given(with_control(), st.integers(0, 1 << 30))
def test_lowered_to_blocks_and_read(module: Module, seed: int) -> None:
    """MLIR's own lowering makes branches between blocks of them, which the reader structures again."""
    lowered = iree_opt(mlir.print_mlir(module), "convert-scf-to-cf")
    assert "scf." not in lowered
    assert_equivalent(module, mlir.parse(lowered), seed=seed)
