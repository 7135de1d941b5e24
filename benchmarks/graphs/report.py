"""The figures as text: for a terminal, and as the table of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.graphs.figures import Figures
from benchmarks.graphs.table import Recorded, better, unmet, worse

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: python -m benchmarks.graphs --record -->", "<!-- end -->"

HEAD = ("dispatches", "relayouts", "relaid kB", "arena kB", "constants kB", "per layer")


def print_graph(name: str, before: Recorded, now: Recorded) -> None:
    """Prints the figures of one graph by way, what changed since they were recorded, and the bars that are missed."""
    print(f"\n{name:28}" + "".join(f"{head:>14}" for head in HEAD))
    for way, found in now.figures.items():
        print(f"  {way:26}" + (found if isinstance(found, str) else "".join(f"{c:>14}" for c in _cells(found))))
        recorded = before.figures.get(way, found)
        for kind, changes in (("worse", worse), ("better", better)):
            for change in changes(recorded, found):
                print(f"    {kind} than recorded: {change}")
    if now.iree:
        print(f"  {'dispatches of IREE 3.13':26}{'':2}" + ", ".join(f"{way} {n}" for way, n in now.iree.items()))
    for miss in unmet(now, now.figures).values():
        print(f"    missed: {miss}")


def _cells(found: Figures) -> Iterator[str]:
    yield str(found.dispatches)
    yield str(found.relayouts)
    yield from (_kilobytes(n) for n in (found.relaid_bytes, found.arena_bytes, found.constant_bytes))
    yield f"{found.layer.dispatches} / {found.layer.relayouts}" if found.layer else ""


def _kilobytes(n: int) -> str:
    return f"{n / 1000:,.0f}" if n >= 10_000 or not n else f"{n / 1000:.1f}"


def docs_table(table: Mapping[str, Recorded]) -> str:
    """The table in Markdown; it depends on the recorded figures alone."""
    lines = [
        "| graph | dispatches | IREE | relayouts | relaid kB | arena kB | constants / model kB | missed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, recorded in table.items():
        ways = [f for f in recorded.figures.values() if not isinstance(f, str)]
        columns = zip(*(_cells(f) for f in ways), strict=True) if ways else [("",)] * len(HEAD)
        dispatches, relayouts, relaid, arena, constants, layers = (" · ".join(c) for c in columns)
        if layers.strip(" ·"):
            counts = (c.rpartition(" / ")[2] for c in layers.split(" · "))
            relayouts += f" ({' · '.join(counts)} a layer)"
        iree = " · ".join(map(str, recorded.iree.values()))
        model = _kilobytes(recorded.model_bytes)
        missed = "; ".join(unmet(recorded, recorded.figures).values()) if ways else "refused"
        lines.append(
            f"| {name} | {dispatches} | {iree} | {relayouts} | {relaid} | {arena} | {constants} / {model} | {missed} |"
        )
    return "\n".join(lines)


def write_docs(table: Mapping[str, Recorded]) -> None:
    """Replaces the table between the two marks."""
    text = DOCS.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{BEGIN}\n{docs_table(table)}\n{END}{after}", "utf-8")
