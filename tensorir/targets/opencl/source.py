"""A grid as a kernel of OpenCL C. Each group of work items runs units one after the other, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from tensorir.dialects import tile
from tensorir.dialects.tile import Grid, Scratch, Step
from tensorir.ir.dims import Dim, product
from tensorir.ir.value import Value
from tensorir.targets.opencl.bodies import POWERS
from tensorir.targets.opencl.prelude import PRELUDE, PRELUDE_F64
from tensorir.targets.opencl.sizes import UNIT_NAMES
from tensorir.targets.opencl.steps.maps import write_map
from tensorir.targets.opencl.steps.moves import write_copy, write_fill, write_gather, write_pack, write_unpack
from tensorir.targets.opencl.steps.products import write_contract, write_matmul, write_mmt4d, write_mmt4d_map
from tensorir.targets.opencl.steps.rows import write_layer_norm, write_reduce, write_rms_norm, write_softmax
from tensorir.targets.opencl.writer import Operand, Writer

KERNEL = "tir_run"
"""The name of every kernel."""

_Write = Callable[[Writer, Any, list[Operand]], None]

STEPS: dict[type[Step], _Write] = {
    tile.Map: write_map,
    tile.Copy: write_copy,
    tile.Fill: write_fill,
    tile.Gather: write_gather,
    tile.Pack: write_pack,
    tile.Unpack: write_unpack,
    tile.Mmt4d: write_mmt4d,
    tile.Mmt4dMap: write_mmt4d_map,
    tile.Matmul: write_matmul,
    tile.Contract: write_contract,
    tile.Reduce: write_reduce,
    tile.Softmax: write_softmax,
    tile.LayerNorm: write_layer_norm,
    tile.RmsNorm: write_rms_norm,
}
"""One function per step, which writes its loops."""


@frozen
class Source:
    """`text`: the kernel. Its arguments are the buffers of the grid, its inputs before its results, then `fault`,
    `command`, `scratch`, the bytes of scratch of a group, the offset of each of the `pieces` in it, the `symbols`, and
    extent and block of each dim of the grid. `f64`: whether the device needs doubles."""

    text: str
    symbols: tuple[str, ...]
    pieces: tuple[Dim, ...]
    """The bytes of each piece of scratch."""
    may_fail: bool
    f64: bool


def source_of(grid: Grid, items: int) -> Source:
    """Writes the kernel of a grid whose units are run by groups of `items` work items."""
    w = Writer(items)
    place: dict[Value, str] = {a: f"b{i}" for i, a in enumerate(grid.body.args)}
    pieces: list[Dim] = []
    dims = range(len(grid.totals))
    w.line("const long group = get_group_id(0);")
    units = [f"units{d}" for d in dims]
    for d in dims:
        w.line(f"const long units{d} = tir_ceildiv(extent{d}, block{d});")
    for op in grid.body.ops:
        if isinstance(op, Scratch):
            name = f"t{len(pieces)}"
            w.line(f"__global uchar* {name} = scratch + group * scratch_bytes + piece{len(pieces)};")
            place[op.result] = name
            pieces.append(product(op.type.shape) * op.type.dtype.itemsize)
    with w.block(f"for (long unit = group; unit < {' * '.join(units) or '1L'}; unit += get_num_groups(0))"):
        _unit_dims(w, grid)
        for op in grid.body.ops:
            if isinstance(op, Step):
                with w.block(""):
                    STEPS[type(op)](w, op, w.operands(op, [place[v] for v in op.buffers]))
                w.meet()
                w.step += 1
                place.update(zip(op.results, (place[v] for v in op.outs), strict=True))
    double = any("double" in line for line in w.lines)
    parts = (PRELUDE, PRELUDE_F64 if double else "", POWERS, *_head(w, grid, len(pieces)), *w.lines, "}")
    return Source("\n".join(parts), tuple(w.sizes.symbols), tuple(pieces), w.may_fail, double)


def _unit_dims(w: Writer, grid: Grid) -> None:
    """The position of the unit along each dim of the grid, of which the last one runs fastest."""
    start, count, valid = UNIT_NAMES
    w.line("long rest = unit;")
    for d in reversed(range(len(grid.totals))):
        w.line(f"const long {start}{d} = (rest % units{d}) * block{d};")
        w.line(f"rest /= units{d};")
        w.line(f"const long {count}{d} = min(block{d}, extent{d} - {start}{d});")
        granule, total = grid.granules[d], w.sizes.of(grid.totals[d])
        w.line(f"const long {valid}{d} = min({count}{d} * {granule}L, {total} - {start}{d} * {granule}L);")


def _head(w: Writer, grid: Grid, pieces: int) -> list[str]:
    arguments = [f"__global uchar* restrict b{i}" for i in range(len(grid.body.args))]
    arguments += ["__global long* fault", "long command", "__global uchar* restrict scratch", "long scratch_bytes"]
    arguments += [f"long piece{i}" for i in range(pieces)]
    arguments += [f"long size{i}" for i in range(len(w.sizes.symbols))]
    arguments += [f"long extent{d}, long block{d}" for d in range(len(grid.totals))]
    size = f"__attribute__((reqd_work_group_size({w.items}, 1, 1)))"
    return [f"__kernel {size} void {KERNEL}({', '.join(arguments)}) {{"]
