"""Ids of ops that survive rewriting: `@main#17` is the 17th op of @main in the original program.

An id is part of the location, which every rewrite passes on to the ops that it creates, so ops made from an op have its
id. Like locations, ids are ignored when programs are compared.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region

Relocate = Callable[[Location], Location]


def numbered(module: Module) -> Module:
    """Returns `module` with an id for every op, counted per symbol in program order, from 1; itself if some op already
    has an id, because it was then numbered before it was transformed."""
    if any(op.loc.op for op in module.walk()):
        return module
    symbols = iter([s for s in module.all_symbols() if s.region is not None])

    def number(region: Region) -> Region:
        name, count = next(symbols).name, 0

        def place(loc: Location) -> Location:
            nonlocal count
            count += 1
            return Location(loc.file, loc.line, loc.col, f"@{name}#{count}")

        return _relocated_region(region, place, {})

    return module.map_regions(number)


def copied(op: Op, number: int) -> Op:
    """Returns `op`, and the ops inside it, as copy `number`: `@f#3` becomes `@f#3~2`."""
    return relocated(op, lambda loc: of_copy(loc, str(number)))


def of_copy(loc: Location, copy: str) -> Location:
    """Returns the location of a copy of an op: `@f#3` becomes `@f#3~copy`."""
    return evolve(loc, op=f"{loc.op}~{copy}") if loc.op else loc


def relocated(op: Op, place: Relocate) -> Op:
    """Returns `op`, including its results, and all ops inside it with the locations that `place` gives, in program
    order."""
    return _relocated(op, place, {})


def _relocated(op: Op, place: Relocate, done: dict[Region, Region]) -> Op:
    made = op.evolve(results=op.results, loc=place(op.loc))
    return made.with_regions(tuple(_relocated_region(r, place, done) for r in op.regions)) if op.regions else made


def _relocated_region(region: Region, place: Relocate, done: dict[Region, Region]) -> Region:
    if region not in done:
        ops = tuple([_relocated(op, place, done) for op in region.ops])
        done[region] = Region(region.args, ops, region.yields)
    return done[region]
