"""What each way of data-tiling makes of each graph, beside the recorded figures, the bars and IREE.

    python -m benchmarks.graphs [--graphs NAME …] [--ways off late] [--iree] [--rounds 15] [--record]

Exact counts of a call; with `--iree`, the counts of IREE's own statistics, if it is installed; with `--rounds`, the CPU
time of a call on one thread, in turns. `--record` writes the figures to figures.json, which
tests/e2e/test_graph_figures.py compares with, and the table to docs/benchmarks.md; what a run leaves out stays as it
was. On a machine without the features of figures.py counts stay as they were, and times are its own. The bars in
that file are written by hand.
"""

from __future__ import annotations

import argparse

from attrs import evolve

from benchmarks.graphs.figures import DEVICE, FEATURES, Figures, figures, model_bytes
from benchmarks.graphs.iree import IreeFigures, iree_compiled
from benchmarks.graphs.report import print_graph, write_docs
from benchmarks.graphs.table import Recorded, load_table, save_table
from benchmarks.graphs.times import times
from tensorir.native import cpu_features
from tensorir.pipelines import DATA_TILING
from tensorir.testing.iree import DataTiling, require_iree
from tests.support.compared_graphs import GRAPHS, ComparedGraph

IREE_WAYS: tuple[DataTiling, ...] = ("off", "early", "late")
WAYS = tuple(way for way in IREE_WAYS if way in DATA_TILING)


def measured(graph: ComparedGraph, before: Recorded, args: argparse.Namespace) -> Recorded:
    """What is recorded of a graph, with all that was asked for measured again."""
    counted = args.ways if FEATURES in cpu_features() else ()
    found: dict[str, Figures | str] = {way: figures(graph, way) for way in counted}
    merged = {**before.figures, **found}
    now = evolve(
        before,
        model_bytes=model_bytes(graph.make()),
        figures={way: merged[way] for way in WAYS if way in merged},
    )
    programs: dict[str, bytes] = {}
    if args.iree:
        theirs: dict[str, IreeFigures | str] = {}
        for way in IREE_WAYS:
            made = iree_compiled(graph, way)
            theirs[way] = made if isinstance(made, str) else made[1]
            programs |= {} if isinstance(made, str) else {way: made[0]}
        now = evolve(now, iree=theirs)
    if args.rounds:
        ours = tuple(way for way in args.ways if isinstance(merged.get(way), Figures))
        now = evolve(now, ms={**before.ms, **times(graph, ours, programs, args.rounds)})
    return now


def main() -> None:
    """Prints the figures, and writes them if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", nargs="+", choices=list(GRAPHS), default=list(GRAPHS), metavar="NAME")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--iree", action="store_true", help="compile with IREE as well, off, early and late")
    parser.add_argument("--rounds", type=int, default=0, help="measure times in so many rounds")
    parser.add_argument("--record", action="store_true", help="write the figures to the file and to the docs")
    args = parser.parse_args()
    if args.iree:
        require_iree()
    if FEATURES not in cpu_features():
        print(f"This machine lacks features of {DEVICE}: the counts are those that are recorded.")
    table = load_table()
    for name in args.graphs:
        before = table.get(name, Recorded({}, 0))
        now = table[name] = measured(GRAPHS[name], before, args)
        print_graph(name, before, now)
        if args.record:
            save_table({n: table[n] for n in GRAPHS if n in table})
    if args.record:
        write_docs({n: table[n] for n in GRAPHS if n in table})


if __name__ == "__main__":
    main()
