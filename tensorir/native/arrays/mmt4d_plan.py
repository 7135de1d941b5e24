"""The parameters of a call of mmt4d except the pointers, computed once for each set of shapes."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tensorir.native._kernels import ffi, lib
from tensorir.native.arrays.operands import check_once, contiguous_strides, element_strides, inner_contiguous
from tensorir.native.table import DTYPES, ELEMENT_TYPES, RHS_ORDERS, Features, Kernel, RhsOrder, select_mmt4d

if TYPE_CHECKING:
    from tensorir.native._kernels import Mmt4dParams  # in the stub only

Shape = tuple[int, ...]


@frozen
class Mmt4dPlan:
    """A call without its pointers."""

    kernel: Kernel
    params: "Mmt4dParams"
    """Never given to C itself: each call fills in a copy, so that threads don't meet."""
    copy_lhs: bool
    """The operand's strides are not supported by the C kernel."""
    copy_rhs: bool


def _check_dims(name: str, shape: Shape, labels: str, expected: dict[str, int]) -> None:
    """Raises ValueError unless each labelled dimension has its size; sizes of new labels are recorded."""
    for label, size in zip(labels.split(), shape, strict=True):
        if expected.setdefault(label, size) != size:
            raise ValueError(
                f"{name}: expected {label} = {expected[label]} in [{labels.replace(' ', '][')}], "
                f"got {size} in shape {shape}"
            )


def _dims(shapes: tuple[Shape, Shape, Shape], rhs_order: RhsOrder) -> dict[str, int]:
    """Sizes by their names: B, M1, N1, K1, M0, N0, K0."""
    lhs, rhs, out = shapes
    if len(lhs) not in (4, 5):
        raise ValueError(f"lhs: expected rank 4, or 5 with a batch, got shape {lhs}")
    for name, shape in (("rhs", rhs), ("out", out)):
        if len(shape) != len(lhs):
            raise ValueError(f"{name}: expected rank {len(lhs)} as of lhs, got shape {shape}")
    dims: dict[str, int] = {}
    batch = "B " if len(lhs) == 5 else ""
    _check_dims("lhs", lhs, batch + "M1 K1 M0 K0", dims)
    _check_dims("rhs", rhs, batch + ("N1 K1 K0 N0" if rhs_order == "kn" else "N1 K1 N0 K0"), dims)
    _check_dims("out", out, batch + "M1 N1 M0 N0", dims)
    if not (dims["M0"] and dims["N0"] and dims["K0"]):
        raise ValueError(f"lhs, rhs: expected tile sizes of at least 1, got shapes {lhs} and {rhs}")
    return dims


def _panel_strides(shape: Shape, strides: Shape, item: int) -> tuple[Shape, bool]:
    """Element strides, and whether the operand must be copied first: its tiles, or the
    K1 tiles beside each other, are not contiguous."""
    found = element_strides(shape, strides, item)
    if found is not None and inner_contiguous(shape, found, 3):
        return found, False
    return contiguous_strides(shape), True


@lru_cache(maxsize=1024)
def plan_mmt4d(
    types: tuple[str, str, str],
    shapes: tuple[Shape, Shape, Shape],
    strides: tuple[Shape, Shape, Shape],
    rhs_order: RhsOrder,
    accumulate: bool,
    features: Features,
) -> Mmt4dPlan:
    """Makes the plan for shapes (lhs, rhs, out) and byte strides; raises ValueError if they don't fit.

    The arrays are aligned, or will be copied to be.
    """
    if rhs_order not in RHS_ORDERS:
        raise ValueError(f"rhs_order: expected one of {sorted(RHS_ORDERS)}, got {rhs_order!r}")
    dims = _dims(shapes, rhs_order)
    items = [DTYPES[name].itemsize for name in types]
    out_strides = element_strides(shapes[2], strides[2], items[2])
    if out_strides is None or not inner_contiguous(shapes[2], out_strides, 2):
        raise ValueError(f"out: expected contiguous [M0][N0] tiles, got strides {strides[2]} for shape {shapes[2]}")
    check_once("out", shapes[2], out_strides)
    lhs_strides, copy_lhs = _panel_strides(shapes[0], strides[0], items[0])
    rhs_strides, copy_rhs = _panel_strides(shapes[1], strides[1], items[1])

    fields: dict[str, Any] = {name.lower(): size for name, size in dims.items() if name != "B"}
    fields |= dict(zip(("lhs_type", "rhs_type", "out_type"), (ELEMENT_TYPES[name] for name in types), strict=True))
    params = ffi.new("tir_mmt4d_params *")
    for name, value in fields.items():
        setattr(params, name, value)
    params.batch = dims.get("B", 1)
    if "B" in dims:
        params.lhs_batch_stride = lhs_strides[0]
        params.rhs_batch_stride = rhs_strides[0]
        params.out_batch_stride = out_strides[0]
    params.lhs_stride = lhs_strides[-4]
    params.rhs_stride = rhs_strides[-4]
    params.out_stride_m, params.out_stride_n = out_strides[-4:-2]
    params.rhs_order = RHS_ORDERS[rhs_order]
    params.flags = lib.TIR_FLAG_ACCUMULATE if accumulate else 0
    params.cpu_features = features
    kernel = select_mmt4d(types, (dims["M0"], dims["N0"], dims["K0"]), rhs_order=rhs_order, features=features)
    return Mmt4dPlan(kernel, params, copy_lhs, copy_rhs)
