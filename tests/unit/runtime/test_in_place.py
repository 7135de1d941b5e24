"""Which results of a tile program may have the memory of an input, and which plans use that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.dialects import tile
from tensorir.ir import scalar
from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim, iteration_dim, symbol
from tensorir.ir.dtype import DType, f16, f32, i64
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.runtime.in_place import may_lie_in
from tensorir.runtime.program import Program
from tests.support.memory_order import conflict
from tests.support.tile_programs import apart

N = 6
START, COUNT, ROWS, I, J = map(iteration_dim, range(5))
"""Of the unit (whose granule is one row), then the two loops."""

OWN = START * N + I * N + J
TRANSPOSED = START + I + J * N
BROADCAST = J
NEIGHBOUR = START * N + I * N + J + N
IN_OTHER_ORDER = START * N + I * N + (-1 * J) + (N - 1)


def memory(dtype: DType = f32, *shape: Dim) -> Value:
    return Value(TensorType(shape or (8, N), dtype))


def step(
    kind: type[tile.Map | tile.Copy | tile.Softmax], given: Sequence[tuple[Value, Dim]], out: Value, at: Dim = OWN
) -> tile.Step:
    """Along the rows of the unit, and along each of them."""
    buffers = (*(v for v, _ in given), out)
    maps = tuple(AffineMap(5, (m,)) for m in (*(m for _, m in given), at))
    shape = AffineMap(3, (ROWS, N))
    if kind is tile.Map:
        types = tuple(v.type.dtype for v, _ in given)
        total = scalar.cast(scalar.arg(0, types[0]), out.type.dtype)
        for i, t in enumerate(types[1:], 1):
            total = scalar.apply("add", total, scalar.cast(scalar.arg(i, t), out.type.dtype))
        return tile.Map(buffers, shape, maps, (scalar.ScalarBody(types, total),))
    return tile.Softmax(buffers, shape, maps, rows=1) if kind is tile.Softmax else tile.Copy(buffers, shape, maps)


def grid(inputs: Sequence[Value], steps: Sequence[tile.Step], out: Value, block: int = 2) -> tile.Grid:
    """Eight rows in blocks. Each step writes what the one before has made."""
    made = tile.Grid(
        tuple(memory(v.type.dtype, *v.type.shape) for v in inputs),
        Region((*inputs, out), tuple(steps), (steps[-1].results[-1],)),
        (out.type,),
        totals=(8,),
        granules=(1,),
        blocks=(block,),
    )
    assert not list(made.verify())
    return made


def one_step(kind: type[tile.Map | tile.Copy | tile.Softmax], *reads: Dim, dtype: DType = f32) -> tile.Grid:
    x, out = memory(dtype), memory()
    return grid([x], [step(kind, [(x, m) for m in reads], out)], out)


CASES: dict[str, tuple[tile.Grid, bool]] = {
    "a map reads what it writes": (one_step(tile.Map, OWN), True),
    "a map reads it twice": (one_step(tile.Map, OWN, OWN), True),
    "a softmax of rows": (one_step(tile.Softmax, OWN), True),
    "a transposed read": (one_step(tile.Map, TRANSPOSED), False),
    "read as it is and transposed": (one_step(tile.Map, OWN, TRANSPOSED), False),
    "a broadcast read": (one_step(tile.Map, BROADCAST), False),
    "the row of a neighbour": (one_step(tile.Map, NEIGHBOUR), False),
    "the same rows from behind": (one_step(tile.Map, IN_OTHER_ORDER), False),
    "a step that may not work in place": (one_step(tile.Copy, OWN), False),
    "elements of another width": (one_step(tile.Map, OWN, dtype=f16), False),
    "elements of twice the width": (one_step(tile.Map, OWN, dtype=i64), False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_that_reads_and_writes(name: str) -> None:
    made, allowed = CASES[name]
    assert may_lie_in(made, [0], 0) is allowed
    if made.inputs[0].type.dtype is f32:
        may = not conflict(made, [0], 0, {})
        assert may is allowed


def test_a_read_behind_a_write_is_in_the_way() -> None:
    x, out = memory(), memory()
    first = step(tile.Map, [(x, OWN)], out)
    second = step(tile.Map, [(x, OWN), (first.results[0], OWN)], first.results[0])
    made = grid([x], [first, second], out)
    assert not may_lie_in(made, [0], 0)
    assert "written before" in conflict(made, [0], 0, {})


@pytest.mark.parametrize(("read", "allowed"), [(OWN, True), (NEIGHBOUR, False)])
def test_a_unit_may_read_all_that_it_will_write(read: Dim, allowed: bool) -> None:
    """Through memory of its own, with steps that may not work in place."""
    x, out, scratch = memory(), memory(), tile.Scratch(TensorType((8, N), f32))
    within = I * N + J
    first = step(tile.Copy, [(x, read)], scratch.result, within)
    second = step(tile.Copy, [(first.results[0], within)], out)
    region = Region((x, out), (scratch, first, second), second.results)
    made = evolve(grid([x], [second], out), body=region)
    assert may_lie_in(made, [0], 0) is allowed
    may = not conflict(made, [0], 0, {})
    assert may is allowed


def test_inputs_that_are_one_buffer_are_looked_at_together() -> None:
    x, y, out = memory(), memory(), memory()
    made = grid([x, y], [step(tile.Map, [(x, OWN), (y, TRANSPOSED)], out)], out)
    assert may_lie_in(made, [0], 0)
    assert not may_lie_in(made, [1], 0)
    assert not may_lie_in(made, [0, 1], 0)


def test_one_unit_may_read_what_it_does_not_write() -> None:
    """Nobody else writes it, and this unit does so later."""
    x, out, scratch = memory(), memory(), tile.Scratch(TensorType((8, N), f32))
    shape = AffineMap(0, (4, N))
    i, j = iteration_dim(0), iteration_dim(1)
    there = (AffineMap(2, (i * N + j + N,)), AffineMap(2, (i * N + j,)))
    first = tile.Copy((x, scratch.result), shape, there)
    second = tile.Copy((first.results[0], out), shape, (there[1], there[1]))
    region = Region((x, out), (scratch, first, second), second.results)
    made = tile.Grid((memory(),), region, (out.type,))
    assert may_lie_in(made, [0], 0)
    assert not conflict(made, [0], 0, {})


def alone(kind: str, read: int = 0, sequential: int = 0, at: Dim | None = None, dtype: DType = f32) -> tile.Grid:
    """One unit with one step on a square, which reads the input as its operand `read`, at `at` (None: where it
    writes)."""
    i, j = iteration_dim(0), iteration_dim(1)
    x, out = memory(dtype, N, N), memory(f32, N, N)
    own = AffineMap(2, (i * N + j,))
    given = AffineMap(2, (i * N + j if at is None else at,))
    shape = AffineMap(0, (N, N))
    others = [memory(f32, N, N) for _ in range(2)]
    if kind == "map":
        body = scalar.ScalarBody((dtype,), scalar.cast(scalar.arg(0, dtype), f32))
        op = tile.Map((x, out), shape, (given, own), (body,), sequential=sequential)
        others = []
    else:
        buffers = [*others[:read], x, *others[read:]]
        op = tile.LayerNorm((*buffers, out), shape, (own,) * read + (given,) + (own,) * (3 - read), 1, 1e-5)
    outside = tuple(memory(v.type.dtype, N, N) for v in (x, *others))
    return tile.Grid(outside, Region((x, *others, out), (op,), op.results), (out.type,))


ALONE: dict[str, tuple[tile.Grid, bool]] = {
    "a map": (alone("map"), True),
    "transposed": (alone("map", at=iteration_dim(0) + iteration_dim(1) * N), False),
    "broadcast": (alone("map", at=iteration_dim(1)), False),
    "in sequence": (alone("map", sequential=1), False),
    "of another width": (alone("map", dtype=i64), False),
    "a norm": (alone("norm"), True),
    "the scale of a norm": (alone("norm", read=1), False),
    "the bias of a norm": (alone("norm", read=2), False),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_step_in_one_unit(name: str) -> None:
    """No other unit is in the way, so it depends on the step alone."""
    made, allowed = ALONE[name]
    assert may_lie_in(made, [0], 0) is allowed


# ---- plans ----------------------------------------------------------------------------


def softmaxes(count: int, device: str = "cpu") -> Program:
    """Softmax along columns and along rows in turn, so that each is a launch."""
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (symbol("S"), 64), ti.f32)
    for i in range(count):
        x = x.softmax(axis=i % 2)
    f.returns(x)
    return ti.compile(m.build(), device, num_threads=1)


def test_a_chain_of_launches_takes_one_memory() -> None:
    program = softmaxes(6)
    plan = program.plans["main"]
    assert [b.kind for b in plan.buffers].count("arena") == 1
    assert [b.kind for b in plan.buffers].count("shared") == 4
    counts = program.counts(sizes={"S": 32})
    assert counts.arena_bytes == counts.live_bytes == 32 * 64 * 4 + 64
    x = np.random.default_rng(0).standard_normal((32, 64)).astype(np.float32)
    np.testing.assert_allclose(program(x), softmaxes(6, "reference")(x), rtol=1e-5)


def test_what_is_read_again_keeps_its_memory() -> None:
    m = ti.ModuleBuilder()
    f = m.function("main")
    x = f.arg("x", (32, 64), ti.f32)
    first = x.softmax(axis=0)
    second = first.softmax(axis=1)
    f.returns(second.softmax(axis=0) + first)
    plan = ti.compile(m.build(), "cpu").plans["main"]
    assert "shared" not in [b.kind for b in plan.buffers[:3]]
    for b in plan.buffers:
        if b.kind == "shared":
            assert plan.buffers[b.index].last == b.first


def test_arguments_and_results_keep_their_memory() -> None:
    plan = softmaxes(2).plans["main"]
    assert [b.kind for b in plan.buffers] == ["argument", "arena", "result"]
    x = np.full((4, 64), 0.5, np.float32)
    before = x.copy()
    softmaxes(3)(x)
    np.testing.assert_array_equal(x, before)


def test_the_text_of_a_plan_says_whose_memory_it_is() -> None:
    plan = softmaxes(3).plans["main"]
    assert "memory of b1" in str(plan)
    assert "memory of" not in str(apart(plan))
    assert evolve(plan.buffers[2], kind="arena", index=0) in apart(plan).buffers
