"""Loops with many steps give what they give step by step, in a number of evaluations that depends on the blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.interp import interpret, loops, scans
from tensorir.mlir import parse

BODIES = {
    "argmax": ("ogt", "%g = arith.maximumf %v, %m : f32", "%k2 = arith.select %c, %j, %k : i32"),
    "argmin": ("olt", "%g = arith.minimumf %v, %m : f32", "%k2 = arith.select %c, %j, %k : i32"),
    "argmax by select": ("ogt", "%g = arith.select %c, %v, %m : f32", "%k2 = arith.select %c, %j, %k : i32"),
    "last of ties": ("oge", "%g = arith.select %c, %v, %m : f32", "%k2 = arith.select %c, %j, %k : i32"),
    "argmin kept": ("ogt", "%g = arith.select %c, %m, %v : f32", "%k2 = arith.select %c, %k, %j : i32"),
    "unordered": ("ugt", "%g = arith.select %c, %v, %m : f32", "%k2 = arith.select %c, %j, %k : i32"),
    "NaN wins": (
        "ogt",
        "%n = arith.cmpf une, %v, %v : f32\n%o = arith.ori %c, %n : i1\n%g = arith.select %o, %v, %m : f32",
        "%k2 = arith.select %o, %j, %k : i32",
    ),
    "ties by index": (
        "ogt",
        "%g = arith.select %c, %v, %m : f32",
        "%e = arith.cmpf oeq, %v, %m : f32\n%l = arith.cmpi slt, %j, %k : i32\n%t = arith.andi %e, %l : i1\n"
        "%o = arith.ori %c, %t : i1\n%k2 = arith.select %o, %j, %k : i32",
    ),
    "sum and count": (
        "ogt",
        "%g = arith.addf %m, %v : f32",
        "%zero = arith.constant 0.0 : f32\n%p = arith.cmpf ogt, %v, %zero : f32\n%w = arith.extui %p : i1 to i32\n"
        "%k2 = arith.addi %k, %w : i32",
    ),
    "last positive": (
        "ogt",
        "%zero = arith.constant 0.0 : f32\n%p = arith.cmpf ogt, %v, %zero : f32\n%g = arith.select %p, %v, %m : f32",
        "%k2 = arith.select %p, %j, %k : i32",
    ),
    "first positive": (
        "ogt",
        "%zero = arith.constant 0.0 : f32\n%g = arith.maximumf %v, %m : f32",
        "%none = arith.constant -1 : i32\n%p = arith.cmpf ogt, %v, %zero : f32\n"
        "%q = arith.cmpi eq, %k, %none : i32\n%o = arith.andi %p, %q : i1\n%k2 = arith.select %o, %j, %k : i32",
    ),
    "largest bits": (
        "ogt",
        "%g = arith.maximumf %v, %m : f32",
        "%w = arith.bitcast %v : f32 to i32\n%k2 = arith.maxui %k, %w : i32",
    ),
    "not understood": ("ogt", "%h = math.sin %m : f32\n%g = arith.addf %h, %v : f32", "%k2 = arith.muli %k, %j : i32"),
}
"""A comparison of %v with the total %m, and the new totals %g and %k2; %j is the index of the last combined dim."""
UNPROVEN = ("unordered", "not understood")
"""Bodies that are left to the loop, at least for some data."""


def program(name: str, *, rank: int = 1, parallel: int = 0) -> str:
    """A reduction over the last `rank` dims of `parallel + rank`."""
    predicate, value, key = BODIES[name]
    dims = [f"d{i}" for i in range(parallel + rank)]
    maps = [f"affine_map<({', '.join(dims)}) -> ({', '.join(d)})>" for d in (dims, dims[:parallel], dims[:parallel])]
    kinds = ", ".join(['"parallel"'] * parallel + ['"reduction"'] * rank)
    x, out = "x".join(["?"] * len(dims)), "?x" * parallel
    return f"""
    func.func @main(%x: tensor<{x}xf32>, %a: tensor<{out}f32>, %b: tensor<{out}i32>)
        -> (tensor<{out}f32>, tensor<{out}i32>) {{
      %r:2 = linalg.generic {{indexing_maps = [{", ".join([maps[0], *maps[1:]])}], iterator_types = [{kinds}]}}
          ins(%x : tensor<{x}xf32>) outs(%a, %b : tensor<{out}f32>, tensor<{out}i32>) {{
      ^bb0(%v: f32, %m: f32, %k: i32):
        %i = linalg.index {len(dims) - 1} : index
        %j = arith.index_cast %i : index to i32
        %c = arith.cmpf {predicate}, %v, %m : f32
        {value}
        {key}
        linalg.yield %g, %k2 : f32, i32
      }} -> (tensor<{out}f32>, tensor<{out}i32>)
      return %r#0, %r#1 : tensor<{out}f32>, tensor<{out}i32>
    }}"""


def elements(kind: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(len(kind))
    x = rng.standard_normal(shape).astype(np.float32)
    match kind:
        case "ascending":
            return np.sort(x, axis=-1)
        case "ties":
            return np.round(x)
        case "special":
            special = np.asarray([np.nan, np.inf, -np.inf, 0.0, -0.0], np.float32)
            return np.where(rng.random(shape) < 0.2, rng.choice(special, shape), np.round(x))
        case _:
            return x


def step_by_step(*_: object) -> None:
    """No totals at once."""


def bits(results: tuple[np.ndarray[Any, Any], ...]) -> list[bytes]:
    return [np.where(r != r, np.float32("nan"), r).tobytes() if r.dtype.kind == "f" else r.tobytes() for r in results]


@pytest.mark.parametrize("start", [-np.inf, np.inf, 0.0, np.nan])
@pytest.mark.parametrize("kind", ["random", "ascending", "ties", "special"])
@pytest.mark.parametrize("name", BODIES)
def test_the_bits_are_those_of_the_loop(name: str, kind: str, start: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "BLOCK", 40)
    for parallel, rank, shape in ((0, 1, (100,)), (1, 1, (3, 81)), (1, 2, (4, 5, 17)), (2, 1, (2, 3, 64))):
        module = parse(program(name, rank=rank, parallel=parallel))
        kept = shape[:parallel]
        args = (elements(kind, shape), np.full(kept, start, np.float32), np.full(kept, -1, np.int32))
        got = interpret(module, "main", args)
        with monkeypatch.context() as patch:
            patch.setattr(scans, "LARGEST", 50)
            assert bits(interpret(module, "main", args)) == bits(got)
            patch.setattr(loops, "scanned", step_by_step)
            assert bits(interpret(module, "main", args)) == bits(got)


@pytest.mark.parametrize("kind", ["random", "ascending", "ties"])
@pytest.mark.parametrize("name", [n for n in BODIES if n not in UNPROVEN])
def test_evaluations_grow_with_blocks_and_not_with_steps(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def counting(function: Any) -> Any:
        def counted_call(*args: Any) -> Any:
            counted.append(1)
            return function(*args)

        return counted_call

    monkeypatch.setattr(scans, "evaluate_body", counting(scans.evaluate_body))
    monkeypatch.setattr(loops, "evaluate_bodies", counting(loops.evaluate_bodies))
    module = parse(program(name))
    args = (elements(kind, (8 * scans.BLOCK,)), np.float32(-np.inf), np.int32(-1))
    interpret(module, "main", args)
    assert 0 < len(counted) <= 8 * 16


def online_softmax(fused: bool) -> str:
    update = (
        "%t = math.fma %s, %f, %e : f32"
        if fused
        else "%p = arith.mulf %s, %f : f32\n        %t = arith.addf %p, %e : f32"
    )
    return f"""
    func.func @main(%x: tensor<?x?xf32>, %a: tensor<?xf32>, %b: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {{
      %r:2 = linalg.generic {{indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>,
          affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}}
          ins(%x : tensor<?x?xf32>) outs(%a, %b : tensor<?xf32>, tensor<?xf32>) {{
      ^bb0(%v: f32, %m: f32, %s: f32):
        %n = arith.maximumf %m, %v : f32
        %d = arith.subf %m, %n : f32
        %f = math.exp %d : f32
        %g = arith.subf %v, %n : f32
        %e = math.exp %g : f32
        {update}
        linalg.yield %n, %t : f32, f32
      }} -> (tensor<?xf32>, tensor<?xf32>)
      return %r#0, %r#1 : tensor<?xf32>, tensor<?xf32>
    }}"""


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("kind", ["random", "ascending"])
def test_the_sum_of_an_online_softmax(kind: str, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not bit for bit that of the loop, but nearer to the sum, and the same for any number of rows at once."""
    x = 5 * elements(kind, (3, 10_000))
    start = np.full(3, -np.inf, np.float32), np.zeros(3, np.float32)
    module = parse(online_softmax(fused))
    largest, total = interpret(module, "main", (x, *start))
    exact = np.sum(np.exp(x.astype(np.float64) - x.max(axis=1, keepdims=True)), axis=1)
    assert np.array_equal(largest, x.max(axis=1))
    np.testing.assert_allclose(total, exact, rtol=1e-6)
    alone = interpret(module, "main", (x[1:2], start[0][:1], start[1][:1]))
    assert alone[1].tobytes() == total[1:2].tobytes()
    monkeypatch.setattr(loops, "scanned", step_by_step)
    np.testing.assert_allclose(interpret(module, "main", (x, *start))[1], total, rtol=1e-4)


def test_a_recurrence_that_is_not_finite_is_that_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    x = elements("random", (2, 500))
    x[0, 100] = np.inf
    x[1, 7] = np.nan
    args = (x, np.full(2, -np.inf, np.float32), np.zeros(2, np.float32))
    module = parse(online_softmax(False))
    got = interpret(module, "main", args)
    monkeypatch.setattr(loops, "scanned", step_by_step)
    assert bits(interpret(module, "main", args)) == bits(got)
    assert np.isnan(got[1]).all()
