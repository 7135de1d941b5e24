"""Reads the JSON form of a decision about layouts, which `Decision.json` writes and a person may have changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from tensorir.analysis.layout_decision import FORMAT, Decided, Decision, Relaid, SizesApart
from tensorir.encoding.form import Form, State, Stored
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles
from tensorir.ir.diagnostic import ParseError, TensorIRError
from tensorir.ir.location import Location
from tensorir.runtime.saved.fields import (
    Malformed,
    anything,
    entries,
    flag,
    items,
    mapping,
    number,
    seconds,
    size_range,
    text,
)
from tensorir.targets.costs import Costs
from tensorir.text.encodings import encoding, tiles
from tensorir.text.lexer import Lexer

T = TypeVar("T")

_WHOLE = ("tensorir_layouts", "device", "costs", "cost_ns", "off_ns", "width", "exact", "gap_ns", "ranges", "decided")
_DECIDED = ("key", "op", "id", "loc", "names", "where", "launch", "operands", "result", "tiles", "kernel", "stored")


def read_decision(written: str, file: str = "<layouts>") -> Decision:
    """Returns the decision in a text; `file` is its name in errors.

    Raises TensorIRError that says what is wrong, and where in the text."""
    try:
        return _decision(json.loads(written))
    except (ValueError, RecursionError) as e:
        raise TensorIRError(f"not a decision about layouts: it is not JSON: {e}", Location(file)) from None
    except Malformed as e:
        raise TensorIRError(f"not a decision about layouts: {e}", Location(file)) from None


def _decision(found: object) -> Decision:
    version, device, costs, cost, off, width, exact, gap, ranges, decided = entries(found, "the text", *_WHOLE)
    if version != FORMAT:
        raise Malformed(f"tensorir_layouts: expected {FORMAT}, got {version!r}")
    return Decision(
        text(device, "device"),
        tuple((name, _costs(of, f"costs.{name}")) for name, of in mapping(costs, "costs").items()),
        tuple(items(decided, "decided", _decided)),
        seconds(cost, "cost_ns"),
        seconds(off, "off_ns"),
        number(width, "width"),
        flag(exact, "exact"),
        seconds(gap, "gap_ns"),
        tuple((name, items(of, f"ranges.{name}", _apart)) for name, of in mapping(ranges, "ranges").items()),
    )


def _apart(value: object, at: str) -> SizesApart:
    symbol, least, most, typical, ns, otherwise = items(value, at, anything, 6)
    sizes = [symbol, least, most, typical]
    return SizesApart(size_range(sizes, at), seconds(ns, at), seconds(otherwise, at))


def _costs(value: object, at: str) -> Costs:
    known = attrs.fields(Costs)
    found = zip(known, entries(value, at, *(f.name for f in known)), strict=True)
    read: dict[str, Any] = {
        f.name: (number if isinstance(f.default, int) else seconds)(v, f"{at}.{f.name}") for f, v in found
    }
    try:
        return Costs(**read)
    except TensorIRError as e:
        raise Malformed(f"{at}: {e.diagnostics[0].message}") from None


def _decided(value: object, at: str) -> Decided:
    found = entries(value, at, *_DECIDED, "ns", "relaid", "choices", "reason")
    key, op, id, loc, names, where, launch, operands, result, of_tiles, kernel, stored, ns, relaid, choices, reason = (
        found
    )
    form = Form(
        tuple(items(operands, f"{at}.operands", _stored)),
        _stored(result, f"{at}.result"),
        _tiles(of_tiles, f"{at}.tiles"),
        text(kernel, f"{at}.kernel"),
    )
    file, line, col = items(loc, f"{at}.loc", anything, 3)
    op_id = text(id, f"{at}.id")
    return Decided(
        text(key, f"{at}.key"),
        text(op, f"{at}.op"),
        op_id,
        Location(text(file, f"{at}.loc"), number(line, f"{at}.loc"), number(col, f"{at}.loc"), op_id),
        tuple(items(names, f"{at}.names", text)),
        text(where, f"{at}.where"),
        text(launch, f"{at}.launch"),
        State(form, tuple(items(stored, f"{at}.stored", _stored))),
        seconds(ns, f"{at}.ns"),
        tuple(items(relaid, f"{at}.relaid", _relaid)),
        number(choices, f"{at}.choices"),
        text(reason, f"{at}.reason"),
    )


def _relaid(value: object, at: str) -> Relaid:
    operand, tensor, held, needed, bytes, ns = items(value, at, anything, 6)
    names = text(operand, at), text(tensor, at)
    return Relaid(*names, _stored(held, at), _stored(needed, at), number(bytes, at), seconds(ns, at))


def _stored(value: object, at: str) -> Stored:
    found = None if value is None else _parsed(value, at, encoding)
    if found is not None and not isinstance(found, Layout):
        raise Malformed(f"{at}: expected a layout, found {found}")
    return found


def _tiles(value: object, at: str) -> Tiles | None:
    return None if value is None else _parsed(value, at, tiles)


def _parsed(value: object, at: str, read: Callable[[Lexer], T]) -> T:
    lex = Lexer(text(value, at))
    try:
        found = read(lex)
        lex.expect_end()
    except ParseError as e:
        raise Malformed(f"{at}: {e.diagnostics[0].message}") from None
    return found
