"""The named pipelines: plain tuples of passes. Read one to know what the compiler does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tensorir.ir.diagnostic import TensorIRError
from tensorir.passes.pass_ import Pass
from tensorir.passes.pipeline import Pipeline
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.propagate_encodings import PropagateEncodings
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tensorir.transforms.dispatch.canonicalize_dispatches import CanonicalizeDispatches
from tensorir.transforms.dispatch.evaluate_initializers import EvaluateInitializers
from tensorir.transforms.dispatch.form_dispatches import FormDispatches
from tensorir.transforms.dispatch.hoist_constants import HoistConstants
from tensorir.transforms.dispatch.outline_executables import OutlineExecutables
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tensorir.transforms.simplify.symbol_dce import SymbolDce

DataTiling = Literal["late", "off"]
DATA_TILING: tuple[DataTiling, ...] = ("late", "off")

PASSES: Mapping[str, type[Pass]] = {
    p.name: p
    for p in (
        Canonicalize,
        CommonSubexpressions,
        SymbolDce,
        SetEncodings,
        PropagateEncodings,
        FormDispatches,
        HoistConstants,
        SpecializeEncodings,
        CanonicalizeDispatches,
        MaterializeEncodings,
        OutlineExecutables,
        EvaluateInitializers,
    )
}


def pipeline(data_tiling: str, device: str = "cpu") -> Pipeline:
    """The whole compiler for one device. Up to form-dispatches and hoist-constants nothing depends on the device.

    Raises TensorIRError for an unknown `data_tiling`."""
    if data_tiling not in DATA_TILING:
        raise TensorIRError(f"data_tiling must be one of {', '.join(DATA_TILING)}, got {data_tiling!r}")
    encode: tuple[Pass, ...] = (SetEncodings(), PropagateEncodings(), CommonSubexpressions())
    return Pipeline(
        data_tiling,
        (
            Canonicalize(),
            CommonSubexpressions(),
            *(encode if data_tiling == "late" else ()),
            FormDispatches(),
            HoistConstants(),
            SpecializeEncodings(device=device),
            SymbolDce(),
            Canonicalize(),
            CanonicalizeDispatches(),
            MaterializeEncodings(),
            Canonicalize(),
            CommonSubexpressions(),
            CanonicalizeDispatches(),
            OutlineExecutables(),
            SymbolDce(),
            EvaluateInitializers(device=device),
            SymbolDce(),
        ),
    )


PIPELINES: Mapping[str, tuple[Pass, ...]] = {name: pipeline(name).passes for name in DATA_TILING}
"""For spec strings: the pipelines for the device cpu."""
