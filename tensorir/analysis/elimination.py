"""The exact minimum of a sum of costs, each of one variable or of a pair: dead ends first, then bucket elimination.

A state of a variable is a dead end if another one is never worse, whatever its neighbours are (Goldstein's criterion).
Then one variable after the other, those with the fewest neighbours first, is replaced by the least cost that it adds
for each combination of its neighbours' states (Dechter, "Bucket elimination", 1999). The time is exponential only in
the number of neighbours at that point, the width, which is small for the graphs of tensor programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

Costs: TypeAlias = npt.NDArray[np.float64]

MAX_TABLE = 1 << 22
"""The most combinations of states that are written down at once. Wider problems are solved by a beam search."""

BEAM = 512
"""How many partial choices the beam search keeps."""


@define
class Problem:
    """`own[v][i]`: the cost of state i of variable v. `pairs[u, v][i, j]`, u < v: what states i and j cost together."""

    own: list[Costs] = field(factory=list[Costs])
    pairs: dict[tuple[int, int], Costs] = field(factory=dict[tuple[int, int], Costs])

    def variable(self, costs: Sequence[float]) -> int:
        """Adds a variable with one state per cost, and returns its number."""
        self.own.append(np.array(costs, np.float64))
        return len(self.own) - 1

    def add_pair(self, u: int, v: int, costs: Costs) -> None:
        """Adds the costs [states of u, states of v] of a pair of variables."""
        key, table = ((u, v), costs) if u < v else ((v, u), costs.T)
        self.pairs[key] = self.pairs[key] + table if key in self.pairs else table

    def cost(self, states: Sequence[int]) -> float:
        """Returns the cost of one state for each variable."""
        alone = sum(float(costs[i]) for costs, i in zip(self.own, states, strict=True))
        return alone + sum(float(table[states[u], states[v]]) for (u, v), table in self.pairs.items())


@frozen
class Solution:
    """`states[v]`: the state of each variable; `width`: the most neighbours of a variable when it was eliminated;
    `exact`: whether nothing costs less, which is certain unless the width was too large."""

    states: tuple[int, ...]
    cost: float
    width: int
    exact: bool


def lower_bound(problem: Problem) -> float:
    """Returns a cost below which no choice of states is: that of each part by itself."""
    parts = (*problem.own, *problem.pairs.values())
    return sum(float(costs.min()) for costs in parts if costs.size)


def minimize(problem: Problem, max_table: int = MAX_TABLE) -> Solution:
    """Returns the states with the least cost; of equal ones those with the lowest numbers, variable by variable in the
    order of elimination. The result of a beam search costs at most as much as all states 0."""
    kept = _without_dead_ends(problem)
    reduced = Problem(
        [costs[k] for costs, k in zip(problem.own, kept, strict=True)],
        {(u, v): table[np.ix_(kept[u], kept[v])] for (u, v), table in problem.pairs.items()},
    )
    chosen, width, exact = _eliminated(reduced, max_table)
    states = tuple(int(kept[v][i]) for v, i in enumerate(chosen))
    cost = problem.cost(states)
    if not exact and (zeros := problem.cost([0] * len(states))) < cost:
        return Solution((0,) * len(states), zeros, width, exact)
    return Solution(states, cost, width, exact)


def _without_dead_ends(problem: Problem) -> list[npt.NDArray[np.int64]]:
    """Returns the states of each variable that are left. State r goes if for some other t
    own[r] − own[t] + Σ min over neighbours' states (pair[r] − pair[t]) is positive, or zero with t < r."""
    kept = [np.arange(len(costs)) for costs in problem.own]
    neighbours: list[dict[int, Costs]] = [{} for _ in problem.own]
    for (u, v), table in problem.pairs.items():
        neighbours[u][v], neighbours[v][u] = table, table.T
    waiting = dict.fromkeys(range(len(kept)))
    while waiting:
        v = next(iter(waiting))
        del waiting[v]
        mine = kept[v]
        if len(mine) == 1:
            continue
        gap = _differences(problem.own[v][mine][:, None])[:, :, 0]
        for u, table in neighbours[v].items():
            with np.errstate(invalid="ignore"):  # inf - inf: neither beats the other
                gap = gap + _differences(table[np.ix_(mine, kept[u])]).min(axis=2)
        before = np.tri(len(mine), k=-1, dtype=bool)  # t < r
        beaten = (gap > 0) | ((gap == 0) & before)
        np.fill_diagonal(beaten, False)
        left = mine[~beaten.any(axis=1)]
        if len(left) < len(mine):
            kept[v] = left
            waiting[v] = None
            waiting.update(dict.fromkeys(neighbours[v]))
    return kept


def _differences(part: Costs) -> Costs:
    """[r, t, j]: part[r, j] − part[t, j]. A combination that is impossible for both says nothing against r."""
    with np.errstate(invalid="ignore"):
        made = part[:, None, :] - part[None, :, :]
    return np.where(np.isnan(made), 0.0, made)


def _eliminated(problem: Problem, max_table: int) -> tuple[list[int], int, bool]:
    """Returns the state of each variable, the width, and whether they are the best."""
    sizes = [len(costs) for costs in problem.own]
    factors: list[tuple[tuple[int, ...], Costs] | None] = list(problem.pairs.items())
    adjacent: list[set[int]] = [set() for _ in sizes]
    numbers: list[set[int]] = [set() for _ in sizes]
    """Of each variable, the factors in which it occurs."""
    for number, (u, v) in enumerate(problem.pairs):
        adjacent[u].add(v)
        adjacent[v].add(u)
        numbers[u].add(number)
        numbers[v].add(number)
    waiting = [(len(near), v) for v, near in enumerate(adjacent)]
    heapify(waiting)
    done: set[int] = set()
    trace: list[tuple[int, tuple[int, ...], npt.NDArray[np.int64]]] = []
    width = 0
    while waiting:
        count, v = heappop(waiting)
        if v in done or count != len(adjacent[v]):
            continue  # an entry of an earlier number of neighbours
        done.add(v)
        scope = tuple(sorted(adjacent[v]))
        width = max(width, len(scope))
        if prod(sizes[u] for u in scope) * sizes[v] > max_table:
            return _beam(problem), width, False
        every = (v, *scope)
        total = _spread((v,), problem.own[v], every)
        for number in sorted(numbers[v]):
            made = factors[number]
            assert made is not None
            total = total + _spread(*made, every)
            factors[number] = None
            for u in made[0]:
                if u != v:
                    numbers[u].discard(number)
        trace.append((v, scope, total.argmin(axis=0)))
        if scope:
            factors.append((scope, total.min(axis=0)))
        for u in scope:
            numbers[u].add(len(factors) - 1)
            adjacent[u].update(scope)
            adjacent[u] -= {u, v}
            heappush(waiting, (len(adjacent[u]), u))
    chosen = [0] * len(sizes)
    for v, scope, best in reversed(trace):
        chosen[v] = int(best[tuple(chosen[u] for u in scope)])
    return chosen, width, True


def _spread(variables: tuple[int, ...], table: Costs, every: tuple[int, ...]) -> Costs:
    """Returns a table with one axis for each variable of `every`."""
    order = sorted(range(len(variables)), key=lambda i: every.index(variables[i]))
    shape = [1] * len(every)
    for i in order:
        shape[every.index(variables[i])] = table.shape[i]
    return table.transpose(order).reshape(shape)


def _beam(problem: Problem) -> list[int]:
    """Chooses for one variable after the other, and keeps the BEAM partial choices that cost least."""
    earlier: list[dict[int, Costs]] = [{} for _ in problem.own]
    for (u, v), table in problem.pairs.items():
        earlier[v][u] = table
    costs: Any = np.zeros(1)
    chosen = np.zeros((1, 0), np.int64)
    for v, own in enumerate(problem.own):
        total = costs[:, None] + own[None, :]
        for u, table in earlier[v].items():
            total = total + table[chosen[:, u]]
        best = np.argsort(total, axis=None, kind="stable")[:BEAM]
        rows, states = np.unravel_index(best, total.shape)
        costs = total[rows, states]
        chosen = np.concatenate([chosen[rows], states[:, None]], axis=1)
    return [int(i) for i in chosen[0]]


class Alternatives:
    """What other states would cost, in a solved problem."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem, self.solution = problem, solution
        self.near: list[set[int]] = [set() for _ in problem.own]
        for u, v in problem.pairs:
            self.near[u].add(v)
            self.near[v].add(u)

    def off_by(self, variable: int, state: int, radius: int = 3) -> float:
        """Returns how much more the whole costs if `variable` has this state and those up to `radius` pairs away are
        chosen anew. Choosing all others anew as well might cost less, but never less than nothing more."""
        others = np.arange(len(self.problem.own[variable])) != state
        return self._without(variable, others, radius)[1]

    def next_best(self, variable: int, radius: int = 3) -> tuple[int, float] | None:
        """Returns the state that `variable` would have if it did not have the one that it has, and how much more the
        whole then costs, as `off_by` does. None if there is no other state."""
        if len(self.problem.own[variable]) < 2:
            return None
        mine = np.arange(len(self.problem.own[variable])) == self.solution.states[variable]
        state, more = self._without(variable, mine, radius)
        return (state, more) if more < np.inf else None

    def _without(self, variable: int, forbidden: npt.NDArray[np.bool_], radius: int) -> tuple[int, float]:
        """Returns the best state of `variable` that is not forbidden, and how much more the whole costs with it."""
        free = {variable}
        for _ in range(radius):
            free |= {u for v in free for u in self.near[v]}
        place = {v: i for i, v in enumerate(sorted(free))}
        states = self.solution.states
        part = Problem([self.problem.own[v].copy() for v in place])
        for v, i in place.items():
            for u in self.near[v]:
                table = self.problem.pairs[(v, u) if v < u else (u, v)]
                if u not in place:
                    part.own[i] += table[:, states[u]] if v < u else table[states[u], :]
                elif v < u:
                    part.add_pair(i, place[u], table)
        kept = part.cost([states[v] for v in place])
        part.own[place[variable]][forbidden] = np.inf
        best = minimize(part)
        return best.states[place[variable]], best.cost - kept
