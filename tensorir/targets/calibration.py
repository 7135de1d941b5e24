"""The rates of a device's costs as they are on this machine: measured once, and kept in the store on the disk."""

from __future__ import annotations

import struct
import warnings
from threading import Lock

import numpy as np
from attrs import astuple, evolve, field, frozen

from tensorir.native.cpu_model import cpu_model
from tensorir.native.step_times import (
    COLUMNS,
    COUNT,
    DEPTH,
    LARGE,
    ROWS,
    WINDOWS_PRODUCTS,
    StepTimes,
    step_times,
)
from tensorir.native.table import Features
from tensorir.store.installation import installation
from tensorir.store.place import is_on
from tensorir.store.store import ConstantStore, Item
from tensorir.targets.costs import Costs
from tensorir.targets.cpu_kernels import best_kernels, for_rows

_FORM = struct.Struct(f"<{COUNT}d")
_WIDTH = 4
"""Bytes of an f32."""
_UNITS = 2
"""How many units a product has along its rows and along its columns, so that each pack of an operand is made twice."""


class CalibrationWarning(UserWarning):
    """Says why a calibration was not found or is not kept. It is measured then."""


@frozen
class Known:
    """What this process knows. The lock also keeps two threads from measuring at the same time."""

    times: dict[Features, StepTimes] = field(factory=dict[Features, StepTimes])
    lock: Lock = field(factory=Lock)


KNOWN = Known()


def calibrated(features: Features, fixed: Costs, *, again: bool = False) -> Costs:
    """Returns `fixed` with the rates of this machine, for steps that may use `features`.

    What this process has measured is taken first, then what the store holds of this processor, these features and this
    installation; otherwise, and if `again`, it is measured, which takes about half a second. A store that can't be
    used or is damaged is a CalibrationWarning. Raises TensorIRError if the environment says nonsense about the
    store."""
    with KNOWN.lock:
        if again or features not in KNOWN.times:
            KNOWN.times[features] = _kept(features, again=again) if is_on() else _measured(features)
        return costs_of(KNOWN.times[features], fixed)


def costs_of(times: StepTimes, fixed: Costs) -> Costs:
    """Returns `fixed` with the rates that follow from `times`, with three digits: more would be noise.

    A rate of 0, by which a device says that it can't do something, stays. So do policies, which nothing measures: what
    a byte of a constant costs that is kept, how many rows are few or many, how many bytes a run of a fold is worth."""
    products = ROWS * COLUMNS * DEPTH
    multiply_adds = products / times.product
    large = _WIDTH * LARGE[0] * LARGE[1]
    bytes = 4 * large / (times.pack_large + times.unpack_large)  # each reads and writes it
    packs = times.pack_left + times.pack_right + times.unpack_result
    sides = _UNITS * ROWS * DEPTH + _UNITS * COLUMNS * DEPTH + _UNITS**2 * ROWS * COLUMNS
    in_tiles = _UNITS**2 * times.product
    row_major = (in_tiles + _UNITS**2 * packs) / (in_tiles + 2 * _WIDTH * sides / bytes)
    in_place = times.windows * multiply_adds / WINDOWS_PRODUCTS
    return evolve(
        fixed,
        multiply_adds_per_ns=_rounded(multiply_adds),
        bytes_per_ns=_rounded(bytes),
        received_bytes_per_ns=_rounded(large / times.copy_large),
        tiles_read_per_ns=_rounded(_WIDTH * DEPTH * COLUMNS / times.pack_right) if fixed.tiles_read_per_ns else 0.0,
        row_major_product=_rounded(row_major),
        product_in_place=_rounded(in_place) if fixed.product_in_place else 0.0,
    )


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")


def _measured(features: Features) -> StepTimes:
    return step_times(for_rows(best_kernels(("f32", "f32", "f32"), features), None), features)


def _kept(features: Features, *, again: bool) -> StepTimes:
    """The times in the store, measured and stored if they are not there."""
    with ConstantStore() as store:
        key = store.hashed(repr(("calibration", cpu_model(), int(features), installation())).encode())
        data = None if key is None or again else store.find(key, _FORM.size)
        if data is not None:
            times = StepTimes(*_FORM.unpack(data.tobytes()))
        else:
            times = _measured(features)
            if key is not None:
                store.keep([Item(key, np.frombuffer(_FORM.pack(*astuple(times)), np.uint8), "a calibration")])
        for problem in store.problems:
            warnings.warn(f"calibration: {problem}", CalibrationWarning, stacklevel=2)
    return times
