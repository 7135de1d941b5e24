"""A choice of layouts as a value, which outlives the program: `decision_of`, and a decision applied again: `replay`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import inf

from tensorir.analysis.elimination import Solution
from tensorir.analysis.layout_decision import Decided, Decision, Ranges, Relaid, Weighed, gap_of, state_text
from tensorir.dialects.flow import Dispatch
from tensorir.encoding.form import State, Stored
from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.targets.costs import Costs
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.layouts.forms import why_no_form
from tensorir.transforms.layouts.program import Place

MOST_PLACES = 8
"""The most places that an error about a decision shows."""

SAME = 1e-9
"""Costs are equal if they differ by no more than this fraction."""


def decision_of(choice: Choice, device: str, costs: Mapping[str, Costs], ranges: Ranges) -> Decision:
    """Returns what a solved choice has decided for the device with this spec. `costs`: by the names of devices;
    `ranges`: for which sizes functions have layouts of their own, by their names."""
    keys = _keys(choice)
    launches: dict[Dispatch, int] = {}
    ops: list[Decided] = []
    for place in choice.program.places:
        if place.launch is not None:
            launches.setdefault(place.launch, len(launches))
        ops.append(_op(choice, place, keys[place.op], launches))
    names: dict[Value, list[str]] = {}
    for name, held in choice.program.held.items():
        names.setdefault(choice.program.tensor(held), []).append(name)
    constants = [_constant(choice, tensor, keys[tensor], names[tensor]) for tensor in choice.globals()]
    decided = (*constants, *_in_program_order(ops))
    solution, problem = choice.solution, choice.problem
    variable = {keys[of]: v for of, v in choice.variable.items()}
    off, gap = choice.row_major_cost, gap_of(problem, solution)
    weighed = Weighed(problem, solution, choice.states, variable)
    sums = tuple(costs.items()), decided
    return Decision(
        device, *sums, solution.cost, off, solution.width, solution.exact, gap, tuple(ranges.items()), weighed
    )


def ranges_of(decision: Decision, module: Module) -> Ranges:
    """Returns for which sizes a decision has functions of their own.

    Raises TensorIRError if the program has no such function, or the function no such size."""
    for name, of in decision.ranges:
        function = module.symbols.get(name)
        symbols = function.symbols if isinstance(function, Function) else ()
        for r in of:
            if r.sizes.symbol not in symbols:
                message = f"the decision about layouts is of another program: it has layouts of @{name} for {r.sizes}"
                raise TensorIRError(f"{message}, and there is no such function or size")
    return dict(decision.ranges)


def _in_program_order(ops: list[Decided]) -> list[Decided]:
    """Sorts ops by where the ops stood from which they were made; those of one symbol stay together."""
    symbols: dict[str, int] = {}

    def at(d: Decided) -> tuple[int, int]:
        symbol, _, number = d.id.partition("~")[0].rpartition("#")
        return symbols.setdefault(symbol, len(symbols)), int(number or 0)

    return sorted(ops, key=at)


def replay(choice: Choice, decision: Decision) -> None:
    """Makes a choice as a decision says, without solving anything.

    Raises TensorIRError with each place where the decision does not fit the program."""
    keys = _keys(choice)
    by_key = {d.key: d for d in decision.decided}
    choice.pose()
    locations, here = _locations(choice), set(keys.values())
    wrong = [
        Diagnostic(f"the decision about layouts is of another program: it has {key}, which is not here", d.loc)
        for key, d in by_key.items()
        if key not in here
    ]
    states: list[int] = []
    for of, v in choice.variable.items():
        found = by_key.get(keys[of])
        if found is None:
            message = f"the decision about layouts says nothing about {keys[of]}"
            wrong.append(Diagnostic(message, locations[of]))
        elif found.state not in choice.states[v]:
            wrong.append(_impossible(keys[of], found, choice.states[v], locations[of], constant=isinstance(of, Value)))
        else:
            states.append(choice.states[v].index(found.state))
    if not wrong:
        wrong = _conflicts(choice, states, keys, locations)
    if wrong:
        more = [Diagnostic(f"{len(wrong) - MOST_PLACES} more places")] if len(wrong) > MOST_PLACES else []
        raise TensorIRError([*wrong[:MOST_PLACES], *more])
    cost = choice.problem.cost(states)
    same = abs(cost - decision.cost_ns) <= SAME * max(cost, decision.cost_ns)
    choice.settle(Solution(tuple(states), cost, decision.width, decision.exact and same))


def _keys(choice: Choice) -> dict[Op | Value, str]:
    """Names ops by their ids and classes, and constants by the first global that holds them."""
    keys: dict[Op | Value, str] = {t: f"@{g.name}" for t, g in choice.globals().items()}
    counts: Counter[str] = Counter()
    for place in choice.program.places:
        key = f"{place.op.loc.op or place.op.loc} {place.op.NAME}"
        counts[key] += 1
        keys[place.op] = key if counts[key] == 1 else f"{key} ({counts[key]})"
    return keys


def _locations(choice: Choice) -> dict[Op | Value, Location]:
    ops: dict[Op | Value, Location] = {place.op: place.op.loc for place in choice.program.places}
    return ops | {tensor: g.loc for tensor, g in choice.globals().items()}


def _constant(choice: Choice, tensor: Value, key: str, names: list[str]) -> Decided:
    g, state = choice.globals()[tensor], choice.state(tensor)
    ns = 0.0 if g.mutable else choice.prices.kept(tensor.type, state.stored)
    choices = len(choice.states[choice.variable[tensor]])
    return Decided(key, "", "", g.loc, tuple(names), "kept from call to call", "", state, ns, (), choices)


def _op(choice: Choice, place: Place, key: str, launches: dict[Dispatch, int]) -> Decided:
    op, state = place.op, choice.state(place.op)
    variable = choice.variable.get(op)
    known = variable is not None
    where = "outside of launches" if place.launch is None else f"launch {launches[place.launch]}"
    if len(choice.others) > 1 and place.launch is not None:
        where += f" on {place.device}"
    return Decided(
        key,
        op.NAME,
        op.loc.op,
        op.loc,
        tuple(r.hint for r in op.results),
        "when the program is compiled" if place.initializer else where,
        "" if place.launch is None else place.launch.loc.op,
        state,
        choice.prices_at(place).form(op, state.form) if known else 0.0,
        () if place.initializer else _relaid(choice, place, state),
        len(choice.states[variable]) if variable is not None else 1,
        "" if known else why_no_form(op),
    )


def _relaid(choice: Choice, place: Place, state: State) -> tuple[Relaid, ...]:
    """What the op reads, and then its result, where they change their layout."""
    op, prices, made = place.op, choice.prices_at(place), list[Relaid]()
    seen: set[tuple[Value, Stored]] = set()
    for i, (tensor, need) in enumerate(zip(choice.program.operands(op), state.form.operands, strict=True)):
        argument = choice.is_argument(tensor)
        if (tensor, need) in seen and not argument:
            continue
        seen.add((tensor, need))
        again = 1.0
        if tensor in choice.program.constants:
            held = choice.read_as(tensor, need)
        elif argument:
            held = choice.given.layout(tensor.type)
        elif tensor in choice.program.states:
            held, again = choice.held(tensor, choice.state(tensor), place)
        else:
            maker = choice.program.makers[tensor].op
            held, again = choice.held(tensor, choice.state(maker), place)
        constant = tensor in choice.program.constants
        ns = prices.read(op, i, state.form, held) if constant else again * prices.relayout(tensor.type, held, need)
        if ns:
            bytes = prices.bytes(tensor.type, need)
            made.append(Relaid(op.operand_name(i), _name(choice, tensor), held, need, bytes, ns))
    if len(op.results) == 1:
        written = choice.written(place, state)
        ns = prices.relayout(op.result.type, state.form.result, written)
        if ns:
            bytes = prices.bytes(op.result.type, written)
            made.append(Relaid("result", _name(choice, op.result), state.form.result, written, bytes, ns))
    return tuple(made)


def _name(choice: Choice, tensor: Value) -> str:
    """The id of the op that makes a tensor, or the name of an argument."""
    maker = choice.program.makers.get(tensor)
    if maker is None or not maker.op.loc.op:
        return f"%{tensor.hint}" if tensor.hint else "an argument" if maker is None else maker.op.NAME
    return f"{maker.op.NAME} {maker.op.loc.op}"


def _impossible(key: str, found: Decided, states: list[State], loc: Location, *, constant: bool) -> Diagnostic:
    said = state_text(found.state, constant=constant)
    known = tuple(f"possible: {state_text(s, constant=constant)}" for s in states[:MOST_PLACES])
    return Diagnostic(f"the decision about layouts does not fit {key}: {said} is not possible here", loc, notes=known)


def _conflicts(
    choice: Choice, states: list[int], keys: dict[Op | Value, str], locations: dict[Op | Value, Location]
) -> list[Diagnostic]:
    """What can't be chosen together: a launch reads a constant in a layout in which it is not kept."""
    variables = list(choice.variable)
    found: list[Diagnostic] = []
    for (u, v), table in choice.problem.pairs.items():
        if table[states[u], states[v]] == inf:
            a, b = variables[u], variables[v]
            message = f"the decision about layouts contradicts itself: {keys[a]} is not kept as {keys[b]} reads it"
            found.append(Diagnostic(message, locations[b]))
    for of, v in choice.variable.items():
        if choice.problem.own[v][states[v]] == inf:
            message = f"the decision about layouts contradicts itself: {keys[of]} is not kept as it is read"
            found.append(Diagnostic(message, locations[of]))
    return found
