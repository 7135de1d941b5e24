"""Counts, for each graph and each way of data-tiling, what a call does, beside the recorded figures and the bars.

    python -m benchmarks.graphs [--graphs NAME …] [--ways off late] [--record]

`--record` writes the figures to figures.json, which tests/e2e/test_graph_figures.py compares with, and the table to
docs/benchmarks.md. The bars in that file are written by hand.
"""

from __future__ import annotations

import argparse

from attrs import evolve

from benchmarks.graphs.figures import Figures, figures, model_bytes
from benchmarks.graphs.report import print_graph, write_docs
from benchmarks.graphs.table import Recorded, load_table, save_table
from tensorir.pipelines import DATA_TILING
from tests.support.compared_graphs import GRAPHS

WAYS = tuple(way for way in ("off", "early", "late") if way in DATA_TILING)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", nargs="+", choices=list(GRAPHS), default=list(GRAPHS), metavar="NAME")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--record", action="store_true", help="write the figures to the file and to the docs")
    args = parser.parse_args()
    table = load_table()
    for name in args.graphs:
        before = table.get(name, Recorded({}, 0))
        found: dict[str, Figures | str] = {way: figures(GRAPHS[name], way) for way in args.ways}
        merged = {**before.figures, **found}
        ordered = {way: merged[way] for way in WAYS if way in merged}
        now = evolve(before, model_bytes=model_bytes(GRAPHS[name].make()), figures=ordered)
        print_graph(name, before, now)
        table[name] = now
    if args.record:
        table = {name: table[name] for name in GRAPHS if name in table}
        save_table(table)
        write_docs(table)


if __name__ == "__main__":
    main()
