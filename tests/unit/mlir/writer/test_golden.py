"""What each op is written as: `golden/NAME.tir` gives `NAME.mlir`, and `NAME.llvm19.mlir` where LLVM 19 differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.mlir import parse as parse_mlir
from tensorir.mlir import print_mlir
from tensorir.mlir.signless import signless
from tensorir.text import parse
from tests.support.mlir_tools import iree_opt, mlir_opt_19, needs_iree, needs_mlir_opt_19

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(p.stem for p in GOLDEN.glob("*.tir"))
NOT_IN_LLVM_19 = ("devices",)
each_case = pytest.mark.parametrize("name", CASES)


def program(name: str) -> Module:
    return parse((GOLDEN / f"{name}.tir").read_text("utf-8"), OPS, file=name)


def expected(name: str, suffix: str) -> str:
    return (GOLDEN / f"{name}{suffix}").read_text("utf-8")


def test_there_are_cases() -> None:
    assert len(CASES) >= 20


@each_case
def test_the_text_is_the_expected_one(name: str) -> None:
    assert print_mlir(program(name)) == expected(name, ".mlir")


@pytest.mark.parametrize("name", [n for n in CASES if n not in NOT_IN_LLVM_19])
def test_llvm_19_differs_only_where_it_must(name: str) -> None:
    own = GOLDEN / f"{name}.llvm19.mlir"
    text = print_mlir(program(name), dialect="llvm19")
    assert text == own.read_text("utf-8") if own.exists() else text == expected(name, ".mlir")


@pytest.mark.parametrize("name", NOT_IN_LLVM_19)
def test_llvm_19_refuses_with_the_way_out(name: str) -> None:
    with pytest.raises(TensorIRError, match=r'can\'t be written for llvm19, only with dialect="current"'):
        print_mlir(program(name), dialect="llvm19")


@each_case
def test_reading_it_gives_the_program_again(name: str) -> None:
    assert isomorphic(parse_mlir(print_mlir(program(name))), signless(program(name))) == (name not in INLINED)


INLINED = ("globals",)
"""Initializers are written where their global is loaded."""


@needs_iree
@each_case
def test_iree_accepts_it(name: str) -> None:
    again = parse_mlir(iree_opt(print_mlir(program(name))))
    assert isomorphic(again, parse_mlir(print_mlir(program(name))))


@needs_mlir_opt_19
def test_mlir_opt_19_accepts_it() -> None:
    names = [n for n in CASES if n not in NOT_IN_LLVM_19]
    texts = [print_mlir(program(n), dialect="llvm19") for n in names]
    for name, text, again in zip(names, texts, mlir_opt_19(texts), strict=True):
        assert isomorphic(parse_mlir(again), parse_mlir(text)), name
