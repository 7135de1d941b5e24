"""The only place where a program is mutable: a transient editor for one region, ended by `freeze()`.

Replacing a value costs O(its users) amortised (the smaller user set is merged into the larger), so any number of
rewrites of one region is near-linear; a new Region per rewrite would be quadratic.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.effects import EffectsIn
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import Replacement


class Node:
    """The position of an op in the region. `before` holds the nodes inserted in front of it."""

    __slots__ = ("alive", "before", "op", "queued")

    def __init__(self, op: Op) -> None:
        self.op = op
        self.before: list[Node] | None = None
        self.alive = True
        self.queued = False


class Editor:
    """Owns the definitions and uses of one region while it is being rewritten."""

    __slots__ = ("_changed", "_defs", "_effects", "_forward", "_nodes", "_region", "_uses", "_yielded")

    def __init__(self, region: Region, effects: EffectsIn | None = None) -> None:
        """`effects` gives the effects of ops of the module that the region belongs to; without it, a call may do
        anything."""
        self._region = region
        self._effects = EffectsIn() if effects is None else effects
        self._forward: dict[Value, Value] = {}
        self._defs: dict[Value, Node] = {}
        self._uses: dict[Value, dict[Node, None]] = {}
        self._nodes = [Node(o) for o in region.ops]
        self._yielded = dict.fromkeys(region.yields)
        self._changed = False
        for node in self._nodes:
            self._link(node)

    @property
    def nodes(self) -> Sequence[Node]:
        """The original ops in order."""
        return self._nodes

    def find(self, value: Value) -> Value:
        """The value that currently replaces `value`."""
        forward = self._forward
        if value not in forward:
            return value
        root = value
        while (after := forward.get(root)) is not None:
            root = after
        while value is not root:
            forward[value], value = root, forward[value]
        return root

    def current(self, node: Node) -> Op:
        """The op of a node, with its operands brought up to date."""
        op = node.op
        if self._forward:
            operands = op.operands
            for v in operands:
                if v in self._forward:
                    op = node.op = op.with_operands([self.find(v) for v in operands])
                    break
        return op

    def def_of(self, value: Value) -> Op | None:
        """The op that currently defines `value`, or None for an argument of the region."""
        node = self._defs.get(self.find(value))
        return None if node is None else self.current(node)

    def users_of(self, value: Value) -> tuple[Op, ...]:
        """The ops that read `value`, each once, in an unspecified but deterministic order."""
        return tuple(self.current(n) for n in self._uses.get(self.find(value), ()) if n.alive)

    def is_yielded(self, value: Value) -> bool:
        return self.find(value) in self._yielded

    def is_dead(self, op: Op) -> bool:
        """Whether no result of the op is read and it has no effect that could be observed."""
        if any(self._uses.get(r) or r in self._yielded for r in op.results):
            return False
        return self._effects(op).only_reads

    def erase(self, node: Node) -> list[Node]:
        """Removes an op without users. Returns the nodes whose results have lost their last user."""
        node.alive = False
        self._changed = True
        freed: list[Node] = []
        for v in node.op.operands:
            users = self._uses.get(v)
            if users is None:
                continue
            users.pop(node, None)
            if not users and (definer := self._defs.get(v)) is not None and definer.alive:
                freed.append(definer)
        return freed

    def replace(self, node: Node, new: Replacement) -> tuple[list[Node], list[Node]]:
        """Inserts `new.ops` before `node`, replaces its results by `new.values`, then erases it.

        Returns the inserted nodes and the nodes to revisit: users of the replaced values, and definitions that
        have lost a user. Raises TensorIRError if a value is replaced by one of another type."""
        op = node.op
        inserted = [Node(o) for o in new.ops]
        for fresh in inserted:
            self._link(fresh)
        if inserted:
            node.before = [*(node.before or ()), *inserted]
        touched: list[Node] = []
        for old, value in zip(op.results, new.values, strict=True):
            touched += self._forward_to(old, self.find(value), op)
        return inserted, touched + self.erase(node)

    def freeze(self) -> Region:
        """The rewritten region; the original object if nothing changed."""
        if not self._changed:
            return self._region
        ops: list[Op] = []
        stack = [(n, False) for n in reversed(self._nodes)]
        while stack:
            node, entered = stack.pop()
            if node.before is None or entered:
                if node.alive:
                    ops.append(self.current(node))
            else:
                stack.append((node, True))
                stack.extend((n, False) for n in reversed(node.before))
        return Region(self._region.args, tuple(ops), tuple(self.find(v) for v in self._region.yields))

    def _link(self, node: Node) -> None:
        for r in node.op.results:
            self._defs[r] = node
            self._uses.setdefault(r, {})
        for v in node.op.operands:
            self._uses.setdefault(v, {})[node] = None

    def _forward_to(self, old: Value, value: Value, op: Op) -> list[Node]:
        if old is value:
            return []
        if old.type is not value.type and old.type != value.type:
            raise TensorIRError(f"{op.NAME}: a rewrite replaced {old.type} by {value.type}", op.loc)
        self._forward[old] = value
        moved = self._uses.pop(old, {})
        users = self._uses.setdefault(value, {})
        touched = list(moved)
        if len(moved) > len(users):
            moved, users = users, moved
            self._uses[value] = users
        users.update(moved)
        if old in self._yielded:
            self._yielded[value] = None
        self._defs.pop(old, None)
        return touched
