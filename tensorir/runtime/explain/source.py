"""The values of a program as it was given to the compiler, by which a person asks. They hold no data of the program."""

from __future__ import annotations

from itertools import chain

from attrs import define, evolve, field, frozen

from tensorir.dialects.flow import GlobalLoad
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.text.names import Names


@frozen
class SourceValue:
    """`name`: as it is printed, `%x`, or `@w` for a global. `id`: that of the op that makes it, "" for arguments and
    globals. `op`: the class of that op, "argument" or "global". `readers`: the numbers of results of ops that read
    it. `loads`: the global whose value it is."""

    name: str
    function: str
    id: str
    op: str
    loc: Location
    type: str
    readers: tuple[int, ...] = ()
    loads: str = ""


def source_of(module: Module) -> tuple[SourceValue, ...]:
    """Returns the globals, then all values of functions in program order. The ops must have ids."""
    source = _Source([SourceValue(f"@{g.name}", "", "", "global", g.loc, str(g.type)) for g in module.globals])
    for f in module.functions:
        source.region(f.body, f.name, f.loc)
    read = zip(source.values, source.readers, strict=True)
    return tuple(evolve(v, readers=tuple(dict.fromkeys(readers))) if readers else v for v, readers in read)


@define
class _Source:
    values: list[SourceValue]
    readers: list[list[int]] = field(init=False)
    number: dict[Value, int] = field(factory=dict[Value, int])

    def __attrs_post_init__(self) -> None:
        self.readers = [[] for _ in self.values]

    def region(self, region: Region, function: str, loc: Location) -> None:
        names = Names(chain(region.args, (r for op in region.ops for r in op.results)))
        for a in region.args:
            self._add(a, SourceValue(names[a], function, "", "argument", loc, str(a.type)))
        for op in region.ops:
            first = len(self.values)
            loads = op.symbol if isinstance(op, GlobalLoad) else ""
            for r in op.results:
                made = SourceValue(names[r], function, op.loc.op, op.NAME, op.loc, str(r.type), loads=loads)
                self._add(r, made)
            read = chain(op.operands, *(inner.operands for r in op.regions for inner in r.walk()))
            for v in read:
                if v in self.number:
                    self.readers[self.number[v]] += range(first, len(self.values))
            for inner in op.regions:
                self.region(inner, function, op.loc)

    def _add(self, value: Value, found: SourceValue) -> None:
        self.number[value] = len(self.values)
        self.values.append(found)
        self.readers.append([])
