"""outline-executables: turns dispatch bodies into executables; equal bodies share one."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.movement import moves_only
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.ir.dims import symbol
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.relation import Same
from tensorir.ir.sizes import size_names, substituted_region
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_DISPATCHES, NO_ENCODINGS, NO_LAYOUTS, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class OutlineExecutables(Pass):
    """Laws: interp(outline(m)) == interp(m); no two executables of one device are isomorphic up to the names of
    sizes; no dispatch is left."""

    name: ClassVar[str] = "outline-executables"
    requires: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS, NO_LAYOUTS)
    ensures: ClassVar[tuple[Level, ...]] = (NO_DISPATCHES,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = FreshNames(module.symbols)
        known: dict[tuple[str, str], tuple[Executable, tuple[str, ...]]] = {}

        def visit(op: Op, operands: tuple[Value, ...]) -> Launch | None:
            if not isinstance(op, Dispatch):
                return None
            sizes = size_names(op.body)
            key = (op.device, fingerprint(_with_numbered_sizes(op.body, sizes)))
            if key not in known:
                made = Executable(names.numbered(_telling_name(op.body)), op.device, op.body, op.loc)
                known[key] = made, sizes
            executable, own = known[key]
            here = dict(zip(own, sizes, strict=True))
            given = tuple(symbol(here[name]) for name in executable.free_sizes)
            types = tuple(r.type for r in op.results)
            return Launch(operands, executable.name, types, given, loc=op.loc, results=op.results)

        module = map_regions(module, lambda region: sweep(region, visit), Function)
        return module.replace(executables=[*module.executables, *(e for e, _ in known.values())])


def _with_numbered_sizes(body: Region, sizes: tuple[str, ...]) -> Region:
    """Returns the body with its sizes renamed to s0, s1 … in their order; bodies that are then equal do the same."""
    if not sizes:
        return body
    return substituted_region(body, {name: symbol(f"s{i}") for i, name in enumerate(sizes)})


def _telling_name(body: Region) -> str:
    """Returns a name after the most significant op: the first contraction or packed matmul, else the first op that
    computes."""
    telling = sorted(body.ops, key=_tells_little)
    return telling[0].NAME.split(".")[-1] if telling else "empty"


def _tells_little(op: Op) -> int:
    if op.is_(Trait.CONTRACTION):
        return 0
    elementwise = all(isinstance(link, Same) for link in op.relation().links)
    return 2 if elementwise or moves_only(op) else 1
