"""Random calls of the C functions themselves, for every line of the tables: sizes around the tile's, strides of any
order and sign, offsets, batches, more than one tile of padding, NULL for what is empty.

Each case runs between guard pages, and in memory that AddressSanitizer watches: `make sanitize` builds the kernels
for that."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorir.native import Kernel, cpu_features, kernels
from tensorir.native._kernels import ffi, lib
from tensorir.native.table import ELEMENT_TYPES, RHS_ORDERS

from . import oracle
from .guard import Guarded, Heap, Memory, guarded_like, outer_strides

LINES = [kernel for kernel in kernels() if kernel.runs_with(cpu_features())]
MMT4D = [line for line in LINES if line.op == "mmt4d"]
COPIES = [line for line in LINES if line.op in ("pack", "unpack")]
CASES = max(100, -(-2000 // len(LINES)))
"""Of each line, in each kind of memory: 2,000 or more between guard pages in every run of the tests."""

kinds = pytest.mark.parametrize("kind", [Guarded, Heap], ids=["guard pages", "heap"])
Array = NDArray[Any]


def chance(rng: np.random.Generator, part: float) -> bool:
    return bool(rng.random() < part)


def pick(rng: np.random.Generator, *values: int) -> int:
    return int(rng.choice(values))


def arranged(rng: np.random.Generator, shape: tuple[int, ...], inner: int) -> tuple[int, ...]:
    """Strides for contiguous inner dims; the outer ones nest in any order, with gaps, perhaps backwards."""
    order = tuple(int(dim) for dim in rng.permutation(len(shape) - inner))
    return outer_strides(shape, inner, order, pick(rng, 0, 0, 1, 3, 16, 37), backwards=chance(rng, 0.5))


def placed(
    rng: np.random.Generator, kind: type[Memory], values: Array, strides: tuple[int, ...], *, seal: bool
) -> tuple[Memory, Any]:
    """The memory, and the C pointer to the first element; of an empty array often NULL."""
    memory, view = guarded_like(values, strides, at_end=chance(rng, 0.7), seal=seal, kind=kind)
    if values.size == 0 and chance(rng, 0.7):
        return memory, ffi.NULL
    return memory, ffi.cast("char *", view.__array_interface__["data"][0])


def index_of(line: Kernel) -> int:
    return kernels().index(line)


def mmt4d_case(rng: np.random.Generator, line: Kernel, kind: type[Memory]) -> None:
    """One call: the right bits in out, nothing else changed."""
    (m0, n0, k0), order = oracle.tile_for(line, rng)
    m1, n1 = pick(rng, 0, 1, 2, 3, 5), pick(rng, 0, 1, 2, 3, 4, 5, 7, 8, 9, 17)
    k1 = pick(rng, 0, 1, 1, 2, 3, lib.TIR_PARTIAL_SUM // k0 + 1)
    batch = pick(rng, 0, 1, 1, 1, 2, 3)
    rhs_tile = (k0, n0) if order == "kn" else (n0, k0)
    made = [
        oracle.operands(rng, line, (m1, k1, m0, k0), (n1, k1, *rhs_tile), (m1, n1, m0, n0), order)
        for _ in range(max(batch, 1))
    ]
    lhs, rhs, before = (np.stack([case[i] for case in made])[:batch] for i in range(3))
    strides = {"lhs": arranged(rng, lhs.shape, 3), "rhs": arranged(rng, rhs.shape, 3)}
    if batch > 1 and chance(rng, 0.3):  # one right side for all
        rhs[...] = rhs[0]
        strides["rhs"] = (0, *arranged(rng, rhs.shape[1:], 3))
    strides["out"] = arranged(rng, before.shape, 2)
    accumulate = chance(rng, 0.5)
    expected = before.copy()
    for b in range(batch):
        expected[b] = oracle.mmt4d(lhs[b], rhs[b], before[b] if accumulate else None, order, before.dtype)

    params = ffi.new("tir_mmt4d_params *")
    lhs_memory, params.lhs = placed(rng, kind, lhs, strides["lhs"], seal=True)
    rhs_memory, params.rhs = placed(rng, kind, rhs, strides["rhs"], seal=True)
    out_memory, params.out = placed(rng, kind, before, strides["out"], seal=False)
    right_memory, _ = guarded_like(before, strides["out"], at_end=True, seal=False, kind=kind)
    first = sum((size - 1) * -step for size, step in zip(before.shape, strides["out"], strict=True) if step < 0 < size)
    right_memory.view(before.shape, strides["out"], first)[...] = expected
    params.batch, params.m1, params.n1, params.k1 = batch, m1, n1, k1
    params.m0, params.n0, params.k0 = m0, n0, k0
    params.lhs_type, params.rhs_type, params.out_type = (ELEMENT_TYPES[name] for name in line.types)
    params.rhs_order = RHS_ORDERS[order]
    params.lhs_batch_stride, params.lhs_stride = strides["lhs"][:2]
    params.rhs_batch_stride, params.rhs_stride = strides["rhs"][:2]
    params.out_batch_stride, params.out_stride_m, params.out_stride_n = strides["out"][:3]
    params.flags = lib.TIR_FLAG_ACCUMULATE if accumulate else 0
    params.cpu_features = int(line.features)

    assert lib.tir_mmt4d_kernel(params) == index_of(line)
    assert lib.tir_mmt4d(params) == lib.TIR_STATUS_OK
    assert (oracle.bits(out_memory.flat) == oracle.bits(right_memory.flat)).all()
    assert all(memory.slack_untouched() for memory in (lhs_memory, rhs_memory, out_memory))


@kinds
@pytest.mark.parametrize("line", MMT4D, ids=lambda line: line.name)
def test_mmt4d(line: Kernel, kind: type[Memory]) -> None:
    for case in range(CASES):
        mmt4d_case(np.random.default_rng([case, index_of(line)]), line, kind)


def plain_strides(rng: np.random.Generator, order: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Of a batch of matrices whose rows, or columns, are contiguous, or neither."""
    batch, d0, d1 = (max(size, 1) for size in shape)
    gap, sign = pick(rng, 0, 0, 1, 3, 16), pick(rng, 1, -1)
    whole = {"rows": (sign * (d1 + gap), 1), "columns": (1, sign * (d0 + gap)), "any": (sign * (2 * d1 + gap), 2)}
    matrix = whole[order]
    size = 1 + (d0 - 1) * abs(matrix[0]) + (d1 - 1) * abs(matrix[1])
    return (pick(rng, 1, -1) * (size + gap), *matrix) if batch > 1 else (pick(rng, 0, 5), *matrix)


def copy_case(rng: np.random.Generator, line: Kernel, kind: type[Memory]) -> int:
    """One call of pack or unpack: every element right, gaps unchanged. Gives the table's index of what ran."""
    least = line.tile or (1, 1)
    tile = tuple(pick(rng, side, side, 2 * side, side + pick(rng, 1, 2, 5)) for side in least)
    shape = tuple(pick(rng, 0, 1, side - 1, side, side + 1, 3 * side + int(rng.integers(side))) for side in tile)
    outer = tuple(-(-size // side) + pick(rng, 0, 0, 1, 2) for size, side in zip(shape, tile, strict=True))
    batch = pick(rng, 0, 1, 1, 2, 3)
    dtype = np.dtype(f"u{int(line.types[0][1:]) // 8}")
    values = rng.integers(0, 2**63, (batch, *shape)).astype(dtype)
    padding = int(rng.integers(0, 2**63))
    padded = np.full((batch, outer[0] * tile[0], outer[1] * tile[1]), padding, np.uint64).astype(dtype)
    padded[:, : shape[0], : shape[1]] = values
    tiles = padded.reshape(batch, outer[0], tile[0], outer[1], tile[1]).swapaxes(2, 3)

    plain = plain_strides(rng, line.rhs_order, values.shape)
    packed = arranged(rng, tiles.shape, 2)
    packing = line.op == "pack"
    given, wanted = (values, tiles) if packing else (tiles, values)
    given_strides, wanted_strides = (plain, packed) if packing else (packed, plain)
    given_memory, source = placed(rng, kind, given, given_strides, seal=True)
    out_memory, out = placed(rng, kind, np.zeros_like(wanted), wanted_strides, seal=False)
    right_memory, _ = guarded_like(wanted, wanted_strides, at_end=True, seal=False, kind=kind)

    params: Any = ffi.new(f"tir_{line.op}_params *")
    params.plain, params.packed = (source, out) if packing else (out, source)
    params.batch, params.d0, params.d1 = values.shape
    params.plain_batch_stride, params.plain_stride0, params.plain_stride1 = plain
    params.o0, params.o1, params.t0, params.t1 = tiles.shape[1:]
    params.packed_batch_stride, params.packed_stride0, params.packed_stride1 = packed[:3]
    params.element_bytes = dtype.itemsize
    params.cpu_features = int(line.features)
    if packing:
        params.padding = padding
    call, kernel = (lib.tir_pack, lib.tir_pack_kernel) if packing else (lib.tir_unpack, lib.tir_unpack_kernel)
    index = kernel(params)
    assert index >= 0
    assert call(params) == lib.TIR_STATUS_OK
    assert (out_memory.flat == right_memory.flat).all()
    assert given_memory.slack_untouched()
    assert out_memory.slack_untouched()
    return index


@kinds
@pytest.mark.parametrize("line", COPIES, ids=lambda line: line.name)
def test_copies(line: Kernel, kind: type[Memory]) -> None:
    """Matrices of one row or column may be taken by a neighbour of this line, but most are not."""
    ran = [copy_case(np.random.default_rng([case, index_of(line)]), line, kind) for case in range(CASES)]
    assert {kernels()[index].op for index in ran} == {line.op}
    assert ran.count(index_of(line)) > CASES // 2
