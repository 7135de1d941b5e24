"""form-dispatches: cuts function bodies into fused launches.

An op that only moves data, such as an encode op, never needs a dispatch: it joins the op that computes its operand,
otherwise each op that reads it, or it is constant and belongs to an initializer. Encode ops are transparent to the
decision which ops fuse, so the program has the same dispatches with and without them. Ops are visited from the results,
operands first, so that the order of the text decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from attrs import frozen

from tensorir.analysis.absorption import absorbed_values, widened_values, windows_of_products
from tensorir.analysis.constants import Constants
from tensorir.analysis.devices import named_devices
from tensorir.analysis.operands_first import operands_first
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.tensor import DimOp, Size
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op, Trait, name_after
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse, unheard
from tensorir.passes.levels import NO_CALLS, NO_DISPATCHES, PLACED, Level
from tensorir.passes.pass_ import Pass, PassContext, option
from tensorir.passes.runner import check_levels
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import in_order, nested
from tensorir.transforms.dispatch.clusters import Cluster, Plan
from tensorir.transforms.dispatch.each_device import on_each_device
from tensorir.transforms.dispatch.views_for_readers import leave_to_readers


@frozen
class FormDispatches(Pass):
    """Law: interp(form(m)) == interp(m); every op that is work is in exactly one dispatch; ops with effects are in
    none and keep their order; erasing encode ops before or after gives the same dispatches, and so does writing ops
    without effects in another order. Ops of two devices are in no dispatch together, and each transfer is in one that
    only moves data. Raises LevelError for a program whose ops read values of several devices."""

    name: ClassVar[str] = "form-dispatches"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    breaks: ClassVar[tuple[Level, ...]] = (NO_DISPATCHES, PLACED)  # launches say where they run
    device: str = option("", "the device of the launches, if it is known already and the program names none")

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects, refuse = EffectsIn(module), ctx.decisions.of(self.name)
        device = ctx.device(self.device).name if self.device else ""
        plain = nested(lambda region: form_dispatches(region, effects, refuse, device, packed=bool(device)), in_order)

        def formed(f: Function) -> Function:
            if not any(True for _ in named_devices(Module((f,)))):
                return f.with_region(plain(f.body))
            check_levels(Module((f,)), f"pass {self.name} can't take this module", [PLACED])

            def inside(region: Region) -> Region:
                outermost = region.args is f.body.args and region.yields is f.body.yields
                on = (f.arg_devices, f.result_devices) if outermost else ()
                return form_dispatches(region, effects, refuse, device, *on, packed=bool(device))

            return f.with_region(nested(inside, in_order)(f.body))

        return module.replace(functions=[formed(f) for f in module.functions])


def form_dispatches(
    region: Region,
    effects: EffectsIn,
    refuse: Refuse = unheard,
    device: str = "",
    arg_devices: Sequence[str] = (),
    result_devices: Sequence[str] = (),
    *,
    packed: bool = False,
) -> Region:
    """Returns `region` with its work in `flow.dispatch` ops, in an order in which every value is known before it is
    read. `device`: that of all dispatches. `arg_devices`, `result_devices`: those of its function. `packed`: the
    program is in packed form."""
    region = sweep(region, _size_of_dim)
    region, devices = on_each_device(region, effects, arg_devices, result_devices)
    constants = Constants(absorbed_values(region))
    plan = Plan(effects, refuse, constants, windows_of_products(region), widened_values(region), devices, packed)
    order = operands_first(region, effects)
    for op in order:
        plan.place(op)
    for y in region.yields:
        if not region.uses.get(y):
            plan.store_reshaped(y, region)
        plan.open_for(y)
    if not plan.clusters:
        return region
    leave_to_readers(region, plan)
    bodies = {c: _with_free_ops(c, plan) for c in plan.clusters}
    return _Emitter(region, plan, bodies, device).emit(order)


def _size_of_dim(op: Op, operands: tuple[Value, ...]) -> Op | None:
    """Replaces ops that ask for the size of a dim, which is known from its type; reading the value would force it to be
    stored."""
    return Size(op.source.type.shape[op.index], loc=op.loc) if isinstance(op, DimOp) else None


def _with_free_ops(cluster: Cluster, plan: Plan) -> list[Op]:
    """Returns the ops of a cluster, each preceded by its own copy of the free ops that it reads."""
    copies: dict[Value, Value] = {}
    body: list[Op] = []

    def copy_of(value: Value) -> Value:
        if value not in plan.free:
            return value
        if value not in copies:
            op = plan.free[value]
            made = op.evolve([copy_of(v) for v in op.operands])
            body.append(made)
            copies.update(zip(op.results, made.results, strict=True))
        return copies[value]

    for op in cluster.ops:
        operands = [copy_of(v) for v in op.operands]
        body.append(
            op if all(a is b for a, b in zip(operands, op.operands, strict=True)) else op.with_operands(operands)
        )
    return body


class _Emitter:
    """Builds the new region: dispatches in order, each right after the ops that it reads from."""

    def __init__(self, region: Region, plan: Plan, bodies: dict[Cluster, list[Op]], device: str) -> None:
        self.region, self.plan, self.bodies, self.device = region, plan, bodies, device
        self.ops: list[Op] = []
        self.env: dict[Value, Value] = {a: a for a in region.args}
        self.wanted = self._wanted_outside()
        self.outside = {r: op for op in plan.outside for r in op.results}

    def emit(self, order: Sequence[Op]) -> Region:
        """`order`: all ops, each after those that it reads from. Where encode ops stand in it decides nothing."""
        computing = [op for op in order if Trait.ENCODE not in op.TRAITS]
        for made in self._in_order((*computing, *order)):
            if isinstance(made, Cluster):
                self._emit_cluster(made)
            else:
                self._emit_outside(made)
        return Region(self.region.args, tuple(self.ops), tuple(self.env[y] for y in self._yields()))

    def _in_order(self, roots: Iterable[Op]) -> list[Op | Cluster]:
        """The dispatches and the other ops with those of `roots`, each after what it reads."""
        done: dict[Op | Cluster, None] = {}
        computed = [node for op in roots if (node := self._node_of(op)) is not None]
        yielded = [node for y in self._yields() if (node := self.plan.cluster_of.get(y)) is not None]
        for root in (*computed, *yielded, *self.plan.clusters):
            stack: list[Op | Cluster] = [root]
            while stack:
                node = stack[-1]
                missing = [] if node in done else [n for n in self._read_by(node) if n not in done]
                stack += reversed(missing)
                if not missing:
                    done[stack.pop()] = None
        return list(done)

    def _node_of(self, op: Op) -> Op | Cluster | None:
        """Where an op is computed; None if wherever it is read."""
        if op in self.plan.outside:
            return op
        return next((c for r in op.results if (c := self.plan.cluster_of.get(r)) is not None), None)

    def _read_by(self, node: Op | Cluster) -> list[Op | Cluster]:
        """What a node reads from."""
        ops = self.bodies[node] if isinstance(node, Cluster) else [node]
        makers: dict[Op | Cluster, None] = {}
        waiting = [v for op in ops for v in op.operands]
        while waiting:
            value = self.plan.written.get(v := waiting.pop(), v)
            maker = self.plan.cluster_of.get(value) or self.outside.get(value)
            if maker is not None and maker is not node:
                makers[maker] = None
            elif maker is None and value in self.plan.free:  # it is computed here too
                waiting += self.plan.free[value].operands
        return list(makers)

    def _yields(self) -> list[Value]:
        return [self.plan.written.get(y, y) for y in self.region.yields]

    def _emit_outside(self, op: Op) -> None:
        if any(r in self.plan.constants.stored for r in op.results):
            operands = [self._constant(v) for v in op.operands]
        else:
            operands = [self.env[self.plan.written.get(v, v)] for v in op.operands]
        placed = op.with_operands(operands)
        self.ops.append(placed)
        self.env.update(zip(op.results, placed.results, strict=True))

    def _constant(self, value: Value) -> Value:
        """An operand of a constant op, computed here too if it is not stored."""
        if value not in self.env:
            op = self.plan.free[value]
            made = op.evolve([self._constant(v) for v in op.operands])
            self.ops.append(made)
            self.env.update(zip(op.results, made.results, strict=True))
        return self.env[value]

    def _emit_cluster(self, cluster: Cluster) -> None:
        body = self.bodies[cluster]
        made = {r for o in body for r in o.results}
        inputs = list(dict.fromkeys(v for o in body for v in o.operands if v not in made))
        outputs = [r for o in body for r in o.results if r in self.wanted]
        args = tuple(Value(v.type, v.hint) for v in inputs)
        inner = dict(zip(inputs, args, strict=True))
        ops = tuple(o.with_operands([inner.get(v, v) for v in o.operands]) for o in body)
        region = Region(args, ops, tuple(outputs))
        dispatch = Dispatch(tuple(self.env[v] for v in inputs), region, cluster.device or self.device, loc=body[-1].loc)
        self.ops.append(dispatch)
        name_after(outputs, dispatch.results)
        self.env.update(zip(outputs, dispatch.results, strict=True))

    def _wanted_outside(self) -> set[Value]:
        """Returns the values computed in a dispatch that are read outside of it."""
        cluster_of = self.plan.cluster_of
        wanted = {y for y in self._yields() if y in cluster_of}
        for cluster, body in self.bodies.items():
            wanted |= {v for o in body for v in o.operands if cluster_of.get(v, cluster) is not cluster}
        for op in self.plan.outside:
            wanted |= {self.plan.written.get(v, v) for v in op.operands} & cluster_of.keys()
        return wanted
