"""Calls of the C kernels on NumPy arrays.

The arrays are checked first: an invalid one raises ValueError or TypeError before
anything is written. The GIL is released while C runs. Long calls are made in
pieces, so that Python can be interrupted.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorir.native._kernels import ffi, lib
from tensorir.native.arrays.copy_plan import Fill, run_pack, run_unpack
from tensorir.native.arrays.mmt4d_plan import plan_mmt4d
from tensorir.native.arrays.operands import Array, aligned, check_apart, check_array, check_out, pointer
from tensorir.native.arrays.pieces import flops_of, product_pieces
from tensorir.native.table import DTYPES, Features, Kernel, RhsOrder, given_features, kernels, status_error

MMT4D_OPERANDS = ("lhs", "rhs", "out")
MMT4D_TYPES: dict[str, dict[np.dtype[Any], str]] = {
    operand: {DTYPES[kernel.types[place]]: kernel.types[place] for kernel in kernels() if kernel.op == "mmt4d"}
    for place, operand in enumerate(MMT4D_OPERANDS)
}
"""For each operand the element types that some kernel of the table takes there."""


def _element_type(name: str, array: Array) -> str:
    check_array(name, array)
    found = MMT4D_TYPES[name].get(array.dtype)
    if found is None:
        expected = " or ".join(str(dtype) for dtype in MMT4D_TYPES[name])
        raise TypeError(f"{name}: expected dtype {expected}, got {array.dtype}")
    return found


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
        lhs: [M1, K1, M0, K0], of an element type that the kernels know.
        rhs: [N1, K1, K0, N0] for order `kn`, [N1, K1, N0, K0] for `nk`; likewise.
        out: [M1, N1, M0, N0], likewise; written. Its tiles are contiguous.
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
    check_out("out", out)
    check_apart("out", out, "lhs", lhs)
    check_apart("out", out, "rhs", rhs)
    lhs = lhs if aligned(lhs) else np.array(lhs, order="C")
    rhs = rhs if aligned(rhs) else np.array(rhs, order="C")
    plan = plan_mmt4d(
        types,
        (lhs.shape, rhs.shape, out.shape),
        (lhs.strides, rhs.strides, out.strides),
        rhs_order,
        accumulate,
        given_features(features),
    )
    if plan.copy_lhs:
        lhs = np.array(lhs, order="C")
    if plan.copy_rhs:
        rhs = np.array(rhs, order="C")
    whole = plan.params
    params = ffi.new("tir_mmt4d_params *", whole[0])
    at_lhs, at_rhs, at_out = pointer(lhs, writable=False), pointer(rhs, writable=False), pointer(out, writable=True)
    params.lhs, params.rhs, params.out = at_lhs, at_rhs, at_out
    tile_cost = 2 * whole.m0 * whole.n0 * whole.k0 * max(1, whole.k1)
    pieces = product_pieces(whole.batch, whole.m1, whole.n1, tile_cost, flops_of(plan.kernel.isa))
    for batch, m, rows, n, panels in pieces:
        if batch >= 0:
            params.batch, params.m1, params.n1 = 1, rows, panels
            params.lhs = at_lhs + (batch * whole.lhs_batch_stride + m * whole.lhs_stride) * lhs.itemsize
            params.rhs = at_rhs + (batch * whole.rhs_batch_stride + n * whole.rhs_stride) * rhs.itemsize
            tiles = m * whole.out_stride_m + n * whole.out_stride_n
            params.out = at_out + (batch * whole.out_batch_stride + tiles) * out.itemsize
        status = lib.tir_mmt4d(params)
        if status != lib.TIR_STATUS_OK:
            raise status_error("mmt4d", status)
    return plan.kernel


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
            represent; `out` is read-only, has tiles that are not contiguous, or overlaps source
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
