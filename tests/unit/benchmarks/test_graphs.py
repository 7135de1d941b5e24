"""Figures of graphs: what is counted, the file of them, what is worse and better, and which bars are missed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks.graphs.figures import FEATURES, Figures, Layer, figures, model_bytes
from benchmarks.graphs.iree import IreeFigures, iree_compiled, read_statistics
from benchmarks.graphs.report import docs_table
from benchmarks.graphs.table import Recorded, better, load_table, save_table, unmet, worse
from benchmarks.graphs.times import times
from tensorir.native import cpu_features
from tests.support.compared_graphs import GRAPHS, ComparedGraph
from tests.support.mlir_tools import needs_iree
from tests.support.models.bert import bert
from tests.support.models.quantized import int4_decoder

ANY = "cpu{features=none}"
"""A device that every machine has."""

FIGURES = Figures(4, 3, 1, 96, 100, 0, 512, 256, 1000, 2000, Layer(4, 2, 1))
THEIRS = IreeFigures("3.13.0", 3, 1, 2, 64, 32)
TABLE = {
    "one": Recorded(
        {"layer.relayouts": 1}, 100, {"off": THEIRS, "late": "it crashes"}, {"off": FIGURES, "late": FIGURES}
    ),
    "two": Recorded({"dispatches": 2}, 0, {}, {"late": "can't be compiled"}, {"iree off": (1.5, 2.0)}),
}


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_table(TABLE, tmp_path / "figures.json")
    assert load_table(tmp_path / "figures.json") == TABLE


@pytest.mark.parametrize("name", ["dispatches", "relayouts", "unpacks", "relaid_bytes", "constant_bytes", "python"])
def test_one_more_is_worse_and_one_less_is_better(name: str) -> None:
    before = evolve(FIGURES, python=1)
    value = getattr(before, name)
    more, less = (evolve(before, **{name: value + n}) for n in (1, -1))
    assert worse(before, more) == [f"{name} {value} → {value + 1}"]
    assert better(before, less) == [f"{name} {value} → {value - 1}"]
    assert not better(before, more)
    assert not worse(before, less)


def test_a_layer_counts_by_itself() -> None:
    more = evolve(FIGURES, layer=Layer(4, 3, 1))
    assert worse(FIGURES, more) == ["layer.relayouts 2 → 3"]
    assert better(more, FIGURES) == ["layer.relayouts 3 → 2"]


def test_memory_may_grow() -> None:
    assert not worse(FIGURES, evolve(FIGURES, arena_bytes=1024, moved_bytes=9999))


def test_a_program_that_is_refused_from_now_on_is_worse() -> None:
    assert worse(FIGURES, "too hard") == ["refused: too hard"]
    assert better("too hard", FIGURES) == ["no longer refused"]
    assert worse("too hard", "harder") == better("too hard", "harder") == []


@pytest.mark.parametrize(
    ("bars", "late", "missed"),
    [
        ({}, FIGURES, []),
        ({}, evolve(FIGURES, dispatches=5), ["dispatches 5, bar 4 (off)"]),
        ({"dispatches": 4, "relayouts": 3, "layer.relayouts": 2}, FIGURES, []),
        ({"dispatches": 3}, FIGURES, ["dispatches 4, bar 3"]),
        ({"layer.relayouts": 1}, FIGURES, ["layer.relayouts 2, bar 1"]),
        ({"moved_bytes": "off"}, evolve(FIGURES, moved_bytes=1001), ["moved_bytes 1,001, bar 1,000 (off)"]),
        ({}, evolve(FIGURES, constant_bytes=102), []),
        ({}, evolve(FIGURES, constant_bytes=103), ["constant_bytes 103, 1.03 × the model, bar 1.02 ×"]),
        ({}, "too hard", ["refused: too hard"]),
    ],
)
def test_bars_are_missed_by_what_exceeds_them(
    bars: dict[str, int | str], late: Figures | str, missed: list[str]
) -> None:
    found = {"off": FIGURES, "late": late}
    assert [*unmet(Recorded(bars, 100), found).values()] == missed


def test_constants_without_a_model_are_too_many() -> None:
    missed = unmet(Recorded({}, 0), {"late": FIGURES})
    assert missed == {"constant_bytes": "constant_bytes 100, inf × the model, bar 1.02 ×"}


def test_weights_of_four_bits_take_half_a_byte() -> None:
    def weights(layers: int) -> int:
        return model_bytes(int4_decoder(layers))

    numbers = 4 * 256 * 256 + 3 * 256 * 704
    assert weights(1) == numbers // 2 + numbers // 32 * 4 + 2 * 256 * 4
    assert weights(2) == 2 * weights(1)


STATISTICS = """;
; Aggregate Statistics (static, whole-program)
;

"Constants","Constant Size","Variables","Awaits","Transient Size","Fills","Copies","Dispatches","Executables"
1,657664,0,2,1083648,0,1,4,4

;
; Execution
;

; builtin.module > util.initializer > stream.cmd.execute
"Depth","Command","Symbol","Length","Invocations","Workload","Operands","Resources"
1,"dispatch","@_encoding_0::@_encoding_0_encode",,1,"",0,2

; builtin.module > util.func @main > stream.cmd.execute
"Depth","Command","Symbol","Length","Invocations","Workload","Operands","Resources"
0,"dispatch","@main_dispatch_0::@main_dispatch_0_matmul",,2,"",0,4
0,"copy",,262144,,,,
0,"dispatch","@main_dispatch_1::@main_dispatch_1_matmul",,1,"",0,4
"""


def test_statistics_of_iree_tell_calls_from_what_runs_at_load() -> None:
    assert read_statistics(STATISTICS, "3.13.0") == IreeFigures("3.13.0", 3, 1, 1, 1083648, 657664)


@needs_iree
def test_iree_compiles_a_graph_or_says_what_is_wrong() -> None:
    made = iree_compiled(GRAPHS["matvec"], "early")
    assert not isinstance(made, str)
    assert made[1].dispatches == (3 if FEATURES in cpu_features() else 2)  # it tiles this for AVX-512 alone
    wrong = ComparedGraph(GRAPHS["matvec"].make, text=lambda: "func.func @main() { return }\nmodule")
    assert isinstance(iree_compiled(wrong, "off"), str)


@needs_iree
def test_all_contenders_have_times() -> None:
    made = iree_compiled(GRAPHS["tied weight"], "off")
    assert not isinstance(made, str)
    found = times(GRAPHS["tied weight"], ("off", "late"), {"off": made[0]}, rounds=2)
    assert [*found] == ["off", "late", "iree off"]
    assert all(0 < least <= middle for least, middle in found.values())


def test_the_documentation_shows_refused_programs_and_layers() -> None:
    lines = docs_table(TABLE).splitlines()
    assert lines[2].startswith("| one | 4 · 4 | 3 (+2) · – | 3 · 3 (2 · 2 a layer) |")
    assert lines[2].endswith("| layer.relayouts 2, bar 1 |")
    assert lines[3].endswith("| refused |")


@pytest.mark.parametrize("tiling", ["off", "late"])
def test_counts_of_a_graph(tiling: str) -> None:
    found = figures(GRAPHS["MLP"], tiling, ANY)
    assert isinstance(found, Figures)
    weights = 4 * (256 * 512 + 512 + 512 * 64 + 64)
    interface = 4 * 128 * (256 + 64)
    assert (found.dispatches, found.constant_bytes, found.python, found.layer) == (2, weights, 0, None)
    assert found.peak_bytes == weights + interface + found.arena_bytes + found.scratch_bytes
    assert found.arena_bytes >= 4 * 128 * 512
    assert found.moved_bytes > interface + weights + 2 * found.relaid_bytes
    assert 0 < found.unpacks < found.relayouts


def test_a_program_that_is_refused_has_a_message() -> None:
    assert "for one device" in str(figures(GRAPHS["two devices"], "early", ANY))


def test_a_layer_is_the_difference_of_two_models() -> None:
    graph = ComparedGraph(lambda: bert(1, 16), deeper=lambda: bert(3, 16))
    alone, more = (figures(ComparedGraph(partial(bert, n, 16)), "late", ANY) for n in (1, 3))
    found = figures(graph, "late", ANY)
    assert isinstance(found, Figures) and isinstance(alone, Figures) and isinstance(more, Figures)
    assert found.layer is not None
    assert found.layer.dispatches == more.dispatches - alone.dispatches > 0
    assert found.layer.relayouts == more.relayouts - alone.relayouts
    assert evolve(found, layer=None) == alone
