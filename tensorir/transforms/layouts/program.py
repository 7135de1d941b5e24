"""The tensors of a program as the choice of layouts sees them: which values are the same, who makes and who reads them.

An encode op that states the intent of a contraction gives its operand another name; so do the inputs and results of a
dispatch, and the loads of a global. A global that only loads another one is the same tensor.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.linalg import Contract
from tensorir.encoding.encoding import Encoding
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value


def states_intent(op: Contract) -> bool:
    """Whether the result of a contraction has the encoding that says no more than that it may be tiled."""
    encoding, space = op.encoding, op.space()
    if not isinstance(encoding, Encoding) or encoding.role != "result" or encoding.views or op.tiles is not None:
        return False
    asked = encoding.contraction
    return (asked.maps, asked.types) == (space.maps, space.types)


def runs_others(op: Op) -> bool:
    """Whether an op runs ops that have arguments of their own."""
    return bool(op.REGIONS or op.runs())


@define(eq=False)
class Place:
    """An op that computes something, and where: in a dispatch, or outside of all (None); in an initializer or not; in
    the function of that name, if it is in one."""

    op: Op
    launch: Dispatch | None
    initializer: bool
    function: str = ""

    @property
    def device(self) -> str:
        """The name of the device of its launch; "" for the only one, and outside of launches."""
        return "" if self.launch is None else self.launch.device


@define
class Program:
    """`places`: the ops in order. `makers`: tensor → the place that makes it; arguments and data have none. `readers`:
    tensor → the places that read it, each once. `wanted`: tensors that a function returns. `constants`: tensor → the
    first global that holds it. `states`: the tensor that stands for the value of a state in all functions → its global.
    `kept`: tensors that a function leaves as the new values of states, with those states."""

    places: list[Place] = field(factory=list[Place])
    makers: dict[Value, Place] = field(factory=dict[Value, Place])
    readers: dict[Value, list[Place]] = field(factory=dict[Value, list[Place]])
    wanted: set[Value] = field(factory=set[Value])
    constants: dict[Value, Global] = field(factory=dict[Value, Global])
    states: dict[Value, Global] = field(factory=dict[Value, Global])
    kept: list[tuple[Value, Value]] = field(factory=list[tuple[Value, Value]])
    held: dict[str, Value] = field(factory=dict[str, Value])
    """Global → the value that it holds."""
    _same: dict[Value, Value] = field(factory=dict[Value, Value])
    """A value → the one that it is too, under another name."""
    _named: dict[Value, Value] = field(factory=dict[Value, Value])
    """The result of an encode op that is only another name → its operand."""

    def tensor(self, value: Value) -> Value:
        """Returns the value that stands for all that are the same tensor."""
        while (next := self._same.get(value) or self._named.get(value)) is not None:
            value = next
        return value

    def is_named(self, value: Value) -> bool:
        """Whether a value is the result of an encode op that is only another name, here or where it comes from."""
        while value in self._same:
            value = self._same[value]
        return value in self._named

    def operands(self, op: Op) -> list[Value]:
        return [self.tensor(v) for v in op.operands]

    def add(
        self,
        region: Region,
        launch: Dispatch | None = None,
        *,
        initializer: bool = False,
        states: Sequence[str] = (),
        function: str = "",
    ) -> None:
        """Adds the ops of a region of a function, and of all within it. `states`: those that the last yields are."""
        for op in region.ops:
            if isinstance(op, Dispatch):
                self.add(op.body, op, initializer=initializer, function=function)
                continue
            for inner in op.regions:
                self.add(inner, function=function)
            if isinstance(op, GlobalLoad) or (op.results and op.results[0] in self._named):
                continue
            place = Place(op, launch, initializer, function)
            self.places.append(place)
            self.makers.update((r, place) for r in op.results)
            for v in dict.fromkeys(self.operands(op)):
                self.readers.setdefault(v, []).append(place)
        if launch is None and not initializer:
            own = len(region.yields) - len(states)
            self.wanted.update(self.tensor(y) for y in region.yields[:own])
            made = zip(region.yields[own:], states, strict=True)
            self.kept += [(self.tensor(y), self.held[name]) for y, name in made]

    def name_alike(self, module: Module) -> None:
        """Finds which values are the same tensor."""
        for g in module.globals:
            made = g.value.yields[0] if isinstance(g.value, Region) and not g.mutable else None
            self.held[g.name] = Value(g.type, g.name) if made is None else made
        for f in module.functions:
            self._same.update((a, self.held[name]) for a, name in zip(f.state_args, f.states, strict=True))
        contractions: list[Contract] = []
        encoded: list[SetEncoding] = []
        for op in module.walk():
            match op:
                case Dispatch():
                    self._same.update(zip(op.body.args, op.inputs, strict=True))
                    self._same.update(zip(op.results, op.body.yields, strict=True))
                case GlobalLoad():
                    self._same[op.result] = self.held[op.symbol]
                case UnsetEncoding():
                    self._named[op.result] = op.source
                case SetEncoding():
                    encoded.append(op)
                case Contract() if states_intent(op):
                    contractions.append(op)
                case _:
                    pass
        asked = {self.tensor(v) for op in contractions for v in op.operands}
        self._named.update((op.result, op.source) for op in encoded if op.result in asked)
        self.states.update((self.held[g.name], g) for g in module.globals if g.mutable)
        for g in module.globals:
            if not g.mutable:
                self.constants.setdefault(self.tensor(self.held[g.name]), g)


def program_of(module: Module) -> Program:
    made = Program()
    made.name_alike(module)
    for symbol in module.all_symbols():
        if (region := symbol.region) is not None:
            function, states = (symbol.name, symbol.states) if isinstance(symbol, Function) else ("", ())
            made.add(region, initializer=isinstance(symbol, Global), states=states, function=function)
    return made
