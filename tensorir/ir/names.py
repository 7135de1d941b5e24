"""Fresh names. There is one counter per requested name, so n equal requests cost n steps and not n²."""

from __future__ import annotations

from collections.abc import Iterable


class FreshNames:
    """Issues names, each only once. Law: no name is issued twice, and none that was `taken` at the start.

    The names depend only on the order of the requests, so the same program gets the same names in every process."""

    __slots__ = ("_next", "_separator", "_taken")

    def __init__(self, taken: Iterable[str] = (), separator: str = "_") -> None:
        """`separator` stands between a requested name and its number."""
        self._taken = set(taken)
        self._next: dict[str, int] = {}
        self._separator = separator

    def __contains__(self, name: object) -> bool:
        return name in self._taken

    def take(self, name: str) -> None:
        """Reserves `name`, so that it is not issued. A name that is already taken stays taken."""
        self._taken.add(name)

    def numbered(self, base: str, start: int = 0) -> str:
        """Returns `base_0`, or the name with the next free number."""
        number = self._next.get(base, start)
        while (name := f"{base}{self._separator}{number}") in self._taken:
            number += 1
        self._next[base] = number + 1
        self._taken.add(name)
        return name

    def wished(self, name: str, base: str | None = None) -> str:
        """Returns `name` itself if it is free, otherwise `base` (by default the name) with a number from 1 on."""
        if name in self._taken:
            return self.numbered(name if base is None else base, 1)
        self._taken.add(name)
        return name
