"""hoist-constants: what depends on constants alone moves from functions into initializers of globals."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.analysis.kinds import kind_of
from tensorir.analysis.liveness import needed_ops
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.tensor import Constant
from tensorir.ir.effects import EffectsIn
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.names import FreshNames
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.symbols import in_order, map_regions


@frozen
class HoistConstants(Pass):
    """Runs after form-dispatches, which leaves exactly the constant ops outside. Law: interp(hoist(m)) == interp(m);
    equal initializers become one global; no constant op but global.load is left in a function."""

    name: ClassVar[str] = "hoist-constants"

    def run(self, module: Module, ctx: PassContext) -> Module:
        hoister = _Hoister(module)
        module = map_regions(module, hoister.region, Function, enter=in_order)
        return module.replace(globals=[*module.globals, *hoister.added])


class _Hoister:
    def __init__(self, module: Module) -> None:
        self.effects = EffectsIn(module)
        self.names = FreshNames(module.symbols, separator=".")
        self.added: list[Global] = []
        self.known: dict[str, str] = {}

    def region(self, region: Region) -> Region:
        constant = _constant_ops(region, self.effects)
        if all(isinstance(o, GlobalLoad) for o in constant):
            return region
        needed = {v for o in region.ops if o not in constant for v in o.operands} | set(region.yields)
        env: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in region.ops:
            if op not in constant:
                ops.append(op.with_operands([env.get(v, v) for v in op.operands]) if env else op)
                continue
            if isinstance(op, GlobalLoad):
                ops.append(op)
                continue
            for r in op.results:
                if r in needed:
                    load = GlobalLoad(self._global_for(region, r, op), r.type, loc=op.loc)
                    ops.append(load)
                    env[r] = load.result
        yields = tuple(env.get(y, y) for y in region.yields)
        return Region(region.args, tuple(ops), yields)

    def _global_for(self, region: Region, value: Value, op: Op) -> str:
        """The name of the global that holds `value`; a new one unless an equal one exists."""
        if isinstance(op, Constant):
            key, made = f"data {op.value.digest}", op.value
        else:
            made = Region((), tuple(needed_ops(region, [value])), (value,))
            key = f"region {fingerprint(made)}"
        if key not in self.known:
            self.known[key] = self._name(made, value)
            self.added.append(Global(self.known[key], value.type, made, op.loc))
        return self.known[key]

    def _name(self, made: object, value: Value) -> str:
        loads = [o.symbol for o in made.ops if isinstance(o, GlobalLoad)] if isinstance(made, Region) else []
        return self.names.numbered(loads[0] if loads else value.hint or "constant")


def _constant_ops(region: Region, effects: EffectsIn) -> set[Op]:
    """Ops outside of dispatches that depend on constants alone and do nothing else, as form-dispatches left them."""
    constant: set[Value] = set()
    found: set[Op] = set()
    for op in region.ops:
        if not effects(op) and kind_of(op, all(v in constant for v in op.operands)) == "constant":
            found.add(op)
            constant.update(op.results)
    return found
