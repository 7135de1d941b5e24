"""The figures as text: for a terminal, and as the table of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.graphs.figures import Figures
from benchmarks.graphs.iree import IreeFigures
from benchmarks.graphs.table import Recorded, better, unmet, worse

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: python -m benchmarks.graphs --record -->", "<!-- end -->"

HEAD = ("dispatches", "relayouts", "relaid kB", "arena kB", "constants kB", "per layer")


COLUMNS = (
    *("graph", "dispatches", "IREE's", "relayouts", "relaid kB", "arena kB", "constants / model kB"),
    *("ms", "IREE's ms", "missed"),
)


def print_graph(name: str, before: Recorded, now: Recorded) -> None:
    """Prints the figures of one graph by way, what changed since they were recorded, and the bars that are missed."""
    print(f"\n{name:28}" + "".join(f"{head:>14}" for head in HEAD))
    for way, found in now.figures.items():
        print(f"  {way:26}" + (found if isinstance(found, str) else "".join(f"{c:>14}" for c in _cells(found))))
        recorded = before.figures.get(way, found)
        for kind, changes in (("worse", worse), ("better", better)):
            for change in changes(recorded, found):
                print(f"    {kind} than recorded: {change}")
    for way, theirs in now.iree.items():
        if isinstance(theirs, str):
            print(f"  {'iree ' + way:26}{theirs}")
        else:
            kilobytes = (_kilobytes(n) for n in (theirs.transient_bytes, theirs.constant_bytes))
            cells = (f"{theirs.dispatches} (+{theirs.at_load})", "", "", *kilobytes)
            print(f"  {'iree ' + way:26}" + "".join(f"{cell:>14}" for cell in cells))
    for way, (least, middle) in now.ms.items():
        print(f"  {way:26}{least:>14.4f} ms at best, {middle:.4f} by median")
    for miss in unmet(now, now.figures).values():
        print(f"    missed: {miss}")


def _cells(found: Figures) -> Iterator[str]:
    yield str(found.dispatches)
    yield str(found.relayouts)
    yield from (_kilobytes(n) for n in (found.relaid_bytes, found.arena_bytes, found.constant_bytes))
    yield f"{found.layer.dispatches} / {found.layer.relayouts}" if found.layer else ""


def _iree(found: IreeFigures | str) -> str:
    """Dispatches, and in brackets those at load."""
    if isinstance(found, str):
        return "–"
    return f"{found.dispatches} (+{found.at_load})" if found.at_load else str(found.dispatches)


def _ms(least: float, middle: float) -> str:
    return f"{least:.3g} ({middle:.3g})"


def _kilobytes(n: int) -> str:
    return f"{n / 1000:,.0f}" if n >= 10_000 or not n else f"{n / 1000:.1f}"


def docs_table(table: Mapping[str, Recorded]) -> str:
    """The table in Markdown; it depends on the recorded figures alone."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    for name, recorded in table.items():
        ways = [f for f in recorded.figures.values() if not isinstance(f, str)]
        columns = zip(*(_cells(f) for f in ways), strict=True) if ways else [("",)] * len(HEAD)
        dispatches, relayouts, relaid, arena, constants, layers = (" · ".join(c) for c in columns)
        if layers.strip(" ·"):
            counts = (c.rpartition(" / ")[2] for c in layers.split(" · "))
            relayouts += f" ({' · '.join(counts)} a layer)"
        iree = " · ".join(_iree(f) for f in recorded.iree.values())
        ms = " · ".join(_ms(*recorded.ms[way]) for way in recorded.figures if way in recorded.ms)
        theirs = " · ".join(_ms(*recorded.ms[key]) for way in recorded.iree if (key := f"iree {way}") in recorded.ms)
        model = _kilobytes(recorded.model_bytes)
        missed = "; ".join(unmet(recorded, recorded.figures).values()) if ways else "refused"
        cells = (name, dispatches, iree, relayouts, relaid, arena, f"{constants} / {model}", ms, theirs, missed)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_docs(table: Mapping[str, Recorded]) -> None:
    """Replaces the table between the two marks."""
    text = DOCS.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{BEGIN}\n{docs_table(table)}\n{END}{after}", "utf-8")
