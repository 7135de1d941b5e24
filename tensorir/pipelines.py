"""The named pipelines are plain tuples of passes. They show what the compiler does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tensorir.ir.diagnostic import TensorIRError
from tensorir.passes.levels import Level
from tensorir.passes.pass_ import Pass
from tensorir.passes.pipeline import Pipeline
from tensorir.plugins import Table
from tensorir.transforms.constants.evaluate_initializers import EvaluateInitializers
from tensorir.transforms.constants.hoist_constants import HoistConstants
from tensorir.transforms.constants.merge_equal_globals import MergeEqualGlobals
from tensorir.transforms.constants.pack_nibbles import PackNibbles
from tensorir.transforms.control.expand_for import ExpandFor
from tensorir.transforms.control.sink_constants import SinkConstants
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.row_major_boundaries import RowMajorBoundaries
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tensorir.transforms.devices.assign_devices import AssignDevices
from tensorir.transforms.dispatch.canonicalize_dispatches import CanonicalizeDispatches
from tensorir.transforms.dispatch.form_dispatches import FormDispatches
from tensorir.transforms.dispatch.join_dispatches import JoinDispatches
from tensorir.transforms.dispatch.outline_executables import OutlineExecutables
from tensorir.transforms.raising.drop_unit_dims import DropUnitDims
from tensorir.transforms.raising.integer_contractions import IntegerContractions
from tensorir.transforms.raising.known_positions import FoldKnownIntegers
from tensorir.transforms.raising.raise_ops import RaiseOps
from tensorir.transforms.raising.sink_collapse_shape import SinkCollapseShape
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tensorir.transforms.simplify.drop_transfers import DropTransfers
from tensorir.transforms.simplify.inline_calls import InlineCalls
from tensorir.transforms.simplify.symbol_dce import SymbolDce
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles

DataTiling = Literal["late", "early", "off"]
DATA_TILING: tuple[DataTiling, ...] = ("late", "early", "off")

_OWN: tuple[type[Pass], ...] = (
    InlineCalls,
    ExpandFor,
    SinkConstants,
    RowMajorBoundaries,
    DropTransfers,
    AssignDevices,
    Canonicalize,
    CommonSubexpressions,
    RaiseOps,
    IntegerContractions,
    FoldKnownIntegers,
    DropUnitDims,
    SinkCollapseShape,
    SymbolDce,
    SetEncodings,
    FormDispatches,
    HoistConstants,
    SpecializeEncodings,
    CanonicalizeDispatches,
    MaterializeEncodings,
    JoinDispatches,
    OutlineExecutables,
    EvaluateInitializers,
    MergeEqualGlobals,
    PackNibbles,
    LowerToTiles,
)

PASSES: Table[str, type[Pass]] = Table("PASSES", {p.name: p for p in _OWN}, lambda p: p.name)
"""All passes by name, including those of plug-ins."""

STAGES = ("input", "encoded", "dispatch", "specialized", "materialized", "tiles")
"""The stages at which a compilation can stop: the program as it was read; with encodings; cut into launches, with
constants hoisted; specialized for the device; in packed form with constants evaluated; as tile programs. With
data-tiling early, a program is specialized before it is cut into launches."""


def stages(
    data_tiling: str, device: str = "cpu", *, several: bool = False, ranges: bool = True
) -> Mapping[str, tuple[Pass, ...]]:
    """Returns, for each stage in the order of the pipeline, the passes that lead to it from the stage before.

    Late and off, nothing up to "dispatch" depends on the device; early, nothing up to "encoded". `several`: the program
    runs on the devices that it names, and `device` is where it runs if it names none; otherwise all of it runs on
    `device`. `ranges`: functions get copies for ranges of sizes where other layouts cost less. Raises TensorIRError for
    an unknown `data_tiling`."""
    if data_tiling not in DATA_TILING:
        raise TensorIRError(f"data_tiling must be one of {', '.join(DATA_TILING)}, got {data_tiling!r}")
    simplified: tuple[Pass, ...] = (
        *(InlineCalls(), ExpandFor(), SinkConstants()),
        *(RowMajorBoundaries(), AssignDevices() if several else DropTransfers()),
        *(MergeEqualGlobals(), Canonicalize(), CommonSubexpressions()),
        *(RaiseOps(), FoldKnownIntegers(), DropUnitDims(), SinkCollapseShape()),
        *(Canonicalize(), CommonSubexpressions()),
    )
    encode: tuple[Pass, ...] = (SetEncodings(), CommonSubexpressions())
    specialize: tuple[Pass, ...] = (
        *(SpecializeEncodings(device=device, ranges=ranges), HoistConstants(), MergeEqualGlobals(), SymbolDce()),
        Canonicalize(),
    )
    materialize: tuple[Pass, ...] = (MaterializeEncodings(), Canonicalize(), CommonSubexpressions())
    evaluate: tuple[Pass, ...] = (
        *(OutlineExecutables(), SymbolDce(), EvaluateInitializers(device=device)),
        *(MergeEqualGlobals(), SymbolDce(), PackNibbles()),
    )
    tiles: tuple[Pass, ...] = (LowerToTiles(),)
    if data_tiling == "early":
        return {
            "input": (),
            "encoded": (*simplified, *encode),
            "specialized": (HoistConstants(), *specialize),
            "dispatch": (
                *materialize,
                *(FormDispatches(device=device), HoistConstants(), MergeEqualGlobals(), SymbolDce()),
                *(Canonicalize(), CanonicalizeDispatches()),
            ),
            "materialized": evaluate,
            "tiles": tiles,
        }
    return {
        "input": (),
        "encoded": (*simplified, *(encode if data_tiling == "late" else ())),
        "dispatch": (FormDispatches(), HoistConstants()),
        "specialized": (*specialize, CanonicalizeDispatches()),
        "materialized": (
            *(*materialize, JoinDispatches(), HoistConstants(), MergeEqualGlobals()),
            *(CanonicalizeDispatches(), *evaluate),
        ),
        "tiles": tiles,
    }


def levels(data_tiling: str, stage: str) -> tuple[Level, ...]:
    """Returns the levels that hold at the end of a stage for every program. Raises TensorIRError for an unknown
    name."""
    held: tuple[Level, ...] = ()
    for p in pipeline(data_tiling, to=stage).passes:
        held = p.after((*held, *p.requires))
    return held


def pipeline(data_tiling: str, device: str = "cpu", to: str = "tiles", *, several: bool = False) -> Pipeline:
    """Returns the compiler up to and including the stage `to`, for one device or, as `stages` says, for `several`.
    Raises TensorIRError for an unknown name."""
    by_stage = stages(data_tiling, device, several=several)
    if to not in by_stage:
        raise TensorIRError(f"unknown stage {to!r}; known: {', '.join(STAGES)}")
    order = [*by_stage]
    return Pipeline(data_tiling, tuple(p for stage in order[: order.index(to) + 1] for p in by_stage[stage]))


PIPELINES: Mapping[str, tuple[Pass, ...]] = {name: pipeline(name).passes for name in DATA_TILING}
"""The pipelines for the device cpu, for spec strings."""
