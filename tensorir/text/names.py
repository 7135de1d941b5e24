"""Printed names of values. They are deterministic, unique per region, and unchanged when the text is read and printed
again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tensorir.ir.names import FreshNames
from tensorir.ir.value import Value

_ODD = re.compile(r"[^A-Za-z0-9_.$]")
_DIGITS = re.compile(r"[0-9]*")
_SUFFIX = re.compile(r"_[0-9]+\Z")


class Names:
    """Names for the values of one region, taken from hints or numbered in the order of definition.

    Law: hints that are all different are kept as names, so printing what was read gives the same names. A value
    that the region does not define gets a name that no other value has.
    """

    __slots__ = ("_fresh", "_names", "_number")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self._names: dict[Value, str] = {}
        self._fresh = FreshNames()
        self._number = 0
        for value in values:
            self.define(value)

    def define(self, value: Value) -> str:
        """Names a value, or returns its name if it has one."""
        if value not in self._names:
            self._names[value] = self._unique(clean_hint(getattr(value, "hint", "")))
        return self._names[value]

    def __getitem__(self, value: Value) -> str:
        """The name of a value, with its `%`."""
        name = self._names.get(value)
        if name is None:
            name = self._names[value] = self._unique(f"undefined_{clean_hint(getattr(value, 'hint', ''))}".rstrip("_"))
        return "%" + name

    def _unique(self, hint: str) -> str:
        if not hint:
            self._number += 1
            return str(self._number - 1)
        return self._fresh.wished(hint, _SUFFIX.sub("", hint))


def clean_hint(hint: object) -> str:
    """Returns a hint as it may be printed: other characters become `_`, and a number is not used as a hint."""
    text = _ODD.sub("_", hint) if isinstance(hint, str) else ""
    return "" if _DIGITS.fullmatch(text) else text
