"""The blocks of a region as a graph: which of them are reached, which come before or behind others on every path, and
where loops begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import frozen

EXIT = "the end"
"""Stands for the end of the region, to which all its terminators lead."""

Edges = Mapping[str, Sequence[str]]


@frozen
class ControlGraph:
    """`edges`: the name of each block → those that may follow, the first one being where the region begins; EXIT
    follows a block that ends the region."""

    edges: Edges

    @cached_property
    def order(self) -> list[str]:
        """The blocks that are reached, each before those that it dominates."""
        return _postorder(self.edges, next(iter(self.edges)))[::-1]

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each block in the order."""
        return {b: i for i, b in enumerate(self.order)}

    @cached_property
    def dominator(self) -> dict[str, str]:
        """The last block that comes before another one on every path to it."""
        return _dominators({b: self.edges.get(b, ()) for b in self.order}, self.order)

    @cached_property
    def behind(self) -> dict[str, str]:
        """The first block, or EXIT, that comes behind a block on every path from it. Those that never end lack one."""
        back = {b: list[str]() for b in (*self.order, EXIT)}
        for b in self.order:
            for follower in self.edges.get(b, ()):
                back[follower].append(b)
        return _dominators(back, _postorder(back, EXIT)[::-1])

    @cached_property
    def _interval(self) -> dict[str, tuple[int, int]]:
        """Numbers such that those of all blocks that a block dominates lie in its interval."""
        below: dict[str, list[str]] = {b: [] for b in self.order}
        for b in self.order[1:]:
            below[self.dominator[b]].append(b)
        size = dict.fromkeys(self.order, 1)
        for b in reversed(self.order[1:]):
            size[self.dominator[b]] += size[b]
        begin = {self.order[0]: 0}
        for b in self.order:
            at = begin[b] + 1
            for inner in below[b]:
                begin[inner] = at
                at += size[inner]
        return {b: (begin[b], begin[b] + size[b]) for b in self.order}

    def dominates(self, a: str, b: str) -> bool:
        """Whether a is b, or comes before it on every path. A block that is not reached comes before none."""
        if a not in self._interval:
            return False
        first, end = self._interval[a]
        return first <= self._interval[b][0] < end

    @cached_property
    def entered_elsewhere(self) -> str | None:
        """A block to which a path leads back although it does not come before all others of the cycle, if there is
        one."""
        return next((head for b, head in self._back() if not self.dominates(head, b)), None)

    @cached_property
    def loops(self) -> dict[str, set[str]]:
        """The block at which a loop begins → all blocks of the loop."""
        before: dict[str, list[str]] = {b: [] for b in self.order}
        for b in self.order:
            for follower in self.edges.get(b, ()):
                if follower in before:
                    before[follower].append(b)
        found: dict[str, set[str]] = {}
        for b, head in self._back():
            inside = found.setdefault(head, {head})
            waiting = [b]
            while waiting:
                if (c := waiting.pop()) not in inside:
                    inside.add(c)
                    waiting += before[c]
        return found

    def _back(self) -> Iterator[tuple[str, str]]:
        """The edges that lead back in the order."""
        for b in self.order:
            for follower in self.edges.get(b, ()):
                if self.place.get(follower, len(self.place)) <= self.place[b]:
                    yield b, follower


def _postorder(edges: Edges, root: str) -> list[str]:
    """Those that are reached from `root`, each behind what follows it."""
    done: dict[str, None] = {}
    seen = {root}
    stack = [(root, iter(edges.get(root, ())))]
    while stack:
        node, followers = stack[-1]
        for follower in followers:
            if follower not in seen and follower in edges:
                seen.add(follower)
                stack.append((follower, iter(edges[follower])))
                break
        else:
            done[node] = None
            stack.pop()
    return list(done)


def _dominators(edges: Edges, order: Sequence[str]) -> dict[str, str]:
    """For each of `order`, which begins with the root and has each node before what it dominates: the last other one on
    every path from the root, itself for the root (Cooper, Harvey, Kennedy: "A simple, fast dominance algorithm")."""
    place = {b: i for i, b in enumerate(order)}
    before: dict[str, list[str]] = {b: [] for b in order}
    for b in order:
        for follower in edges.get(b, ()):
            if follower in place:
                before[follower].append(b)
    found = {order[0]: order[0]}
    changed = True
    while changed:
        changed = False
        for b in order[1:]:
            known = [p for p in before[b] if p in found]
            best = known[0]
            for p in known[1:]:
                while p != best:
                    if place[p] > place[best]:
                        p = found[p]
                    else:
                        best = found[best]
            if found.get(b) != best:
                found[b] = best
                changed = True
    return found
