"""linalg.relayout for all layouts: its relation, its way through row-major, its text in MLIR, its tile programs."""

from __future__ import annotations

from attrs import evolve
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from tensorir.dialects.relayout import Relayout
from tensorir.encoding import digits
from tensorir.encoding.digits import UNSPECIFIED, NotRefinable, filled, row_major
from tensorir.interp import interpret
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import f32
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.types import TensorType
from tensorir.mlir import parse, print_mlir
from tensorir.native.table import cpu_features
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.poison import assert_relations
from tensorir.testing.programs.layouts import VALUES, digit_layouts
from tensorir.testing.programs.random import arguments
from tensorir.text import print_module
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tests.support.digits import as_symbols, provable, shapes
from tests.support.mlir_tools import iree_opt, needs_iree
from tests.support.tile_programs import execute, same_bits, with_smallest_units

law = settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
"""300 examples of each law in CI."""


@st.composite
def relayouts(draw: st.DrawFn, symbolic: bool = False) -> tuple[Relayout, Module]:
    """A relayout of any layout to any other, in a program that makes its memory from a row-major tensor."""
    sizes = draw(shapes())
    shape: tuple[Dim, ...] = sizes
    before, after = (draw(digit_layouts(sizes)) for _ in range(2))
    if symbolic:
        named, _, _ = draw(as_symbols(sizes))  # dims without digits have size 1, which must be known
        present = [bool(before.positions(d) and after.positions(d)) for d in range(len(sizes))]
        shape = tuple(s if p else n for s, n, p in zip(named, sizes, present, strict=True))
        before, after = provable(before, shape), provable(after, shape)
    before, after = (x.with_padding(shape, filled(draw(st.sampled_from(VALUES)))) for x in (before, after))
    assume(not isinstance(digits.relayout(before, after, shape), NotRefinable))
    b = RegionBuilder()
    x = b.arg(TensorType(shape, f32), "x")
    memory = b.add(Relayout(x, row_major(len(shape)), before, shape)).result
    if draw(st.booleans()):  # the padding holds a value, and nothing says which
        before = evolve(before, padding=tuple(p if p.kind == "none" else UNSPECIFIED for p in before.padding))
    op = Relayout(memory, before, after, shape)
    module = Module((Function("main", b.finish((b.add(op).result,))),))
    note(print_module(module))
    return op, module


def through_row_major(op: Relayout, module: Module) -> Module:
    """The program with the steps in place of the op."""
    main = module.functions[0]
    b = RegionBuilder()
    env = {v: b.arg(v.type) for v in main.body.args}
    for other in main.body.ops:
        source = env[other.operands[0]]
        if other is op:
            env[other.result] = op.through_row_major(source, lambda step: b.add(step).result)
        else:
            env[other.result] = b.add(other.evolve([source])).result
    return Module((Function("main", b.finish(tuple(env[y] for y in main.body.yields))),))


@law
@given(relayouts())
def test_a_change_reaches_only_what_the_relation_lets_it_reach(drawn: tuple[Relayout, Module]) -> None:
    op, module = drawn
    event(f"{len(op.relation().operands[0])} links")
    assert_relations(module)


@law
@given(relayouts() | relayouts(symbolic=True))
def test_the_way_through_row_major_gives_the_same(drawn: tuple[Relayout, Module]) -> None:
    op, module = drawn
    other = through_row_major(op, module)
    note(print_module(other))
    assert_equivalent(module, other)


@law
@given(relayouts() | relayouts(symbolic=True))
def test_its_units_give_the_same(drawn: tuple[Relayout, Module]) -> None:
    """As a tile program, in large and in small units."""
    _, module = drawn
    source = run_passes(module, pipeline("off", "cpu", "materialized").passes)
    low = run_passes(source, (LowerToTiles(),))
    args = arguments(module, 0)
    expected = interpret(module, "main", args)
    for made, threads in ((low, 1), (with_smallest_units(low), 3)):
        same_bits(execute(source, made, args, cpu_features(), threads), expected)


@law
@given(relayouts())
def test_what_is_written_in_mlir_is_read(drawn: tuple[Relayout, Module]) -> None:
    _, module = drawn
    for dialect in ("current", "llvm19"):
        assert isomorphic(parse(print_mlir(module, dialect=dialect)), module)


@law
@given(relayouts(symbolic=True))
def test_mlir_of_unknown_sizes_means_the_same(drawn: tuple[Relayout, Module]) -> None:
    _, module = drawn
    assert_equivalent(module, parse(print_mlir(module)))


@needs_iree
@law
@given(relayouts() | relayouts(symbolic=True))
def test_iree_accepts_it(drawn: tuple[Relayout, Module]) -> None:
    iree_opt(print_mlir(drawn[1]))
