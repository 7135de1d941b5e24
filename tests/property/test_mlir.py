"""MLIR text, there and back: what is read is the program that was written, also after other people's tools had it."""

from __future__ import annotations

from hypothesis import given, note, settings

from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.mlir import parse, print_mlir
from tensorir.mlir.signless import signless
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.strategies import programs
from tests.support.iree_counts import count
from tests.support.mlir_tools import iree_opt, mlir_opt_19, needs_iree, needs_mlir_opt_19

many = settings(max_examples=max(300, settings().max_examples))
some = settings(max_examples=max(100, settings().max_examples // 4))


def staged(module: Module, stage: str) -> Module:
    return run_passes(module, pipeline("late", to=stage).passes)


def assert_is(text: str, module: Module) -> None:
    note(text)
    again = parse(text)
    verify(again)
    assert isomorphic(again, signless(module))


@many
@given(programs())
def test_what_is_written_is_read(module: Module) -> None:
    text = print_mlir(module)
    assert_is(text, module)
    assert print_mlir(module) == text


@some
@given(programs())
def test_what_is_written_for_llvm_19_is_read(module: Module) -> None:
    assert_is(print_mlir(module, dialect="llvm19"), module)


@some
@given(programs())
def test_encoded_programs(module: Module) -> None:
    encoded = staged(module, "encoded")
    assert_is(print_mlir(encoded), encoded)
    assert_is(print_mlir(encoded, dialect="llvm19"), encoded)


@some
@given(programs())
def test_materialized_programs_mean_the_same(module: Module) -> None:
    """Their dispatches are gone, so they are no longer what they were, but what they compute is."""
    again = parse(print_mlir(staged(module, "materialized")))
    assert_equivalent(signless(module), again)


@needs_iree
@many
@given(programs())
def test_iree_keeps_the_program(module: Module) -> None:
    assert_is(iree_opt(print_mlir(module)), module)
    count("texts through iree-opt")


@needs_iree
@some
@given(programs())
def test_iree_keeps_encoded_programs_and_accepts_materialized_ones(module: Module) -> None:
    encoded = staged(module, "encoded")
    assert_is(iree_opt(print_mlir(encoded)), encoded)
    iree_opt(print_mlir(staged(module, "dispatch")))
    iree_opt(print_mlir(staged(module, "materialized")))
    count("texts through iree-opt", 3)


@needs_mlir_opt_19
def test_mlir_opt_19_keeps_the_program() -> None:
    """All programs in one process, so they are drawn first."""
    modules: list[Module] = []

    @many
    @given(programs())
    def draw(module: Module) -> None:
        modules.append(module)
        modules.append(staged(module, "encoded"))

    draw()
    assert len(modules) >= 600
    texts = [print_mlir(m, dialect="llvm19") for m in modules]
    for module, text in zip(modules, mlir_opt_19(texts), strict=True):
        assert_is_quietly(text, module)


def assert_is_quietly(text: str, module: Module) -> None:
    """`assert_is` outside of an example."""
    assert isomorphic(parse(text), signless(module)), text
