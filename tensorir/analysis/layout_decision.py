"""Which layouts were chosen for a program, as a value: what each op does, how each tensor is stored, and what it costs.

A decision holds no op and no data of the program. Its parts have keys, which are the same whenever the same program is
compiled, so that a decision can be applied again (`tensorir.compile(…, layouts=decision)`). Costs are nanoseconds by
the rates of the device, which are part of the decision; sizes that are known only at run time count as a typical size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import astuple, field, frozen

from tensorir.analysis.elimination import Alternatives, Problem, Solution, lower_bound
from tensorir.encoding.form import Form, State, Stored
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.size_range import SizeRange
from tensorir.targets.costs import TYPICAL_SIZE, Costs
from tensorir.text.encodings import Aliases, encoding_text

FORMAT = 3
"""The version of the JSON form."""


@frozen
class Relaid:
    """A tensor that is copied from one layout to another: where an op reads it as `operand`, or, if that is "result",
    where the op writes it. `bytes`: those of the tensor in the layout that is `needed`."""

    operand: str
    tensor: str
    held: Stored
    needed: Stored
    bytes: int
    ns: float


@frozen
class Decided:
    """What was decided for one op, or for a constant (then `op` is "" and `loc` is that of the global).

    `names`: those of its results. `where`: the launch that it is part of, or what else runs it; `launch`: the id of
    that launch, or "". `ns`: what its form costs, without the relayouts. `choices`: the number of states between which
    it was chosen. `reason`: why it can't be packed, or ""."""

    key: str
    op: str
    id: str
    loc: Location
    names: tuple[str, ...]
    where: str
    launch: str
    state: State
    ns: float
    relaid: tuple[Relaid, ...] = ()
    choices: int = 1
    reason: str = ""


@frozen
class SizesApart:
    """A range of sizes for which a function has layouts of its own. `ns`: what a call of its typical size takes;
    `otherwise_ns`: what it would take with the layouts for TYPICAL_SIZE."""

    sizes: SizeRange
    ns: float
    otherwise_ns: float


Ranges: TypeAlias = "Mapping[str, Sequence[SizesApart]]"
"""Function → its ranges, in order."""


@frozen
class Alternative:
    """Another state, and how many nanoseconds longer the program takes with it, if what is near is chosen anew."""

    state: State
    more_ns: float


@frozen(eq=False)
class Weighed:
    """What a decision was chosen from. `variable`: key → its number."""

    problem: Problem
    solution: Solution
    states: Sequence[Sequence[State]]
    variable: Mapping[str, int]


@frozen
class Decision:
    """`costs`: by which it was chosen, by the names of the devices in the program. `decided`: constants, then ops, in
    program order. `cost_ns`: the sum of all costs. `off_ns`: the cost of the
    first states, which are row-major and without tiles wherever the program and its options leave a choice. `width`:
    that of the elimination. `exact`: whether nothing costs less. `gap_ns`: how much less another choice may cost at
    most, 0 if `exact`. `ranges`: for which sizes functions have layouts of their own, by name. What is
    kept from call to call is chosen for all other sizes; `exact` then means that nothing else with the same costs
    less."""

    device: str
    costs: tuple[tuple[str, Costs], ...]
    decided: tuple[Decided, ...]
    cost_ns: float
    off_ns: float
    width: int
    exact: bool
    gap_ns: float
    ranges: tuple[tuple[str, Sequence[SizesApart]], ...] = ()
    weighed: Weighed | None = field(default=None, eq=False, repr=False)

    def __iter__(self) -> Iterator[Decided]:
        return iter(self.decided)

    def next_best(self, decided: Decided) -> Alternative | None:
        """Returns what would have been chosen otherwise; None if there is nothing else. It is computed anew each time.

        Raises TensorIRError for a decision that was read from a file and not applied since."""
        if self.weighed is None:
            raise TensorIRError(
                "a decision that was read from a file does not know what else there is: compile the program with it, "
                "and take the decision of the result",
                decided.loc,
            )
        variable = self.weighed.variable.get(decided.key)
        if variable is None:
            return None
        found = Alternatives(self.weighed.problem, self.weighed.solution).next_best(variable)
        return None if found is None else Alternative(self.weighed.states[variable][found[0]], found[1])

    def __str__(self) -> str:
        return decision_text(self)

    def json(self) -> str:
        """Returns the text that `tensorir.compile(…, layouts=…)` applies again."""
        sums = ("device", "cost_ns", "off_ns", "width", "exact", "gap_ns")
        head = {"tensorir_layouts": FORMAT, **{name: getattr(self, name) for name in sums}}
        head["costs"] = {name: costs.rates() for name, costs in self.costs}
        head["ranges"] = {name: [_apart_json(r) for r in of] for name, of in self.ranges}
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        decided = ",\n  ".join(json.dumps(_json(d)) for d in self.decided)
        return "{\n " + ",\n ".join([*lines, f'"decided": [\n  {decided}\n ]']) + "\n}"


def gap_of(problem: Problem, solution: Solution) -> float:
    """How much less than the solution another choice may cost at most."""
    return 0.0 if solution.exact else solution.cost - lower_bound(problem)


def _json(d: Decided) -> dict[str, Any]:
    return {
        "key": d.key,
        "op": d.op,
        "id": d.id,
        "loc": [d.loc.file, d.loc.line, d.loc.col],
        "names": list(d.names),
        "where": d.where,
        "launch": d.launch,
        "operands": [_stored_json(s) for s in d.state.form.operands],
        "result": _stored_json(d.state.form.result),
        "tiles": None if d.state.form.tiles is None else str(d.state.form.tiles),
        "kernel": d.state.form.kernel,
        "stored": [_stored_json(s) for s in d.state.stored],
        "ns": d.ns,
        "relaid": [_relaid_json(r) for r in d.relaid],
        "choices": d.choices,
        "reason": d.reason,
    }


def _apart_json(r: SizesApart) -> list[Any]:
    return [*astuple(r.sizes), r.ns, r.otherwise_ns]


def _relaid_json(r: Relaid) -> list[Any]:
    return [r.operand, r.tensor, _stored_json(r.held), _stored_json(r.needed), r.bytes, r.ns]


def _stored_json(stored: Stored) -> str | None:
    return None if stored is None else encoding_text(stored)


def decision_text(decision: Decision, *, next_best: bool = False) -> str:
    """Returns the sums, the costs of each device, then a line per op and constant in program order, and one per
    relayout below it, with `next_best` also one for what would have been chosen otherwise. Layouts have names, which
    are defined at the end."""
    names = Aliases()
    lines = [summary(decision), *costs_lines(decision), *ranges_lines(decision)]
    for d in decision.decided:
        lines += decided_lines(d, names)
        if next_best and d.choices > 1:
            lines.append(f"    {next_best_text(decision, d, names)}")
    definitions = names.definitions().rstrip("\n")
    return "\n".join([*lines, *(["where", *definitions.splitlines()] if definitions else [])])


def summary(decision: Decision) -> str:
    """The sums in one line."""
    without = f"without tiles {micros(decision.off_ns)}"
    sure = "exact (gap 0)" if decision.exact else f"another choice may cost up to {micros(decision.gap_ns)} less"
    return f"layouts for {decision.device}: {micros(decision.cost_ns)}, {without}; width {decision.width}, {sure}"


def costs_lines(decision: Decision) -> list[str]:
    """A line for each device, or for several with the same costs: by which rates was chosen."""
    names: dict[Costs, list[str]] = {}
    for name, costs in decision.costs:
        names.setdefault(costs, []).append(name)
    return [f"costs of {', '.join(of)}: {costs}" for costs, of in names.items()]


def ranges_lines(decision: Decision) -> list[str]:
    """A line for each range of sizes that has layouts of its own."""
    return [
        f"@{name} has layouts of its own for {r.sizes}: {micros(r.ns)} at {r.sizes.typical}, "
        f"with those for {TYPICAL_SIZE} {micros(r.otherwise_ns)}"
        for name, of in decision.ranges
        for r in of
    ]


def next_best_text(decision: Decision, d: Decided, names: Aliases | None = None) -> str:
    """What would have been chosen otherwise. Raises TensorIRError as `Decision.next_best` does."""
    other = decision.next_best(d)
    if other is None:
        return "next best: there is no other choice"
    return f"next best: {state_text(other.state, names, constant=not d.op)}, {micros(other.more_ns)} more"


def decided_lines(d: Decided, names: Aliases | None = None) -> list[str]:
    """The line of one op or constant, and those of its relayouts."""
    what = f"{d.op} {d.id}".rstrip() if d.op else "constant"
    made = ", ".join(f"%{n}" if d.op else f"@{n}" for n in d.names if n)
    head = " ".join(filter(None, (f"{d.loc}:", what, made)))
    cost = f"; {micros(d.ns)}" if d.choices > 1 else ""
    lines = [f"{head}: {state_text(d.state, names, constant=not d.op)}{cost} ({d.where})"]
    for r in d.relaid:
        verb = "is stored as" if r.operand == "result" else "is read as"
        moved = f"made as {stored_text(r.held, names)}, {verb} {stored_text(r.needed, names)}"
        lines.append(f"    {r.operand} ({r.tensor}): {moved}; {r.bytes} bytes, {micros(r.ns)}")
    return lines


def state_text(state: State, names: Aliases | None = None, *, constant: bool = False) -> str:
    """What an op does, or how a constant is kept. Without `names` layouts are written out."""
    form = state.form
    if constant:
        return "kept " + " and ".join(stored_text(s, names) for s in state.stored)
    text = form_text(form, names)
    if state.stored and state.stored != (form.result,) * len(state.stored):
        text += f", stored {', '.join(stored_text(s, names) for s in state.stored)}"
    return text


def form_text(form: Form, names: Aliases | None = None) -> str:
    """The form of an op: with its tiles and its kernel if it has any."""
    tiles = "" if form.tiles is None else f"{form.tiles} {form.kernel or 'without a kernel'}, "
    if form.result is None and not any(form.operands):
        return f"{tiles}row-major"
    operands = ", ".join(stored_text(s, names) for s in form.operands)
    return f"{tiles}({operands}) → {stored_text(form.result, names)}"


def stored_text(stored: Stored, names: Aliases | None = None) -> str:
    """A layout, or "row-major"."""
    if stored is None:
        return "row-major"
    return encoding_text(stored) if names is None else names(stored)


def micros(ns: float) -> str:
    """A time in microseconds, with three digits."""
    return f"{ns / 1000:.3g} µs" if abs(ns) < 1e6 else f"{ns / 1000:.0f} µs"
