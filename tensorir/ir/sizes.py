"""Sizes of one program said by another: what a call binds, and that put into types, attributes, ops, regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import attrs

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import Dim, DimExpr, plain_symbol, substitute, symbols_of
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import Type
from tensorir.ir.value import Value

T = TypeVar("T")
Sizes = Mapping[str, Dim]
"""Size symbol → what stands for it."""


def bind_types(formal: Sequence[Type], actual: Sequence[Type]) -> dict[str, Dim]:
    """Symbol of `formal` → size in `actual`: a dim that is a symbol binds it, every other one must then be equal.

    Raises InferError for another count, rank, element type or size, and for a symbol that no dim binds."""
    if len(formal) != len(actual):
        raise InferError(f"{len(actual)} inputs for {len(formal)} arguments")
    bound: dict[str, Dim] = {}
    for i, (wanted, given) in enumerate(zip(formal, actual, strict=True)):
        if (wanted.rank, wanted.dtype) != (given.rank, given.dtype):
            raise InferError(f"input {i} is {given}, the argument {wanted}")
        for dim, size in zip(wanted.shape, given.shape, strict=True):
            if (name := plain_symbol(dim)) is not None:
                bound.setdefault(name, size)
    for i, (wanted, given) in enumerate(zip(formal, actual, strict=True)):
        if free := wanted.symbols - bound.keys():
            raise InferError(f"no argument binds the size {min(free)} of {wanted}")
        if (expected := substituted(wanted, bound)) != given:
            raise InferError(f"input {i} is {given}, the argument {wanted}, which is {expected} here")
    return bound


def substituted(value: T, sizes: Sizes) -> T:
    """An attribute, type or encoding with the symbols of its sizes replaced; itself if it has none of them.

    Affine maps keep their dims, whose names are their own. Raises InferError and ZeroDivisionError as arithmetic on
    sizes does."""
    return cast("T", _substituted(value, sizes)) if sizes else value


def _substituted(value: Any, sizes: Sizes) -> Any:
    if isinstance(value, DimExpr):
        return value if symbols_of(value).isdisjoint(sizes) else substitute(value, sizes)
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        made = tuple(_substituted(v, sizes) for v in items)
        return items if all(a is b for a, b in zip(made, items, strict=True)) else made
    cls = cast("type[Any]", type(value))
    if isinstance(value, AffineMap | ScalarBody) or not attrs.has(cls):
        return value
    changes = {f.name: _substituted(getattr(value, f.name), sizes) for f in attrs.fields(cls)}
    same = all(v is getattr(value, name) for name, v in changes.items())
    return value if same else attrs.evolve(value, **changes)


def substituted_op(op: Op, operands: Sequence[Value], sizes: Sizes) -> Op:
    """`op` on other operands under other sizes: its results are inferred anew and keep their names.

    Raises TensorIRError at the place of the op if it can't be under these sizes."""
    try:
        changes = {name: substituted(getattr(op, name), sizes) for name in op.ATTRIBUTES}
    except (InferError, ZeroDivisionError) as e:
        raise TensorIRError(f"{op.NAME}: {e}", op.loc) from None
    changes |= {name: substituted_region(getattr(op, name), sizes) for name in op.REGIONS}
    return op.evolve(operands, **changes)


def substituted_region(region: Region, sizes: Sizes) -> Region:
    """A copy with values of its own under other sizes."""
    args = tuple(Value(substituted(a.type, sizes), a.hint) for a in region.args)
    ops, yields = substituted_ops(region, args, sizes)
    return Region(args, ops, yields)


def substituted_ops(region: Region, args: Sequence[Value], sizes: Sizes) -> tuple[tuple[Op, ...], tuple[Value, ...]]:
    """Copies of the ops of a region on the values `args`, and what stands for its yields."""
    env = dict(zip(region.args, args, strict=True))
    ops: list[Op] = []
    for op in region.ops:
        made = substituted_op(op, [env[v] for v in op.operands], sizes)
        env.update(zip(op.results, made.results, strict=True))
        ops.append(made)
    return tuple(ops), tuple(env[y] for y in region.yields)
