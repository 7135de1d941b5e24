"""outline-executables: turns dispatch bodies into executables; equal bodies share one."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.movement import moves_only
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.dialects.linalg import Contract
from tensorir.ir.dims import symbol
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.relation import Same
from tensorir.ir.size_range import SizeRange
from tensorir.ir.sizes import size_names, substituted_region
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_DISPATCHES, NO_ENCODINGS, NO_LAYOUTS, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


@frozen
class OutlineExecutables(Pass):
    """Laws: interp(outline(m)) == interp(m); no two executables of one device, for the same sizes, are isomorphic up to
    the names of sizes; no dispatch is left.

    A launch with a row-major product, in a function for a range of sizes, has an executable for these sizes."""

    name: ClassVar[str] = "outline-executables"
    requires: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS, NO_LAYOUTS)
    ensures: ClassVar[tuple[Level, ...]] = (NO_DISPATCHES,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        names = FreshNames(module.symbols)
        known: dict[tuple[object, ...], tuple[Executable, tuple[str, ...]]] = {}

        def outlined(op: Op, operands: tuple[Value, ...], of: SizeRange | None) -> Launch | None:
            if not isinstance(op, Dispatch):
                return None
            sizes = size_names(op.body)
            part = of if of is not None and of.symbol in sizes and _by_rows(op.body) else None
            limits = () if part is None else (sizes.index(part.symbol), part.least, part.most)
            key = (op.device, *limits, fingerprint(_with_numbered_sizes(op.body, sizes)))
            if key not in known:
                made = Executable(names.numbered(_telling_name(op.body)), op.device, op.body, op.loc, part)
                known[key] = made, sizes
            executable, own = known[key]
            here = dict(zip(own, sizes, strict=True))
            given = tuple(symbol(here[name]) for name in executable.free_sizes)
            types = tuple(r.type for r in op.results)
            return Launch(operands, executable.name, types, given, loc=op.loc, results=op.results)

        def of_function(f: Function) -> Function:
            within = Module((f,))
            made = map_regions(within, lambda region: sweep(region, lambda op, to: outlined(op, to, f.sizes)))
            return f if made is within else made.functions[0]

        functions = [of_function(f) for f in module.functions]
        return module.replace(functions=functions, executables=[*module.executables, *(e for e, _ in known.values())])


def _by_rows(body: Region) -> bool:
    """Whether how the body runs depends on how many rows or columns a product has."""
    return any(isinstance(op, Contract) for op in body.ops)


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
