"""The file of recorded figures, and the bars: what each graph should reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from attrs import asdict, field, frozen

from benchmarks.graphs.figures import STRUCTURE, Figures, Layer
from benchmarks.graphs.iree import IreeFigures

PATH = Path(__file__).parent / "figures.json"

Bars = Mapping[str, int | str]
"""Figure of late → the most that it should be, as a number or as the name of the way whose figure is the limit."""

GROWTH = 1.02
"""How many times the bytes of a model its constants should take at most, whatever the graph."""


@frozen
class Recorded:
    """One graph in the file."""

    bars: Bars
    model_bytes: int
    iree: Mapping[str, IreeFigures | str] = field(factory=dict[str, "IreeFigures | str"])
    """IREE's figures by way of data-tiling; a text says what is wrong."""
    figures: Mapping[str, Figures | str] = field(factory=dict[str, Figures | str])
    """By way of data-tiling; a text says why the program is refused."""
    ms: Mapping[str, tuple[float, float]] = field(factory=dict[str, tuple[float, float]])
    """Of CPU time, the least and the median, by way; IREE's ways begin with "iree "."""


def load_table(path: Path = PATH) -> dict[str, Recorded]:
    """Reads the file."""
    return {name: _recorded(row) for name, row in json.loads(path.read_text("utf-8")).items()}


def save_table(table: Mapping[str, Recorded], path: Path = PATH) -> None:
    """Writes the file, with one line for each part of a graph, so that a change of one figure is a change of one
    line."""
    graphs: list[str] = []
    for name, recorded in table.items():
        parts: dict[str, Any] = {"bars": recorded.bars, "model_bytes": recorded.model_bytes}
        parts |= {way: _plain(found) for way, found in recorded.figures.items()}
        parts |= {"iree": {way: _plain(found) for way, found in recorded.iree.items()}, "ms": recorded.ms}
        lines = (f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in parts.items())
        graphs.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    path.write_text("{\n" + ",\n".join(graphs) + "\n}\n", "utf-8")


def _plain(found: Figures | IreeFigures | str) -> Any:
    if isinstance(found, str):
        return found
    values = asdict(found)
    return {name: value for name, value in values.items() if value is not None}


def _recorded(row: dict[str, Any]) -> Recorded:
    bars, size, theirs, ms = (row.pop(key) for key in ("bars", "model_bytes", "iree", "ms"))
    iree = {way: given if isinstance(given, str) else IreeFigures(**given) for way, given in theirs.items()}
    found = {way: given if isinstance(given, str) else _figures(given) for way, given in row.items()}
    return Recorded(bars, size, iree, found, {way: (least, median) for way, (least, median) in ms.items()})


def _figures(given: dict[str, Any]) -> Figures:
    layer = given.pop("layer", None)
    return Figures(**given, layer=None if layer is None else Layer(**layer))


def flat(found: Figures | str) -> dict[str, int]:
    """The figures by name, those of a layer as "layer.…"; of a refused program, none."""
    if isinstance(found, str):
        return {}
    values = {name: value for name, value in asdict(found).items() if value is not None}
    values.pop("layer", None)
    of_layer: dict[str, int] = {} if found.layer is None else asdict(found.layer)
    return values | {f"layer.{name}": value for name, value in of_layer.items()}


def structure(found: Figures | str) -> dict[str, int]:
    """Those of `flat` that no change may make worse."""
    return {n: v for n, v in flat(found).items() if n in STRUCTURE or n.startswith("layer.")}


def worse(before: Figures | str, now: Figures | str) -> list[str]:
    """What a change made worse, one text each: a figure, or a program that is refused now."""
    if isinstance(now, str):
        return [] if isinstance(before, str) else [f"refused: {now}"]
    return _changes(before, now, 1)


def better(before: Figures | str, now: Figures | str) -> list[str]:
    """What a change made better."""
    if isinstance(before, str):
        return [] if isinstance(now, str) else ["no longer refused"]
    return _changes(before, now, -1)


def _changes(before: Figures | str, now: Figures | str, sign: int) -> list[str]:
    old, new = structure(before), structure(now)
    return [f"{n} {old[n]} → {new[n]}" for n in old.keys() & new.keys() if (new[n] - old[n]) * sign > 0]


def unmet(recorded: Recorded, found: Mapping[str, Figures | str]) -> dict[str, str]:
    """The bars that the figures of late miss: bar → what it is instead.

    Those of every graph: no more dispatches than any other way, and constants that are not larger than the model's."""
    late = found.get("late", "no figures")
    if isinstance(late, str):
        return {"compiles": f"refused: {late}"}
    missed: dict[str, str] = {}
    values = {way: flat(figures) for way, figures in found.items()}
    bars = [*recorded.bars.items(), *(("dispatches", way) for way in values if way != "late")]
    for name, bar in bars:
        limit = bar if isinstance(bar, int) else values.get(bar, {}).get(name)
        if limit is not None and values["late"][name] > limit:
            text = f"{limit:,} ({bar})" if isinstance(bar, str) else f"{limit:,}"
            missed[f"{name} ≤ {bar}"] = f"{name} {values['late'][name]:,}, bar {text}"
    if late.constant_bytes > GROWTH * recorded.model_bytes:
        times = late.constant_bytes / recorded.model_bytes if recorded.model_bytes else inf
        missed["constant_bytes"] = f"constant_bytes {late.constant_bytes:,}, {times:.2f} × the model, bar {GROWTH} ×"
    return missed
