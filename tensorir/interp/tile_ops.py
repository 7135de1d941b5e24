"""tile: grids run unit by unit, steps write into slices of buffers that belong to the run of the grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from attrs import frozen

from tensorir.dialects import linalg, tile
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tile.step import Slice
from tensorir.interp.context import Array, Context
from tensorir.interp.conversions import filled
from tensorir.interp.linalg_ops import multiply
from tensorir.interp.scalar import evaluate_bodies
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, evaluate
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value

Arrays = tuple[Array, ...]


def run_grid(op: tile.Grid, inputs: Arrays, ctx: Context) -> Arrays:
    """Returns the results of all units, which run one after the other."""
    results = tuple(blank(t, ctx) for t in op.types)
    for unit in units_of(op, ctx):
        run_unit(op, (*inputs, *results), unit, ctx)
    return results


def blank(type: TensorType, ctx: Context) -> Array:
    """Returns memory to which nothing was written: what stands there should be noticed when it is read."""
    value = np.nan if type.dtype.is_float else type.dtype.range[1] if type.dtype.kind != "bool" else True
    return np.array(filled(ctx.shape(type.shape), value, type.dtype, ctx))


def units_of(op: tile.Grid, ctx: Context) -> list[tuple[int, ...]]:
    """Returns start, count and valid positions of each dim of the grid, for each unit."""
    blocks: list[list[tuple[int, int, int]]] = []
    for total, granule, block in zip(ctx.numbers(op.totals), op.granules, ctx.numbers(op.blocks), strict=True):
        extent = -(-total // granule)
        blocks.append(
            [
                (start, min(block, extent - start), min(min(block, extent - start) * granule, total - start * granule))
                for start in range(0, extent, block)
            ]
        )
    return [tuple(n for part in unit for n in part) for unit in product(*blocks)]


@frozen
class _Unit:
    """Evaluates what maps say in one unit."""

    dims: tuple[int, ...]
    ctx: Context

    def number(self, dim: Dim) -> int:
        return evaluate(dim, self.ctx.sizes, dict(enumerate(self.dims)))

    def numbers(self, map: AffineMap) -> tuple[int, ...]:
        return tuple(self.number(r) for r in map.results)


def run_unit(
    op: tile.Grid,
    buffers: Arrays,
    unit: tuple[int, ...],
    ctx: Context,
    memory: Callable[[TensorType, Context], Array] = blank,
) -> None:
    """Runs one unit on the inputs and results of the grid, with `memory` for its scratch."""
    env: dict[Value, Array] = dict(zip(op.body.args, buffers, strict=True))
    here = _Unit(unit, ctx)
    for o in op.body.ops:
        if isinstance(o, tile.Scratch):
            env[o.result] = memory(o.type, ctx)
            continue
        assert isinstance(o, tile.Step)  # the verifier checked
        sizes = here.numbers(o.shape)
        if 0 not in sizes[: len(sizes) - _combined(o)]:
            slices = [_view(o, i, env[v], sizes, here) for i, v in enumerate(o.buffers)]
            if isinstance(o, tile.Gather):
                slices[0] = env[o.buffers[0]].reshape(-1)
            STEPS[type(o)](o, slices[: len(o.inputs)], slices[len(o.inputs) :], here)
        env.update(zip(o.results, (env[v] for v in o.outs), strict=True))


def _combined(op: tile.Step) -> int:
    """The number of last loops that may be empty, because what they combine has a value then."""
    match op:
        case tile.Reduce():
            return op.rows
        case tile.Mmt4d():
            return 4
        case tile.Mmt4dMap():
            return 3 + op.depth
        case tile.Matmul():
            return 1
        case tile.Contract():
            return op.depth
        case _:
            return 0


def _view(op: tile.Step, operand: int, buffer: Array, sizes: Sequence[int], here: _Unit) -> Array:
    """Returns the slice of a buffer that the loops reach, one dim per loop. Raises TensorIRError if it leaves the
    buffer."""
    found: Slice = op.slice(operand)
    offset, strides = here.number(found.offset), [here.number(s) for s in found.strides]
    reached = sizes
    if isinstance(op, tile.Pack | tile.Unpack) and operand == isinstance(op, tile.Unpack):  # the plain side
        reached = [*sizes[:-4], 1, 1, *here.numbers(op.extents)]
    reach = [max(n - 1, 0) * s for n, s in zip(reached, strides, strict=True)]
    first, last = offset + sum(min(r, 0) for r in reach), offset + sum(max(r, 0) for r in reach)
    if (first < 0 or last >= buffer.size) and 0 not in reached:
        raise TensorIRError(
            f"{op.NAME}: {op.operand_name(operand)} reaches the elements {first} … {last} of {buffer.size}", op.loc
        )
    flat = buffer.reshape(-1)
    bytes_ = [s * buffer.itemsize for s in strides]
    return np.lib.stride_tricks.as_strided(flat[offset:], tuple(sizes), bytes_, writeable=buffer.flags.writeable)


def _map(op: tile.Map, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    starts = here.numbers(op.starts) if op.starts is not None else ()
    sizes = outs[0].shape
    for point in np.ndindex(*sizes[: op.sequential]):

        def positions(dim: int, point: tuple[int, ...] = point) -> Array:
            if dim < op.sequential:
                return np.asarray(starts[dim] + point[dim], np.int64)
            along = dim - op.sequential
            shape = [1] * (len(sizes) - op.sequential)
            shape[along] = sizes[dim]
            return (starts[dim] + np.arange(sizes[dim], dtype=np.int64)).reshape(shape)

        here_in, here_out = [a[(*point, ...)] for a in inputs], [a[(*point, ...)] for a in outs]
        values = evaluate_bodies(op.bodies, [*here_in, *here_out], here.ctx, positions)
        made = [np.array(np.broadcast_to(v, o.shape)) for v, o in zip(values, here_out, strict=True)]
        for out, value in zip(here_out, made, strict=True):
            out[...] = value


def _copy(op: tile.Copy, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    outs[0][...] = inputs[0]


def _fill(op: tile.Fill, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    outs[0][...] = filled((), op.value, op.outs[0].type.dtype, here.ctx)


def _mmt4d(op: tile.Mmt4d, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    """Loops: batch…, m1, n1, k1, m0, n0, k0."""
    batch = list(range(len(op.shape.results) - 6))
    m1, n1, k1, m0, n0, k0 = range(len(batch), len(batch) + 6)
    labels = [[*batch, m1, k1, m0, k0], [*batch, n1, k1, n0, k0], [*batch, m1, n1, m0, n0]]
    lhs, rhs, out = (_only(a, keep) for a, keep in zip((*inputs, *outs), labels, strict=True))
    made = multiply(lhs, rhs, labels, op.outs[0].type.dtype, here.ctx)
    _put_rows(op, out, made.astype(out.dtype) + out if op.accumulate else made, len(batch), here)


def _put_rows(op: tile.Mmt4d | tile.Mmt4dMap, out: Array, made: Array, batch: int, here: _Unit) -> None:
    """Writes the rows that are computed; `batch`: how many dims come before m1."""
    tiles, height = out.shape[batch], out.shape[batch + 2]
    rows = tiles * height if op.rows is None else min(tiles * height, here.numbers(op.rows)[0])
    for tile_row in range(-(-rows // height)):
        valid = min(height, rows - tile_row * height)
        out[..., tile_row, :, :valid, :] = made[..., tile_row, :, :valid, :]


def _mmt4d_map(op: tile.Mmt4dMap, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    """Loops: batch…, m1, n1, k1 …, m0, n0, k0."""
    lhs, *sources = inputs
    count = len(op.shape.results)
    m1, n1 = count - 5 - op.depth, count - 4 - op.depth
    batch, depth, (m0, n0, k0) = list(range(m1)), list(range(n1 + 1, count - 3)), range(count - 3, count)
    labels = [[*batch, m1, *depth, m0, k0], [*batch, n1, *depth, n0, k0], [*batch, m1, n1, m0, n0]]
    lhs, out = _only(lhs, labels[0]), _only(outs[0], labels[2])
    (made,) = evaluate_bodies((op.body,), [_only(a, labels[1]) for a in sources], here.ctx)
    sizes = here.numbers(op.shape)
    made = np.broadcast_to(made, [sizes[d] for d in labels[1]])
    result = multiply(lhs, made, labels, op.outs[0].type.dtype, here.ctx)
    _put_rows(op, out, result, len(batch), here)


def _matmul(op: tile.Matmul, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    """Loops: batch…, m, n, k."""
    batch = list(range(len(op.shape.results) - 3))
    m, n, k = range(len(batch), len(batch) + 3)
    labels = [[*batch, m, k], [*batch, n, k], [*batch, m, n]]
    lhs, rhs, out = (_only(a, keep) for a, keep in zip((*inputs, *outs), labels, strict=True))
    out[...] = multiply(lhs, rhs, labels, op.outs[0].type.dtype, here.ctx)


def _contract(op: tile.Contract, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    """Loops: batch…, m, n1, n0, k…."""
    count = len(op.shape.results)
    first = count - op.depth
    batch, m, n, k = list(range(first - 3)), first - 3, (first - 2, first - 1), list(range(first, count))
    labels = [[*batch, m, *k], [*batch, *n, *k], [*batch, m, *n]]
    lhs, rhs, out = (_only(a, keep) for a, keep in zip((*inputs, *outs), labels, strict=True))
    out[...] = multiply(lhs, rhs, labels, op.outs[0].type.dtype, here.ctx)


def _only(array: Array, keep: Sequence[int]) -> Array:
    """Returns an operand without the loops along which it does not move, also where these are empty."""
    kept = [(array.shape[d], array.strides[d]) for d in range(array.ndim) if d in keep]
    shape, strides = [n for n, _ in kept], [s for _, s in kept]
    return np.lib.stride_tricks.as_strided(array, shape, strides, writeable=array.flags.writeable)


def _packing(op: tile.Pack | tile.Unpack, plain: Array, packed: Array, here: _Unit) -> None:
    rows, columns = here.numbers(op.extents)
    o0, o1, t0, t1 = packed.shape[-4:]
    for i, j in product(range(o0), range(o1)):
        r, c = max(0, min(t0, rows - i * t0)), max(0, min(t1, columns - j * t1))
        at = (..., i, j, slice(0, r), slice(0, c))
        if isinstance(op, tile.Pack):
            packed[..., i, j, :, :] = filled((), op.padding, op.outs[0].type.dtype, here.ctx)
            if r and c:
                packed[at] = plain[at]
        elif r and c:
            plain[at] = packed[at]


def _pack(op: tile.Pack, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _packing(op, inputs[0], outs[0], here)


def _unpack(op: tile.Unpack, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _packing(op, outs[0], inputs[0], here)


def _rows(op: Any, make: Callable[[tuple[Value, ...], tuple[int, ...], int | None], Op]) -> Any:
    """The named op of linalg that a row step runs on its slices."""

    def run(inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
        shape = inputs[0].shape
        dims = tuple(range(len(shape) - op.rows, len(shape)))
        extent = None if op.extent is None else here.numbers(op.extent)[0]
        parameters = [a[(0,) * (len(shape) - op.rows)] for a in inputs[1:]]
        arrays = (inputs[0], *parameters)
        values = tuple(Value(TensorType(a.shape, v.type.dtype)) for a, v in zip(arrays, op.inputs, strict=True))
        made = make(values, dims, extent)
        (result,) = here.ctx.run_region(Region(values, (made,), made.results), arrays)
        out = outs[0] if result.ndim == len(shape) else outs[0][(..., *(0,) * op.rows)]
        out[...] = result

    return run


def _reduce(op: tile.Reduce, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _rows(op, lambda v, dims, extent: linalg.Reduce(v[0], op.kind, dims, extent))(inputs, outs, here)


def _softmax(op: tile.Softmax, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _rows(op, lambda v, dims, extent: linalg.Softmax(v[0], dims, extent))(inputs, outs, here)


def _layer_norm(op: tile.LayerNorm, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _rows(op, lambda v, dims, extent: linalg.LayerNorm(v[0], v[1], v[2], dims, op.epsilon, extent))(inputs, outs, here)


def _rms_norm(op: tile.RmsNorm, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    _rows(op, lambda v, dims, extent: RmsNorm(v[0], v[1], dims, op.epsilon, extent))(inputs, outs, here)


def _gather(op: tile.Gather, inputs: Sequence[Array], outs: Sequence[Array], here: _Unit) -> None:
    source, *indices = inputs
    tables = here.numbers(op.tables)
    moved: Array = np.zeros(outs[0].shape, np.int64)
    for i, index in enumerate(indices):
        stride, size = tables[2 * i : 2 * i + 2]
        wrong = index[(index < 0) | (index >= size)]
        if wrong.size:
            raise TensorIRError(f"{op.NAME}: the index {wrong.flat[0]} is outside of 0 … {size - 1}", op.loc)
        moved += index.astype(np.int64) * stride
    found = op.slice(0)
    base = here.number(found.offset)
    for l, stride in enumerate(found.strides):
        spread = [1] * outs[0].ndim
        spread[l] = outs[0].shape[l]
        moved = moved + (np.arange(spread[l]) * here.number(stride)).reshape(spread)
    outs[0][...] = source[base + moved]


STEPS: dict[type[tile.Step], Callable[[Any, Sequence[Array], Sequence[Array], _Unit], None]] = {
    tile.Map: _map,
    tile.Copy: _copy,
    tile.Fill: _fill,
    tile.Mmt4d: _mmt4d,
    tile.Mmt4dMap: _mmt4d_map,
    tile.Matmul: _matmul,
    tile.Contract: _contract,
    tile.Pack: _pack,
    tile.Unpack: _unpack,
    tile.Reduce: _reduce,
    tile.Softmax: _softmax,
    tile.LayerNorm: _layer_norm,
    tile.RmsNorm: _rms_norm,
    tile.Gather: _gather,
}
"""One function per step: it writes into its outs."""

TILE_OPS: dict[type[Op], Any] = {tile.Grid: run_grid}
