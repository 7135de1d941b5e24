"""Printed names of values: deterministic, unique per region, and the same again after reading them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tensorir.ir.names import FreshNames
from tensorir.ir.value import Value

_ODD = re.compile(r"[^A-Za-z0-9_.$]")
_DIGITS = re.compile(r"[0-9]*")
_SUFFIX = re.compile(r"_[0-9]+\Z")


class Names:
    """Names for the values of one region, numbered or hinted in the order of their definition.

    Law: names that are all different hints are kept, so printing what was read gives the same names. A value
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
        """Names a value; the name it has if it is defined already."""
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
    """A hint as it may be printed: odd characters become `_`, a number is none."""
    text = _ODD.sub("_", hint) if isinstance(hint, str) else ""
    return "" if _DIGITS.fullmatch(text) else text
