"""Which ops form a dispatch: clusters, and what is between them, under construction.

What depends on what decides, not the order of the text: an op may join any dispatch that makes one of its operands, if
the others can be known before. It joins the one of which it reads the most bytes, which then need not be stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field

from tensorir.analysis.constants import Constants
from tensorir.analysis.dependence_order import DependenceOrder
from tensorir.analysis.kinds import Kind, kind_of, why_not_stored, why_repeated
from tensorir.analysis.movement import is_free
from tensorir.analysis.units import Units, joined_units, root_units, shortened_units, why_apart
from tensorir.dialects.device import Transfer
from tensorir.dialects.tensor import CollapseShape, ExpandShape
from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse, unheard
from tensorir.targets.costs import typical_bytes


@define(eq=False)
class Cluster:
    """A dispatch under construction. `alive`: the unit ids that all its ops share. `node`: its place among all
    dispatches and all ops outside of them. `device`: where it runs, "" if the program names none."""

    node: int
    alive: frozenset[int]
    device: str = ""
    ops: list[Op] = field(factory=list[Op])
    units: dict[Value, Units] = field(factory=dict[Value, Units])


@define
class Plan:
    """The kind of each value of the region: computed in a cluster, constant, on the host, or free (repeated by
    readers)."""

    effects: EffectsIn
    refuse: Refuse = unheard
    constants: Constants = field(factory=Constants)
    windows: frozenset[Value] = frozenset()
    """Values that are never stored, see `windows_of_products`."""
    widened: frozenset[Value] = frozenset()
    """Values that their only reader computes for itself, see `widened_values`."""
    devices: Mapping[Value, str] = field(factory=dict[Value, str])
    """Value → its device, if the program names any."""
    packed: bool = False
    """Whether the program is in packed form, see `kind_of`."""
    clusters: list[Cluster] = field(factory=list[Cluster])
    cluster_of: dict[Value, Cluster] = field(factory=dict[Value, Cluster])
    host: set[Value] = field(factory=set[Value])
    free: dict[Value, Op] = field(factory=dict[Value, Op])
    order: DependenceOrder = field(factory=DependenceOrder)
    node_of: dict[Value, int] = field(factory=dict[Value, int])
    """The node after which a value is known; none for arguments, and what is made of nothing."""
    before_all: set[int] = field(factory=set[int])
    """The nodes of constants, which no dispatch waits for."""
    outside: dict[Op, int] = field(factory=dict[Op, int])
    """Ops that stay outside of dispatches → their node."""
    last_effect: int | None = None
    """The node of the latest op with effects, before which the next one must not be placed."""
    written: dict[Value, Value] = field(factory=dict[Value, Value])
    """A free value that is read outside of dispatches → its copy in a separate dispatch."""

    def place(self, op: Op) -> None:
        if isinstance(op, Transfer):
            self._add(op, self._new_cluster(frozenset(), op.device), {})
            return
        operands = op.operands
        ordered = bool(self.effects(op))
        constant = self.constants.hold(operands)
        host = all(v in self.host for v in operands)
        sources = self.constants.sources(op) if constant else None
        kind = "host" if ordered else kind_of(op, constant, host, sources, packed=self.packed)
        if kind == "host":
            if ordered:
                self.refuse(op, "effects", f"it {self.effects(op)}: it keeps its place outside of launches")
            self._keep_on_host(op, ordered)
            return
        if constant and operands and kind != "constant":
            repeated = why_repeated(op, sources) if sources is not None else ""
            if repeated:
                self.constants.repeat(op)
            if not (repeated and is_free(op)):
                self.refuse(op, "store-constant", repeated or why_not_stored(op, packed=self.packed))
        in_place = kind == "free" and all(r in self.windows for r in op.results)
        if kind != "constant" and not in_place and self._joined(op, moves=kind == "free"):
            return
        if kind == "work" and any(r in self.widened for r in op.results):
            kind = "free"
        if kind == "work":
            self._say_why_apart(op)
            units = root_units(op)
            self._add(op, self._new_cluster(frozenset(units), self._device(op)), units)
        else:
            self._keep_outside(op, kind)

    def _keep_on_host(self, op: Op, ordered: bool) -> None:
        """Places an op that reads its operands outside of dispatches, after the ops before it if it is `ordered`."""
        for v in op.operands:
            self.open_for(v)
        self._keep_outside(op, "host")
        if ordered:
            node = self.outside[op]
            if self.last_effect is not None:
                self.order.put_before(self.last_effect, node)
            self.last_effect = node

    def open_for(self, value: Value) -> None:
        """Lets a dispatch store a free value, because it is read outside of all of them: the one that makes what it
        takes the first positions of, or a new one."""
        if value not in self.free or value in self.written:
            return
        op = self.free[value].evolve()
        if not self._joined(op, moves=False):
            self.refuse(op, "free-move", "it is read outside of launches: moving the data takes a launch of its own")
            self._add(op, self._new_cluster(frozenset(), self._device(self.free[value])), {})
        self.written.update(zip(self.free[value].results, op.results, strict=True))

    def store_reshaped(self, value: Value, region: Region) -> None:
        """Lets a dispatch store a result of the region, which is what it makes with dims split or merged, if nothing
        else is read of it."""
        reshapes: list[Op] = []
        made = value
        while isinstance(op := self.free.get(made), CollapseShape | ExpandShape):
            if len(region.uses[op.source]) > 1 or op.source in region.yields:
                return
            reshapes.append(op)
            made = op.source
        cluster = self.cluster_of.get(made)
        if value in self.written or not reshapes or cluster is None or isinstance(cluster.ops[0], Transfer):
            return
        for op in reversed(reshapes):
            copy = op.with_operands([made])
            self._add(copy, cluster, {})
            made = copy.result
        self.written[value] = made

    def leave_to_readers(self, op: Op, cluster: Cluster) -> None:
        """Takes a view that no op of its dispatch reads out of it: each reader has its own copy."""
        self.refuse(op, "join", "its launch would copy what it makes; its readers read it where it lies")
        cluster.ops.remove(op)
        self.free[op.result] = op
        del self.cluster_of[op.result], cluster.units[op.result]

    def _device(self, op: Op) -> str:
        return self.devices.get(op.results[0], "")

    def _new_cluster(self, alive: frozenset[int], device: str) -> Cluster:
        cluster = Cluster(self.order.add(), alive, device)
        self.clusters.append(cluster)
        return cluster

    def _keep_outside(self, op: Op, kind: Kind) -> None:
        known = self._nodes([self.written.get(v, v) for v in op.operands] if kind == "host" else op.operands)
        if kind == "free":
            self.free.update((r, op) for r in op.results)
            self.node_of.update((r, node) for r in op.results for node in known)
            return
        node = self.outside[op] = self.order.add()
        if kind == "constant":
            self.before_all.add(node)
        for earlier in known:
            self.order.put_before(earlier, node)
        for r in op.results:
            self.node_of[r] = node
        if kind == "constant":
            self.constants.stored.update(op.results)
        elif not op.REGIONS:  # what a loop makes is a tensor like any other: its readers need not run in Python
            self.host.update(op.results)

    def _nodes(self, values: Sequence[Value]) -> list[int]:
        """The nodes after which these values are known, each once."""
        return list(dict.fromkeys(self.node_of[v] for v in values if v in self.node_of))

    def _joined(self, op: Op, *, moves: bool) -> bool:
        """Lets the op join the dispatch of which it reads the most bytes, among those in which some unit survives and
        which nothing else that it reads has to wait for. Says whether there is one. An op that only `moves` data also
        joins a dispatch that is a single unit anyway, such as a softmax of one row, or one of which it reads the only
        element. It does not join for the first positions of a unit dim alone, because its readers can read the whole;
        other ops join through it all the same. What an op reads is on its own device, so it joins no launch of another
        one. Only moves join the launch that brings a value to the device."""
        read: dict[Cluster, list[Value]] = {}
        for v in dict.fromkeys(op.operands):
            if (cluster := self._read_from(v, through=not moves)) is not None:
                read.setdefault(cluster, []).append(v)
        size = {c: sum(typical_bytes(v.type) for v in values) for c, values in read.items()}
        for cluster in sorted(read, key=lambda c: (-size[c], -self.order.place[c.node])):
            if self._waits_for(op, cluster, read[cluster]):
                continue
            units = joined_units(op, {v: self._units(v, cluster) for v in read[cluster]})
            alive = cluster.alive & frozenset(units)
            enough = alive - shortened_units(op, cluster.units) if moves else alive
            if enough or (moves and (not cluster.alive or op.operands[0].type.elements == 1)):
                cluster.alive = alive
                self._add(op, cluster, units)
                return True
        return False

    def _read_from(self, value: Value, *, through: bool) -> Cluster | None:
        """The dispatch that makes a value; if `through`, also that of a value which its reader makes by moves alone of
        what the dispatch makes."""
        while through and value not in self.windows and (move := self.free.get(value)) is not None and is_free(move):
            (value,) = move.operands
        return self.cluster_of.get(value)

    def _units(self, value: Value, cluster: Cluster) -> Units:
        """The units of what a dispatch makes, or of what its reader makes of that by moves alone."""
        if value not in self.free:
            return cluster.units[value]
        (source,) = self.free[value].operands
        return joined_units(self.free[value], {source: self._units(source, cluster)})

    def _waits_for(self, op: Op, cluster: Cluster, made: Sequence[Value]) -> bool:
        """Whether the op reads something else than `made` that is made of what the cluster makes, but not in it."""
        rest = [v for v in op.operands if v not in made]
        return any(self.order.reaches(cluster.node, node) for node in self._nodes(rest))

    def _say_why_apart(self, op: Op) -> None:
        """Says why an op starts a dispatch although it reads from others: about the operand that is known last."""
        nodes = [self.node_of.get(v) for v in op.operands]
        read = [i for i, node in enumerate(nodes) if node is not None and node not in self.before_all]
        if not read:
            return
        last = max(read, key=lambda i: self.order.place[self.node_of[op.operands[i]]])
        cluster = self.cluster_of.get(op.operands[last])
        if cluster is not None and isinstance(cluster.ops[0], Transfer):
            reason = "it is moved here from another device"
        elif cluster is None:
            reason = "it is made between launches, after the one that this op could join"
        else:
            reason = why_apart(op)
        self.refuse(op, "join", reason, op.operand_name(last))

    def _add(self, op: Op, cluster: Cluster, units: Units) -> None:
        for node in self._nodes(op.operands):
            if node != cluster.node:
                self.order.put_before(node, cluster.node)
        cluster.ops.append(op)
        for r in op.results:
            self.cluster_of[r] = cluster
            self.node_of[r] = cluster.node
            cluster.units[r] = units
