"""Ops with effects, as another package would add them: they print, keep state, or hold a region that does.

`observed` runs a program and gives what could be seen from outside: what was printed and stored, in order, and the
results. `with_effects` puts such ops into random programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tensorir.dialects.flow import check_inputs
from tensorir.dialects.func import Assert
from tensorir.dialects.linalg import Fill
from tensorir.dialects.registry import OPS
from tensorir.interp.context import Context
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32, i1
from tensorir.ir.effects import Effects
from tensorir.ir.module import Module
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list, region
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value
from tensorir.testing.strategies import programs

Array = npt.NDArray[Any]
STATE = TensorType((2, 3), f32)
FAILS = "it was meant to fail"


@op("test.print")
class Print(Op):
    """Appends `label` to the output. It has no result."""

    source: Value = operand()
    label: str = attribute()

    def infer_types(self) -> Sequence[Type]:
        return ()

    def effects(self) -> Effects:
        return Effects(writes=frozenset({"output"}))


@op("test.read")
class Read(Op):
    """The state called `state`."""

    state: str = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (STATE,)

    def effects(self) -> Effects:
        return Effects(reads=frozenset({self.state}))


@op("test.write")
class Write(Op):
    """Stores `value` as the state called `state`; gives the number of writes so far."""

    value: Value = operand()
    state: str = attribute()

    def infer_types(self) -> Sequence[Type]:
        return (TensorType((), f32),)

    def effects(self) -> Effects:
        return Effects(writes=frozenset({self.state}))


@op("test.once", Trait.PURE)
class Once(Op):
    """Runs `body` on `inputs`, in order: a stand-in for what controls the flow. Its effects are those of its body."""

    inputs: tuple[Value, ...] = operand_list()
    body: Region = region()

    def infer_types(self) -> Sequence[Type]:
        return self.body.yield_types

    def verify(self) -> Iterator[str]:
        yield from check_inputs(self.inputs, self.body.arg_types)


@op("test.odd")
class Odd(Op):
    """An op that says nothing about its effects."""

    source: Value = operand()

    def infer_types(self) -> Sequence[Type]:
        return (self.source.type,)


SEEN: list[str] = []
STATES: dict[str, Array] = {}


def _print(op: Print, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    SEEN.append(op.label)
    return ()


def _read(op: Read, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    return (STATES[op.state],)


def _write(op: Write, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    SEEN.append(f"{op.state} = {np.ravel(inputs[0])[0]}")
    STATES[op.state] = np.array(inputs[0])
    return (np.asarray(len(SEEN), ctx.numpy(f32)),)


def _odd(op: Odd, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    SEEN.append("odd")
    return inputs


def _once(op: Once, inputs: tuple[Array, ...], ctx: Context) -> tuple[Array, ...]:
    return ctx.run_region(op.body, inputs)


EFFECT_OPS: dict[type[Op], Any] = {Print: _print, Read: _read, Write: _write, Odd: _odd, Once: _once}
REGISTRY = {**OPS, **{cls.NAME: cls for cls in EFFECT_OPS}}


def observed(run: Callable[[], Any]) -> tuple[list[str], tuple[Array, ...] | str]:
    """What `run` printed and stored, and its results, or the message of the assertion that ended it."""
    SEEN.clear()
    STATES.clear()
    try:
        results = run()
    except TensorIRError as e:
        if FAILS not in str(e):
            raise
        return list(SEEN), FAILS
    return list(SEEN), cast("tuple[Array, ...]", results if isinstance(results, tuple) else (results,))


@st.composite
def with_effects(draw: st.DrawFn, max_ops: int = 8) -> Module:
    """A random program with ops that have effects between its own, at least one; @main also returns what it
    reads of the state."""
    module = draw(programs(max_ops))
    writer = _Writer(draw)
    return module.replace(functions=[f.with_region(writer.region(f.body, f.name == "main")) for f in module.functions])


class _Writer:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.ops: list[Op] = []
        self.read: list[Value] = []
        self.count = 0

    def region(self, region: Region, returns: bool) -> Region:
        self.ops, self.read = [], []
        values = list(region.args)
        self._write("s")
        self._write("t")
        steps = [self._print, self._print, self._print_inside, self._state, self._check]
        for o in region.ops:
            for _ in range(self.draw(st.integers(0, 2))):
                self.draw(st.sampled_from(steps))(values)
            self.ops.append(self._inside(o) if self.draw(st.integers(0, 5)) == 0 else o)
            values += o.results
        if returns:
            self.ops.append(read := Read("s"))
            self.read.append(read.result)
        return Region(region.args, tuple(self.ops), (*region.yields, *(self.read if returns else ())))

    def _label(self) -> str:
        self.count += 1
        return f"p{self.count}"

    def _print(self, values: list[Value]) -> None:
        if values:
            self.ops.append(Print(self.draw(st.sampled_from(values)), self._label()))

    def _print_inside(self, values: list[Value]) -> None:
        """Two prints in a region."""
        if values:
            value = self.draw(st.sampled_from(values))
            x = Value(value.type, "inner")
            body = Region((x,), (Print(x, self._label()), Print(x, self._label())), (x,))
            self.ops.append(Once((value,), body))

    def _inside(self, op: Op) -> Op:
        """`op` in a region of its own."""
        args = {v: Value(v.type, v.hint) for v in op.operands}
        inner = op.evolve([args[v] for v in op.operands])
        note = [Print(inner.results[0], self._label())] if inner.results else []
        return Once(tuple(args), Region(tuple(args.values()), (inner, *note), inner.results), results=op.results)

    def _write(self, state: str) -> None:
        self.count += 1
        value = Fill(float(self.count), STATE)
        self.ops += [value, Write(value.result, state)]

    def _state(self, values: list[Value]) -> None:
        state = self.draw(st.sampled_from(["s", "t"]))
        if self.draw(st.booleans()):
            self._write(state)
        else:
            self.ops.append(read := Read(state))
            if self.draw(st.booleans()):
                self.read.append(read.result)

    def _check(self, values: list[Value]) -> None:
        """Fails rarely."""
        fails = self.draw(st.integers(0, 9)) == 0
        condition = Fill(not fails, TensorType((2,), i1))
        self.ops += [condition, Assert(condition.result, FAILS)]
