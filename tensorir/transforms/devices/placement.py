"""Where the values of a function live, so that the fewest bytes are moved between devices, as one exact problem.

A transfer, and an argument with a device, say where a value is. An op all of whose operands are on one device runs
there. What is left open are arguments without a device, and ops that read from several devices or from what is open.
A value that is moved to a device is moved there once, whoever reads it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from attrs import define, field

from tensorir.analysis.devices import EVERYWHERE, placed_operands
from tensorir.analysis.elimination import Alternatives, Costs, Problem, minimize
from tensorir.analysis.movement import is_view
from tensorir.dialects.device import Transfer
from tensorir.ir.module import Function
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.targets.costs import typical_bytes

OPEN = "?"
"""The device of what is not decided yet."""

MOST_SETS = 6
"""For more devices than that, a value that is moved to several of them counts once for each reader."""


def is_remade(op: Op | None) -> bool:
    """Whether an op makes a view, which is made again where it is read rather than moved."""
    return op is not None and not isinstance(op, Transfer) and len(op.operands) == 1 and is_view(op)


@define
class Placement:
    """`device`: of each value, decided by `find`."""

    names: Sequence[str]
    function: Function
    device: dict[Value, str] = field(factory=dict[Value, str])
    readers: dict[Value, list[Value | str]] = field(factory=dict[Value, "list[Value | str]"])
    """Value, which is no transfer and no view of another one → what decides where it is read: the first result of an op
    that is open, or a device."""
    variable: dict[Value, int] = field(factory=dict[Value, int])
    problem: Problem = field(factory=Problem)
    alternatives: Alternatives = field(init=False)

    def find(self) -> None:
        """Decides what is open."""
        self._known()
        if not self.variable:
            return
        for value, readers in self.readers.items():
            self._add_cost(value, list(dict.fromkeys(readers)))
        solution = minimize(self.problem)
        self.alternatives = Alternatives(self.problem, solution)
        for value, v in self.variable.items():
            self.device[value] = self.names[solution.states[v]]

    def more_elsewhere(self, value: Value) -> dict[str, int]:
        """How many more bytes would be moved if a value that was open were on another device, with what is near chosen
        anew."""
        if value not in self.variable:
            return {}
        v = self.variable[value]
        others = [(i, name) for i, name in enumerate(self.names) if name != self.device[value]]
        return {name: int(self.alternatives.off_by(v, i)) for i, name in others}

    def _known(self) -> None:
        """Follows what is decided, and gives what is open a variable."""
        body, given = self.function.body, self.function.arg_devices
        for i, arg in enumerate(body.args):
            self.device[arg] = (given[i] if given else "") or OPEN
            if self.device[arg] == OPEN:
                self._open((arg,))
        for op in body.ops:
            near = placed_operands(op, self.device)
            places = {self.device[v] for v in near}
            if isinstance(op, Transfer):
                device = op.device if near else EVERYWHERE  # each device makes a constant itself
            else:
                device = EVERYWHERE if not near else places.pop() if len(places) == 1 else OPEN
            self.device.update(dict.fromkeys(op.results, device))
            if not op.results:
                continue  # it runs on the host, which reads what is on any device
            if device == OPEN:
                self._open(op.results)
            for v in near:
                reader = op.results[0] if device == OPEN else device
                root = self._root(v, ordered=isinstance(op, Transfer))
                self.readers.setdefault(root, []).append(reader)
        for y, device in zip(body.yields, self.function.result_devices, strict=False):
            if device and self.device[y] != EVERYWHERE:
                self.readers.setdefault(self._root(y), []).append(device)

    def _root(self, value: Value, *, ordered: bool = False) -> Value:
        """The value that is moved when this one is: what it is a view of, or, unless the program has `ordered` the way,
        a transfer of."""
        maker = self.function.body.definitions.get(value)
        while is_remade(maker) or (isinstance(maker, Transfer) and not ordered):
            assert maker is not None
            value = maker.operands[0]
            maker = self.function.body.definitions.get(value)
        return value

    def _open(self, values: Sequence[Value]) -> None:
        number = self.problem.variable([0.0] * len(self.names))
        self.variable.update(dict.fromkeys(values, number))

    def _add_cost(self, value: Value, readers: list[Value | str]) -> None:
        """Adds what it costs to move a value to its readers."""
        open_readers = list(dict.fromkeys(self.variable[r] for r in readers if isinstance(r, Value)))
        fixed = [r for r in readers if isinstance(r, str)]
        home = self.variable.get(value)
        bytes, count = float(typical_bytes(value.type)), len(self.names)
        if home is None and not open_readers:
            return
        apart = bytes * (1.0 - np.eye(count))
        if len(open_readers) + len(fixed) == 1 or count > MOST_SETS:
            for reader in open_readers:
                self._between(value, home, reader, apart)
            for name in fixed:
                self._between(value, home, name, apart)
            return
        # The devices that have the value, as the bits of a number: its own one and those to which it is moved.
        needed = sum(1 << self.names.index(name) for name in dict.fromkeys(fixed))
        if home is None:
            needed |= 1 << self.names.index(self.device[value])
        sets = [s for s in range(1, 1 << count) if s & needed == needed]
        held = self.problem.variable([bytes * (s.bit_count() - 1) for s in sets])
        inside = np.array([[0.0 if s >> d & 1 else inf for d in range(count)] for s in sets])
        for v in (*open_readers, *(() if home is None else (home,))):
            self.problem.add_pair(held, v, inside)

    def _between(self, value: Value, home: int | None, reader: int | str, apart: Costs) -> None:
        """Adds the cost of one reader."""
        if home is None:
            assert isinstance(reader, int)
            self.problem.own[reader] = self.problem.own[reader] + apart[self.names.index(self.device[value])]
        elif isinstance(reader, str):
            self.problem.own[home] = self.problem.own[home] + apart[self.names.index(reader)]
        elif home != reader:
            self.problem.add_pair(home, reader, apart)
