"""Elementwise ops become part of their only reader: what is fused, what is not, and that no bit changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tensorir.dialects.linalg import Generic
from tensorir.interp import interpret
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.transforms.tiles.fuse_elementwise import MAX_NODES, fuse_elementwise
from tests.support.executables import executable
from tests.support.tile_programs import same_bits

TYPE = "tensor<3x[S]xf32>"


def op(name: str, fn: str, *inputs: str, maps: tuple[str, ...] = (), types: tuple[str, ...] = ()) -> str:
    """`name = fn(inputs)`, or a chain of functions of one input."""
    every = ", ".join(f"(d0, d1) -> ({m})" for m in (*(maps or ("d0, d1",) * len(inputs)), "d0, d1"))
    nodes = [f"v0 = {fn.split()[0]} " + ", ".join(f"a{i}" for i in range(len(inputs)))]
    nodes += [f"v{i} = {f} v{i - 1}" for i, f in enumerate(fn.split()[1:], 1)]
    body = f"({', '.join(f'a{i}: f32' for i in range(len(inputs)))}) {{ {'; '.join(nodes)}; yield v{len(nodes) - 1} }}"
    head = f"{name} = linalg.generic {', '.join(inputs)} {{maps = [{every}], body = {body}}}"
    return f"{head} : ({', '.join(types or (TYPE,) * len(inputs))}) -> {TYPE}\n"


def region(body: str, *yields: str, arguments: str = f"%x: {TYPE}") -> Region:
    given = ", ".join(yields)
    types = ", ".join(TYPE for _ in yields)
    return executable(arguments, types, f"{body}yield {given} : {types}").body


def fused(before: Region) -> Region:
    """The law: for some sizes, and none, every result has the same bits."""
    after = fuse_elementwise(before)
    for size in (0, 1, 7):
        rng = np.random.default_rng(0)
        shapes = ([evaluate(d, {"S": size}) for d in a.type.shape] for a in before.args)
        args = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
        same_bits(*(interpret(Module((Function("main", r),)), "main", args) for r in (after, before)))
    return after


def test_a_chain_is_one_op() -> None:
    after = fused(region(op("%0", "neg", "%x") + op("%1", "exp", "%0") + op("%2", "mul", "%1", "%x"), "%2"))
    (one,) = after.ops
    assert isinstance(one, Generic)
    assert one.inputs == after.args, "an input that is read twice in the same way is one input"


def test_what_is_read_twice_or_yielded_stays() -> None:
    before = region(op("%0", "exp", "%x") + op("%1", "neg", "%0") + op("%2", "abs", "%0"), "%1", "%2")
    assert fused(before) is before
    before = region(op("%0", "exp", "%x") + op("%1", "neg", "%0"), "%0", "%1")
    assert fused(before) is before
    before = region(op("%0", "exp", "%x") + op("%1", "mul", "%0", "%0"), "%1")
    assert fused(before) is before, "two inputs of one op are two readers"


def test_a_constant_is_part_of_every_reader() -> None:
    fill = f"%c = linalg.fill {{value = 2.0, type = {TYPE}}} : () -> {TYPE}\n"
    after = fused(region(fill + op("%0", "mul", "%x", "%c") + op("%1", "add", "%x", "%c"), "%0", "%1"))
    assert [len(o.operands) for o in after.ops] == [1, 1]


def test_what_is_repeated_is_fused_only_if_it_is_cheap() -> None:
    """A row read for every other row: one function is computed again, two are kept in memory."""
    row = "tensor<[S]xf32>"
    for fn, count in (("neg", 1), ("neg exp", 2)):
        maps = "maps = [(d0) -> (d0), (d0) -> (d0)]"
        nodes = "v0 = neg a0; yield v0" if fn == "neg" else "v0 = neg a0; v1 = exp v0; yield v1"
        first = f"%0 = linalg.generic %y {{{maps}, body = (a0: f32) {{ {nodes} }}}} : ({row}) -> {row}\n"
        second = op("%1", "add", "%x", "%0", maps=("d0, d1", "d1"), types=(TYPE, row))
        after = fused(region(first + second, "%1", arguments=f"%x: {TYPE}, %y: {row}"))
        assert len(after.ops) == count


def test_a_transposed_read_of_a_transposed_result_is_followed() -> None:
    turned = "tensor<[S]x3xf32>"
    first = (
        "%0 = linalg.generic %y {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1, d0)], "
        f"body = (a0: f32) {{ v0 = exp a0; yield v0 }}}} : ({TYPE}) -> {turned}\n"
    )
    second = op("%1", "sub", "%x", "%0", maps=("d0, d1", "d1, d0"), types=(TYPE, turned))
    after = fused(region(first + second, "%1", arguments=f"%x: {TYPE}, %y: {TYPE}"))
    (one,) = after.ops
    assert isinstance(one, Generic)
    assert all(map == one.maps[-1] for map in one.maps)


@pytest.mark.parametrize("functions", [MAX_NODES // 2, MAX_NODES])
def test_a_body_does_not_outgrow_its_registers(functions: int) -> None:
    names = ["%x", *(f"%{i}" for i in range(functions))]
    chain = "".join(op(b, "neg", a) for a, b in pairwise(names))
    after = fused(region(chain, names[-1]))
    sizes = [len(list(o.body.nodes())) for o in after.ops if isinstance(o, Generic)]
    assert max(sizes) <= MAX_NODES
    assert len(sizes) == (1 if functions < MAX_NODES else 2)
