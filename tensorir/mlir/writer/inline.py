"""A program as functions alone: dispatches, launches and initializers become the ops that they hold, in place. So do
relayouts that can't be a function of their own, because their memory does not say the sizes of the tensor."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.flow import Dispatch, GlobalLoad, Launch
from tensorir.dialects.relayout import Relayout
from tensorir.ir.diagnostic import InferError, TensorIRError
from tensorir.ir.module import Executable, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.sizes import substituted_region
from tensorir.ir.value import Value


def inlined(module: Module, region: Region) -> Region:
    """`region` without dispatches, launches, relayouts that have no decomposition, and loads of globals that are
    computed; each such global once.

    Raises TensorIRError for a launch whose executable is missing or takes other types."""
    if not any(isinstance(op, Dispatch | Launch | GlobalLoad | Relayout) for op in region.walk()):
        return region
    work = _Inliner(module)
    work.ops_of(region.ops)
    return Region(region.args, tuple(work.ops), tuple(work.env.get(y, y) for y in region.yields))


class _Inliner:
    """Appends ops; `env` is what a value of the old program is now, where that is another one."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.ops: list[Op] = []
        self.env: dict[Value, Value] = {}
        self.globals: dict[str, Value | None] = {}

    def ops_of(self, ops: Sequence[Op]) -> None:
        """The ops, each instance of a region with values of its own."""
        for op in ops:
            inputs = [self.env.get(v, v) for v in op.operands]
            match op:
                case Dispatch(body=body):
                    self._instance(op, inputs, body)
                case Launch():
                    self._instance(op, inputs, self._launched(op))
                case GlobalLoad() if (init := self._initializer(op)) is not None:
                    self.env[op.result] = self._computed(op, init)
                case Relayout() if _lacks_sizes(op):
                    self.env[op.result] = op.through_row_major(inputs[0], self._added)
                case _:
                    same = all(a is b for a, b in zip(inputs, op.operands, strict=True))
                    kept = op if same else op.with_operands(inputs)
                    self.ops.append(kept.with_regions(tuple(inlined(self.module, r) for r in kept.regions)))

    def _added(self, op: Op) -> Value:
        self.ops.append(op)
        return op.result

    def _initializer(self, op: Op) -> Region | None:
        """What computes the global that is loaded, if something does."""
        value = self.module.lookup(Global, op.symbol).value if isinstance(op, GlobalLoad) else None
        return value if isinstance(value, Region) else None

    def _instance(self, op: Op, inputs: Sequence[Value], body: Region) -> None:
        for result, value in zip(op.results, self._copied(body, inputs), strict=True):
            self.env[result] = value

    def _copied(self, body: Region, inputs: Sequence[Value]) -> list[Value]:
        """The ops of a region with new results; what its yields are."""
        outside = self.env
        self.env = dict(zip(body.args, inputs, strict=True))
        for op in body.ops:
            if isinstance(op, Dispatch | Launch) or _lacks_sizes(op) or self._initializer(op) is not None:
                self.ops_of((op,))
                continue
            new = op.evolve([self.env.get(v, v) for v in op.operands])
            self.env.update(zip(op.results, new.results, strict=True))
            self.ops.append(new)
        yields = [self.env.get(y, y) for y in body.yields]
        self.env = outside
        return yields

    def _launched(self, op: Launch) -> Region:
        executable = self.module.lookup(Executable, op.executable)
        try:
            return substituted_region(executable.body, op.bound_sizes(executable))
        except InferError as e:
            raise TensorIRError(f"{op.NAME} @{op.executable}: {e}", op.loc) from None

    def _computed(self, op: GlobalLoad, init: Region) -> Value:
        if op.symbol not in self.globals:
            self.globals[op.symbol] = None
            (self.globals[op.symbol],) = self._copied(init, ())
        value = self.globals[op.symbol]
        if value is None:
            raise TensorIRError(f"the initializer of @{op.symbol} depends on itself", op.loc)
        return value


def _lacks_sizes(op: Op) -> bool:
    """Whether this is a relayout of a tensor whose sizes its memory does not say."""
    return isinstance(op, Relayout) and op.decomposition() is None
