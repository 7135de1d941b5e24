"""Blocks become scf.if and scf.while, where their branches have that structure.

A branch whose two ways meet again, or both return, is an scf.if. A loop that is left at its first block, or at its last
one, is an scf.while. Any other control flow is an error with the place of the branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import define, field

from tensorir.mlir.reader.control_graph import EXIT, ControlGraph
from tensorir.mlir.syntax import I1, Block, IntAttr, Operation, SSAValue
from tensorir.text.lexer import did_you_mean

MAX_DEPTH = 40
"""How deep the branches and loops may be nested."""

Refuse = Callable[[str, Operation], Exception]
"""(what is wrong, at which op) → the error."""

Env = dict[SSAValue, SSAValue]
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
    values = lift.path(first, blocks[first].args, {}, EXIT, ops, 0)
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
    home: dict[SSAValue, str] = field(factory=dict[SSAValue, str])
    """Value → the block that defines it."""
    read: dict[SSAValue, set[str]] = field(factory=dict[SSAValue, set[str]])
    """Value → the blocks in which it is read."""
    done: set[str] = field(factory=set[str])
    """The blocks whose ops have their place."""

    def check(self) -> None:
        """Refuses what can't be structured, and values that are read where they may not be known."""
        for label in self.graph.order:
            block = self.blocks[label]
            self.home |= dict.fromkeys((*block.args, *(r for op in block.ops for r in op.results)), label)
            if label not in self.graph.behind:
                raise self.refuse("this block never gets to the end of its region", block.ops[-1])
        if (other := self.graph.entered_elsewhere) is not None:
            raise self.refuse("this block is in a loop that begins in several places", self.blocks[other].ops[-1])
        for label in self.graph.order:
            for op in self.blocks[label].ops:
                for value in _read_by(op):
                    self.read.setdefault(value, set()).add(label)
                    if value in self.home and not self.graph.dominates(self.home[value], label):
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
            yields = self.path(to, values, dict(env), meet, inner, depth + 1)
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
        inside, block = self.graph.loops[head], self.blocks[head]
        leaving = [b for b in inside if any(to not in inside for to, _ in _edges(self.blocks[b]))]
        first = block.ops[-1]
        if len(leaving) != 1:
            raise self.refuse("a loop is left in several places: leave it in one, and say by a value why", first)
        (last,) = leaving
        branch = self.blocks[last].ops[-1]
        stays = [to in inside for to, _ in branch.successors]
        if last != head and branch.successors[stays.index(True)][0] != head:
            raise self.refuse("a loop is left in its middle: leave it at its beginning or at its end", branch)
        own = env | {a: a for a in block.args}
        before: list[Operation] = []
        if last == head:
            self.done.add(head)
            before += [_renamed(op, own) for op in block.ops[:-1]]
        else:
            at, values = self._block(head, block.args, own, before, depth + 1)
            reached = self.path(at, values, own, last, before, depth + 1)
            own.update(zip(self.blocks[last].args, reached, strict=True))
            self.done.add(last)
            before += [_renamed(op, own) for op in self.blocks[last].ops[:-1]]
        condition = own.get(branch.operands[0], branch.operands[0])
        if not stays[0]:
            condition = _negated(condition, before, branch)
        next_to, next_values = branch.successors[stays.index(True)]
        out_to, out_values = branch.successors[stays.index(False)]
        carried = list(block.args) if last == head else list(next_values)
        region = {head} if last == head else inside
        edges = {*out_values, *(next_values if last == head else ())}
        needed = [
            v for v, home in self.home.items() if home in region and (v in edges or self.read.get(v, set()) - region)
        ]
        passed = [*carried, *(v for v in needed if v not in carried)]
        before.append(Operation("scf.condition", (condition, *_mapped(passed, own)), loc=branch.loc))
        args, results = [_like(v) for v in passed], [_like(v) for v in passed]
        body, again = list[Operation](), tuple(args[: len(carried)])
        if last == head:
            inner = env | dict(zip(passed, args, strict=True))
            again = tuple(self.path(next_to, _mapped(next_values, inner), inner, head, body, depth + 1))
        body.append(Operation("scf.yield", again, loc=branch.loc))
        regions = ((Block(list(block.args), before),), (Block(args, body),))
        ops.append(Operation("scf.while", tuple(given), tuple(results), {}, regions, first.loc))
        env.update(zip(passed, results, strict=True))
        return out_to, _mapped(out_values, env)


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
