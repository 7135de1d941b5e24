"""linalg against IREE: the same text compiled by it gives the same numbers; its generic form gives the same module."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tensorir.interp.interpreter import interpret
from tensorir.ir.isomorphism import isomorphic
from tensorir.mlir import parse
from tensorir.testing.iree import run_mlir
from tests.support.iree_counts import count
from tests.support.linalg_generics import GENERICS
from tests.support.linalg_named import NAMED
from tests.support.linalg_programs import Case
from tests.support.mlir_tools import needs_iree

pytestmark = needs_iree

CASES = [*(n.case for n in NAMED if n.in_iree), *GENERICS]


def test_there_are_enough() -> None:
    assert len(CASES) > 120


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_numbers(case: Case) -> None:
    args = case.arrays(seed=1)
    ours, theirs = interpret(parse(case.text), "main", args), run_mlir(case.text, args)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        if a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
        else:
            np.testing.assert_array_equal(a, b)
    count("linalg numbers")


def _generic_form(text: str) -> str:
    ir: Any = import_module("iree.compiler.ir")
    with ir.Context():
        return str(ir.Module.parse(text).operation.get_asm(print_generic_op_form=True))


# Its parser crashes on maxima of i1, and would end this process.
REGIONS = [*(n.case for n in NAMED if n.in_iree or not n.name.endswith("_i1")), *GENERICS]


@pytest.mark.parametrize("case", REGIONS, ids=lambda c: c.name)
def test_the_region_of_a_name_says_the_same(case: Case) -> None:
    assert isomorphic(parse(case.text), parse(_generic_form(case.text)))
    count("linalg regions")
