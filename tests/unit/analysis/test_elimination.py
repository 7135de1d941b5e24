"""The exact minimum of costs of variables and pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorir.analysis import elimination
from tensorir.analysis.elimination import Alternatives, Problem, lower_bound, minimize


def random_problem(seed: int, variables: int, states: int, *, density: float = 0.5, impossible: float = 0.0) -> Problem:
    """Small whole costs, so that many choices cost the same. State 0 is always possible."""
    rng = np.random.default_rng(seed)
    made = Problem()
    for _ in range(variables):
        made.variable(rng.integers(0, 6, rng.integers(1, states + 1)).tolist())
    for u, v in combinations(range(variables), 2):
        if rng.random() < density:
            table = rng.integers(0, 6, (len(made.own[u]), len(made.own[v]))).astype(np.float64)
            table[rng.random(table.shape) < impossible] = np.inf
            table[0, 0] = min(table[0, 0], 9.0)
            made.add_pair(*((u, v, table) if rng.random() < 0.5 else (v, u, table.T)))
    return made


def least_cost(problem: Problem) -> float:
    """The least cost of all combinations of states."""
    return min(problem.cost(states) for states in np.ndindex(*(len(costs) for costs in problem.own)))


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.sampled_from([0.0, 0.3]))
def test_nothing_costs_less(seed: int, variables: int, impossible: float) -> None:
    problem = random_problem(seed, variables, 4, impossible=impossible)
    found = minimize(problem)
    assert found.exact
    assert found.cost == problem.cost(found.states) == least_cost(problem)


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_variables_changes_no_cost(seed: int) -> None:
    problem = random_problem(seed, 6, 4)
    order = np.random.default_rng(seed).permutation(len(problem.own))
    place = {int(old): new for new, old in enumerate(order)}
    other = Problem([problem.own[v] for v in order])
    for (u, v), table in problem.pairs.items():
        other.add_pair(place[u], place[v], table)
    assert minimize(other).cost == minimize(problem).cost


def test_a_chain_of_many_variables_has_width_one() -> None:
    """Two hundred variables with eight states each: 8^200 combinations."""
    rng = np.random.default_rng(1)
    problem = Problem([rng.random(8) for _ in range(200)])
    for v in range(199):
        problem.add_pair(v, v + 1, rng.random((8, 8)))
    found = minimize(problem)
    assert (found.width, found.exact) == (1, True)


def test_costs_of_a_pair_add_up() -> None:
    problem = Problem([np.zeros(2), np.zeros(2)])
    problem.add_pair(0, 1, np.array([[0.0, 1.0], [2.0, 3.0]]))
    problem.add_pair(1, 0, np.array([[10.0, 0.0], [0.0, 0.0]]))
    assert minimize(problem).cost == 1


@given(st.integers(0, 2**32 - 1))
def test_too_wide_problems_get_a_choice_that_is_not_worse_than_the_first_states(seed: int) -> None:
    problem = random_problem(seed, 6, 4, density=1.0)
    found = minimize(problem, max_table=1)
    assert found.cost == problem.cost(found.states) <= problem.cost([0] * 6)
    assert found.cost >= minimize(problem).cost


def test_a_wide_problem_says_that_it_is_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "BEAM", 1)
    rng = np.random.default_rng(3)
    problem = Problem([rng.random(3) for _ in range(6)])
    for u, v in combinations(range(6), 2):
        problem.add_pair(u, v, rng.random((3, 3)) * 9)
    found = minimize(problem, max_table=9)
    assert not found.exact


@given(st.integers(0, 2**32 - 1))
def test_how_much_a_fixed_state_costs(seed: int) -> None:
    problem = random_problem(seed, 5, 3)
    best = minimize(problem)
    for state in range(len(problem.own[0])):
        rest = Problem([problem.own[0].copy(), *problem.own[1:]], problem.pairs)
        rest.own[0][np.arange(len(problem.own[0])) != state] = np.inf
        assert Alternatives(problem, best).off_by(0, state, radius=5) == least_cost(rest) - best.cost


def test_what_is_far_away_stays_as_it_is() -> None:
    """Then another state costs at least as much as with everything chosen anew, and no less than nothing."""
    rng = np.random.default_rng(2)
    problem = Problem([rng.random(4) for _ in range(30)])
    for v in range(29):
        problem.add_pair(v, v + 1, rng.random((4, 4)))
    found = Alternatives(problem, minimize(problem))
    for state in range(4):
        near, far = (found.off_by(15, state, radius) for radius in (1, 30))
        assert near >= far >= -1e-9


@given(st.integers(0, 2**32 - 1))
def test_the_next_best_state_is_the_best_of_all_others(seed: int) -> None:
    problem = random_problem(seed, 5, 3)
    best = minimize(problem)
    found = Alternatives(problem, best)
    for v, own in enumerate(problem.own):
        others = {i: found.off_by(v, i, radius=5) for i in range(len(own)) if i != best.states[v]}
        next = found.next_best(v, radius=5)
        if not others or min(others.values()) == np.inf:
            assert next is None
        else:
            assert next is not None and next[1] == others[next[0]] == min(others.values())


@given(st.integers(0, 2**32 - 1))
def test_nothing_costs_less_than_the_lower_bound(seed: int) -> None:
    problem = random_problem(seed, 5, 3)
    assert lower_bound(problem) <= least_cost(problem) + 1e-9
    alone = Problem([costs.copy() for costs in problem.own])
    assert lower_bound(alone) == pytest.approx(least_cost(alone))
