"""States that a call updates where they lie: the argument and the result of a state are one buffer of the plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import define, evolve, field

from tensorir.dialects.tile import Copy, Grid
from tensorir.ir.module import Function
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.runtime.control_commands import ControlCommand
from tensorir.runtime.in_place import is_self_copy, may_lie_in
from tensorir.runtime.plan_parts import Buffer, Command, CopyCommand, LaunchCommand


@define
class StatesInPlace:
    """Merges the buffers of states, in a plan whose buffers share no memory yet.

    Law: a call whose result array of each merged state is the array of its argument gives the same results, bit for
    bit, and leaves the new value in that array. `reasons`: for each state, why it is not merged; "" if it is. Such a
    state needs two arrays."""

    function: Function
    buffers: list[Buffer]
    commands: list[Command]
    reasons: list[str] = field(factory=list[str])
    _grids: dict[tuple[int, tuple[int, ...], int], Grid] = field(factory=dict[tuple[int, tuple[int, ...], int], Grid])

    def merge(self) -> None:
        for c in self.commands:
            if isinstance(c, ControlCommand):
                self.reasons += [f"{c.op.NAME} ({c.op.loc}) decides in a call what runs"] * len(self.function.states)
                return
        states = len(self.function.states)
        args, results = (len(v) - states for v in (self.function.body.args, self.function.body.yields))
        gone: set[int] = set()
        for k in range(states):
            old = next(i for i, b in enumerate(self.buffers) if (b.kind, b.index) == ("argument", args + k))
            new = next(i for i, b in enumerate(self.buffers) if (b.kind, b.index) == ("result", results + k))
            chain = self._chain(old, new)
            if isinstance(chain, str):
                self.reasons.append(chain)
                continue
            self.reasons.append("")
            merged = {b for b, _ in chain} - {new}
            for b, maker in chain:
                if maker >= 0:
                    self._made_in_place(maker, b, merged | {new})
            first = min(self.buffers[b].first for b in (*merged, new))
            self.buffers[new] = evolve(self.buffers[new], first=first)
            self._replace(dict.fromkeys(merged, new))
            gone |= merged
        self._drop(gone)

    def _chain(self, old: int, new: int) -> list[tuple[int, int]] | str:
        """The buffers from `new` back to `old`, each with the command that makes it from the next one in its place, -1
        if none does; or the reason why there is no such chain."""
        if (maker := self._maker(new)) is None:
            return [(new, -1), (old, -1)]  # the state is read, and not changed
        readers = self._readers(old)
        if all(r < maker for r in readers):
            return self._through_arena(old, new, maker) or [(new, -1), (old, -1)]
        later = [r for r in readers if r > maker]
        if later:
            return f"its new value is there before {self._name(later[0])} reads the old one"
        command = self.commands[maker]
        if not isinstance(command, LaunchCommand):
            return f"its new value is made by {self._name(maker)}, which runs in Python"
        if not self._allowed(command, old, new):
            return f"the launch of {self._name(maker)} reads parts of the old value that it may have written before"
        return [(new, maker), (old, -1)]

    def _through_arena(self, old: int, new: int, maker: int) -> list[tuple[int, int]] | None:
        """The chain through a buffer of the arena from which `new` can be made in place, such as an earlier part of an
        update."""
        command = self.commands[maker]
        if not isinstance(command, LaunchCommand):
            return None
        for b in dict.fromkeys(command.buffers[: _inputs(command)]):
            buffer = self.buffers[b]
            fits = buffer.kind == "arena" and buffer.last == maker and buffer.bytes == self.buffers[new].bytes
            if fits and self._allowed(command, b, new) and isinstance(rest := self._chain(old, b), list):
                return [(new, maker), *rest]
        return None

    def _maker(self, buffer: int) -> int | None:
        """The first command that writes a buffer."""
        made = (i for i, c in enumerate(self.commands) if buffer in c.buffers[_inputs(c) :])
        return next(made, None)

    def _readers(self, buffer: int) -> list[int]:
        return [i for i, c in enumerate(self.commands) if buffer in c.buffers]

    def _allowed(self, command: LaunchCommand, old: int, new: int) -> bool:
        given, result = _positions(command, {old}), command.buffers.index(new) - _inputs(command)
        return may_lie_in(command.grid, given, result, copies=True)

    def _made_in_place(self, number: int, new: int, merged: Collection[int]) -> None:
        """Takes the copies of the old value to its own place out of a launch."""
        command = self.commands[number]
        assert isinstance(command, LaunchCommand)
        inputs, result = _positions(command, merged), command.buffers.index(new) - _inputs(command)
        key = id(command.grid), inputs, result
        if key not in self._grids:
            self._grids[key] = without_self_copies(command.grid, inputs, result)
        self.commands[number] = evolve(command, grid=self._grids[key])

    def _replace(self, by: dict[int, int]) -> None:
        for i, c in enumerate(self.commands):
            if any(b in by for b in c.buffers):
                self.commands[i] = evolve(c, buffers=tuple(by.get(b, b) for b in c.buffers))

    def _drop(self, gone: Collection[int]) -> None:
        """Removes buffers that no command uses, and numbers the others anew."""
        kept = [i for i in range(len(self.buffers)) if i not in gone]
        self._replace({old: new for new, old in enumerate(kept)})
        self.buffers[:] = [self.buffers[i] for i in kept]

    def _name(self, number: int) -> str:
        command = self.commands[number]
        op = command.grid if isinstance(command, LaunchCommand) else command.op
        return f"{op.NAME} ({op.loc})"


def _inputs(command: Command) -> int:
    if isinstance(command, CopyCommand):
        return 1
    op = command.grid if isinstance(command, LaunchCommand) else command.op
    return len(command.buffers) - len(op.results)


def _positions(command: LaunchCommand, buffers: Collection[int]) -> tuple[int, ...]:
    """The inputs of a launch that are one of these buffers."""
    return tuple(i for i, b in enumerate(command.buffers[: _inputs(command)]) if b in buffers)


def without_self_copies(grid: Grid, inputs: Sequence[int], result: int) -> Grid:
    """Returns a grid that finds the contents of these inputs in its result, without the steps that copy elements to
    where they lie already."""
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in grid.body.ops:
        if isinstance(op, Copy) and is_self_copy(grid, op, inputs, result):
            env[op.result] = env.get(op.outs[0], op.outs[0])
            continue
        operands = tuple(env.get(v, v) for v in op.operands)
        same = all(a is b for a, b in zip(operands, op.operands, strict=True))
        ops.append(op if same else op.evolve(operands, results=op.results))
    yields = tuple(env.get(y, y) for y in grid.body.yields)
    body = Region(grid.body.args, tuple(ops), yields)
    return evolve(grid, body=body, results=grid.results)
