"""Tile programs and plans as words, the form that the executor runs (docs/plan-image.md)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tensorir.dialects import tile
from tensorir.dialects.tile import Grid, Scratch, Step
from tensorir.ir.dims import Dim, product, symbol
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import ScalarValue
from tensorir.ir.value import Value
from tensorir.native.table import ELEMENT_TYPES, RHS_ORDERS, lib
from tensorir.runtime.bodies import body_code
from tensorir.runtime.values import OPERATIONS, Entry, Registers, Values

THREADS = "threads"
"""The first symbol of every image: the number of threads of the call."""

Word = int | Entry
"""A number, or an entry of the value table whose number is known when the table is finished."""


def program_words(
    grid: Grid, bound: Mapping[str, Dim], values: Values, features: int, at_once: int | None = None
) -> list[Word]:
    """Returns the words of a tile program whose sizes are `bound`. Its bindings are the grid's inputs, then results.
    `features`: the CPU features that its steps may use, −1 for all that the plan may. `at_once`: how many units run at
    the same time; None: as many as the call has threads."""
    registers = Registers(values, bound, grid.totals, grid.granules)
    place: dict[Value, int] = {a: i for i, a in enumerate(grid.body.args)}
    scratch: list[Word] = []
    steps: list[list[Word]] = []
    for op in grid.body.ops:
        if isinstance(op, Scratch):
            scratch.append(values.of(_bytes(op.type.shape, op.type.dtype), bound))
            place[op.result] = -len(scratch)
            continue
        assert isinstance(op, Step)  # the verifier checked
        steps.append(_step(op, place, registers))
        place.update(zip(op.results, (place[v] for v in op.outs), strict=True))
    words: list[Word] = [features, len(grid.totals)]
    words += _grid(grid, bound, values, at_once)
    words.append(len(registers.operations))
    for operation, a, b in registers.operations:
        words += [OPERATIONS.index(operation), a, b]
    words += [len(grid.body.args), len(scratch), *scratch, len(steps)]
    return words + [w for step in steps for w in step]


def _grid(grid: Grid, bound: Mapping[str, Dim], values: Values, at_once: int | None) -> list[Word]:
    """Returns extent and block of each dim. One thread takes the blocks of the grid. For more threads the first dims
    are cut further, until each thread gets about four units, but never below `least`."""
    one, four = (values.number(n) for n in (1, 4))
    threads = values.of(symbol(THREADS)) if at_once is None else values.number(at_once)
    others = values.apply("sub", threads, one)
    wanted = values.apply("max", one, values.apply("mul", four, others))
    words: list[Word] = []
    least = grid.least or (1,) * len(grid.totals)
    for extent, most, fewest in zip(grid.extents, grid.blocks, least, strict=True):
        granules = values.of(extent, bound)
        share = values.apply("max", values.number(fewest), values.apply("ceildiv", granules, wanted))
        block = values.apply("min", values.of(most, bound), share)
        units = values.apply("max", one, values.apply("ceildiv", granules, block))
        wanted = values.apply("max", one, values.apply("ceildiv", wanted, units))
        words += [granules, block]
    return words


def _bytes(shape: Sequence[Dim], dtype: DType) -> Dim:
    return product(shape) * dtype.itemsize


def _step(op: Step, place: Mapping[Value, int], registers: Registers) -> list[Word]:
    attributes, code = _ATTRIBUTES[type(op)](op)
    sizes: list[Word] = [registers.of(s) for s in op.shape.results]
    operands: list[Word] = []
    for i, value in enumerate(op.buffers):
        found = op.slice(i)
        operands += [place[value], ELEMENT_TYPES[value.type.dtype.name], registers.of(found.offset)]
        operands += [registers.of(s) for s in found.strides]
    body = [*sizes, *operands, *(registers.of(a) for a in attributes), *code]
    kind: int = getattr(lib, f"TIR_STEP_{op.NAME.removeprefix('tile.')}")
    head = [kind, 6 + len(body), len(sizes), len(op.buffers), len(attributes), len(code)]
    return [*head, *body]


def element_bits(value: ScalarValue, dtype: DType) -> int:
    """Returns the bits of one element as an unsigned number."""
    raw = np.asarray(value).astype(dtype.numpy).tobytes()
    return int.from_bytes(raw, "little")


def signed_word(bits: int) -> int:
    """The same 64 bits as a signed number."""
    return bits - (1 << 64) if bits >= 1 << 63 else bits


Encoded = tuple[Sequence[Dim], Sequence[int]]
"""Attributes, which may depend on sizes and the unit, and code."""


def _map(op: tile.Map) -> Encoded:
    starts = op.starts.results if op.starts is not None else ()
    types = [v.type.dtype for v in op.buffers]
    inputs = len(op.inputs)
    code = body_code(op.bodies, types[:inputs], types[inputs:])
    if isinstance(code, str):
        raise ValueError(code)
    return (len(op.outs), op.sequential, *starts), code


def _none(op: Step) -> Encoded:
    return (), ()


def _fill(op: tile.Fill) -> Encoded:
    return (), (signed_word(element_bits(op.value, op.outs[0].type.dtype)),)


def _mmt4d(op: tile.Mmt4d) -> Encoded:
    rows = op.rows.results[0] if op.rows is not None else -1
    return (int(op.accumulate), RHS_ORDERS[op.rhs_order], rows), ()


def _mmt4d_map(op: tile.Mmt4dMap) -> Encoded:
    rows = op.rows.results[0] if op.rows is not None else -1
    code = body_code((op.body,), op.body.args, (op.body.result.dtype,))
    if isinstance(code, str):
        raise ValueError(code)
    return (RHS_ORDERS[op.rhs_order], rows, op.depth), code


def _contract(op: tile.Contract) -> Encoded:
    return (op.depth,), ()


def _pack(op: tile.Pack) -> Encoded:
    return op.extents.results, (signed_word(element_bits(op.padding, op.outs[0].type.dtype)),)


def _unpack(op: tile.Unpack) -> Encoded:
    return op.extents.results, ()


def _rows(op: tile.Softmax | tile.Reduce) -> Encoded:
    extent = op.extent.results[0] if op.extent is not None else -1
    kind = (getattr(lib, f"TIR_REDUCE_{op.kind}"),) if isinstance(op, tile.Reduce) else ()
    return (op.rows, extent, *kind), ()


def _norm(op: tile.LayerNorm | tile.RmsNorm) -> Encoded:
    extent = op.extent.results[0] if op.extent is not None else -1
    return (op.rows, extent), struct.unpack("<q", struct.pack("<d", op.epsilon))


def _gather(op: tile.Gather) -> Encoded:
    return op.tables.results, ()


_ATTRIBUTES: dict[type[Step], Callable[[Any], Encoded]] = {
    tile.Map: _map,
    tile.Copy: _none,
    tile.Fill: _fill,
    tile.Mmt4d: _mmt4d,
    tile.Mmt4dMap: _mmt4d_map,
    tile.Matmul: _none,
    tile.Contract: _contract,
    tile.Pack: _pack,
    tile.Unpack: _unpack,
    tile.Reduce: _rows,
    tile.Softmax: _rows,
    tile.LayerNorm: _norm,
    tile.RmsNorm: _norm,
    tile.Gather: _gather,
}
"""What a step says besides its loops and operands, as kernels/include/tensorir_steps.h lists it."""
