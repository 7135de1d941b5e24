"""An order of nodes that grows with what must come before what, so that "would this be a cycle?" is answered cheaply.

The order is repaired where a new edge contradicts it, and only there: Pearce and Kelly, "A dynamic topological sort
algorithm for directed acyclic graphs", 2006.
"""

from __future__ import annotations

from attrs import define, field


@define
class DependenceOrder:
    """Nodes are numbered from 0. Law: for every edge the first node has the smaller place."""

    place: list[int] = field(factory=list[int])
    """The place of each node; a permutation of the nodes."""
    after: list[list[int]] = field(factory=list[list[int]])
    before: list[list[int]] = field(factory=list[list[int]])

    def add(self) -> int:
        """Returns a new node, behind all others."""
        self.place.append(len(self.place))
        self.after.append([])
        self.before.append([])
        return len(self.place) - 1

    def reaches(self, a: int, b: int) -> bool:
        """Whether b is a or must come after it. Only nodes whose places are between theirs are looked at."""
        return b in self._reached(a, self.after, self.place[b], 1) if self.place[a] <= self.place[b] else False

    def put_before(self, a: int, b: int) -> None:
        """From now on a comes before b. Raises ValueError if it has to come after b, or is b."""
        if self.reaches(b, a):
            raise ValueError(f"node {a} can't come before node {b}: it must come after it")
        self.after[a].append(b)
        self.before[b].append(a)
        if self.place[a] < self.place[b]:
            return
        first = sorted(self._reached(a, self.before, self.place[b], -1), key=self.place.__getitem__)
        last = sorted(self._reached(b, self.after, self.place[a], 1), key=self.place.__getitem__)
        places = sorted(self.place[n] for n in (*first, *last))
        for node, place in zip((*first, *last), places, strict=True):
            self.place[node] = place

    def _reached(self, start: int, edges: list[list[int]], limit: int, direction: int) -> set[int]:
        """The nodes reached from `start` along `edges` whose places are not beyond `limit` in this direction."""
        found, open_nodes = {start}, [start]
        while open_nodes:
            for node in edges[open_nodes.pop()]:
                if node not in found and (limit - self.place[node]) * direction >= 0:
                    found.add(node)
                    open_nodes.append(node)
        return found
