"""symbol-dce: drops globals, executables and private functions that are not reachable, and globals that are aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from tensorir.dialects.flow import GlobalLoad
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import rename_globals


@frozen
class SymbolDce(Pass):
    """Public functions are the roots. Law: no function computes anything else than before; every remaining symbol is
    used."""

    name: ClassVar[str] = "symbol-dce"

    def run(self, module: Module, ctx: PassContext) -> Module:
        module = _fold_aliases(module)
        reached: set[str] = set()
        work = [f.name for f in module.functions if not f.private]
        while work:
            name = work.pop()
            if name in reached or name not in module.symbols:
                continue
            reached.add(name)
            found = module.symbols[name]
            work += found.states if isinstance(found, Function) else ()
            if (region := found.region) is not None:
                work += _referenced(region)
        return module.replace(
            globals=[g for g in module.globals if g.name in reached],
            executables=[e for e in module.executables if e.name in reached],
            functions=[f for f in module.functions if f.name in reached],
        )


def _referenced(region: Region) -> Iterator[str]:
    for op in region.walk():
        for name in op.SYMBOLS:
            yield getattr(op, name)


def _fold_aliases(module: Module) -> Module:
    """global @a = { yield load @b } means that @a is @b."""
    renamed: dict[str, str] = {}
    for g in module.globals:
        match g.value:
            case Region(ops=(GlobalLoad() as load,), yields=(y,)) if y is load.result and not g.mutable:
                renamed[g.name] = load.symbol
            case _:
                pass

    meant: dict[str, str] = {}
    for name in renamed:
        chain: dict[str, None] = {}
        while name in renamed and name not in meant and name not in chain:  # the evaluator reports a cycle
            chain[name] = None
            name = renamed[name]
        meant |= dict.fromkeys(chain, meant.get(name, name))
    return rename_globals(module, meant)
