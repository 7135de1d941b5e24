"""Patterns: pure functions from an op to what replaces it. The first line of the docstring is the law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, Union

from attrs import frozen

from tensorir.ir.op import Op
from tensorir.ir.value import Value


@frozen
class Refused:
    """The rule would match but must not be applied, for `reason`. Becomes a remark that names `operand`, if given."""

    reason: str
    operand: str = ""


@frozen
class Replacement:
    """New ops, in order, and the values that replace the old op's results."""

    ops: tuple[Op, ...]
    values: tuple[Value, ...]


Rewrite: TypeAlias = Union[Refused, Value, Op, Sequence[Op], Replacement, None]
"""None: the rule does not apply. A value replaces the only result; an op replaces all results; of several ops, the
results of the last one do."""


class RegionView(Protocol):
    """The part of the surrounding region that a pattern may inspect."""

    def def_of(self, value: Value) -> Op | None:
        """The op that currently defines `value`, or None for an argument."""
        ...

    def users_of(self, value: Value) -> Sequence[Op]:
        """The ops that read `value`, each once."""
        ...

    def is_yielded(self, value: Value) -> bool: ...


@frozen(eq=False)
class Pattern:
    """A rule for ops of the classes `roots`. `law` is an equation that holds for every program."""

    name: str
    law: str
    roots: tuple[type[Op], ...]
    fn: Callable[[Any, RegionView], Rewrite]


O = TypeVar("O", bound=Op)


def pattern(*roots: type[O]) -> Callable[[Callable[[O, RegionView], Rewrite]], Pattern]:
    """Turns a function of one op into a Pattern. Raises ValueError if it has no docstring: a rule must state its
    law."""

    def decorate(fn: Callable[[O, RegionView], Rewrite]) -> Pattern:
        law = (fn.__doc__ or "").strip().splitlines()
        if not law:
            raise ValueError(f"pattern {fn.__name__} needs a docstring whose first line is its law")
        return Pattern(fn.__name__.replace("_", "-"), law[0], roots, fn)

    return decorate


class PatternTable(dict[type[Op], tuple[Pattern, ...]]):
    """Patterns by op class, in the given order: the first that applies wins. A root also matches its subclasses."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        super().__init__()
        self._patterns = tuple(patterns)

    def __missing__(self, cls: type[Op]) -> tuple[Pattern, ...]:
        found = self[cls] = tuple(p for p in self._patterns if issubclass(cls, p.roots))
        return found


def index(patterns: Iterable[Pattern]) -> PatternTable:
    """Returns the table of `patterns`. A pattern with the root `Op` matches every op."""
    return PatternTable(patterns)


def as_replacement(rewrite: Value | Op | Sequence[Op] | Replacement) -> Replacement:
    """Normalises the successful results of a pattern to a Replacement."""
    match rewrite:
        case Replacement():
            return rewrite
        case Value():
            return Replacement((), (rewrite,))
        case Op():
            return Replacement((rewrite,), rewrite.results)
        case _:
            return Replacement(tuple(rewrite), rewrite[-1].results)
