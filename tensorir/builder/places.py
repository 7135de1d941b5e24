"""On which devices the values of a function under construction are, and the scope `with f.on(device)`."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from tensorir.analysis.devices import EVERYWHERE, placed_operands
from tensorir.dialects.device import Transfer
from tensorir.ir.op import Op
from tensorir.ir.value import Value

SOMEWHERE = "?"
"""The device of an argument that says none, and of what is made of it."""


@define
class Places:
    """`scope`: the device of the scope that is open, "" if none is. `device`: of each value. `copies`: value, device →
    what was moved there."""

    scope: str = ""
    device: dict[Value, str] = field(factory=dict[Value, str])
    copies: dict[tuple[Value, str], Value] = field(factory=dict[tuple[Value, str], Value])

    def placed(self, op: Op, add: Callable[[Op], Op]) -> Op:
        """Returns the op on operands that are on the device of the scope; appends the transfers with `add`."""
        near = set(placed_operands(op, self.device))
        if isinstance(op, Transfer):
            device = op.device if near else EVERYWHERE
        elif self.scope and near:
            op = op.with_operands([self._moved(v, op, add) if v in near else v for v in op.operands])
            device = self.scope
        else:
            device = next((self.device[v] for v in op.operands if v in near), EVERYWHERE)
        self.device.update(dict.fromkeys(op.results, device))
        return op

    def _moved(self, value: Value, op: Op, add: Callable[[Op], Op]) -> Value:
        if self.device[value] == self.scope:
            return value
        key = value, self.scope
        if key not in self.copies:
            self.copies[key] = moved = add(Transfer(value, self.scope, loc=op.loc)).result
            self.device[moved] = self.scope
        return self.copies[key]
