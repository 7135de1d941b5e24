"""merge-equal-globals: merges globals with equal contents, so that each weight is stored only once.

A prefill and a decode function on one weight each hoist its packed form; if the device gives both the same layout,
or none, the copies are equal. Weights that are tied, or given twice, are equal from the start.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from attrs import frozen

from tensorir.dialects.flow import GlobalLoad
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark
from tensorir.ir.effects import ANYTHING, EffectsIn
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Global, Module, Parameter
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import rename_globals

Key: TypeAlias = "tuple[Type, Dense | Parameter | str]"
"""The type, with its layout, and the content: data, the name of a parameter, or the fingerprint of an initializer."""


@frozen
class MergeEqualGlobals(Pass):
    """Laws: interp(merge(m)) == interp(m); no two globals of one type hold the same bytes or have initializers that
    do the same. The first of several equal globals stays, under its name.

    A state, a global that some op may write, and one whose initializer has an effect, is never merged."""

    name: ClassVar[str] = "merge-equal-globals"

    def run(self, module: Module, ctx: PassContext) -> Module:
        first: dict[Key, str] = {}
        renamed: dict[str, str] = {}
        effects = EffectsIn(module)
        written = frozenset[str]().union(*(effects(op).writes for op in module.walk()))
        for g in _sources_first(module):
            if g.mutable:
                continue
            key, why = _key(g, renamed), _why_apart(g, written, effects)
            if key not in first:
                if not why:
                    first[key] = g.name
            elif why:
                ctx.decisions.add(Remark(self.name, "global", "merge", why, "", g.loc, f"@{g.name}"))
            else:
                renamed[g.name] = first[key]
        if not renamed:
            return module
        module = module.replace(globals=[g for g in module.globals if g.name not in renamed])
        return rename_globals(module, renamed)


def _why_apart(g: Global, written: frozenset[str], effects: EffectsIn) -> str:
    """Returns the reason why a global can't be merged with an equal one, or "" if it can."""
    if ANYTHING in written or f"@{g.name}" in written:
        return "an equal global stands before it, but this one may be written"
    if g.region is not None and any(effects(op) for op in g.region.ops):
        return "an equal global stands before it, but its initializer has effects"
    return ""


def _key(g: Global, renamed: dict[str, str]) -> Key:
    """Returns the key that equal globals have in common. `renamed`: the globals merged so far."""
    match g.value:
        case Region() as region:
            merged = any(isinstance(op, GlobalLoad) and op.symbol in renamed for op in region.walk())
            return g.type, fingerprint(_on(region, renamed) if merged else region)
        case value:
            return g.type, value


def _on(region: Region, renamed: dict[str, str]) -> Region:
    initializer = Global("initializer", region.yields[0].type, region)
    (made,) = rename_globals(Module(globals=[initializer]), renamed).globals
    return made.region or region


def _sources_first(module: Module) -> list[Global]:
    """Returns all globals, each after those that its initializer loads, otherwise in their order. A global that loads
    itself, which evaluation reports as an error, has an unspecified position."""
    found: dict[str, Global] = {}
    entered: set[str] = set()
    by_name = {g.name: g for g in module.globals}
    for root in module.globals:
        stack = [(root, False)]
        while stack:
            g, left = stack.pop()
            if left:
                found[g.name] = g
            elif g.name not in entered:
                entered.add(g.name)
                stack.append((g, True))
                ops = g.region.walk() if g.region is not None else ()
                loads = [o.symbol for o in ops if isinstance(o, GlobalLoad)]
                stack += [(by_name[n], False) for n in loads if n in by_name]
    return list(found.values())
