"""Layouts and relayouts as relations of integers, which islpy decides: for all elements, and all sizes, at once."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tensorir.encoding.digits import Box, DigitLayout
from tensorir.ir.dims import Dim, DimExpr, Divided, Symbol, symbols_of
from tensorir.ir.known import Known

Relation = Any
"""An `islpy.Map`; the package has no types."""


class NotAffineError(Exception):
    """A size is not a sum of constants times symbols and their quotients, so isl does not know it."""


def affine(dim: Dim) -> str:
    """A size in isl's syntax. Raises NotAffineError."""
    if isinstance(dim, int):
        return str(dim)
    return " + ".join(f"{c}*({_atom(monomial)})" if monomial else str(c) for monomial, c in dim.terms)


def _atom(monomial: Sequence[object]) -> str:
    if len(monomial) != 1:
        raise NotAffineError(str(monomial))
    match monomial[0]:
        case Symbol(name=name):
            return name
        case Divided(kind="mod", a=a, b=int() as b):
            return f"({affine(a)}) mod {b}"
        case Divided(kind=kind, a=a, b=int() as b):
            return f"{'floor' if kind == 'floordiv' else 'ceil'}(({affine(a)})/{b})"
        case other:
            raise NotAffineError(str(other))


def _times(dim: Dim, name: str) -> str:
    if isinstance(dim, DimExpr):
        raise NotAffineError(f"{dim} * {name}")
    return f"{dim}*({name})"


def context(shape: Sequence[Dim], known: Known) -> tuple[str, list[str]]:
    """The symbols as parameters, and what is known of them."""
    names = sorted({s for dim in shape for s in symbols_of(dim)})
    rules: list[str] = []
    for name in names:
        fact = known.fact(name)
        rules += [f"{name} >= {fact.least}", f"{name} mod {fact.multiple} = 0"]
        rules += [] if fact.most is None else [f"{name} <= {fact.most}"]
    return f"[{', '.join(names)}] -> ", rules


def memory_of(layout: DigitLayout, shape: Sequence[Dim], known: Known) -> Relation:
    """Element of the tensor → where it lies."""
    parameters, rules = context(shape, known)
    places: list[str] = []
    for digit, stride in zip(layout.digits, layout.memory_strides(shape, known), strict=True):
        position = f"floor(i{digit.dim}/{affine(digit.stride)})"
        if digit.extent is not None:
            position = f"({position}) mod {affine(digit.extent)}"
        places.append(_times(stride, position))
    rules += [f"0 <= i{d} < {affine(n)}" for d, n in enumerate(shape)]
    dims = ", ".join(f"i{d}" for d in range(layout.rank))
    body = " and ".join([f"m = {' + '.join(places) or 0}", *rules])
    return _map(f"{parameters}{{ [{dims}] -> [m] : {body} }}")


def _map(text: str) -> Relation:
    islpy: Any = import_module("islpy")  # an extra, which only these tests need
    return islpy.Map(text)


def moved_by(boxes: Sequence[Box], shape: Sequence[Dim], known: Known) -> Relation:
    """Where an element comes from → where it goes, for all nests together."""
    parameters, rules = context(shape, known)
    made = _map(f"{parameters}{{ [m] -> [n] : false }}")
    for box in boxes:
        loops = [f"l{i}" for i in range(len(box.loops))]
        inside = [f"0 <= {l} < {affine(loop.extent)}" for l, loop in zip(loops, box.loops, strict=True)]
        source = [affine(box.source), *(_times(loop.source, l) for l, loop in zip(loops, box.loops, strict=True))]
        dest = [affine(box.dest), *(_times(loop.dest, l) for l, loop in zip(loops, box.loops, strict=True))]
        body = " and ".join([f"m = {' + '.join(source)}", f"n = {' + '.join(dest)}", *inside, *rules])
        body = f"exists ({', '.join(loops)} : {body})" if loops else body
        made = made.union(_map(f"{parameters}{{ [m] -> [n] : {body} }}"))
    return made
