"""Checks the laws of `Op.relation()` and of units on data: poisoned elements affect only what the relation allows.

`assert_relations` changes one position of a dim of one operand and checks where the results of the op change.
`assert_units` poisons one piece of an op's results, as if another unit had not computed it yet, and checks that
the other pieces of dependent values do not change. Both run a program in the interpreter and check all of its
ops, including those in launches. Called on programs that use a new op, they find a wrong relation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tensorir.analysis.movement import is_view
from tensorir.analysis.units import SINGLE, Units, joined_units, root_units
from tensorir.interp import Context, apply_op, interpret
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import iteration_dims_of
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.relation import Cut, Link, Merged, Put, Regrouped, Relation, Same, Split, Whole, Window
from tensorir.ir.value import Value
from tensorir.testing.programs.random import arguments

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Values: TypeAlias = Mapping[Value, Array]

MAX_POINTS = 1 << 14
"""A window over more positions than this is not followed."""


def assert_relations(module: Module, *, seed: int = 0, function: str = "main") -> None:
    """Fails with the op and the dim if a result changes where the op's relation does not let it change."""
    rng = np.random.default_rng(seed)

    def look(region: Region, env: Values, ctx: Context) -> None:
        for op in region.ops:
            check_relation(op, [env[v] for v in op.operands], [env[r] for r in op.results], ctx, rng)

    _observe(module, function, seed, look)


def assert_units(module: Module, *, seed: int = 0, function: str = "main") -> None:
    """Fails with the op and the dim if a piece of a value depends on another unit's piece of where it comes from."""
    rng = np.random.default_rng(seed)

    def look(region: Region, env: Values, ctx: Context) -> None:
        for position, op in enumerate(region.ops):
            units = root_units(op)
            if units and units is not SINGLE:
                unit = int(rng.choice(sorted(units)))
                check_unit(op, region.ops[position + 1 :], unit, env, ctx, rng)

    _observe(module, function, seed, look)


def _observe(module: Module, function: str, seed: int, look: Callable[[Region, Values, Context], None]) -> None:
    """Interprets a function; `look` sees every region that is run, with all values in it."""

    def run(region: Region, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
        env: dict[Value, Array] = dict(zip(region.args, inputs, strict=True))
        for op in region.ops:
            env.update(zip(op.results, apply_op(op, tuple(env[v] for v in op.operands), ctx), strict=True))
        look(region, env, ctx)
        return tuple(env[y] for y in region.yields)

    interpret(module, function, arguments(module, seed, function), runner=run)


def check_relation(op: Op, inputs: list[Array], results: list[Array], ctx: Context, rng: np.random.Generator) -> None:
    """The law of `ir.relation` for one op on the data at hand: one position of each dim of each operand is changed."""
    relation = op.relation()
    assert len(relation.operands) == len(inputs), f"{op.NAME}: a relation of {len(relation.operands)} operands"
    assert [len(loops) for loops in relation.results] == [r.ndim for r in results], f"{op.NAME}: {relation}"
    for operand, x in enumerate(inputs):
        for dim, size in enumerate(_shape(x)):
            link = next((k for k in relation.operands[operand] if dim in k.dims), None)
            assert link is not None or size <= 1, f"{op.NAME}: {relation} says nothing of dim {dim} of {operand}"
            if link is None or isinstance(link, Whole) or not size:
                continue
            at = int(rng.integers(size))
            changed = list(inputs)
            changed[operand] = poisoned(x, dim, _only(size, at))
            after = _applied(op, changed, ctx)
            if after is None:
                continue
            allowed = _reached(link, dim, at, relation, inputs, results, ctx)
            for r, (old, new) in enumerate(zip(results, after, strict=True)):
                stray = _differ(old, new) & ~allowed[r]
                assert not stray.any(), (
                    f"{op.NAME}: {relation}: position {at} of dim {dim} of {op.operand_name(operand)} changes "
                    f"{np.argwhere(stray)[0].tolist()} of result {r}"
                )
    if relation.moves:
        _check_moves(op, relation, inputs, ctx)


def _check_moves(op: Op, relation: Relation, inputs: list[Array], ctx: Context) -> None:
    """On operands whose elements all differ, the result has theirs and at most one other; a view has each once."""
    numbered, start = list(inputs), 1
    for i in relation.moves:
        x = inputs[i]
        numbered[i] = (np.arange(x.size) + start).reshape(x.shape).astype(x.dtype)
        start += x.size
    after = _applied(op, numbered, ctx)
    if after is None:
        return
    known = np.concatenate([_bits(numbered[i]).reshape(-1) for i in relation.moves])
    found = np.concatenate([_bits(r).reshape(-1) for r in after])
    others = np.setdiff1d(found, known)
    assert len(others) <= 1, f"{op.NAME} moves {relation.moves}, and yet {len(others)} elements are of its own"
    if is_view(op):
        assert np.array_equal(np.sort(found), np.sort(known)), f"{op.NAME} is a view, and yet loses elements"


def check_unit(root: Op, later: Sequence[Op], unit: int, env: Values, ctx: Context, rng: np.random.Generator) -> None:
    """One piece of `root`'s results along `unit` is poisoned: in all that could join its launch, only the pieces of the
    same unit may change."""
    inside: dict[Value, Units] = dict.fromkeys(root.results, root_units(root))
    dim = inside[root.results[0]][unit]
    size = _shape(env[root.results[0]])[dim]
    if not size:
        return
    mine = _only(size, int(rng.integers(size)))
    pieces: dict[Value, Flags] = dict.fromkeys(root.results, mine)
    now = {r: poisoned(env[r], dim, mine) for r in root.results}
    outside: set[Value] = set()
    for op in later:
        if any(v in outside for v in op.operands):
            outside.update(op.results)
        if not any(v in inside for v in op.operands) or any(v in outside for v in op.operands):
            continue
        units = joined_units(op, inside)
        after = _applied(op, [now.get(v, env[v]) for v in op.operands], ctx) if unit in units else None
        if after is None:
            outside.update(op.results)
            continue
        for r, new in zip(op.results, after, strict=True):
            inside[r], now[r] = units, new
            pieces[r] = _pieces(op, unit, units[unit], inside, pieces, env)
            stray = _differ(env[r], new) & ~_along(pieces[r], units[unit], new.ndim)
            assert not stray.any(), (
                f"{op.NAME}, after {root.NAME}: unit {unit} runs along dim {units[unit]}, and yet "
                f"{np.argwhere(stray)[0].tolist()} needs position {int(np.argmax(mine))} of {size} of it"
            )


def _pieces(
    op: Op, unit: int, dim: int, inside: Mapping[Value, Units], pieces: Mapping[Value, Flags], env: Values
) -> Flags:
    """The positions along `dim` of the results that belong to the unit that has `pieces` of the operands."""
    size = env[op.results[0]].shape[dim]
    relation = op.relation()
    found = np.zeros(size, bool)
    for operand, v in enumerate(op.operands):
        if v not in inside:
            continue
        at = inside[v][unit]
        positions = np.flatnonzero(pieces[v])
        link = next(k for k in relation.operands[operand] if at in k.dims)
        match link:
            case Split():
                sizes = [env[op.results[0]].shape[relation.results[0].index(i)] for i in link.loops[1:]]
                positions = positions // math.prod(sizes)
            case Merged():
                block = math.prod(env[v].shape[d] for d in link.dims[1:])
                flat = (positions[:, None] * block + np.arange(block)).reshape(-1)
                positions = flat[flat < size]
            case Regrouped():
                inner = math.prod(env[op.results[0]].shape[relation.results[0].index(i)] for i in link.loops[1:])
                block = math.prod(env[v].shape[d] for d in link.dims[1:])
                positions = np.unique((positions[:, None] * block + np.arange(block)).reshape(-1) // inner)
            case Cut():  # it takes the first positions
                positions = positions[positions < size]
            case _:
                pass
        assert positions.max(initial=0) < size, f"{op.NAME}: {relation}: a piece of {size} is beyond its end"
        found[positions] = True
    return found


def _reached(
    link: Link, dim: int, at: int, relation: Relation, inputs: list[Array], results: list[Array], ctx: Context
) -> list[Flags]:
    """Per result the positions that a link lets position `at` of `dim` go to."""
    operand = next(i for i, links in enumerate(relation.operands) if any(k is link for k in links))
    extents = _extents(relation, inputs, results)
    loops, reached = _reached_loops(link, dim, at, inputs[operand].shape, extents, ctx)
    allowed: list[Flags] = []
    for own, result in zip(relation.results, results, strict=True):
        reduced = tuple(i for i, loop in enumerate(loops) if loop not in own)
        kept = [loop for loop in loops if loop in own]
        flags = reached.any(axis=reduced) if reduced else reached
        order = sorted(range(len(kept)), key=lambda i: own.index(kept[i]))
        shape = [extents[loop] if loop in kept else 1 for loop in own]
        allowed.append(np.broadcast_to(np.transpose(flags, order).reshape(shape), result.shape))
    return allowed


def _reached_loops(
    link: Link, dim: int, at: int, shape: tuple[int, ...], extents: Mapping[int, int], ctx: Context
) -> tuple[tuple[int, ...], Flags]:
    """Some loops, and which of their positions together take position `at` of `dim` of an operand of a shape."""
    match link:
        case Same():
            return link.loops, _only(extents[link.loop], at)
        case Split():
            sizes = [extents[i] for i in link.loops]
            inner = math.prod(sizes[1:])
            return link.loops, _only(sizes[0] * inner, at).reshape(sizes)
        case Merged():
            sizes = [shape[d] for d in link.dims]
            digits = np.unravel_index(np.arange(math.prod(sizes)), sizes)
            return link.loops, (digits[link.dims.index(dim)] == at)[: extents[link.loop]]
        case Regrouped():
            sizes = [extents[i] for i in link.loops]
            many = [shape[d] for d in link.dims]
            digits = np.unravel_index(np.arange(math.prod(many)), many)
            return link.loops, (digits[link.dims.index(dim)] == at).reshape(sizes)
        case Cut():
            positions = ctx.dim(link.offset) + link.stride * np.arange(extents[link.loop])
            return link.loops, positions == at
        case Put():
            return link.loops, np.arange(extents[link.loop]) == ctx.dim(link.offset) + link.stride * at
        case Window():
            return _window(link.map, at, extents)
        case Whole():
            return (), np.ones((), bool)


def _window(map: AffineMap, at: int, extents: Mapping[int, int]) -> tuple[tuple[int, ...], Flags]:
    loops = tuple(sorted(iteration_dims_of(map.results[0])))
    sizes = [extents.get(i, MAX_POINTS + 1) for i in loops]
    if math.prod(sizes) > MAX_POINTS:
        return (), np.ones((), bool)
    reached = np.zeros(sizes, bool)
    for index in np.ndindex(*sizes):
        point = dict(zip(loops, index, strict=True))
        reached[index] = map.apply([point.get(i, 0) for i in range(map.num_dims)])[0] == at
    return loops, reached


def _extents(relation: Relation, inputs: list[Array], results: list[Array]) -> dict[int, int]:
    """The sizes of loops: of results, and of reduced ones that are a dim of an operand."""
    found = {
        k.loop: x.shape[k.dim]
        for links, x in zip(relation.operands, inputs, strict=True)
        for k in links
        if isinstance(k, Same)
    }
    for loops, result in zip(relation.results, results, strict=True):
        found.update(zip(loops, result.shape, strict=True))
    return found


def poisoned(x: Array, dim: int, where: Flags) -> Array:
    """`x` with other elements where `dim` is one of the positions `where`: NaN, or another small number."""
    other = np.full_like(x, np.nan) if np.issubdtype(x.dtype, np.inexact) else (x == 0).astype(x.dtype)
    return np.where(_along(where, dim, x.ndim), other, x)


def _shape(x: Array) -> tuple[int, ...]:
    return x.shape


def _only(size: int, at: int) -> Flags:
    return np.asarray(np.arange(size) == at)


def _along(flags: Flags, dim: int, rank: int) -> Flags:
    return flags.reshape([-1 if d == dim else 1 for d in range(rank)])


def _applied(op: Op, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...] | None:
    """The results of an op, or None where the changed data makes it an error (a position outside, a zero divisor)."""
    try:
        with np.errstate(all="ignore"):
            return apply_op(op, tuple(inputs), ctx)
    except TensorIRError:
        return None


def _bits(x: Array) -> Array:
    """The elements as numbers that are equal only where all bits are."""
    return np.ascontiguousarray(x).view(f"u{x.itemsize}").reshape(x.shape)


def _differ(a: Array, b: Array) -> Flags:
    return np.asarray(_bits(a) != _bits(b))
