"""Reads JSON that may hold anything: each function returns a value of one kind or raises Malformed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from tensorir.ir.diagnostic import InferError
from tensorir.ir.size_range import SizeRange

T = TypeVar("T")


class Malformed(Exception):  # noqa: N818 (the caller makes an error of it)
    """What is wrong, and where in the manifest."""


def entries(value: object, where: str, *names: str) -> list[object]:
    """Returns the values of an object that has exactly these entries."""
    if not isinstance(value, dict) or set(cast("dict[str, object]", value)) != set(names):
        raise Malformed(f"{where}: expected an object with the entries {', '.join(names)}")
    found = cast("dict[str, object]", value)
    return [found[name] for name in names]


def items(value: object, where: str, read: Callable[[object, str], T], count: int | None = None) -> list[T]:
    """Returns what `read` makes of each item of a list, which has `count` items unless that is None."""
    if not isinstance(value, list):
        raise Malformed(f"{where}: expected a list")
    found = cast("list[object]", value)
    if count is not None and len(found) != count:
        raise Malformed(f"{where}: expected {count} items, found {len(found)}")
    return [read(item, f"{where}[{i}]") for i, item in enumerate(found)]


def mapping(value: object, where: str) -> dict[str, object]:
    """Returns an object with any entries."""
    if not isinstance(value, dict):
        raise Malformed(f"{where}: expected an object")
    return {text(k, where): v for k, v in cast("dict[object, object]", value).items()}


def counts(value: object, where: str) -> dict[str, int]:
    """Returns an object whose values are counts."""
    return {k: number(v, f"{where}.{k}") for k, v in mapping(value, where).items()}


def anything(value: object, where: str) -> object:
    return value


def text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{where}: expected a text")
    return value


def number(value: object, where: str, below: int = 1 << 63) -> int:
    """Returns a whole number, 0 ≤ number < below."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < below:
        raise Malformed(f"{where}: expected a whole number from 0 to {below - 1}")
    return value


def seconds(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise Malformed(f"{where}: expected a number of seconds")
    return float(value)


def size_range(value: object, where: str) -> SizeRange:
    """Returns a range, stored as its symbol, its limits (null: none) and its typical size."""
    symbol, least, most, typical = items(value, where, anything, 4)
    limits = number(least, where), None if most is None else number(most, where)
    try:
        return SizeRange(text(symbol, where), *limits, number(typical, where))
    except InferError as e:
        raise Malformed(f"{where}: {e}") from None


def flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"{where}: expected true or false")
    return value


def part(value: object, where: str, length: int) -> slice:
    """Returns a part, stored as its begin and its count, of something that has `length` items."""
    begin, count = items(value, where, number, 2)
    if begin + count > length:
        raise Malformed(f"{where}: {count} from {begin} on are more than there are, which is {length}")
    return slice(begin, begin + count)


def chosen(value: object, where: str, known: Sequence[T]) -> T:
    """Returns the item of `known` whose number is stored."""
    return known[number(value, where, len(known))]
