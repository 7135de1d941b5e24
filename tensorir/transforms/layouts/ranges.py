"""For which sizes another choice of layouts than that for the typical size is worth a plan of its own.

A size that is known only in a call counts as `TYPICAL_SIZE`. Calls with few rows, such as the steps of a decoder, may
want other forms: a product of one row reads its right side once, and packing it for a call would cost more than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import define, field

from tensorir.analysis.elimination import minimize
from tensorir.analysis.layout_decision import SizesApart
from tensorir.dialects.linalg import Contract
from tensorir.encoding.form import State
from tensorir.ir.dims import symbols_of
from tensorir.ir.module import Function
from tensorir.ir.op import Op
from tensorir.ir.size_range import SizeRange
from tensorir.ir.value import Value
from tensorir.targets.costs import TYPICAL_SIZE
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.layouts.program import Place

FEW, SOME = 1, 16
"""The sizes for which layouts are chosen besides the typical one; SOME only if FEW want others. Larger ones than the
typical one have wanted the same so far, and looking for others takes time."""

LEAST_SHARE = 0.1
"""A plan of its own must make calls of a size shorter by this share, by the costs of the device,"""

LEAST_NS = 1000.0
"""and by this time."""

States: TypeAlias = "Mapping[Op | Value, State]"


def leading_symbol(function: Function) -> str:
    """The first symbol in the types of the arguments; of several in one size, the first by name; "" if there is
    none."""
    dims = (d for a in function.body.args for d in a.type.shape)
    return next((name for d in dims for name in sorted(symbols_of(d))), "")


def worthwhile(choice: Choice, function: Function) -> list[SizesApart]:
    """Returns the ranges of the leading symbol of a function, in order, for which calls take less time with other
    layouts than those of a solved choice. Constants and states stay as that choice keeps them.

    It is the sizes FEW and SOME that are looked at; the boundary between two of them with different layouts is
    where the one choice begins to cost less than the other."""
    name = leading_symbol(function)
    chosen = choice.candidates.forms
    places = [p for p in choice.program.places if p.function == function.name and p.op in chosen]
    if not name or not any(isinstance(p.op, Contract) and len(chosen[p.op]) > 1 for p in places):
        return []
    work = _Search(choice, function.name, name, places)
    plans = {TYPICAL_SIZE: 0, FEW: work.plan(FEW)}
    if plans[FEW]:
        plans[SOME] = work.plan(SOME)
    return list(work.ranges(sorted(plans.items())))


@define
class _Search:
    """`plans`: states of the ops of the function, first those of the choice."""

    choice: Choice
    function: str
    symbol: str
    places: Sequence[Place]
    plans: list[States] = field(init=False)
    _kept: Mapping[Value, State] = field(init=False)
    """The states of constants and of states of the program."""
    _costs: dict[tuple[int, int], float] = field(factory=dict[tuple[int, int], float])

    def __attrs_post_init__(self) -> None:
        self._kept = {tensor: self.choice.state(tensor) for tensor in self.choice.globals()}
        self.plans = [self._states(self.choice)]

    def plan(self, size: int) -> int:
        """Returns the number of the plan for a size: a new one, if that is worth it."""
        best = min(range(len(self.plans)), key=lambda i: self.cost(i, size))
        now = self.cost(best, size)
        most = now - max(LEAST_SHARE * now, LEAST_NS)
        if any(least >= most for least in self._least(size)):
            return best
        made = self._at(size)
        made.pose_part(self.function, {**self._kept})
        made.settle(minimize(made.problem))
        if made.solution.cost >= most:
            return best
        self.plans.append(self._states(made))
        return len(self.plans) - 1

    def cost(self, plan: int, size: int) -> float:
        """What a call of a size takes with a plan."""
        if (plan, size) not in self._costs:
            made = self._at(size)
            made.pose_part(self.function, self.plans[plan])
            self._costs[plan, size] = made.problem.cost([0] * len(made.states))
        return self._costs[plan, size]

    def ranges(self, plans: Sequence[tuple[int, int]]) -> list[SizesApart]:
        """Returns the ranges of all plans but the first, given the plans for some sizes in order."""
        found: list[SizesApart] = []
        least = 0
        for i, (size, plan) in enumerate(plans):
            last = i + 1 == len(plans)
            if not last and plans[i + 1][1] == plan:
                continue
            most = None if last else self._boundary(size, plan, *plans[i + 1])
            if plan:
                typical = next(s for s, p in plans if p == plan and s >= least)
                sizes = SizeRange(self.symbol, least, most, typical)
                found.append(SizesApart(sizes, self.cost(plan, typical), self.cost(0, typical)))
            least = 0 if most is None else most + 1
        return found

    def _boundary(self, low: int, plan: int, high: int, other: int) -> int:
        """Returns the largest size found for which `plan`, that for `low`, costs no more than `other`."""
        while high - low > 1:
            middle = (low + high) // 2
            if self.cost(plan, middle) <= self.cost(other, middle):
                low = middle
            else:
                high = middle
        return low

    def _least(self, size: int) -> Iterator[float]:
        """Yields costs below which no plan for a size is, the one that takes the least time to find first: those of the
        cheapest form by itself of each contraction, and of each op."""
        made = self._at(size)
        products = [p for p in self.places if isinstance(p.op, Contract)]
        others = [p for p in self.places if not isinstance(p.op, Contract)]
        yield (least := sum(min(self._alone(made, place)) for place in products))
        yield least + sum(min(self._alone(made, place)) for place in others)

    def _alone(self, made: Choice, place: Place) -> list[float]:
        op, prices, costs = place.op, made.prices_at(place), list[float]()
        read = [(i, t) for i, t in enumerate(made.program.operands(op)) if t in made.program.constants]
        for form in made.candidates.forms[op]:
            reads = (min(prices.read(op, i, form, s) for s in self._kept[t].stored) for i, t in read)
            costs.append(prices.form(op, form) + sum(reads))
        return costs

    def _at(self, size: int) -> Choice:
        return self.choice.at({self.function: ((self.symbol, size),)})

    def _states(self, choice: Choice) -> States:
        return {**self._kept, **{place.op: choice.state(place.op) for place in self.places}}
