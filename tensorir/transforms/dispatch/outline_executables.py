"""outline-executables: dispatch bodies become executables, equal ones shared."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.movement import moves_only
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.relation import Same
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class OutlineExecutables(Pass):
    """Laws: interp(outline(m)) == interp(m); no two executables of one device are isomorphic; no dispatch is left."""

    name: ClassVar[str] = "outline-executables"

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = FreshNames(module.symbols)
        known: dict[tuple[str, str], Executable] = {}

        def visit(op: Op, operands: tuple[Value, ...]) -> Launch | None:
            if not isinstance(op, Dispatch):
                return None
            key = (op.device, fingerprint(op.body))
            if key not in known:
                known[key] = Executable(names.numbered(_telling_name(op.body)), op.device, op.body, op.loc)
            types = tuple(r.type for r in op.results)
            return Launch(operands, known[key].name, types, loc=op.loc, results=op.results)

        module = map_regions(module, lambda region: sweep(region, visit), Function)
        return module.replace(executables=[*module.executables, *known.values()])


def _telling_name(body: Region) -> str:
    """Named after the most telling op: the first contraction or packed matmul, else the first that computes."""
    telling = sorted(body.ops, key=_tells_little)
    return telling[0].NAME.split(".")[-1] if telling else "empty"


def _tells_little(op: Op) -> int:
    if op.is_(Trait.CONTRACTION):
        return 0
    elementwise = all(isinstance(link, Same) for link in op.relation().links)
    return 2 if elementwise or moves_only(op) else 1
