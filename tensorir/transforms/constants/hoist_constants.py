"""hoist-constants: moves ops that depend only on constants from functions into initializers of globals."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from attrs import frozen

from tensorir.analysis.absorption import absorbed_values
from tensorir.analysis.constants import Constants
from tensorir.analysis.kinds import kind_of, why_not_stored, why_repeated
from tensorir.dialects.encode import SetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.tensor import Constant
from tensorir.ir.dense import Dense
from tensorir.ir.effects import EffectsIn
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.levels import ONLY_DATA, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import in_order, map_regions


@frozen
class HoistConstants(Pass):
    """Runs after form-dispatches, which leaves exactly the constant ops outside, or before it. Law: interp(hoist(m)) ==
    interp(m); equal initializers become one global; no constant op but global.load is left in a function, except,
    before form-dispatches, those that it would repeat in each dispatch that reads them."""

    name: ClassVar[str] = "hoist-constants"
    breaks: ClassVar[tuple[Level, ...]] = (ONLY_DATA,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        hoister = _Hoister(module, ctx.decisions.of(self.name))
        module = map_regions(module, hoister.region, Function, enter=in_order)
        return module.replace(globals=[*module.globals, *hoister.added])


class _Hoister:
    def __init__(self, module: Module, refuse: Refuse) -> None:
        self.refuse = refuse
        self.effects = EffectsIn(module)
        self.names = FreshNames(module.symbols, separator=".")
        self.added: list[Global] = []
        self.known: dict[Dense | str, str] = {}

    def region(self, region: Region) -> Region:
        constant, repeated = _constant_ops(region, self.effects, self.refuse)
        if all(isinstance(o, GlobalLoad) for o in constant):
            return region
        slices = _Slices(region, constant, repeated)
        env: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in region.ops:
            if op in repeated and op not in slices.read:
                continue
            if op not in constant:
                ops.append(op.with_operands([env.get(v, v) for v in op.operands]) if env else op)
            elif isinstance(op, GlobalLoad):
                ops.append(op)
            else:
                for r in op.results:
                    if r in slices.roots:
                        slices.stored[r] = self._global_for(slices, r, op)
                    if r in slices.needed:
                        load = GlobalLoad(slices.stored[r], r.type, loc=op.loc)
                        ops.append(load)
                        env[r] = load.result
        yields = tuple(env.get(y, y) for y in region.yields)
        return Region(region.args, tuple(ops), yields)

    def _global_for(self, slices: _Slices, value: Value, op: Op) -> str:
        """Returns the name of the global that holds `value`, which is new unless an equal one exists."""
        if isinstance(op, Constant):
            key = made = op.value
        else:
            made = slices.initializer(value)
            key = fingerprint(made)
        if key not in self.known:
            self.known[key] = self._name(made, value)
            self.added.append(Global(self.known[key], value.type, made, op.loc))
        return self.known[key]

    def _name(self, made: object, value: Value) -> str:
        loads = [o.symbol for o in made.ops if isinstance(o, GlobalLoad)] if isinstance(made, Region) else []
        return self.names.numbered(loads[0] if loads else value.hint or "constant")


class _Slices:
    """The constant ops of a region, cut at `roots`: values that the function needs, those that several constant ops
    read, and those that get an encoding, since another function may give them another one. Every op but the loads and
    those that are `repeated` belongs to one initializer, so that shared values are computed once. `needed`: the values
    that the function still reads. `read`: the repeated ops that it keeps. `stored`: the globals of the roots."""

    def __init__(self, region: Region, constant: set[Op], repeated: set[Op]) -> None:
        computed = constant | repeated
        self.definitions = {r: op for op in computed for r in op.results}
        self.position = {op: i for i, op in enumerate(region.ops)}
        self.read: set[Op] = set()
        wanted = set(region.yields)
        for op in reversed(region.ops):
            if op in repeated and any(r in wanted for r in op.results):
                self.read.add(op)
            if op in self.read or op not in computed:
                wanted.update(op.operands)
        stored = {r for op in constant for r in op.results if not isinstance(op, GlobalLoad)}
        readers: Counter[Value] = Counter()
        for op in computed:
            for v in dict.fromkeys(op.operands):
                readers[v] += len(op.results)  # each result may become a global
        shared = {v for v, count in readers.items() if count > 1}
        plain = {op.source for op in constant if isinstance(op, SetEncoding)}
        self.needed = wanted & self.definitions.keys()
        self.roots = (wanted | shared | plain) & stored
        self.stored: dict[Value, str] = {}

    def initializer(self, value: Value) -> Region:
        """Returns the ops that compute a root, as a region without arguments; other roots are loaded."""
        own = {self.definitions[value]: None}
        loads: dict[Value, GlobalLoad] = {}
        stack = [self.definitions[value]]
        while stack:
            op = stack.pop()
            for v in op.operands:
                maker = self.definitions[v]
                if v in self.roots:
                    if v not in loads:
                        loads[v] = GlobalLoad(self.stored[v], v.type, loc=maker.loc)
                elif maker not in own:
                    own[maker] = None
                    stack.append(maker)
        ops = sorted(own, key=self.position.__getitem__)
        if loads:
            loaded = {v: load.result for v, load in loads.items()}
            ops = [o.with_operands([loaded.get(v, v) for v in o.operands]) for o in ops]
        first = sorted(loads, key=lambda v: self.position[self.definitions[v]])
        return Region((), (*(loads[v] for v in first), *ops), (value,))


def _constant_ops(region: Region, effects: EffectsIn, refuse: Refuse) -> tuple[set[Op], set[Op]]:
    """Returns the ops outside of dispatches that depend only on constants and have no effects, and those of them that
    are computed where they are read: after form-dispatches, which has put the others there, what initializers read."""
    formed = any(isinstance(op, Dispatch) for op in region.ops)
    constants = Constants() if formed else Constants(absorbed_values(region))
    found: set[Op] = set()
    repeated: set[Op] = set()
    for op in region.ops:
        on_constants = constants.hold(op.operands)
        sources = constants.sources(op) if on_constants else None
        kind, does = kind_of(op, on_constants, sources=sources), effects(op)
        if kind == "constant" and not does:
            found.add(op)
            constants.stored.update(op.results)
        elif kind == "constant":
            refuse(op, "store-constant", f"it {does}: it runs in every call")
        elif on_constants and op.operands and kind != "host":
            reason = why_repeated(op, sources) if sources is not None else ""
            if (reason or formed) and not does:
                constants.repeat(op)
                repeated.add(op)
            if not formed:
                refuse(op, "store-constant", reason or why_not_stored(op))
    return found, repeated
