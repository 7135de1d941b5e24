"""What each pass says when it declines: the pass, the op by its id, the rule, the operand, once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import frozen
from ml_dtypes import int4

import tests.support.targets  # noqa: F401  # pyright: ignore[reportUnusedImport]  # registers the devices of these tests
from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Broadcast, Generic, Reduce, Softmax
from tensorir.dialects.tensor import Gather
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark
from tensorir.ir.dims import floordiv, iteration_dim, symbol
from tensorir.ir.dtype import f32, i1, i4, i8, i64
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.types import TensorType
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.passes.spec import parse_spec
from tensorir.pipelines import PASSES, PIPELINES
from tests.support.graphs import GRAPHS, Graph

NEVER = {
    "inline-calls": "it inlines every call or raises",
    "symbol-dce": "it drops all that nothing reaches",
    "canonicalize-dispatches": "it has one normal form for every dispatch",
    "row-major-boundaries": "it makes every boundary row-major",
    "join-dispatches": "form-dispatches has said why launches are apart",
    "expand-for": "it expands every loop or raises",
    "sink-constants": "it repeats every constant where it is read, and drops every input that is not needed",
    "outline-executables": "it outlines every dispatch, and shares all equal bodies",
    "evaluate-initializers": "it evaluates every initializer or raises",
}
"""Passes that do all that they are for, and why there is nothing to decline."""


ELSEWHERE = {"merge-equal-globals", "drop-transfers", "assign-devices"}
"""Passes whose own unit tests show what they decline."""


def encoded_twice() -> Module:
    """A tensor that is laid out in one way and then in another."""
    g = Graph()
    x = g.arg(32, 32)
    wide, narrow = Layout((0,), (8,), (0, 1)), Layout((0,), (6,), (0, 1))
    first = g.b.add(Softmax(g.b.add(SetEncoding(x, wide)).result, (1,), None, wide)).result
    again = g.b.add(SetEncoding(g.b.add(UnsetEncoding(first)).result, narrow)).result
    return g.done(g.b.add(UnsetEncoding(g.b.add(Softmax(again, (1,), None, narrow)).result)).result)


def row() -> Module:
    """A row by a matrix."""
    g = Graph()
    return g.done(g.matmul(g.arg(1, 32), g.arg(32, 32)))


def rows_from_the_second() -> Module:
    """Each row of a table but the first, and one after the last."""
    g = Graph()
    place = apply("add", iteration_index(0), const(1, i64))
    positions = g.b.add(Generic((), (identity(1),), ScalarBody((), place), (8,))).result
    return g.done(g.b.add(Gather(g.arg(8, 4), positions)).result)


def repeated() -> Module:
    """Each element twice, by a map with a quotient, but the last one once."""
    g = Graph()
    x = g.arg(8)
    maps = AffineMap(1, (floordiv(iteration_dim(0), 2),)), identity(1)
    return g.done(g.b.add(Generic((x,), maps, ScalarBody((f32,), apply("neg", arg(0, f32))), (15,))).result)


def asserted_twice() -> Module:
    g = Graph()
    x = g.b.arg(TensorType((), i1))
    g.b.add(Assert(x, "first"))
    g.b.add(Assert(x, "first"))
    return g.done(x)


def returned_nibbles() -> Module:
    """A constant of four-bit integers that is returned as it is."""
    load = GlobalLoad("w", TensorType((4,), i4))
    w = Global("w", load.type, Dense(np.zeros(4, int4)))
    return Module((Function("main", Region((), (load,), load.results)),), (w,))


def broadcast_weight() -> Module:
    """A small constant that would be stored 1,000 times as large."""
    g = Graph()
    return g.done(g.b.add(Broadcast(g.weight("w", 512), (0,), (1000, 512))).result)


def total() -> Module:
    """The sum of a whole product: no loop of the product goes on through it."""
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 64), f32)
    f.returns((x @ f.arg("w", (64, 64), f32)).sum())
    return m.build()


def cut_tile() -> Module:
    """A reshape that splits the rows of a product into pieces smaller than a tile, and a sum with another tensor."""
    m = ModuleBuilder()
    f = m.function("main")
    x, w = f.arg("x", (6, 64), f32), f.arg("w", (64, 64), f32)
    f.returns((x @ w).reshape(2, 3, 64) + f.arg("y", (2, 3, 64), f32))
    return m.build()


def quotient_of_powers() -> Module:
    """exp(x) / Σ exp(x): a softmax, but for the maximum."""
    m = ModuleBuilder()
    f = m.function("main")
    power = f.arg("x", (4, 32), f32).exp()
    f.returns(power / power.sum(-1)[:, None])
    return m.build()


@frozen
class Case:
    """`make` gives the program, on which the passes of `spec` run."""

    make: Callable[[], Module]
    spec: str
    op: str
    op_id: str
    rule: str
    operand: str
    reason: str


def normalised_rows() -> Module:
    m = ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("B"), symbol("S"), 5), f32)
    f.returns(x.reshape(symbol("B") * symbol("S"), 5).softmax(0))
    return m.build()


def long_sums() -> Module:
    """A product of dequantized integers, whose sums could wrap in i32."""
    module = ModuleBuilder()
    f = module.function("main")
    x = f.arg("x", (1, 200_000), i8).cast(f32)
    f.returns(x.contract(f.arg("y", (1, 200_000), i8).cast(f32), "mk,nk->mn"))
    return module.build()


CASES = {
    "canonicalize": Case(
        encoded_twice, "canonicalize", "encode.set", "@main#4", "fold-set-of-unset", "source", "another layout"
    ),
    "sink-collapse-shape": Case(
        normalised_rows,
        "sink-collapse-shape",
        "linalg.softmax",
        "@main#2",
        "whole",
        "source",
        "are summed",
    ),
    "cse": Case(asserted_twice, "cse", "func.assert", "@main#2", "merge", "", "may end the call"),
    "set-encodings": Case(
        GRAPHS["matmul f32"],
        "set-encodings{min-parallel=1000000}",
        "linalg.contract",
        "@main#1",
        "min-parallel",
        "",
        "65536 results are fewer than min-parallel = 1000000",
    ),
    "raise-ops": Case(
        quotient_of_powers,
        "canonicalize,raise-ops",
        "linalg.generic",
        "@main#6",
        "raise-softmax",
        "",
        "the maximum of the row is not subtracted before exp",
    ),
    "integer-contractions": Case(
        long_sums,
        "integer-contractions",
        "linalg.contract",
        "@main#3",
        "contract-integers",
        "",
        "the sum of 200000 products of up to 128·128 does not fit i32",
    ),
    "fold-known-integers": Case(
        rows_from_the_second,
        "fold-known-integers",
        "tensor.gather",
        "@main#2",
        "look-up-at-known-positions",
        "indices",
        "positions 1 up to 9 may be outside of a dim of size 8",
    ),
    "drop-unit-dims": Case(
        row,
        "drop-unit-dims",
        "linalg.contract",
        "@main#1",
        "contraction-with-unit-dims",
        "lhs",
        "d0 has the size 1 and stays",
    ),
    "form-dispatches": Case(
        total, "form-dispatches", "linalg.reduce", "@main#2", "join", "source", "no loop of the launch"
    ),
    "hoist-constants": Case(
        broadcast_weight,
        "hoist-constants",
        "linalg.broadcast",
        "@main#2",
        "store-constant",
        "",
        "more than 4 times the bytes of its operands",
    ),
    "specialize-encodings": Case(
        GRAPHS["matvec"],
        "late",
        "linalg.contract",
        "@main#1",
        "declined",
        "",
        "cpu: mmt4d needs a dim N, this one has none",
    ),
    "pack-nibbles": Case(
        returned_nibbles, "pack-nibbles", "global", "@w", "halves", "", "it takes a byte per element: it is returned"
    ),
    "lower-to-tiles": Case(
        repeated,
        "off",
        "linalg.generic",
        "@main#1",
        "no-steps",
        "",
        "a loop of 15 is not cut by 2 without a rest",
    ),
    "materialize-encodings": Case(
        encoded_twice, "materialize-encodings", "encode.set", "@main#4", "relayout", "", "unpacked and packed again"
    ),
}


def said(module: Module, spec: str) -> list[Remark]:
    ctx = PassContext()
    run_passes(module, parse_spec(spec, PASSES, PIPELINES), ctx)
    return list(ctx.remarks)


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_names_pass_op_rule_and_operand_once(name: str) -> None:
    case = CASES[name]
    found = [r for r in said(case.make(), case.spec) if (r.pass_name, r.rule) == (name, case.rule)]
    assert [(r.op, r.op_id, r.operand) for r in found] == [(case.op, case.op_id, case.operand)]
    assert case.reason in found[0].message


def test_every_pass_declines_in_a_case_or_has_nothing_to_decline() -> None:
    assert {*CASES, *NEVER, *ELSEWHERE} == {*PASSES}
    assert not CASES.keys() & NEVER.keys()


def test_a_refusal_that_is_made_again_is_one() -> None:
    module = encoded_twice()
    once, thrice = (said(module, ",".join(["canonicalize"] * n)) for n in (1, 3))
    assert once == thrice


def test_ops_of_one_line_are_refused_each() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x, w = f.arg("x", (symbol("S"), 64), f32), f.arg("w", (64, 64), f32)
    f.returns(*[(x @ w).sum() for _ in range(2)])
    found = [r for r in said(m.build(), "form-dispatches") if r.rule == "join"]
    assert len({str(r.loc) for r in found}) == 1
    assert [r.op_id for r in found] == ["@main#2", "@main#4"]


def test_a_contraction_that_reads_another_says_why_it_does_not_join() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x, w = f.arg("x", (symbol("S"), 64), f32), f.arg("w", (64, 64), f32)
    f.returns(x @ w @ w)  # the rows of one could be pieces of the other: that is not the reason
    (found,) = said(m.build(), "form-dispatches")
    assert (found.op, found.rule, found.operand) == ("linalg.contract", "join", "lhs")
    assert found.message.startswith("a contraction begins a launch of its own")


def test_a_move_that_is_returned_takes_a_launch() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (8, 4), f32).transpose(1, 0))
    (found,) = said(m.build(), "form-dispatches")
    assert (found.op, found.rule, found.op_id) == ("linalg.transpose", "free-move", "@main#1")


def test_an_assertion_stays_between_launches() -> None:
    found = said(asserted_twice(), "form-dispatches")
    assert [(r.op, r.rule, r.op_id) for r in found] == [
        ("func.assert", "effects", "@main#1"),
        ("func.assert", "effects", "@main#2"),
    ]


def test_a_contraction_that_is_encoded_already_says_so() -> None:
    found = said(GRAPHS["matmul f32"](), "set-encodings,set-encodings")
    assert [(r.rule, r.op_id) for r in found] == [("encode", "@main#1")]


def test_an_op_without_a_packed_form_says_so() -> None:
    g = Graph()
    x, layout = g.arg(32, 32), Layout((0,), (8,), (0, 1))
    packed = g.b.add(SetEncoding(x, layout)).result
    sums = g.b.add(Reduce(packed, "add", (1,))).result
    (found,) = said(g.done(sums), "materialize-encodings")
    assert (found.op, found.rule, found.operand, found.op_id) == ("linalg.reduce", "packed-form", "source", "@main#2")
    assert "it is computed on row-major operands" in found.message


def test_a_reshape_that_cuts_a_tile_is_told_where_the_layout_is_lost() -> None:
    spec = "set-encodings,specialize-encodings{device=tiles-8x4x2-kn}"
    (found,) = [r for r in said(cut_tile(), spec) if r.rule == "relayout"]
    assert (found.op, found.op_id, found.operand) == ("tensor.expand_shape", "@main#2", "source")
    assert found.message.endswith("read row-major: it cuts a tile")


def test_rows_in_tiles_that_are_looked_up_say_where_the_layout_is_lost() -> None:
    m = ModuleBuilder()
    f = m.function("main")
    x, i = f.arg("x", (64, 64), f32), f.arg("i", (8,), i64)
    w = f.load(m.weight("w", np.ones((64, 64), np.float32)))
    f.returns((x @ w).gather(i))
    (found,) = [r for r in said(m.build(), "late") if r.rule == "relayout"]
    assert (found.op, found.op_id, found.operand) == ("tensor.gather", "@main#3", "source")
    assert found.message.endswith("read row-major: any position of dim 0 may be looked up, and its tiles hold several")


def test_a_product_that_tiles_make_slower_says_by_how_much() -> None:
    """One column, which tiles would make sixteen."""
    m = ModuleBuilder()
    f = m.function("main")
    f.returns(f.arg("x", (64, 4096), f32) @ f.arg("w", (4096, 1), f32))
    (found,) = [r for r in said(m.build(), "late") if r.pass_name == "specialize-encodings"]
    assert (found.op, found.rule, found.op_id) == ("linalg.contract", "cost", "@main#1")
    assert "µs longer" in found.message


@pytest.mark.parametrize("make", [total, broadcast_weight, cut_tile])
def test_every_remark_names_an_op_of_the_program_as_it_was_given(make: Callable[[], Module]) -> None:
    module = make()
    found = said(module, "late")
    ids = {f"@main#{i + 1}" for i in range(len(module.functions[0].body.ops))}
    assert found and {r.op_id.removesuffix("~to_8") for r in found} <= ids  # some are of the plan for few rows
    assert found == said(module, "late")
