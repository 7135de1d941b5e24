"""Size symbols of programs: which ones occur, what a call binds them to, and substitution in types, ops and regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import attrs

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.dims import Dim, DimExpr, plain_symbol, substitute, symbols_of
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value

T = TypeVar("T")
SizeMap = Mapping[str, Dim]
"""Size symbol → the size that replaces it."""


def size_names(region: Region) -> tuple[str, ...]:
    """Returns every size symbol that a region mentions, in the order of first mention: sizes of arguments first, and
    those that are a dim by themselves before all others."""
    plain = (plain_symbol(d) for t in region.arg_types for d in t.shape)
    found = dict.fromkeys(name for name in plain if name is not None)
    for type in region.arg_types:
        found |= dict.fromkeys(mentioned_sizes(type))
    for op in region.walk():
        for value in (*op.attributes().values(), *(a.type for r in op.regions for a in r.args)):
            found |= dict.fromkeys(mentioned_sizes(value))
        for result in op.results:
            found |= dict.fromkeys(mentioned_sizes(result.type))
    return tuple(found)


def free_sizes(region: Region) -> tuple[str, ...]:
    """Returns the size symbols that a region mentions and that no dim of an argument binds, by their names: a pass may
    mention them in another order. Whoever runs the region must state their values."""
    bound = {plain_symbol(d) for t in region.arg_types for d in t.shape}
    return tuple(sorted(name for name in size_names(region) if name not in bound))


def mentioned_sizes(value: object) -> Iterator[str]:
    """Yields the size symbols in an attribute, type or encoding, in order and possibly repeated."""
    if isinstance(value, DimExpr):
        yield from sorted(symbols_of(value))
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from mentioned_sizes(item)
    elif isinstance(value, AffineMap):
        yield from value.symbols
    else:
        for name in _fields(type(value)):
            yield from mentioned_sizes(getattr(value, name))


@cache
def _fields(cls: type[Any]) -> tuple[str, ...]:
    """The fields in which sizes may be. Those of a scalar body can't: it computes with elements."""
    if issubclass(cls, ScalarBody) or not attrs.has(cls):
        return ()
    return tuple(f.name for f in attrs.fields(cls))


def needed_sizes(value: object) -> Iterator[str]:
    """The sizes in an attribute that a run evaluates. Those of an encoding are not: it says what for, and the constant
    that is stored for some size of a call does not depend on that size."""
    if isinstance(value, TypeEncoding):
        return
    if isinstance(value, TensorType):
        yield from value.symbols
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from needed_sizes(item)
    else:
        yield from mentioned_sizes(value)


def bind_types(formal: Sequence[Type], actual: Sequence[Type], known: SizeMap | None = None) -> dict[str, Dim]:
    """Returns symbol of `formal` → size in `actual`: a dim that is a symbol binds it, and every other dim must then be
    equal. `known` are symbols that are already bound.

    Raises InferError if count, rank, element types or sizes differ, and for a symbol that no dim binds."""
    if len(formal) != len(actual):
        raise InferError(f"{len(actual)} inputs for {len(formal)} arguments")
    bound: dict[str, Dim] = dict(known or {})
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


def result_types(callee: Region, inputs: Sequence[Type], known: SizeMap | None = None) -> tuple[Type, ...]:
    """Returns the types that a region yields for inputs of these types. Raises InferError if they do not fit its
    arguments."""
    sizes = bind_types(callee.arg_types, inputs, known)
    return tuple(substituted(t, sizes) for t in callee.yield_types)


def substituted(value: T, sizes: SizeMap) -> T:
    """Returns an attribute, type or encoding with the symbols of its sizes replaced; itself if it has none of them.

    The dims of affine maps are not symbols and stay. Raises InferError and ZeroDivisionError as arithmetic on
    sizes does."""
    return cast("T", _substituted(value, sizes)) if sizes else value


def _substituted(value: Any, sizes: SizeMap) -> Any:
    if isinstance(value, DimExpr):
        return value if symbols_of(value).isdisjoint(sizes) else substitute(value, sizes)
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        made = tuple(_substituted(v, sizes) for v in items)
        return items if all(a is b for a, b in zip(made, items, strict=True)) else made
    if isinstance(value, AffineMap) and not value.symbols:
        return value
    cls = cast("type[Any]", type(value))
    if isinstance(value, ScalarBody) or not attrs.has(cls):
        return value
    changes = {f.name: _substituted(getattr(value, f.name), sizes) for f in attrs.fields(cls)}
    same = all(v is getattr(value, name) for name, v in changes.items())
    return value if same else attrs.evolve(value, **changes)


def substituted_op(op: Op, operands: Sequence[Value], sizes: SizeMap) -> Op:
    """Returns `op` on other operands with other sizes; its results are inferred again and keep their names.

    Raises TensorIRError at the place of the op if it is invalid with these sizes."""
    try:
        changes = {name: substituted(getattr(op, name), sizes) for name in op.ATTRIBUTES}
    except (InferError, ZeroDivisionError) as e:
        raise TensorIRError(f"{op.NAME}: {e}", op.loc) from None
    changes |= {name: substituted_region(getattr(op, name), sizes) for name in op.REGIONS}
    return op.evolve(operands, **changes)


def substituted_region(region: Region, sizes: SizeMap) -> Region:
    """Returns a copy of a region with new values and other sizes."""
    args = tuple(Value(substituted(a.type, sizes), a.hint) for a in region.args)
    ops, yields = substituted_ops(region, args, sizes)
    return Region(args, ops, yields)


def substituted_ops(region: Region, args: Sequence[Value], sizes: SizeMap) -> tuple[tuple[Op, ...], tuple[Value, ...]]:
    """Returns copies of the ops of a region on the values `args`, and the values that replace its yields."""
    env = dict(zip(region.args, args, strict=True))
    ops: list[Op] = []
    for op in region.ops:
        made = substituted_op(op, [env[v] for v in op.operands], sizes)
        env.update(zip(op.results, made.results, strict=True))
        ops.append(made)
    return tuple(ops), tuple(env[y] for y in region.yields)
