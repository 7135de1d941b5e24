"""Blocks become scf.if and scf.while, where their branches have that structure.

A branch whose two ways meet again, or both return, is an scf.if. A loop that is left at one block is an scf.while: what
comes before that is its first region, the rest of an iteration the second one. Any other control flow is an error with
the place of the branch."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import define, field

from tensorir.mlir.reader.control_graph import EXIT, ControlGraph
from tensorir.mlir.syntax import I1, Block, IntAttr, Operation, SSAValue
from tensorir.text.lexer import did_you_mean

MAX_DEPTH = 40
"""How deep the branches and loops may be nested."""

Refuse = Callable[[str, Operation], Exception]
"""(what is wrong, at which op) → the error."""

Env = ChainMap[SSAValue, SSAValue]
Edge = tuple[str, tuple[SSAValue, ...]]


def structured(blocks: Mapping[str, Block], refuse: Refuse) -> Block:
    """Returns one block that does what `blocks` do, by label, of which the first one is where they begin. Each ends
    with a terminator. Raises what `refuse` gives."""
    for block in blocks.values():
        _check_end(block, blocks, refuse)
    edges = {label: [to for to, _ in _edges(block)] or [EXIT] for label, block in blocks.items()}
    lift = _Lift(blocks, ControlGraph(edges), refuse)
    lift.check()
    ops: list[Operation] = []
    first, *_ = blocks
    values = lift.path(first, blocks[first].args, ChainMap(), EXIT, ops, 0)
    last = next(b.ops[-1] for label, b in blocks.items() if label in lift.graph.dominator and not _edges(b))
    ops.append(Operation(last.name, tuple(values), (), last.attributes, (), last.loc))
    return Block(list(blocks[first].args), ops)


def _check_end(block: Block, blocks: Mapping[str, Block], refuse: Refuse) -> None:
    """Refuses branches to blocks that don't exist or take other values."""
    branch = block.ops[-1]
    for to, values in branch.successors:
        if to not in blocks:
            raise refuse(f"there is no block {to}{did_you_mean(to, blocks)}", branch)
        if to == next(iter(blocks)):
            raise refuse(f"{to} is where the function begins: no branch may lead there", branch)
        if [v.type for v in values] != [a.type for a in blocks[to].args]:
            raise refuse(f"{to} takes {len(blocks[to].args)} values of other types, or another number of them", branch)


def _edges(block: Block) -> tuple[Edge, ...]:
    return block.ops[-1].successors


@define
class _Lift:
    blocks: Mapping[str, Block]
    graph: ControlGraph
    refuse: Refuse
    defined: dict[str, list[SSAValue]] = field(factory=dict[str, "list[SSAValue]"])
    """Block → the values that it defines."""
    read: dict[SSAValue, set[str]] = field(factory=dict[SSAValue, set[str]])
    """Value → the blocks in which it is read."""
    done: set[str] = field(factory=set[str])
    """The blocks whose ops have their place."""

    def check(self) -> None:
        """Refuses what can't be structured, and values that are read where they may not be known."""
        home: dict[SSAValue, str] = {}
        for label, block in self.blocks.items():
            self.defined[label] = [*block.args, *(r for op in block.ops for r in op.results)]
            home |= dict.fromkeys(self.defined[label], label)
        endless = next((b for b in reversed(self.graph.order) if b not in self.graph.behind), None)
        if endless is not None:
            raise self.refuse("this block never gets to the end of its region", self.blocks[endless].ops[-1])
        if (other := self.graph.entered_elsewhere) is not None:
            raise self.refuse("this block is in a loop that begins in several places", self.blocks[other].ops[-1])
        for label in self.graph.order:
            for op in self.blocks[label].ops:
                for value in _read_by(op):
                    self.read.setdefault(value, set()).add(label)
                    if value in home and not self.graph.dominates(home[value], label):
                        raise self.refuse(f"{value.name} may not be known here: not all ways lead through it", op)

    def path(
        self, at: str, given: Sequence[SSAValue], env: Env, stop: str, ops: list[Operation], depth: int
    ) -> Sequence[SSAValue]:
        """Adds to `ops` what happens from a block, which gets the values `given`, up to `stop`. Returns what that gets.
        `env`: value in the text → value here, where they differ."""
        if depth > MAX_DEPTH:
            raise self.refuse(f"branches and loops are nested deeper than {MAX_DEPTH}", self.blocks[at].ops[-1])
        while at != stop:
            if at in self.done:
                raise self.refuse(
                    "ways that lead here do not all meet again: some return before", self.blocks[at].ops[-1]
                )
            if at in self.graph.loops:
                at, given = self._loop(at, given, env, ops, depth)
            else:
                at, given = self._block(at, given, env, ops, depth)
        return given

    def _block(
        self, at: str, given: Sequence[SSAValue], env: Env, ops: list[Operation], depth: int
    ) -> tuple[str, Sequence[SSAValue]]:
        """Adds the ops of one block, and what its branch leads to. Returns what comes then, and what that gets."""
        block = self.blocks[at]
        env.update(zip(block.args, given, strict=True))
        self.done.add(at)
        ops += [_renamed(op, env) for op in block.ops[:-1]]
        last = block.ops[-1]
        edges = [(to, _mapped(values, env)) for to, values in last.successors]
        if len(edges) == 1:
            return edges[0]
        if not edges:
            return EXIT, _mapped(last.operands, env)
        meet = self.graph.behind[at]
        regions: list[tuple[Block, ...]] = []
        for to, values in edges:
            inner: list[Operation] = []
            yields = self.path(to, values, env.new_child(), meet, inner, depth + 1)
            inner.append(Operation("scf.yield", tuple(yields), loc=last.loc))
            regions.append((Block([], inner),))
        results = [_like(v) for v in regions[0][0].ops[-1].operands]
        if [v.type for v in results] != [v.type for v in regions[1][0].ops[-1].operands]:
            raise self.refuse("the two ways of this branch give values of other types", last)
        condition = env.get(last.operands[0], last.operands[0])
        ops.append(Operation("scf.if", (condition,), tuple(results), {}, tuple(regions), last.loc))
        return meet, results

    def _loop(
        self, head: str, given: Sequence[SSAValue], env: Env, ops: list[Operation], depth: int
    ) -> tuple[str, Sequence[SSAValue]]:
        """Adds a loop. Returns what comes behind it, and what that gets."""
        block, (last, stay, leave) = self.blocks[head], self._ends(head)
        branch = self.blocks[last].ops[-1]
        own, before = env.new_child({a: a for a in block.args}), list[Operation]()
        if last != head:
            at, values = self._block(head, block.args, own, before, depth + 1)
            reached = self.path(at, values, own, last, before, depth + 1)
            own.update(zip(self.blocks[last].args, reached, strict=True))
        self.done.add(last)
        before += [_renamed(op, own) for op in self.blocks[last].ops[:-1]]
        condition = own.get(branch.operands[0], branch.operands[0])
        if branch.successors[0] is leave:
            condition = _negated(condition, before, branch)
        first = block.args if last == head else ()  # a loop that passes on what it gets needs no copies
        passed = list(dict.fromkeys((*first, *self._known(head, {*stay[1], *leave[1]}))))
        before.append(Operation("scf.condition", (condition, *_mapped(passed, own)), loc=branch.loc))
        args, results, body = [_like(v) for v in passed], [_like(v) for v in passed], list[Operation]()
        inner = env.new_child(dict(zip(passed, args, strict=True)))
        again = tuple(self.path(stay[0], _mapped(stay[1], inner), inner, head, body, depth + 1))
        body.append(Operation("scf.yield", again, loc=branch.loc))
        regions = ((Block(list(block.args), before),), (Block(args, body),))
        ops.append(Operation("scf.while", tuple(given), tuple(results), {}, regions, branch.loc))
        env.update(zip(passed, results, strict=True))
        return leave[0], _mapped(leave[1], env)

    def _ends(self, head: str) -> tuple[str, Edge, Edge]:
        """The block at which a loop is left, the edge by which it goes on, and the one by which it is left."""
        inside = self.graph.loops[head]
        leaving = [b for b in inside if any(to not in inside for to, _ in _edges(self.blocks[b]))]
        if len(leaving) != 1:
            first = self.blocks[head].ops[-1]
            raise self.refuse("a loop is left in several places: leave it in one, and say by a value why", first)
        (last,) = leaving
        stay, leave = sorted(_edges(self.blocks[last]), key=lambda edge: edge[0] not in inside)
        return last, stay, leave

    def _known(self, head: str, given_on: set[SSAValue]) -> Iterator[SSAValue]:
        """The values of the part of a loop that has its place, of those that are read behind it or `given_on` there."""
        before = self.graph.loops[head] & self.done
        for label in sorted(before, key=self.graph.place.__getitem__):
            for v in self.defined[label]:
                if v in given_on or self.read.get(v, set()) - before:
                    yield v


def _negated(condition: SSAValue, ops: list[Operation], at: Operation) -> SSAValue:
    one, made = (SSAValue(I1, "", at.loc) for _ in range(2))
    ops.append(Operation("arith.constant", (), (one,), {"value": IntAttr(1, I1)}, (), at.loc))
    ops.append(Operation("arith.xori", (condition, one), (made,), {}, (), at.loc))
    return made


def _like(value: SSAValue) -> SSAValue:
    return SSAValue(value.type, value.name, value.loc)


def _mapped(values: Iterable[SSAValue], env: Env) -> tuple[SSAValue, ...]:
    return tuple(env.get(v, v) for v in values)


def _read_by(op: Operation) -> Iterable[SSAValue]:
    """The values that an op, its regions and its branches read."""
    yield from op.operands
    for _, values in op.successors:
        yield from values
    for region in op.regions:
        for block in region:
            for inner in block.ops:
                yield from _read_by(inner)


def _renamed(op: Operation, env: Env) -> Operation:
    """An op that reads the values of `env`."""
    regions = tuple(tuple(Block(b.args, [_renamed(o, env) for o in b.ops]) for b in region) for region in op.regions)
    return Operation(op.name, _mapped(op.operands, env), op.results, op.attributes, regions, op.loc)
