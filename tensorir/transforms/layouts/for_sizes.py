"""Functions for ranges of sizes: copies of a function, which run its calls with these sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from tensorir.ir.module import Function, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.size_range import SizeRange
from tensorir.ir.value import Value
from tensorir.passes.numbering import of_copy


def with_ranges(module: Module, ranges: Mapping[str, Sequence[SizeRange]]) -> Module:
    """Returns the module with a copy of a function, behind it, for each of its ranges. Ids of ops in copies tell which
    copy it is."""
    names = FreshNames(module.symbols)
    functions: list[Function] = []
    for f in module.functions:
        functions.append(f)
        for sizes in ranges.get(f.name, ()):
            end = f"from_{sizes.least}" if sizes.most is None else f"to_{sizes.most}"
            name = names.wished(f"{f.name}.{end}")
            functions.append(evolve(f, name=name, body=_copy(f.body, end), of=f.name, sizes=sizes))
    return module.replace(functions=functions)


def _copy(region: Region, copy: str) -> Region:
    """A region with values and ops of its own, down to the innermost."""
    env = {a: Value(a.type, a.hint) for a in region.args}
    args, ops = tuple(env.values()), list[Op]()
    for op in region.ops:
        results = tuple(Value(r.type, r.hint) for r in op.results)
        inner = {name: _copy(r, copy) for name, r in zip(op.REGIONS, op.regions, strict=True)}
        made = op.evolve([env[v] for v in op.operands], results=results, loc=of_copy(op.loc, copy), **inner)
        env.update(zip(op.results, results, strict=True))
        ops.append(made)
    return Region(args, tuple(ops), tuple(env[y] for y in region.yields))
