"""form-dispatches: cuts function bodies into fused launches.

An op that only moves data, such as an encode op, never needs a dispatch: it joins the op that computes its operand,
otherwise each op that reads it, or it is constant and belongs to an initializer. Encode ops are transparent to the
decision which ops fuse, so the program has the same dispatches with and without them.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import define, field, frozen

from tensorir.analysis.kinds import Kind, kind_of, why_not_stored
from tensorir.analysis.units import Units, joined_units, root_units, why_apart
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.tensor import DimOp, Size
from tensorir.ir.effects import EffectsIn
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op, name_after
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse, unheard
from tensorir.passes.levels import NO_CALLS, NO_DISPATCHES, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import in_order, map_regions


@frozen
class FormDispatches(Pass):
    """Law: interp(form(m)) == interp(m); every op that is work is in exactly one dispatch; ops with effects are in
    none and keep their order; erasing encode ops before or after gives the same dispatches."""

    name: ClassVar[str] = "form-dispatches"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    breaks: ClassVar[tuple[Level, ...]] = (NO_DISPATCHES,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        effects, refuse = EffectsIn(module), ctx.decisions.of(self.name)
        return map_regions(module, lambda region: form_dispatches(region, effects, refuse), Function, enter=in_order)


@define(eq=False)
class _Cluster:
    """A dispatch under construction. `alive`: the unit ids that all its ops share."""

    level: int
    alive: frozenset[int]
    ops: list[Op] = field(factory=list[Op])
    units: dict[Value, Units] = field(factory=dict[Value, Units])


@define
class _Plan:
    """The kind of each value of the region: computed in a cluster, constant, on the host, or free (repeated by
    readers)."""

    effects: EffectsIn
    refuse: Refuse = unheard
    clusters: list[_Cluster] = field(factory=list[_Cluster])
    cluster_of: dict[Value, _Cluster] = field(factory=dict[Value, _Cluster])
    constant: set[Value] = field(factory=set[Value])
    host: set[Value] = field(factory=set[Value])
    free: dict[Value, Op] = field(factory=dict[Value, Op])
    level: dict[Value, int] = field(factory=dict[Value, int])
    """The cluster (counted from 1) after which the value is known; 0 means before all."""
    outside: dict[Op, int] = field(factory=dict[Op, int])
    """Ops that stay outside of dispatches → the cluster after which they are placed."""
    last_effect: int = 0
    """The place of the latest op with effects, before which the next one must not be placed."""
    written: dict[Value, Value] = field(factory=dict[Value, Value])
    """A free value that is read outside of dispatches → its copy in a separate dispatch."""

    def place(self, op: Op) -> None:
        operands = op.operands
        ordered = bool(self.effects(op))
        constant, host = (all(v in values for v in operands) for values in (self.constant, self.host))
        kind = "host" if ordered else kind_of(op, constant, host)
        if kind == "host":
            if ordered:
                self.refuse(op, "effects", f"it {self.effects(op)}: it keeps its place outside of launches")
            self._keep_on_host(op, ordered)
            return
        if constant and operands and kind != "constant":
            self.refuse(op, "store-constant", why_not_stored(op))
        level = max((self.level.get(v, 0) for v in operands), default=0)
        cluster = None if kind == "constant" else self._joinable(op, level)
        if cluster is None and kind == "work":
            self._say_why_apart(op, level)
            units = root_units(op)
            cluster = _Cluster(len(self.clusters) + 1, frozenset(units))
            self.clusters.append(cluster)
            self._add(op, cluster, units)
        elif cluster is None:
            self._keep_outside(op, kind, level)

    def _keep_on_host(self, op: Op, ordered: bool) -> None:
        """Places an op that reads its operands outside of dispatches, after the ops before it if it is `ordered`."""
        for v in op.operands:
            self.open_for(v)
        level = max((self.level.get(self.written.get(v, v), 0) for v in op.operands), default=0)
        if ordered:
            level = self.last_effect = max(self.last_effect, level)
        self._keep_outside(op, "host", level)

    def open_for(self, value: Value) -> None:
        """Gives a free value a dispatch that stores it, because it is read outside of all others."""
        if value not in self.free or value in self.written:
            return
        op = self.free[value].evolve()
        self.refuse(op, "free-move", "it is read outside of launches: moving the data takes a launch of its own")
        cluster = _Cluster(len(self.clusters) + 1, frozenset())
        self.clusters.append(cluster)
        self._add(op, cluster, {})
        self.written.update(zip(self.free[value].results, op.results, strict=True))

    def _keep_outside(self, op: Op, kind: Kind, level: int) -> None:
        if kind != "free":
            self.outside[op] = level
        for r in op.results:
            self.level[r] = level
            if kind == "constant":
                self.constant.add(r)
            elif kind == "free":
                self.free[r] = op
            else:
                self.host.add(r)

    def _joinable(self, op: Op, level: int) -> _Cluster | None:
        """Returns the latest dispatch that `op` reads from, if all its operands are known by then and some unit
        survives.

        The op joins it, unless None is returned."""
        latest = [v for v in op.operands if self.level.get(v, 0) == level]
        if not level or any(v not in self.cluster_of for v in latest):
            return None
        cluster = self.clusters[level - 1]
        units = joined_units(op, cluster.units)
        alive = cluster.alive & frozenset(units)
        if not alive:
            return None
        cluster.alive = alive
        self._add(op, cluster, units)
        return cluster

    def _say_why_apart(self, op: Op, level: int) -> None:
        """Returns the reason why an op starts a dispatch although it reads from others."""
        latest = [i for i, v in enumerate(op.operands) if level and self.level.get(v, 0) == level]
        apart = [i for i in latest if op.operands[i] not in self.cluster_of]
        if apart:
            reason = "it is made between launches, after the one that this op could join"
            self.refuse(op, "join", reason, op.operand_name(apart[0]))
        elif latest:
            self.refuse(op, "join", why_apart(op), op.operand_name(latest[0]))

    def _add(self, op: Op, cluster: _Cluster, units: Units) -> None:
        cluster.ops.append(op)
        for r in op.results:
            self.cluster_of[r] = cluster
            self.level[r] = cluster.level
            cluster.units[r] = units


def form_dispatches(region: Region, effects: EffectsIn, refuse: Refuse = unheard) -> Region:
    """Returns `region` with its work in `flow.dispatch` ops, in an order in which every value is known before it is
    read."""
    region = sweep(region, _size_of_dim)
    plan = _Plan(effects, refuse)
    for op in region.ops:
        plan.place(op)
    for y in region.yields:
        plan.open_for(y)
    if not plan.clusters:
        return region
    bodies = {c: _with_free_ops(c, plan) for c in plan.clusters}
    return _Emitter(region, plan, bodies).emit()


def _size_of_dim(op: Op, operands: tuple[Value, ...]) -> Op | None:
    """Replaces ops that ask for the size of a dim, which is known from its type; reading the value would force it to be
    stored."""
    return Size(op.source.type.shape[op.index], loc=op.loc) if isinstance(op, DimOp) else None


def _with_free_ops(cluster: _Cluster, plan: _Plan) -> list[Op]:
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

    def __init__(self, region: Region, plan: _Plan, bodies: dict[_Cluster, list[Op]]) -> None:
        self.region, self.plan, self.bodies = region, plan, bodies
        self.ops: list[Op] = []
        self.env: dict[Value, Value] = {a: a for a in region.args}
        self.wanted = self._wanted_outside()

    def emit(self) -> Region:
        by_level: dict[int, list[Op]] = {}
        for op, level in self.plan.outside.items():
            by_level.setdefault(level, []).append(op)
        self._emit_outside(by_level.get(0, []))
        for cluster in self.plan.clusters:
            self._emit_cluster(cluster)
            self._emit_outside(by_level.get(cluster.level, []))
        return Region(self.region.args, tuple(self.ops), tuple(self.env[y] for y in self._yields()))

    def _yields(self) -> list[Value]:
        return [self.plan.written.get(y, y) for y in self.region.yields]

    def _emit_outside(self, ops: list[Op]) -> None:
        for op in ops:
            placed = op.with_operands([self.env[self.plan.written.get(v, v)] for v in op.operands])
            self.ops.append(placed)
            self.env.update(zip(op.results, placed.results, strict=True))

    def _emit_cluster(self, cluster: _Cluster) -> None:
        body = self.bodies[cluster]
        made = {r for o in body for r in o.results}
        inputs = list(dict.fromkeys(v for o in body for v in o.operands if v not in made))
        outputs = [r for o in body for r in o.results if r in self.wanted]
        args = tuple(Value(v.type, v.hint) for v in inputs)
        inner = dict(zip(inputs, args, strict=True))
        ops = tuple(o.with_operands([inner.get(v, v) for v in o.operands]) for o in body)
        region = Region(args, ops, tuple(outputs))
        dispatch = Dispatch(tuple(self.env[v] for v in inputs), region, loc=body[-1].loc)
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
