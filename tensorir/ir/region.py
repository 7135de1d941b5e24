"""Regions are closed functions: arguments, a flat list of ops, and yielded values. Nothing is captured from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import frozen

from tensorir.ir.immutable import Immutable
from tensorir.ir.op import Op
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@frozen(eq=False, repr=False)
class Region(Immutable):
    """`args` and `ops` define values in order; `yields` are the outputs, each defined inside."""

    args: tuple[Value, ...]
    ops: tuple[Op, ...]
    yields: tuple[Value, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Lists nested regions first, the innermost before all others, so that pickling does not recurse deeply."""
        inside = [r for op in self.walk() for r in op.regions]
        return _unpickled, (tuple(reversed(inside)), self.args, self.ops, self.yields)

    @property
    def arg_types(self) -> tuple[Type, ...]:
        return tuple(v.type for v in self.args)

    @property
    def yield_types(self) -> tuple[Type, ...]:
        return tuple(v.type for v in self.yields)

    @cached_property
    def definitions(self) -> Mapping[Value, Op]:
        """Value → the op that defines it. Arguments have none."""
        return {r: o for o in self.ops for r in o.results}

    @cached_property
    def uses(self) -> Mapping[Value, tuple[Op, ...]]:
        """Value → its users in order, once per operand. Yields are not included."""
        found: dict[Value, list[Op]] = {}
        for o in self.ops:
            for v in o.operands:
                found.setdefault(v, []).append(o)
        return {v: tuple(ops) for v, ops in found.items()}

    def walk(self) -> Iterator[Op]:
        """All ops in order, each before the ops inside its own regions."""
        stack = list(reversed(self.ops))
        while stack:
            o = stack.pop()
            yield o
            for inner in reversed(o.regions):
                stack.extend(reversed(inner.ops))


def _unpickled(
    inside: tuple[Region, ...], args: tuple[Value, ...], ops: tuple[Op, ...], yields: tuple[Value, ...]
) -> Region:
    return Region(args, ops, yields)


def clone(region: Region, retype: Callable[[Type], Type] = lambda t: t) -> Region:
    """Returns a copy with new values and argument types mapped by `retype`; results are inferred again."""
    env = {a: Value(retype(a.type), a.hint) for a in region.args}
    args = tuple(env.values())
    ops: list[Op] = []
    for o in region.ops:
        new = o.evolve([env[v] for v in o.operands])
        env.update(zip(o.results, new.results, strict=True))
        ops.append(new)
    return Region(args, tuple(ops), tuple(env[y] for y in region.yields))
