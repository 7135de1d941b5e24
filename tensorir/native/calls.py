"""Calls of the C kernels on NumPy arrays.

The arrays are checked first: a wrong one ends in one ValueError or TypeError, and
nothing is written then. The GIL is released while C runs.
"""

from collections.abc import Sequence

import numpy as np

from tensorir.native._kernels import ffi, lib
from tensorir.native.copy_plan import Fill, run_pack, run_unpack
from tensorir.native.operands import (
    Array,
    check_apart,
    check_array,
    check_out,
    contiguous_strides,
    element_strides,
    inner_contiguous,
    pointer,
)
from tensorir.native.table import (
    ELEMENT_TYPES,
    RHS_ORDERS,
    Features,
    Kernel,
    RhsOrder,
    given_features,
    select_mmt4d,
    status_error,
)

TYPE_NAMES = {np.dtype(np.float32): "f32"}


def _element_type(name: str, array: Array) -> str:
    check_array(name, array)
    found = TYPE_NAMES.get(array.dtype)
    if found is None:
        expected = " or ".join(str(dtype) for dtype in TYPE_NAMES)
        raise TypeError(f"{name}: expected dtype {expected}, got {array.dtype}")
    return found


def _check_dims(name: str, array: Array, labels: str, expected: dict[str, int]) -> None:
    """ValueError unless each labelled dimension has its size; unknown labels are learned."""
    for label, size in zip(labels.split(), array.shape[-len(labels.split()) :], strict=True):
        if expected.setdefault(label, size) != size:
            raise ValueError(
                f"{name}: expected {label} = {expected[label]} in [{labels.replace(' ', '][')}], "
                f"got {size} in shape {array.shape}"
            )


def _panel_strides(array: Array) -> tuple[int, ...] | None:
    """Element strides if C can walk it: K1 tiles and what is in them contiguous; else None."""
    strides = element_strides(array)
    if strides is None or not inner_contiguous(array.shape, strides, 3):
        return None
    return strides


def mmt4d(
    lhs: Array,
    rhs: Array,
    out: Array,
    *,
    rhs_order: RhsOrder = "kn",
    accumulate: bool = False,
    features: Features | None = None,
) -> Kernel:
    """Multiply matrices of tiles: out[m, n] = sum over k of lhs[m, k] times rhs[n, k].

    All arrays may have one more leading dimension, the batch; then all three do.

    Args:
        lhs: [M1, K1, M0, K0], float32.
        rhs: [N1, K1, K0, N0] for order `kn`, [N1, K1, N0, K0] for `nk`; float32.
        out: [M1, N1, M0, N0], float32; written. Its tiles are contiguous.
        rhs_order: order of the inner dimensions of `rhs`.
        accumulate: add to what `out` holds; otherwise it is overwritten.
        features: CPU features that may be used; None: all that this machine has.

    Outer dimensions may be strided. An input whose tiles, or K1 tiles of one row, are
    not contiguous is copied first. With K1 = 0 the products are zeros.

    Returns:
        The kernel that ran.

    Raises:
        TypeError: not an array, another dtype or byte order.
        ValueError: rank or sizes that don't fit; `out` is read-only, has tiles that are
            not contiguous, or overlaps an input or itself; features the CPU lacks.
    """
    types = (_element_type("lhs", lhs), _element_type("rhs", rhs), _element_type("out", out))
    if rhs_order not in RHS_ORDERS:
        raise ValueError(f"rhs_order: expected one of {sorted(RHS_ORDERS)}, got {rhs_order!r}")
    if lhs.ndim not in (4, 5):
        raise ValueError(f"lhs: expected rank 4, or 5 with a batch, got shape {lhs.shape}")
    for name, array in (("rhs", rhs), ("out", out)):
        if array.ndim != lhs.ndim:
            raise ValueError(f"{name}: expected rank {lhs.ndim} as of lhs, got shape {array.shape}")
    dims: dict[str, int] = {}
    batch_label = "B " if lhs.ndim == 5 else ""
    _check_dims("lhs", lhs, batch_label + "M1 K1 M0 K0", dims)
    _check_dims("rhs", rhs, batch_label + ("N1 K1 K0 N0" if rhs_order == "kn" else "N1 K1 N0 K0"), dims)
    _check_dims("out", out, batch_label + "M1 N1 M0 N0", dims)
    if not (dims["M0"] and dims["N0"] and dims["K0"]):
        raise ValueError(f"lhs, rhs: expected tile sizes of at least 1, got shapes {lhs.shape} and {rhs.shape}")
    check_out("out", out)
    check_apart("out", out, "lhs", lhs)
    check_apart("out", out, "rhs", rhs)
    allowed = given_features(features)
    kernel = select_mmt4d(types, (dims["M0"], dims["N0"], dims["K0"]), rhs_order=rhs_order, features=allowed)

    out_strides = element_strides(out)
    if out_strides is None or not inner_contiguous(out.shape, out_strides, 2):
        raise ValueError(f"out: expected contiguous [M0][N0] tiles, got strides {out.strides} for shape {out.shape}")
    lhs_strides = _panel_strides(lhs)
    if lhs_strides is None:
        lhs = np.array(lhs, order="C")
        lhs_strides = contiguous_strides(lhs.shape)
    rhs_strides = _panel_strides(rhs)
    if rhs_strides is None:
        rhs = np.array(rhs, order="C")
        rhs_strides = contiguous_strides(rhs.shape)

    params = ffi.new("tir_mmt4d_params *")
    params.lhs = pointer(lhs, writable=False)
    params.rhs = pointer(rhs, writable=False)
    params.out = pointer(out, writable=True)
    params.batch = 1
    if lhs.ndim == 5:
        params.batch = dims["B"]
        params.lhs_batch_stride = lhs_strides[0]
        params.rhs_batch_stride = rhs_strides[0]
        params.out_batch_stride = out_strides[0]
    params.m1, params.n1, params.k1 = dims["M1"], dims["N1"], dims["K1"]
    params.m0, params.n0, params.k0 = dims["M0"], dims["N0"], dims["K0"]
    params.lhs_stride = lhs_strides[-4]
    params.rhs_stride = rhs_strides[-4]
    params.out_stride_m, params.out_stride_n = out_strides[-4:-2]
    params.lhs_type, params.rhs_type, params.out_type = (ELEMENT_TYPES[name] for name in types)
    params.rhs_order = RHS_ORDERS[rhs_order]
    params.flags = lib.TIR_FLAG_ACCUMULATE if accumulate else 0
    params.cpu_features = allowed
    status = lib.tir_mmt4d(params)
    if status != lib.TIR_STATUS_OK:
        raise status_error("mmt4d", status)
    return kernel


def _check_copy(plain_name: str, plain: Array, packed_name: str, packed: Array) -> None:
    for name, array in ((plain_name, plain), (packed_name, packed)):
        check_array(name, array)
        dtype = array.dtype
        if dtype.hasobject or dtype.names is not None or dtype.itemsize not in (1, 2, 4, 8) or dtype.kind in "SU":
            raise TypeError(f"{name}: expected numbers of 1, 2, 4 or 8 bytes, got dtype {dtype}")
    if plain.dtype != packed.dtype:
        raise TypeError(f"{packed_name}: expected dtype {plain.dtype} as of {plain_name}, got {packed.dtype}")


def pack(
    source: Array,
    out: Array,
    *,
    inner_dims: Sequence[int],
    outer_perm: Sequence[int] | None = None,
    padding: complex = 0,
    features: Features | None = None,
) -> Kernel:
    """Cut an array into tiles, with the meaning of linalg.pack.

    Args:
        source: rank N >= 1, elements of 1, 2, 4 or 8 bytes; any strides.
        out: rank N + len(inner_dims), same dtype; every element is written. The last
            len(inner_dims) dimensions are a tile (contiguous), the first N count tiles:
            outer dimension i belongs to source dimension d = outer_perm[i] and has size
            source.shape[d], or ceil(source.shape[d] / tile size) if d is tiled.
        inner_dims: the tiled dimensions of source, in the order of the tile's dimensions
            (`inner_dims_pos`). Dimensions that are not named are not tiled.
        outer_perm: `outer_dims_perm`; None: the order of source.
        padding: for elements of tiles beyond the end of source.
        features: CPU features that may be used; None: all that this machine has.

    Returns:
        The kernel that ran.

    Raises:
        TypeError: not an array, another dtype or byte order.
        ValueError: ranks, sizes or dimensions that don't fit; padding that the dtype can't
            hold; `out` is read-only, has tiles that are not contiguous, or overlaps source
            or itself; features the CPU lacks.
    """
    _check_copy("source", source, "out", out)
    check_out("out", out)
    check_apart("out", out, "source", source)
    fill = Fill.of(padding, out.dtype)
    return run_pack(source, out, inner_dims, outer_perm, fill, given_features(features))


def unpack(
    source: Array,
    out: Array,
    *,
    inner_dims: Sequence[int],
    outer_perm: Sequence[int] | None = None,
    features: Features | None = None,
) -> Kernel:
    """Put tiles together again, with the meaning of linalg.unpack: the inverse of `pack`.

    Args:
        source: the tiles, shaped as `out` of `pack`; copied first if they are not contiguous.
        out: rank N; every element is written, the padding of source is left out. Any strides.
        inner_dims: the tiled dimensions of out, in the order of the tile's dimensions.
        outer_perm: which dimension of out each outer dimension of source belongs to.
        features: CPU features that may be used; None: all that this machine has.

    Returns:
        The kernel that ran.

    Raises:
        TypeError, ValueError: as `pack`.
    """
    _check_copy("out", out, "source", source)
    check_out("out", out)
    check_apart("out", out, "source", source)
    return run_unpack(source, out, inner_dims, outer_perm, given_features(features))
