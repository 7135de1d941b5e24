"""Effects: what an op does besides computing its results. Passes keep the order of ops that have effects.

A *resource* is whatever an op may read or write that is not a value: `"@counter"` for a global that changes,
`"output"` for what is printed. Ops without effects are free: they may be erased when their results are unused, merged
with an equal op, repeated, or moved. Ops with effects stay, once each, in their order; only an op that does nothing but
read may be erased when its results are unused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tensorir.ir.module import Module  # only named: modules are made of ops, and ops have effects
    from tensorir.ir.op import Op

ANYTHING = "*"
"""The resource that stands for all resources."""


@frozen
class Effects:
    """The resources that are read and written, and whether the call may end here (a failing assertion)."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    may_end: bool = False

    def __bool__(self) -> bool:
        """True if there is any effect."""
        return bool(self.reads or self.writes or self.may_end)

    def __or__(self, other: Effects) -> Effects:
        if not other:
            return self
        return Effects(self.reads | other.reads, self.writes | other.writes, self.may_end or other.may_end)

    @property
    def only_reads(self) -> bool:
        """True if nothing but the results can show that the op has run."""
        return not self.writes and not self.may_end

    def __str__(self) -> str:
        parts = [f"reads {', '.join(sorted(self.reads))}"] if self.reads else []
        parts += [f"writes {', '.join(sorted(self.writes))}"] if self.writes else []
        parts += ["may end the call"] if self.may_end else []
        return " and ".join(parts) or "no effects"


NO_EFFECTS = Effects()
ANY_EFFECTS = Effects(frozenset({ANYTHING}), frozenset({ANYTHING}), True)
"""The effects of an op about which nothing is known."""


class EffectsIn:
    """The effects of ops, including those of the regions that they hold and of the symbols that they run.

    Without a module, and for functions that call themselves, symbols that are run have ANY_EFFECTS. Each symbol is
    analysed once; chains of calls may be long."""

    __slots__ = ("_done", "_module")

    def __init__(self, module: Module | None = None) -> None:
        self._module = module
        self._done: dict[str, Effects] = {}

    def __call__(self, op: Op) -> Effects:
        """Returns all effects of running `op`."""
        if op.PLAIN:
            return op.effects()
        found, runs = _own([op, *(o for inner in op.regions for o in inner.walk())])
        for name in runs:
            found |= self._of_symbol(name)
        return found

    def _of_symbol(self, name: str) -> Effects:
        """Computes the effects of running a symbol, callees first."""
        opened: dict[str, tuple[Effects, Sequence[str]]] = {}
        todo = [name]
        while todo:
            top = todo[-1]
            if top in self._done:
                todo.pop()
            elif top not in opened:
                opened[top] = self._body(top)
                todo += [callee for callee in opened[top][1] if callee not in opened]
            else:
                found, runs = opened[top]
                for callee in runs:
                    found |= self._done.get(callee, ANY_EFFECTS)  # a callee that is not done calls itself
                self._done[top] = found
        return self._done[name]

    def _body(self, name: str) -> tuple[Effects, Sequence[str]]:
        symbol = None if self._module is None else self._module.symbols.get(name)
        if symbol is None or symbol.region is None:
            return ANY_EFFECTS, ()
        return _own(symbol.region.walk())


def _own(ops: Iterable[Op]) -> tuple[Effects, Sequence[str]]:
    """Returns the effects of the ops themselves, and the symbols that they run."""
    found, runs = NO_EFFECTS, dict[str, None]()
    for op in ops:
        found |= op.effects()
        runs |= dict.fromkeys(op.runs())
    return found, tuple(runs)
