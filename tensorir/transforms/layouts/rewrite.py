"""Carries out a choice of layouts: each op gets its form, and what it reads is relaid where the layouts differ."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.linalg import Contract
from tensorir.encoding.form import Stored
from tensorir.encoding.layout import Layout
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.module import Function
from tensorir.ir.op import Op, name_after
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.layouts.given import Given


@define
class Rewriter:
    """Rebuilds regions outside of dispatches, with layouts in types, and encode ops where a tensor is relaid. `device`:
    that of dispatches that name none."""

    choice: Choice
    device: str
    _done: dict[Region, Region] = field(factory=dict[Region, Region])

    def initializer(self, region: Region) -> Region:
        """Returns the initializer of a global; itself if nothing changes."""
        return self._rebuilt(region, tuple(self.global_layout(y) for y in region.yields))

    def region(self, region: Region) -> Region:
        """Returns a region outside of dispatches, whose yields are stored as their own types say; itself if nothing
        changes."""
        if region not in self._done:
            self._done[region] = self._rebuilt(region, tuple(self.choice.given.layout(y.type) for y in region.yields))
        return self._done[region]

    def function(self, function: Function) -> Function:
        """Returns a function whose states are stored as was chosen; itself if nothing changes."""
        if not function.states:
            return function.with_region(self.region(function.body))
        given, program = self.choice.given, self.choice.program
        own = function.body.yields[: len(function.body.yields) - len(function.states)]
        states = (self.choice.stored(program.held[name]) for name in function.states)
        return function.with_region(self._rebuilt(function.body, (*(given.layout(y.type) for y in own), *states)))

    def _rebuilt(self, region: Region, stored: tuple[Stored, ...]) -> Region:
        scope = _Scope(self, self.choice.given)
        args = tuple(self._argument(a) for a in region.args)
        for old, new in zip(region.args, args, strict=True):
            scope.known[self.choice.program.tensor(old)] = {_layout(new): new}
        for op in region.ops:
            scope.add(op)
        yields = tuple(scope.tensor(y, s) for y, s in zip(region.yields, stored, strict=True))
        made = Region(args, tuple(scope.ops), yields)
        same = all(
            len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))
            for a, b in ((made.args, region.args), (made.ops, region.ops), (made.yields, region.yields))
        )
        return region if same else made

    def global_layout(self, value: Value) -> Stored:
        """How the value of a global is stored: as its own encoding says, unless that only states the intent of a
        contraction."""
        program = self.choice.program
        return None if program.is_named(value) else self.choice.stored(program.tensor(value))

    def _argument(self, arg: Value) -> Value:
        tensor = self.choice.program.tensor(arg)
        if tensor in self.choice.program.states:
            stored = self.choice.stored(tensor)
            return arg if stored is None else Value(arg.type.with_encoding(stored), arg.hint)
        type = self.choice.given.type(arg.type)
        return arg if type is arg.type else Value(type, arg.hint)


@define
class _Scope:
    """A region under construction. `outer`: the region around a dispatch; None outside of dispatches. `known`: tensor →
    how it is stored here → the value. `inputs`: what a dispatch reads from outside → the argument for it."""

    owner: Rewriter
    given: Given
    outer: _Scope | None = None
    ops: list[Op] = field(factory=list[Op])
    known: dict[Value, dict[Stored, Value]] = field(factory=dict[Value, "dict[Stored, Value]"])
    inputs: dict[Value, Value] = field(factory=dict[Value, Value])
    loc: Location = UNKNOWN

    def tensor(self, value: Value, need: Stored) -> Value:
        """Returns the tensor, stored as needed."""
        tensor = self.owner.choice.program.tensor(value)
        held = self.known.setdefault(tensor, {})
        if need not in held:
            self._read_from_outside(tensor, need, held)
        if need in held:
            return held[need]
        layout, source = next(iter(held.items()))
        if layout is not None and None not in held:
            held[None] = self._add(UnsetEncoding(source, loc=self.loc)).result
        source = held.get(None, source)
        if need is not None:
            held[need] = self._add(SetEncoding(source, need, loc=self.loc)).result
        return held[need]

    def _read_from_outside(self, tensor: Value, need: Stored, held: dict[Stored, Value]) -> None:
        """Adds an input for a tensor that is not made here: as it is stored. Outside of dispatches, constants are
        loaded."""
        choice = self.owner.choice
        constant = choice.program.constants.get(tensor)
        if held and (constant is None or self.outer is None):
            return
        if self.outer is None:
            assert constant is not None
            stored = self.owner.global_layout(choice.program.held[constant.name])
            load = GlobalLoad(constant.name, tensor.type.with_encoding(stored), loc=self.loc)
            held[stored] = self._add(load).result
            return
        stored = choice.stored(tensor) if constant is None else choice.read_as(tensor, need)
        outside = self.outer.tensor(tensor, stored)
        if outside not in self.inputs:
            self.inputs[outside] = Value(outside.type, outside.hint)
        held[stored] = self.inputs[outside]

    def add(self, op: Op) -> None:
        """Appends an op in its form. An encode op that only gives a tensor another name vanishes."""
        program, choice, self.loc = self.owner.choice.program, self.owner.choice, op.loc
        if isinstance(op, Dispatch):
            self._dispatch(op)
            return
        if isinstance(op, GlobalLoad) or (
            isinstance(op, SetEncoding | UnsetEncoding) and program.tensor(op.result) is not op.result
        ):
            return
        form = choice.form(op)
        operands = [self.tensor(v, need) for v, need in zip(op.operands, form.operands, strict=True)]
        if isinstance(op, SetEncoding):
            self.known[op.result] = {form.result: operands[0]}
            return
        changes = self.given.attributes(op)
        for name, inner in zip(op.REGIONS, op.regions, strict=True):
            if (made := self.owner.region(inner)) is not inner:
                changes[name] = made
        if "encoding" in op.FIELDS and op.attributes()["encoding"] != form.result:
            changes["encoding"] = form.result
        if isinstance(op, Contract) and op.tiles != form.tiles:
            changes |= {"tiles": form.tiles, "kernel": form.kernel}
        if changes or any(a.type != b.type for a, b in zip(operands, op.operands, strict=True)):
            op_made = op.evolve(operands, **changes)
        else:
            op_made = (
                op if all(a is b for a, b in zip(operands, op.operands, strict=True)) else op.with_operands(operands)
            )
        self._add(op_made)
        for old, new in zip(op.results, op_made.results, strict=True):
            self.known[old] = {_layout(new): new}

    def _dispatch(self, op: Dispatch) -> None:
        choice = self.owner.choice
        inside = _Scope(self.owner, choice.given_at(op.device), self)
        for inner in op.body.ops:
            inside.add(inner)
        yields = tuple(inside.tensor(y, choice.stored(choice.program.tensor(y))) for y in op.body.yields)
        body = Region(tuple(inside.inputs.values()), tuple(inside.ops), yields)
        made = self._add(Dispatch(tuple(inside.inputs), body, op.device or self.owner.device, loc=op.loc))
        name_after(op.results, made.results)
        for old, new in zip(op.results, made.results, strict=True):
            self.known.setdefault(choice.program.tensor(old), {}).setdefault(_layout(new), new)

    def _add(self, op: Any) -> Any:
        self.ops.append(op)
        return op


def _layout(value: Value) -> Stored:
    encoding = value.type.encoding
    assert encoding is None or isinstance(encoding, Layout)
    return encoding
