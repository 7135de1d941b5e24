"""CPU time of calls: all contenders in this process, on one thread, in turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import process_time

from benchmarks.graphs.figures import compiled
from benchmarks.graphs.iree import iree_devices
from tensorir.testing.iree.runtime import IreeProgram
from tests.support.compared_graphs import ComparedGraph, arguments

TURN_SECONDS = 2e-3
"""A turn has as many calls as take so long."""


def times(
    graph: ComparedGraph, ways: tuple[str, ...], iree: Mapping[str, bytes], rounds: int
) -> dict[str, tuple[float, float]]:
    """ms of a call, the least and the median of all turns, by way of data-tiling; those of IREE's programs, which have
    their arguments already, begin with "iree "."""
    module = graph.make()
    args, function = arguments(graph, module), module.functions[0].name
    calls: dict[str, Callable[[], object]] = {}
    for way in ways:
        program = compiled(module, way, "cpu")
        calls[way] = lambda program=program: program(*args, function=function)
    for way, bytecode in iree.items():
        loaded = IreeProgram(bytecode, graph.parameters, max(1, len(iree_devices(graph))))
        calls[f"iree {way}"] = loaded.prepared(function, args)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    counts = {name: _calls(call) for name, call in calls.items()}
    for _ in range(rounds):
        for name, call in calls.items():
            seconds[name].append(_turn(call, counts[name]))
    return {name: (_rounded(min(found) * 1e3), _rounded(median(found) * 1e3)) for name, found in seconds.items()}


def _rounded(number: float) -> float:
    """To four digits, of which the last says nothing."""
    return float(f"{number:.4g}")


def _calls(call: Callable[[], object]) -> int:
    """How many calls a turn has; the first one is not counted."""
    call()
    return max(1, round(TURN_SECONDS / max(_turn(call, 1), 1e-6)))


def _turn(call: Callable[[], object], calls: int) -> float:
    """Seconds of one call of several."""
    start = process_time()
    for _ in range(calls):
        call()
    return (process_time() - start) / calls
