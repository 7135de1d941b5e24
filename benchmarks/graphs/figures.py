"""The exact figures of one graph compiled in one way: those of a call on one thread."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from attrs import evolve, field, frozen

from tensorir.analysis.devices import named_devices
from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import evaluate
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.native import Features
from tensorir.runtime.program import Program
from tests.support.compared_graphs import ComparedGraph

FEATURES = Features.X86_AVX2 | Features.X86_AVX512 | Features.X86_AVX512_VNNI | Features.X86_AVX512_BF16
"""Tiles, and therefore the bytes that are relaid, are those of a machine with these."""

DEVICE = "cpu{features=avx2+avx512+avx512_vnni+avx512_bf16}"

SECOND = "vmvx"
"""The other device of a program for two: its tiles are others on every machine."""


@frozen
class Layer:
    """What one more layer adds."""

    dispatches: int
    relayouts: int
    unpacks: int


@frozen
class Figures:
    """Less is better in each."""

    dispatches: int
    """Commands of the plan, without transfers."""
    relayouts: int
    """Steps that write elements in another order than they read them, whether alone or inside a launch."""
    unpacks: int
    """Those of them that write row-major order."""
    relaid_bytes: int
    """Written by relayouts."""
    constant_bytes: int
    """Of all constants of the program."""
    python: int
    """Commands that run in Python."""
    arena_bytes: int
    scratch_bytes: int
    moved_bytes: int
    """Read and written by all steps, scratch included."""
    peak_bytes: int
    """Arguments, results, constants, arena and scratch."""
    layer: Layer | None = field(default=None)
    transfers: int | None = None
    """Commands that move a value between devices; None in a program for one device."""
    transferred_bytes: int | None = None


STRUCTURE = (
    *("dispatches", "relayouts", "unpacks", "relaid_bytes", "constant_bytes", "python"),
    *("transfers", "transferred_bytes"),
)
"""The figures that no change may make worse, and with them those of a layer."""


def figures(graph: ComparedGraph, tiling: str, device: str = DEVICE) -> Figures | str:
    """Counts a call. Returns the message if the program is refused."""
    try:
        found = _counted(graph, graph.make(), tiling, device)
    except TensorIRError as e:
        return e.diagnostics[0].message
    if graph.deeper is None:
        return found
    more = _counted(graph, graph.deeper(), tiling, device)
    of_layer = Layer(*(getattr(more, n) - getattr(found, n) for n in ("dispatches", "relayouts", "unpacks")))
    return evolve(found, layer=of_layer)


def model_bytes(module: Module) -> int:
    """The bytes of all weights in their own types, of which those of four bits take half a byte."""
    return sum(_bytes(g.type, {}) for g in module.globals)


def compiled(module: Module, tiling: str, device: str = DEVICE) -> Program:
    """The program as it is counted, for one thread. If it names several devices, every second one is SECOND."""
    names = dict.fromkeys(name for name, _ in named_devices(module))
    if len(names) < 2:
        return compile(module, device, tiling, num_threads=1)
    return compile(module, {n: (device, SECOND)[i % 2] for i, n in enumerate(names)}, tiling, num_threads=1)


def _counted(graph: ComparedGraph, module: Module, tiling: str, device: str) -> Figures:
    program = compiled(module, tiling, device)
    function = module.functions[0]
    counts = program.counts(sizes=graph.sizes, function=function.name, num_threads=1)
    steps = [step for command in counts.commands for step in command.steps]
    relayouts = [step for step in steps if step.relaid_bytes]
    constants = program.stats.weights_bytes
    memory = counts.arena_bytes + counts.scratch_bytes
    interface = sum(_bytes(v.type, graph.sizes) for v in (*function.body.args, *function.body.yields))
    scratch = counts.sum("scratch_read_bytes") + counts.sum("scratch_written_bytes")
    several = len(program.devices) > 1
    return Figures(
        dispatches=len(counts.commands) - counts.transfers,
        relayouts=len(relayouts),
        unpacks=sum(step.kind == "unpack" for step in relayouts),
        relaid_bytes=counts.relaid_bytes,
        constant_bytes=constants,
        python=sum(counts.python.values()),
        arena_bytes=counts.arena_bytes,
        scratch_bytes=counts.scratch_bytes,
        moved_bytes=counts.read_bytes + counts.written_bytes + scratch,
        peak_bytes=interface + constants + memory,
        transfers=counts.transfers if several else None,
        transferred_bytes=counts.transferred_bytes if several else None,
    )


def _bytes(type: TensorType, sizes: Mapping[str, int]) -> int:
    return (prod(evaluate(d, sizes) for d in type.shape) * type.dtype.bits + 7) // 8
