"""The choice of layouts as one exact problem: which form each op takes, and how each tensor is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import TypeAlias

import numpy as np
from attrs import define, field

from tensorir.analysis.elimination import Alternatives, Problem, Solution, minimize
from tensorir.analysis.movement import is_view
from tensorir.analysis.placed_products import is_placed
from tensorir.dialects.linalg import Contract, Generic
from tensorir.encoding.form import Form, State, Stored
from tensorir.ir.module import Global, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.targets.costs import Costs, Sizes
from tensorir.transforms.layouts.candidates import Candidates
from tensorir.transforms.layouts.forms import row_major
from tensorir.transforms.layouts.given import Given
from tensorir.transforms.layouts.prices import Prices, reordered
from tensorir.transforms.layouts.program import Place, Program, program_of, runs_others

MOST_COPIES = 3
"""The most layouts in which one constant is stored."""


RELAID_BETWEEN = 1.05
"""How much longer it takes to relay a tensor between two ops of a launch than as it leaves the launch: it is written
and read once more."""

READ_AGAIN = 1.25
"""How much longer it takes to relay a tensor where it is read, which several units may do with the same part of it."""


Worker: TypeAlias = tuple[Given, Prices]


@define
class Choice:
    """The solved problem. `states[v]`: those of variable v. `variable`: an op, or a constant tensor → its number. Ops
    without a variable have one form."""

    program: Program
    candidates: Candidates
    given: Given
    """Of the device of everything that names none."""
    prices: Prices
    others: Mapping[str, Worker] = field(factory=dict[str, Worker])
    """Device that launches name → what it answers and what work costs there."""
    sizes: Mapping[str, Sizes] = field(factory=dict[str, "Sizes"])
    """Function → what symbols of its sizes count as, if it is not the typical size."""
    problem: Problem = field(factory=Problem)
    states: list[list[State]] = field(factory=list[list[State]])
    variable: dict[Op | Value, int] = field(factory=dict["Op | Value", int])
    row_major_cost: float = field(default=0.0, init=False)
    """What the first state of every variable costs."""
    solution: Solution = field(init=False)
    alternatives: Alternatives = field(init=False)

    def solve(self) -> None:
        """Chooses the states that cost least."""
        self.pose()
        self.settle(minimize(self.problem))

    def pose(self) -> None:
        """States the problem."""
        for tensor in self.program.constants:
            stored = self._copies(tensor)
            costs = [self.prices.kept(tensor.type, kept) for kept in stored]
            self._add_variable(tensor, [State(Form(()), kept) for kept in stored], costs)
        for tensor in self.program.states:
            layouts = dict.fromkeys((None, *self.candidates.layouts.get(tensor, ())))
            self._add_variable(tensor, [State(Form(()), (s,)) for s in layouts], [0.0] * len(layouts))
        for place in self.program.places:
            if place.op in self.candidates.forms and not place.initializer:
                states = self._states(place)
                self._add_variable(place.op, states, [self.own_cost(place, state) for state in states])
        for tensor, readers in self.program.readers.items():
            for reader in readers:
                self._add_edge(tensor, reader)
        for tensor, state in self.program.kept:
            self._add_update(tensor, state)
        self.row_major_cost = self.problem.cost([0] * len(self.states))

    def pose_part(self, function: str, only: Mapping[Op | Value, State]) -> None:
        """States the part of the problem that is in one function. What is in `only`, such as all constants and states
        of the program, has only that state."""
        for tensor in self.globals():
            self._add_variable(tensor, [only[tensor]], [0.0])
        for place in self.program.places:
            if place.function == function and place.op in self.candidates.forms:
                states = [only[place.op]] if place.op in only else self._states(place)
                self._add_variable(place.op, states, [self.own_cost(place, state) for state in states])
        for tensor, readers in self.program.readers.items():
            for reader in readers:
                if reader.function == function:
                    self._add_edge(tensor, reader)
        for tensor, state in self.program.kept:
            maker = self.program.makers.get(tensor)
            if maker is not None and maker.function == function:
                self._add_update(tensor, state)

    def keep(self, states: Mapping[Value, State]) -> None:
        """Leaves these constants and states of the program no other state."""
        for tensor, state in states.items():
            v = self.variable[tensor]
            others = np.arange(len(self.states[v])) != self.states[v].index(state)
            self.problem.own[v] = np.where(others, np.inf, self.problem.own[v])

    def at(self, sizes: Mapping[str, Sizes]) -> Choice:
        """The same choice, not yet posed, where sizes of functions count as these."""
        return Choice(self.program, self.candidates, self.given, self.prices, self.others, sizes)

    def given_at(self, device: str) -> Given:
        return self.others[device][0] if device in self.others else self.given

    def prices_at(self, place: Place) -> Prices:
        """What work costs on the device of a place, for the sizes of its function."""
        prices = self.others[place.device][1] if place.device in self.others else self.prices
        return prices.at(self.sizes.get(place.function, ()))

    def globals(self) -> dict[Value, Global]:
        """Constants and states of the program, with their globals."""
        return {**self.program.constants, **self.program.states}

    def settle(self, solution: Solution) -> None:
        """Takes a solution of the problem."""
        self.solution = solution
        self.alternatives = Alternatives(self.problem, solution)

    def state(self, of: Op | Value) -> State:
        """The chosen state of an op, of a constant or of a state of the program."""
        if of in self.variable:
            v = self.variable[of]
            return self.states[v][self.solution.states[v]]
        assert isinstance(of, Op)
        return State(self._only_form(of), self._only_stored(of))

    def form(self, op: Op) -> Form:
        """The form that an op takes."""
        if op in self.variable:
            v = self.variable[op]
            return self.states[v][self.solution.states[v]].form
        return self._only_form(op)

    def stored(self, tensor: Value) -> Stored:
        """How a tensor is stored for other launches; for a constant, as its initializer leaves it; for a state, between
        calls."""
        if tensor in self.program.states:
            return self.state(tensor).stored[0]
        place = self.program.makers.get(tensor)
        if place is None:
            return self.given.layout(tensor.type)
        if place.op in self.variable:
            v = self.variable[place.op]
            return self.states[v][self.solution.states[v]].stored[0]
        return self._only_stored(place.op)[place.op.results.index(tensor)]

    def read_as(self, constant: Value, need: Stored) -> Stored:
        """How a launch that needs a constant in one layout reads it: in another one that is kept, if the one is a view
        of the other, or if not even that is kept."""
        v = self.variable[constant]
        kept = self.states[v][self.solution.states[v]].stored
        if need in kept:
            return need
        views = (s for s in kept if (s is None or need is None) and self._has(constant, (s,), need))
        others = (s for s in kept if reordered(s, need))
        return next(views, next(others, need))

    def price_of(self, op: Op, form: Form) -> float:
        """How many nanoseconds the program takes longer if `op` has this form, with what is near chosen anew."""
        v = self.variable[op]
        others = [i for i, state in enumerate(self.states[v]) if state.form == form]
        return min(self.alternatives.off_by(v, i) for i in others)

    def _only_form(self, op: Op) -> Form:
        if runs_others(op):  # what it runs has arguments of these types
            return Form(tuple(self.given.layout(v.type, op.loc) for v in op.operands))
        forms = self.candidates.forms.get(op)
        return row_major(op) if forms is None else forms[0]

    def _only_stored(self, op: Op) -> tuple[Stored, ...]:
        if op in self.candidates.forms:
            return (self._only_form(op).result,) * len(op.results)
        return tuple(self.given.layout(r.type, op.loc) for r in op.results)

    def _add_variable(self, of: Op | Value, states: list[State], costs: list[float]) -> None:
        self.variable[of] = self.problem.variable(costs)
        self.states.append(states)

    def _copies(self, tensor: Value) -> list[tuple[Stored, ...]]:
        """The sets of layouts in which a constant may be stored."""
        choices = list(dict.fromkeys([self.stored(tensor), None, *self.candidates.layouts.get(tensor, ())]))
        return [kept for n in range(1, MOST_COPIES + 1) for kept in combinations(choices, n)]

    def _states(self, place: Place) -> list[State]:
        """The states of an op: its forms, and for each the layouts in which others may find its result."""
        op, result = place.op, place.op.results[0]
        if len(op.results) > 1:  # its results are row-major
            return [State(form, (None,) * len(op.results)) for form in self.candidates.forms[op]]
        elsewhere = [r for r in self.program.readers.get(result, ()) if r.launch is not place.launch]
        forms = self.candidates.forms[op]
        if place.launch is None or not (elsewhere or result in self.program.wanted or self._is_kept(result)):
            return [State(form, (form.result,)) for form in forms]
        stored: list[Stored] = [None]
        if result not in self.program.wanted and all(r.launch is not None for r in elsewhere):
            stored += self.candidates.layouts.get(result, ())
        return [State(form, (s,)) for form in forms for s in stored]

    def _is_kept(self, tensor: Value) -> bool:
        return any(kept is tensor for kept, _ in self.program.kept)

    def own_cost(self, place: Place, state: State) -> float:
        """What an op costs in a state whatever its neighbours do: its form, and relayouts of arguments and results."""
        op, form, type = place.op, state.form, place.op.results[0].type
        prices = self.prices_at(place)
        cost = prices.form(op, form) + prices.relayout(type, form.result, self.written(place, state))
        for tensor, need in zip(self.program.operands(op), form.operands, strict=True):
            if self.is_argument(tensor):
                cost += prices.relayout(tensor.type, self.given.layout(tensor.type), need)
        return cost

    def written(self, place: Place, state: State) -> Stored:
        """How the results of an op are stored where they leave its launch, or the function."""
        return None if place.launch is None and place.op.results[0] in self.program.wanted else state.stored[0]

    def is_argument(self, tensor: Value) -> bool:
        return not any(tensor in of for of in (self.program.makers, self.program.constants, self.program.states))

    def _add_edge(self, tensor: Value, reader: Place) -> None:
        """Adds what it costs that a reader needs a tensor in another layout than it has."""
        maker = self.program.makers.get(tensor)
        own = tensor in self.program.constants or tensor in self.program.states
        source = tensor if own else None if maker is None else maker.op
        if reader.initializer or source is None:
            return
        u, v = self.variable.get(source), self.variable.get(reader.op)
        if u is None:
            assert maker is not None
            have = [State(self._only_form(maker.op), self._only_stored(maker.op))]
        else:
            have = self.states[u]
        want = [self._only_form(reader.op)] if v is None else [state.form for state in self.states[v]]
        table = np.array(self._moved(tensor, have, reader, want))
        if u is not None and v is not None:
            self.problem.add_pair(u, v, table)
        elif u is not None:
            self.problem.own[u] = self.problem.own[u] + table[:, 0]
        elif v is not None:
            self.problem.own[v] = self.problem.own[v] + table[0]

    def _add_update(self, tensor: Value, state: Value) -> None:
        """Adds what it costs that the new value of a state has another layout than the state."""
        v = self.variable[state]
        want = [s.stored[0] for s in self.states[v]]
        maker = self.program.makers.get(tensor)
        u = self.variable.get(tensor if tensor in self.program.states or maker is None else maker.op)
        if u == v or tensor in self.program.constants:
            return  # it keeps its value, or gets one that is in memory in any layout
        relayout = self.prices.relayout if maker is None else self.prices_at(maker).relayout
        if u is None:
            self.problem.own[v] = self.problem.own[v] + np.array(
                [relayout(tensor.type, self.stored(tensor), s) for s in want]
            )
            return
        at = 0 if maker is None or len(maker.op.results) == 1 else maker.op.results.index(tensor)
        table = [[relayout(tensor.type, s.stored[at], w) for w in want] for s in self.states[u]]
        self.problem.add_pair(u, v, np.array(table))

    def _moved(self, tensor: Value, have: list[State], reader: Place, want: list[Form]) -> list[list[float]]:
        """[state][form]: what it costs that the reader, in that form, finds the tensor of an op in that state."""
        at = [i for i, v in enumerate(self.program.operands(reader.op)) if v is tensor]
        needs = [tuple(dict.fromkeys(form.operands[i] for i in at)) for form in want]
        if tensor in self.program.constants:
            read = partial(self.prices_at(reader).read, reader.op)
            stored = dict.fromkeys(s for a in have for s in a.stored)
            ns = [{s: [read(i, form, s) for i in at] for s in stored} for form in want]
            return [[sum(map(min, zip(*(of[s] for s in a.stored), strict=True))) for of in ns] for a in have]
        relayout, rows = self.prices_at(reader).relayout, list[list[float]]()
        for a in have:
            held, again = self.held(tensor, a, reader)
            rows.append([again * sum(relayout(tensor.type, held, n) for n in need) for need in needs])
        return rows

    def held(self, tensor: Value, state: State, reader: Place) -> tuple[Stored, float]:
        """How a reader finds a tensor that an op in this state makes, and how many times as long a relayout takes
        there."""
        if tensor in self.program.states:
            return state.stored[0], READ_AGAIN
        maker = self.program.makers[tensor]
        if len(maker.op.results) > 1:
            held = state.stored[maker.op.results.index(tensor)]
        else:
            held = state.form.result if maker.launch is reader.launch else state.stored[0]
        return held, RELAID_BETWEEN if maker.launch is reader.launch else READ_AGAIN

    def _has(self, tensor: Value, stored: Sequence[Stored], need: Stored) -> bool:
        return any(self.prices.relayout(tensor.type, s, need) == 0.0 for s in stored)


def _computed(program: Program) -> frozenset[Op]:
    """The contractions one of whose operands is made, in their launch, of constants alone, or whose right side is an
    elementwise op there of what comes from elsewhere: it is computed panel by panel, whatever it is read from."""
    made: set[Value] = set()
    views: set[Value] = set()
    sides: set[Value] = set()
    for place in program.places:
        operands = program.operands(place.op)
        if place.initializer or not operands:
            continue
        if all(v in made or v in program.constants for v in operands):
            made.update(place.op.results)
        inside = [v for v in operands if (p := program.makers.get(v)) and p.launch is place.launch is not None]
        if all(v in views or v in sides for v in inside):
            if isinstance(place.op, Generic):
                sides.update(place.op.results)
            elif is_view(place.op):
                (sides if any(v in sides for v in inside) else views).update(place.op.results)
    return frozenset(
        place.op
        for place in program.places
        if isinstance(place.op, Contract)
        and (any(v in made for v in program.operands(place.op)) or program.tensor(place.op.rhs) in sides)
    )


def _in_place(program: Program, costs: Costs, rates: Mapping[str, Costs]) -> frozenset[Op]:
    """The contractions that are read where their operands lie, on devices that can do so. `rates`: of the devices that
    launches name; `costs`: of all else."""

    def maker(op: Contract) -> Op | None:
        made = program.makers.get(program.tensor(op.lhs))
        return None if made is None else made.op

    able = (place.op for place in program.places if rates.get(place.device, costs).product_in_place)
    return frozenset(op for op in able if isinstance(op, Contract) and is_placed(op, maker(op)))


def posed(
    module: Module, given: Given, costs: Costs, others: Mapping[str, tuple[Given, Costs]] | None = None
) -> Choice:
    """Returns the choice, not yet made, for a module in which launches are formed, if it has any. `others`: the devices
    that launches name."""
    program = program_of(module)
    rates = {name: own for name, (_, own) in (others or {}).items()}
    in_place, computed = _in_place(program, costs, rates), _computed(program)
    workers = {name: (own, Prices(rates[name], in_place, computed)) for name, (own, _) in (others or {}).items()}

    def forms(place: Place) -> list[Form] | None:
        return (workers[place.device][0] if place.device in workers else given).forms(place.op)

    candidates = Candidates(program, forms, in_place)
    candidates.find()
    sizes = {f.name: ((f.sizes.symbol, f.sizes.typical),) for f in module.functions if f.sizes is not None}
    return Choice(program, candidates, given, Prices(costs, in_place, computed), workers, sizes)
