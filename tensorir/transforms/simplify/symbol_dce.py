"""symbol-dce: drops globals, executables and private functions that nothing reaches, and globals that only rename."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from tensorir.dialects.flow import GlobalLoad
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class SymbolDce(Pass):
    """Public functions are the roots. Law: what a function computes does not change; every symbol left is used."""

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
            if (region := module.symbols[name].region) is not None:
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
            case Region(ops=(GlobalLoad() as load,), yields=(y,)) if y is load.result:
                renamed[g.name] = load.symbol
            case _:
                pass
    if not renamed:
        return module

    def visit(op: Op, operands: tuple[Value, ...]) -> Op | None:
        if not isinstance(op, GlobalLoad) or op.symbol not in renamed:
            return None
        symbol, hops = op.symbol, 0
        while symbol in renamed and hops <= len(renamed):  # a cycle of aliases is left for the evaluator to report
            symbol, hops = renamed[symbol], hops + 1
        return GlobalLoad(symbol, op.type, loc=op.loc, results=op.results)

    return map_regions(module, lambda region: sweep(region, visit))
