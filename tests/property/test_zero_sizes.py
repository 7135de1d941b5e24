"""Every op with every dim of its operands of size 0: the interpreter and compiled programs agree, or all refuse it.

The ops are those of random programs, each alone in a function. A dim that other operands share is 0 there too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given

from tensorir.api import compile
from tensorir.dialects import control, encode, flow, func
from tensorir.dialects.packing import BatchMmt4d
from tensorir.dialects.registry import OPS
from tensorir.dialects.tile import Grid, Step
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.relation import Link, Same, Whole
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.pipelines import DATA_TILING
from tensorir.testing.equivalence import assert_agrees
from tensorir.testing.programs.random import arguments, programs
from tensorir.text import print_module
from tests.support.drawn import fixed

Array = npt.NDArray[Any]
EXAMPLES = 200
PER_OP = 3
"""How many programs are drawn, and how many ops of a class are tried."""

NOT_ALONE: Mapping[type[Op], str] = {
    control.If: "what it computes is its regions",
    control.While: "what it computes is its regions",
    control.For: "what it computes is its body",
    flow.Dispatch: "what it computes is its body",
    Grid: "what it computes is its body",
    flow.Launch: "what it computes is its executable",
    func.Call: "what it computes is its callee",
    func.Assert: "it has no result",
    encode.UnsetEncoding: "an argument has no encoding",
}
"""Ops with operands that are not tried, and why."""


TILES = (Value(TensorType((2, 1, 3, 2, 4), f32)), Value(TensorType((2, 2, 3, 5, 4), f32)))
MADE: Mapping[type[Op], list[Op]] = {BatchMmt4d: [BatchMmt4d(*TILES, (), f32)]}
"""Ops that random programs have only once they are packed."""


@cache
def drawn() -> Mapping[type[Op], list[Op]]:
    """Some ops of each class, all of their sizes static."""
    found = {cls: list(ops) for cls, ops in MADE.items()}

    @fixed(EXAMPLES)
    @given(programs())
    def look(module: Module) -> None:
        for function in module.functions:
            for op in function.body.ops:
                known = found.setdefault(type(op), [])
                if len(known) < PER_OP and op.operands and all(v.type.is_static for v in op.operands):
                    known.append(op)

    look()
    return found


def emptied(op: Op) -> Iterator[Module]:
    """@main of `op` with one loop, or one dim of one operand, of size 0, wherever that can be."""
    relation = op.relation()
    shapes = [v.type.shape for v in op.operands]
    for loop in {loop for loops in relation.results for loop in loops}:
        dims = {(i, d) for i, links in enumerate(relation.operands) for link in links for d in _along(link, loop)}
        yield from _alone(op, _without(shapes, dims), [loops.index(loop) for loops in relation.results[:1]])
    for i, shape in enumerate(shapes):
        for d in range(len(shape)):
            yield from _alone(op, _without(shapes, {(i, d)}), ())
            same = {link.loop for link in relation.operands[i] if isinstance(link, Same) and link.dim == d}
            tied = {
                (n, link.dim)
                for n, links in enumerate(relation.operands)
                for link in links
                if isinstance(link, Same) and link.loop in same
            }
            yield from _alone(op, _without(shapes, tied), ())


def _along(link: Link, loop: int) -> tuple[int, ...]:
    """The dim of an operand that is 0 where `loop` is."""
    if loop not in link.loops:
        return ()
    return link.dims[link.loops.index(loop) :][:1] if isinstance(link, Whole) else link.dims[:1]


def _without(shapes: Sequence[tuple[Dim, ...]], dims: Collection[tuple[int, int]]) -> list[tuple[Dim, ...]]:
    return [tuple(0 if (i, d) in dims else s for d, s in enumerate(shape)) for i, shape in enumerate(shapes)]


def _alone(op: Op, shapes: Sequence[tuple[Dim, ...]], zeros: Collection[int]) -> Iterator[Module]:
    """@main of `op` on operands of other shapes. `zeros`: dims of its result that are 0 where a field says so."""
    args = tuple(Value(v.type.with_shape(shape)) for v, shape in zip(op.operands, shapes, strict=True))
    changes: dict[str, Any] = {"extent": 0} if getattr(op, "extent", None) is not None else {}
    for name in op.FIELDS:
        if name in ("shape", "sizes") and zeros:
            changes[name] = tuple(0 if d in zeros else s for d, s in enumerate(getattr(op, name)))
    try:
        made = op.evolve(args, **changes)
        module = Module((Function("main", Region(args, (made,), made.results)),))
        verify(module)
    except TensorIRError as e:
        assert f"{op.NAME}: " in str(e), e
    else:
        yield module


def outcome(run: Callable[[], Any]) -> tuple[Array, ...] | str:
    """The results, or the error."""
    try:
        made = run()
    except TensorIRError as e:
        return str(e)
    return cast("tuple[Array, ...]", made if isinstance(made, tuple) else (made,))


def check(module: Module, name: str) -> bool:
    """All ways agree. Returns whether the op was computed."""
    args = arguments(module, 0)
    expected = outcome(lambda: interpret(module, "main", args))
    for device in ("cpu", "reference"):
        for tiling in DATA_TILING:
            got = outcome(lambda d=device, t=tiling: compile(module, (d,), t, verify_each=True)(*args))
            where = f"{device}, {tiling}\n{print_module(module)}\n{got}"
            assert isinstance(got, str) == isinstance(expected, str), where
            if isinstance(got, str):
                assert f"{name}: " in got, where
                continue
            for a, b in zip(got, expected, strict=True):
                if (
                    name == "linalg.softmax" and device == "cpu"
                ):  # its powers are those of the kernel, within their bound
                    assert_agrees(module, "main", args, got)
                    continue
                np.testing.assert_array_equal(a, b, err_msg=where, strict=True)
    return not isinstance(expected, str)


TRIED = [c for c in OPS.values() if c.OPERANDS and c not in NOT_ALONE and not issubclass(c, Step)]
"""Steps are left out: they stand only in grids."""


@pytest.mark.parametrize("cls", TRIED, ids=lambda cls: cls.NAME)
def test_every_dim_of_every_operand_can_be_0_or_is_refused(cls: type[Op]) -> None:
    computed = 0
    for op in drawn()[cls]:
        for module in emptied(op):
            computed += check(module, cls.NAME)
    assert computed, "none of the shapes was computed"
