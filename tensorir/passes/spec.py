"""Spec strings: `set-encodings{min-parallel=64},form-dispatches` ⇄ passes. Also names of whole pipelines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

import attrs

from tensorir.ir.diagnostic import TensorIRError
from tensorir.passes.pass_ import Pass

_ITEM = re.compile(r"\s*([a-z0-9-]+)\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\})?\s*(?:,|$)")


def parse_spec(
    text: str, passes: Mapping[str, type[Pass]], pipelines: Mapping[str, tuple[Pass, ...]]
) -> tuple[Pass, ...]:
    """Returns the passes that `text` names. Raises TensorIRError with the place and similar names for an unknown
    name."""
    found: list[Pass] = []
    at = 0
    while at < len(text.rstrip()):
        match = _ITEM.match(text, at)
        if match is None:
            raise TensorIRError(
                f"pass spec, column {at + 1}: expected name{{option=value …}}, got {text[at : at + 20]!r}"
            )
        name, options = match.group(1), match.group(2)
        if name in pipelines and options is None:
            found += pipelines[name]
        elif name in passes:
            found.append(_make(passes[name], options or ""))
        else:
            raise TensorIRError(
                f"pass spec, column {at + 1}: unknown pass or pipeline {name!r}{_close(name, [*passes, *pipelines])}"
            )
        at = match.end()
    return tuple(found)


def spec_of(passes: tuple[Pass, ...]) -> str:
    """Returns the text that `parse_spec` reads as equal passes."""
    return ",".join(_one(p) for p in passes)


def option_fields(kind: type[Pass]) -> dict[str, attrs.Attribute[Any]]:
    """Returns the options by their spelling in specs."""
    return {f.name.replace("_", "-"): f for f in attrs.fields(kind) if "help" in f.metadata}


def _one(p: Pass) -> str:
    changed = [(n, getattr(p, f.name)) for n, f in option_fields(type(p)).items() if getattr(p, f.name) != f.default]
    texts = [f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in changed]
    return f"{p.name}{{{' '.join(texts)}}}" if texts else p.name


def _make(kind: type[Pass], text: str) -> Pass:
    fields = option_fields(kind)
    values: dict[str, Any] = {}
    for item in text.split():
        key, equals, value = item.partition("=")
        if key not in fields or not equals:
            known = ", ".join(fields) or "none"
            raise TensorIRError(f"{kind.name}: no option {key!r}{_close(key, list(fields))}; it has: {known}")
        values[fields[key].name] = _convert(kind, key, value, fields[key].default)
    return kind(**values)


def _convert(kind: type[Pass], key: str, value: str, default: Any) -> Any:
    if isinstance(default, bool):
        if value in ("true", "false"):
            return value == "true"
        raise TensorIRError(f"{kind.name}: {key} must be true or false, got {value!r}")
    try:
        return type(default)(value)
    except ValueError:
        raise TensorIRError(f"{kind.name}: {key} must be of type {type(default).__name__}, got {value!r}") from None


def _close(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 2)
    return f"; did you mean {' or '.join(near)}?" if near else ""
